package verify

import (
	"fmt"
	"slices"
	"strings"

	"handbook/content"
)

// A Difference is what tells two records of a page apart.
type Difference struct {
	Changes []Change
	Aside   []Aside // what differs as well, and is no change
	// Causes are sentences on what else is not as it was, outside the page:
	// what has changed may have come of it.
	Causes []string
}

// A Change is something that a lab does differently than its record says.
type Change struct {
	Pos     content.Pos // in the page
	Command string      // its first line; may be empty
	Msg     string
	Details []string // a diff, if it is about lines
	// Edit means that the page itself is another one at this place: it tells
	// nothing about what its commands do.
	Edit bool
}

// Diff compares two records of a page, volatile text set aside (see
// volatile). Times are never a change. The page is the one that the new record
// is of; without one (nil), places are those of snippets.
func Diff(page *content.Page, old, new *content.Record) Difference {
	d := &differ{page: page, old: old, new: new, aside: map[string]*Aside{}}
	d.machine()
	bases := d.bases()
	d.snippets()
	d.measured()
	d.files()
	if len(d.found.Changes) == 0 {
		// What the page says of its bases is no longer so, even if it did
		// not matter.
		for _, cause := range bases {
			d.add(d.lab(), "", "%s; nothing else has changed", cause)
		}
	} else {
		d.found.Causes = append(bases, d.found.Causes...)
	}
	d.found.Aside = d.asides()
	return d.found
}

// A differ is a comparison that goes on.
type differ struct {
	page     *content.Page
	old, new *content.Record
	found    Difference
	aside    map[string]*Aside
}

func (d *differ) add(at content.Pos, command, format string, args ...any) *Change {
	d.found.Changes = append(d.found.Changes, Change{Pos: at, Command: command, Msg: fmt.Sprintf(format, args...)})
	return &d.found.Changes[len(d.found.Changes)-1]
}

func (d *differ) cause(format string, args ...any) {
	d.found.Causes = append(d.found.Causes, fmt.Sprintf(format, args...))
}

// lab is the place of what belongs to no snippet.
func (d *differ) lab() content.Pos {
	if d.page == nil || d.page.Lab == nil {
		return content.Pos{}
	}
	return d.page.Lab.Pos
}

// at is the place of a command of the new record, or of its snippet if the
// command is -1.
func (d *differ) at(snippet, command int) content.Pos {
	if len(d.new.Snippets) == 0 {
		return d.lab()
	}
	snippet = min(snippet, len(d.new.Snippets)-1)
	at := content.Pos{Line: d.new.Snippets[snippet].Line}
	if d.page == nil {
		return at
	}
	at.File = d.page.File()
	i := -1
	for _, s := range d.page.Snippets {
		if s.Role != content.Shown {
			i++
		}
		if i == snippet {
			if command >= 0 && command < len(s.Commands) {
				return s.Commands[command].Pos
			}
			return at
		}
	}
	return at
}

// machine compares on what the lab ran. Another version of the engine is no
// change by itself, nor is another image of the machine: what they change
// shows.
func (d *differ) machine() {
	old, new := d.old.Machine, d.new.Machine
	if old.Image != new.Image {
		d.cause("the machine's image is another one now: %s → %s", old.Image, new.Image)
	}
	if old.Engine != new.Engine {
		d.cause("the machine's Docker Engine is another one now: %s → %s", orNone(old.Engine), orNone(new.Engine))
	}
	if old.Storage != new.Storage {
		d.add(d.lab(), "", "the machine's storage driver was %s, now it is %s", orNone(old.Storage), orNone(new.Storage))
	}
	if old.Platform != new.Platform {
		d.add(d.lab(), "", "the machine's platform was %s, now it is %s", orNone(old.Platform), orNone(new.Platform))
	}
}

func orNone(s string) string {
	if s == "" {
		return "none"
	}
	return s
}

// bases compares base images and returns sentences on those that are other
// ones. Stand-ins are made anew on each computer, so one has moved only if it
// is another one by its own words; and it does not matter from which mirror an
// image came.
func (d *differ) bases() (moved []string) {
	old, new := d.old.Bases, d.new.Bases
	for _, n := range new {
		i := slices.IndexFunc(old, func(o content.Base) bool { return o.Image == n.Image })
		switch {
		case i < 0:
			d.add(d.lab(), "", "base image %s is new", n.Image)
		case old[i].Note != n.Note:
			moved = append(moved, fmt.Sprintf("%s is %s now, it was %s", n.Image, standin(n), standin(old[i])))
		case n.Note == "" && old[i].Digest != n.Digest:
			moved = append(moved, fmt.Sprintf("%s is another image now: %s → %s", n.Image, short(old[i].Digest), short(n.Digest)))
		case old[i].Digest != n.Digest:
			d.setAside(standinMadeAnew, 1, d.lab().Line)
		}
	}
	for _, o := range old {
		if !slices.ContainsFunc(new, func(n content.Base) bool { return n.Image == o.Image }) {
			d.add(d.lab(), "", "base image %s is not used any more", o.Image)
		}
	}
	return moved
}

func standin(b content.Base) string {
	if b.Note == "" {
		return "the real image"
	}
	return "a stand-in (" + b.Note + ")"
}

func short(digest string) string {
	const n = len("sha256:") + 12
	if len(digest) > n {
		return digest[:n] + "…"
	}
	return digest
}

// snippets compares what became of snippets and commands. Those of a page that
// was edited are brought together by what they say.
func (d *differ) snippets() {
	old, new := unitsOf(d.old), unitsOf(d.new)
	pairs := align(keysOf(old), keysOf(new))
	for _, p := range pairs {
		switch {
		case p.old < 0:
			n := new[p.new]
			d.add(d.at(n.snippet, n.command), n.first(), "%s is new", n.what()).Edit = true
		case p.new < 0:
			o := old[p.old]
			d.add(d.lab(), o.first(), "%s is gone", o.what()).Edit = true
		case new[p.new].command < 0:
			d.snippet(old[p.old], new[p.new])
		default:
			d.command(old[p.old], new[p.new])
		}
	}
}

// A unit is a snippet's own result (command -1), or that of one of its
// commands.
type unit struct {
	snippet, command int
	result           *content.SnippetResult
}

func unitsOf(r *content.Record) (all []unit) {
	for i := range r.Snippets {
		s := &r.Snippets[i]
		all = append(all, unit{i, -1, s})
		for j := range s.Commands {
			all = append(all, unit{i, j, s})
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
	at, old, new := d.at(n.snippet, -1), o.result, n.result
	switch {
	case old.Verdict != new.Verdict:
		d.add(at, "", "the snippet was %s, now it is %s", old.Verdict, new.Verdict).Edit = true
	case old.Reason != new.Reason:
		d.add(at, "", "the snippet is skipped for another reason").Edit = true
	case old.Digest != new.Digest:
		d.add(at, "", "file %s has other contents", new.File).Edit = true
	}
}

func (d *differ) command(o, n unit) {
	at, old, new := d.at(n.snippet, n.command), o.of(), n.of()
	if old.Exit != new.Exit {
		d.add(at, n.first(), "exited with %d, now with %d", old.Exit, new.Exit)
		return
	}
	if slices.Equal(old.Output, new.Output) {
		return
	}
	if old.Varies && new.Varies {
		d.setAside(variedOutput, 1, at.Line)
		return
	}
	if details := d.lines(at.Line, old.Output, new.Output); details != nil {
		d.add(at, n.first(), "the output is another one").Details = details
	}
}

// lines compares lines, sets the volatile aside, and returns a diff, nil if
// there is nothing else.
func (d *differ) lines(page int, old, new []string) []string {
	o, n := settle(old), settle(new)
	pairs := align(o.keys(), n.keys())
	for _, p := range pairs {
		if p.old >= 0 && p.new >= 0 {
			d.compareAside(page, o.lines[p.old], n.lines[p.new])
		}
	}
	if o.fetched != n.fetched {
		d.setAside(fetchedLine, max(o.fetched, n.fetched)-min(o.fetched, n.fetched), page)
	}
	if !slices.ContainsFunc(pairs, func(p pair) bool { return p.old < 0 || p.new < 0 }) {
		if !slices.Equal(o.order, n.order) {
			d.setAside(otherOrder, 1, page)
		}
		return nil
	}
	return printDiff(pairs, o.texts(), n.texts())
}

// measured compares what Docker did. Sizes may differ by a hundredth: time
// stamps within layers alone change them by some bytes.
func (d *differ) measured() {
	old, new := d.old, d.new
	if len(old.Images) != len(new.Images) || len(old.Builds) != len(new.Builds) {
		d.add(d.lab(), "", "there were %s and %s, now %d and %d",
			plural(len(old.Images), "image"), plural(len(old.Builds), "build"), len(new.Images), len(new.Builds))
		return
	}
	for i := range new.Images {
		d.image(&old.Images[i], &new.Images[i])
	}
	for i := range new.Builds {
		d.build(&old.Builds[i], &new.Builds[i])
	}
}

func (d *differ) image(o, n *content.Image) {
	at := d.at(n.Snippet, n.Command)
	switch {
	case o.Ref != n.Ref:
		d.add(at, "", "there was image %s, now it is %s", o.Ref, n.Ref)
	case !near(o.Unpacked, n.Unpacked):
		d.add(at, "", "image %s had %s unpacked, now %s", n.Ref, content.FormatSize(o.Unpacked), content.FormatSize(n.Unpacked))
	case !near(o.Download, n.Download):
		d.add(at, "", "image %s had %s to download, now %s", n.Ref, content.FormatSize(o.Download), content.FormatSize(n.Download))
	case len(o.Layers) != len(n.Layers):
		d.add(at, "", "image %s had %s, now %d", n.Ref, plural(len(o.Layers), "layer"), len(n.Layers))
	case o.Unpacked != n.Unpacked || o.Download != n.Download:
		d.setAside(nearSize, 1, at.Line)
	}
}

func (d *differ) build(o, n *content.Build) {
	at := d.at(n.Snippet, n.Command)
	switch {
	case o.Image != n.Image || o.Failed != n.Failed || len(o.Steps) != len(n.Steps):
		d.add(at, "", "the build of %s is another one", n.Image)
	case cachedSteps(o) != cachedSteps(n):
		d.add(at, "", "the build of %s took steps %s from the cache, now %s", n.Image, cachedSteps(o), cachedSteps(n))
	case !near(o.Context, n.Context):
		d.add(at, "", "the build context of %s was %s, now %s", n.Image, content.FormatSize(o.Context), content.FormatSize(n.Context))
	case o.Context != n.Context:
		d.setAside(nearSize, 1, at.Line)
	}
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
			if details := d.lines(at.Line, splitLines(*o.Text), splitLines(*n.Text)); details != nil {
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
	for i, s := range slices.Backward(d.new.Snippets) {
		if s.File != "" && s.File == file {
			return d.at(i, -1)
		}
	}
	return d.lab()
}
