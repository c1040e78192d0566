package compare

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"handbook/content"
	"handbook/content/config"
	"handbook/content/info"
	"handbook/content/wording"
)

// A Difference is what tells two records of a page apart.
type Difference struct {
	Changes []Change
	Aside   []Aside // differences that are not changes
	// Moved are sentences about base images that are other ones now. That is no
	// change, and neither is what only follows from it.
	Moved []string
	// Causes are sentences about what has changed outside the page: a base
	// image, or the engine. They may explain the Changes.
	Causes []string
}

// A Change is something that a lab does differently than its record says.
type Change struct {
	Pos         content.Pos // in the page
	Command     string      // its first line; may be empty
	Msg         string
	Details     []string               // a diff, if it is about lines
	Was, Result *content.CommandResult // the old and the new one of the command, if it is about one
	// Edit means that the page was edited here, so the change says nothing
	// about what its commands do.
	Edit bool
}

// Records compares two records of a page, volatile text set aside (see
// volatile). Times are never a change. The page is the one that the new record
// is of; without one (nil), places are those of snippets.
//
// Results of machines with several engines are compared engine by engine, and
// with those of the same platform. Where there are only those of another one,
// what depends on it is set aside: sizes and layers of images, digests of base
// images, and names of platforms.
func Records(page *content.Page, old, new *content.Record) Difference {
	var all Difference
	for i, now := range new.All() {
		before := old.OnPlatform(now.Machine.Docker, now.Machine.Platform)
		if before == nil {
			before = old.On(now.Machine.Docker)
		}
		if before == nil && i == 0 {
			before = &old.Results
		}
		if before == nil {
			all.Changes = append(all.Changes, Change{Pos: labOf(page), Msg: "there are results on " + config.DockerName(now.Machine.Docker) + " now", Edit: true})
			continue
		}
		one := results(page, &content.Record{Results: *before}, &content.Record{Results: *now})
		if len(new.Also) > 0 {
			one.on(now.Machine.Docker)
		}
		all.join(one)
	}
	for i, before := range old.All() {
		alone := i == 0 && len(old.Also) == 0 // compared with the first new one, whatever engine that has
		if new.On(before.Machine.Docker) == nil && !alone {
			all.Changes = append(all.Changes, Change{Pos: labOf(page), Msg: "there are no results on " + config.DockerName(before.Machine.Docker) + " any more", Edit: true})
		}
	}
	return all
}

// on says on which of several engines there are the changes.
func (d *Difference) on(docker string) {
	for i := range d.Changes {
		d.Changes[i].Msg += ", on " + config.DockerName(docker)
	}
}

// join adds what tells the records of another machine apart. What is known
// already is not said again.
func (d *Difference) join(other Difference) {
	d.Changes = append(d.Changes, other.Changes...)
	d.Moved = union(d.Moved, other.Moved)
	d.Causes = union(d.Causes, other.Causes)
	for _, a := range other.Aside {
		i := slices.IndexFunc(d.Aside, func(b Aside) bool { return a.Name == b.Name })
		if i < 0 {
			d.Aside = append(d.Aside, a)
			continue
		}
		known := &d.Aside[i]
		known.Count += a.Count
		known.Lines = slices.Compact(slices.Sorted(slices.Values(slices.Concat(known.Lines, a.Lines))))
	}
	slices.SortFunc(d.Aside, byCount)
}

func union(a, b []string) []string {
	for _, s := range b {
		if !slices.Contains(a, s) {
			a = append(a, s)
		}
	}
	return a
}

// results compares the results on one machine.
func results(page *content.Page, old, new *content.Record) Difference {
	d := &differ{page: page, old: old, new: new, aside: map[string]*Aside{}}
	d.elsewhere = old.Machine.Platform != new.Machine.Platform
	if page != nil {
		d.tree = page.Tree()
	}
	d.machine()
	d.bases()
	d.snippets()
	d.measured()
	d.files()
	d.cleanup()
	if len(d.found.Changes) > 0 {
		d.found.Causes = slices.Concat(d.found.Moved, d.found.Causes)
	}
	d.found.Aside = d.asides()
	return d.found
}

// A differ is one comparison.
type differ struct {
	page     *content.Page
	tree     *content.Tree // of the page
	old, new *content.Record
	found    Difference
	aside    map[string]*Aside

	elsewhere bool // the new results are those of another platform
}

// follows returns what sizes and layers that differ follow from, nil if from
// what the lab does.
func (d *differ) follows() *following {
	switch {
	case d.elsewhere:
		return &fromPlatform
	case len(d.found.Moved) > 0:
		return &fromBase
	}
	return nil
}

func (d *differ) add(at content.Pos, command, format string, args ...any) *Change {
	d.found.Changes = append(d.found.Changes, Change{Pos: at, Command: command, Msg: fmt.Sprintf(format, args...)})
	return &d.found.Changes[len(d.found.Changes)-1]
}

func (d *differ) cause(format string, args ...any) {
	d.found.Causes = append(d.found.Causes, fmt.Sprintf(format, args...))
}

func (c *Change) of(was, result *content.CommandResult) { c.Was, c.Result = was, result }

// lab is the place of what belongs to no snippet.
func (d *differ) lab() content.Pos { return labOf(d.page) }

func labOf(page *content.Page) content.Pos {
	if page == nil || page.Lab == nil {
		return content.Pos{}
	}
	return page.Lab.Pos
}

// at is the place of a command of the new record, or of its snippet if the
// command is -1.
func (d *differ) at(number, command int) content.Pos {
	result := d.new.Numbered(number)
	if result == nil {
		return d.lab()
	}
	at := content.Pos{Line: result.Line}
	if d.page == nil {
		return at
	}
	at.File = d.page.File()
	if s := d.tree.Numbered(number); s != nil && command >= 0 && command < len(s.Commands) {
		return s.Commands[command].Pos
	}
	return at
}

// machine compares what the lab ran on. Another version of the engine, or
// another image of the machine, is not a change by itself: its effects are.
func (d *differ) machine() {
	old, new := d.old.Machine, d.new.Machine
	if old.Image != new.Image {
		d.cause("the machine's image has changed: %s → %s", old.Image, new.Image)
	}
	if old.Engine != new.Engine {
		d.cause("the machine's Docker Engine has changed: %s → %s", orNone(old.Engine), orNone(new.Engine))
	}
	if old.Storage != new.Storage {
		d.add(d.lab(), "", "the machine's storage driver was %s, now it is %s", orNone(old.Storage), orNone(new.Storage))
	}
	if d.elsewhere {
		d.setAside(otherPlatform(old.Platform, new.Platform), 1, d.lab().Line)
	}
}

func orNone(s string) string {
	if s == "" {
		return "none"
	}
	return s
}

// snippets compares what became of snippets and commands. Those of a page that
// was edited are brought together by what they say.
func (d *differ) snippets() {
	old, new := unitsOf(d.old), unitsOf(d.new)
	pairs := align(keysOf(old), keysOf(new))
	outputs := map[int]*output{}
	for _, p := range pairs {
		if p.old >= 0 && p.new >= 0 && new[p.new].command >= 0 {
			outputs[p.new] = d.output(old[p.old], new[p.new])
		}
	}
	d.late(outputs)
	for _, p := range pairs {
		switch {
		case p.old < 0:
			n := new[p.new]
			d.add(d.at(n.result.Number, n.command), n.first(), "%s is new", n.what()).Edit = true
		case p.new < 0:
			o := old[p.old]
			d.add(d.lab(), o.first(), "%s is gone", o.what()).Edit = true
		case new[p.new].command < 0:
			d.snippet(old[p.old], new[p.new])
		default:
			d.command(old[p.old], new[p.new], outputs[p.new])
		}
	}
}

// A unit is a snippet's own result (command -1), or that of one of its
// commands.
type unit struct {
	command int
	result  *content.SnippetResult
}

func unitsOf(r *content.Record) (all []unit) {
	for i := range r.Snippets {
		s := &r.Snippets[i]
		all = append(all, unit{-1, s})
		for j := range s.Commands {
			all = append(all, unit{j, s})
		}
	}
	return all
}

func keysOf(units []unit) []string {
	keys := make([]string, len(units))
	for i, u := range units {
		keys[i] = u.result.Kind + "\x00" + u.result.File
		if u.command >= 0 {
			keys[i] = u.of().Text
		}
	}
	return keys
}

func (u unit) of() *content.CommandResult { return &u.result.Commands[u.command] }

func (u unit) first() string {
	if u.command < 0 {
		return ""
	}
	first, _, _ := strings.Cut(u.of().Text, "\n")
	return first
}

func (u unit) what() string {
	switch {
	case u.command >= 0:
		return "the command"
	case u.result.File != "":
		return "file " + u.result.File
	}
	return "the snippet (" + u.result.Kind + ")"
}

func (d *differ) snippet(o, n unit) {
	at, old, new := d.at(n.result.Number, -1), o.result, n.result
	switch {
	case old.Verdict != new.Verdict:
		d.add(at, "", "the snippet was %s, now it is %s", old.Verdict, new.Verdict).Edit = true
	case old.Reason != new.Reason:
		d.add(at, "", "the snippet is skipped for another reason").Edit = true
	case old.Digest != new.Digest:
		d.add(at, "", "file %s has other contents", new.File).Edit = true
	case new.Kind != info.Included.String() && old.Text != new.Text && old.Text != "": // the digest is that of the new one
		d.add(at, "", "the text of file %s is not what the record shows", new.File)
	case new.Kind == info.Included.String() && old.Text != new.Text:
		if details := d.text(at.Line, old.Text, new.Text); details != nil {
			d.add(at, "", "file %s has other contents here", new.File).Details = details
		}
	}
}

func (d *differ) command(o, n unit, out *output) {
	at, old, new := d.at(n.result.Number, n.command), o.of(), n.of()
	if old.Exit != new.Exit {
		d.add(at, n.first(), "exited with %d, now with %d", old.Exit, new.Exit).of(old, new)
		return
	}
	if slices.Equal(old.Output, new.Output) {
		return
	}
	if old.Varies && new.Varies {
		d.setAside(variedOutput, 1, at.Line)
		return
	}
	if out.wild {
		d.setAside(wildText, 1, at.Line)
	}
	if details := d.settle(out.comparison); details != nil {
		change := d.add(at, n.first(), "the output has changed")
		change.Details = details
		change.of(old, new)
	}
}

// measured compares what Docker did. Sizes may differ by a hundredth: time
// stamps within layers alone change them by some bytes.
func (d *differ) measured() {
	old, new := d.old, d.new
	if len(old.Images) != len(new.Images) || len(old.Builds) != len(new.Builds) {
		d.add(d.lab(), "", "there were %s and %s, now %d and %d",
			wording.Count(len(old.Images), "image"), wording.Count(len(old.Builds), "build"), len(new.Images), len(new.Builds))
		return
	}
	for i := range new.Images {
		d.image(&old.Images[i], &new.Images[i])
	}
	for i := range new.Builds {
		d.build(&old.Builds[i], &new.Builds[i])
	}
	refs := func(r *content.Record) (all []string) {
		for _, removed := range r.Removed {
			all = append(all, removed.Ref)
		}
		return all
	}
	if !slices.Equal(refs(old), refs(new)) {
		d.add(d.lab(), "", "the images %q were removed, now %q", refs(old), refs(new))
	}
}

func (d *differ) image(o, n *content.Image) {
	at := d.at(n.Snippet, n.Command)
	change := ""
	switch {
	case o.Ref != n.Ref:
		d.add(at, "", "there was image %s, now it is %s", o.Ref, n.Ref)
		return
	case !near(o.Unpacked, n.Unpacked):
		change = fmt.Sprintf("had %s unpacked, now %s", wording.DecimalSize(o.Unpacked), wording.DecimalSize(n.Unpacked))
	case !near(o.Download, n.Download):
		change = fmt.Sprintf("had %s to download, now %s", wording.DecimalSize(o.Download), wording.DecimalSize(n.Download))
	case len(o.Layers) != len(n.Layers):
		change = fmt.Sprintf("had %s, now %d", wording.Count(len(o.Layers), "layer"), len(n.Layers))
	}
	follows := d.follows()
	switch {
	case change != "" && follows == nil:
		d.add(at, "", "image %s %s", n.Ref, change)
	case change == "" && follows == nil && d.text(at.Line, instructions(o), instructions(n)) != nil:
		d.add(at, "", "the layers of image %s are of other instructions", n.Ref)
	case len(o.Layers) != len(n.Layers):
		d.setAside(follows.layer, 1, at.Line)
	case change != "":
		d.setAside(follows.size, 1, at.Line)
	case o.Unpacked != n.Unpacked || o.Download != n.Download:
		d.setAside(nearSize, 1, at.Line)
	}
}

func (d *differ) build(o, n *content.Build) {
	at := d.at(n.Snippet, n.Command)
	switch {
	case o.Image != n.Image || o.Failed != n.Failed || len(o.Steps) != len(n.Steps):
		d.add(at, "", "the build of %s has changed", n.Image)
	case CachedSteps(o) != CachedSteps(n):
		d.add(at, "", "the build of %s took steps %s from the cache, now %s", n.Image, CachedSteps(o), CachedSteps(n))
	case !d.elsewhere && d.text(at.Line, stepNames(o), stepNames(n)) != nil:
		d.add(at, "", "the build of %s has other steps", n.Image)
	case !near(o.Context, n.Context):
		d.add(at, "", "the build context of %s was %s, now %s", n.Image, wording.DecimalSize(o.Context), wording.DecimalSize(n.Context))
	case o.Context != n.Context:
		d.setAside(nearSize, 1, at.Line)
	}
}

// instructions lists what an image's layers were made by, in lines.
func instructions(i *content.Image) string {
	var b strings.Builder
	for _, l := range i.Layers {
		b.WriteString(l.Instruction + "\n")
	}
	return b.String()
}

// stepNames lists the steps of a build that its Dockerfile has, in lines. Stages
// may be built in any order, and a base image by any digest.
func stepNames(b *content.Build) string {
	var names []string
	for _, step := range b.Steps {
		if stepNumber.MatchString(step.Name) {
			name, _, _ := strings.Cut(step.Name, "@sha256:")
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return strings.Join(names, "\n") + "\n"
}

func near(a, b int64) bool {
	diff := a - b
	return 100*max(diff, -diff) <= max(a, b)
}

// files compares the lab's directory at the lab's end.
func (d *differ) files() {
	for _, n := range d.new.Files {
		at := d.writerOf(n.Path)
		i := slices.IndexFunc(d.old.Files, func(o content.RecordFile) bool { return o.Path == n.Path })
		if i < 0 {
			d.add(at, "", "file %s is new at the lab's end", n.Path)
			continue
		}
		switch o := d.old.Files[i]; {
		case o.Mode != n.Mode:
			d.add(at, "", "file %s had mode %s at the lab's end, now %s", n.Path, o.Mode, n.Mode)
		case (n.Text == nil) != (o.Text == nil):
			d.add(at, "", "file %s has other contents at the lab's end", n.Path)
		case n.Text == nil && o.Digest != n.Digest:
			d.setAside(noText, 1, at.Line)
		case n.Text != nil && *n.Text != *o.Text:
			if details := d.text(at.Line, *o.Text, *n.Text); details != nil {
				d.add(at, "", "file %s has other contents at the lab's end", n.Path).Details = details
			}
		}
	}
	for _, o := range d.old.Files {
		if !slices.ContainsFunc(d.new.Files, func(n content.RecordFile) bool { return n.Path == o.Path }) {
			d.add(d.lab(), "", "file %s is gone at the lab's end", o.Path)
		}
	}
}

// writerOf is the last snippet that has written a file, or the lab.
func (d *differ) writerOf(file string) content.Pos {
	for _, s := range slices.Backward(d.new.Snippets) {
		if s.File != "" && s.File == file && s.Kind != info.Included.String() {
			return d.at(s.Number, -1)
		}
	}
	return d.lab()
}

// stepNumber takes a step's name apart: "[2/5] …", "[build 2/5] …".
var stepNumber = regexp.MustCompile(`^\[(?:([^\]]+) )?(\d+)/\d+\]`)

// CachedSteps writes which steps of a build's last stage were cached, FROM,
// which is step 1, left out: "2-4", or "none".
func CachedSteps(b *content.Build) string {
	stage := ""
	for _, step := range b.Steps {
		if m := stepNumber.FindStringSubmatch(step.Name); m != nil {
			stage = m[1]
		}
	}
	var cached []int
	for _, step := range b.Steps {
		m := stepNumber.FindStringSubmatch(step.Name)
		if m == nil || m[1] != stage || !step.Cached {
			continue
		}
		if n, _ := strconv.Atoi(m[2]); n > 1 {
			cached = append(cached, n)
		}
	}
	return Ranges(cached)
}

// Ranges writes numbers as ranges: "2-4, 6", or "none".
func Ranges(numbers []int) string {
	slices.Sort(numbers)
	numbers = slices.Compact(numbers)
	var parts []string
	for i := 0; i < len(numbers); {
		j := i
		for j+1 < len(numbers) && numbers[j+1] == numbers[j]+1 {
			j++
		}
		if i == j {
			parts = append(parts, strconv.Itoa(numbers[i]))
		} else {
			parts = append(parts, fmt.Sprintf("%d-%d", numbers[i], numbers[j]))
		}
		i = j + 1
	}
	if parts == nil {
		return "none"
	}
	return strings.Join(parts, ", ")
}
