package record

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"handbook/content/config"
	"handbook/content/info"
	"handbook/content/wording"
)

// Limits on the numbers in a record: more than any lab needs, and small enough
// that sums do not overflow.
const (
	mostSeconds = 1e7
	mostBytes   = 1 << 50
	mostCount   = 1 << 30
)

// kinds are those of snippets.
var kinds = func() (all []string) {
	for role := info.Shown; role <= info.Included; role++ {
		all = append(all, role.String())
	}
	return all
}()

// values checks for values that no run writes, since code that handles records
// relies on them.
type values struct{ wrong error }

func (v *values) within(what string, n, least, most float64) {
	if v.wrong == nil && (n < least || n > most) {
		v.wrong = fmt.Errorf("not a record: %s is %s", what, strconv.FormatFloat(n, 'g', -1, 64))
	}
}

func (v *values) among(what, word string, known ...string) {
	if v.wrong == nil && !slices.Contains(known, word) {
		v.wrong = fmt.Errorf("not a record: %s is %q", what, word)
	}
}

// without returns a function that refuses a string with characters that terminals or
// browsers obey instead of showing them.
func (v *values) without(obeyed func(rune) bool) func(what string, s *string) {
	return func(what string, s *string) {
		if v.wrong == nil && strings.ContainsFunc(*s, obeyed) {
			v.wrong = fmt.Errorf("not a record: %s has a control character: %q", what, *s)
		}
	}
}

// hasValues returns an error if the results have values that no run writes.
func (r *Results) hasValues() error {
	v := new(values)
	v.within("a lab's time", r.Seconds, 0, mostSeconds)
	last := 0
	for i := range r.Snippets {
		s := &r.Snippets[i]
		if s.Number <= last && v.wrong == nil { // results are searched by number
			v.wrong = fmt.Errorf("not a record: the result of snippet %d comes after that of snippet %d", s.Number, last)
		}
		last = s.Number
		v.snippet(s)
	}
	for i := range r.Images {
		v.image(&r.Images[i])
	}
	for i := range r.Builds {
		v.build(&r.Builds[i])
	}
	for i := range r.Removed {
		v.origin(&r.Removed[i].Origin)
	}
	for i := range r.Files {
		f := &r.Files[i]
		v.within("a file's size", float64(f.Bytes), 0, mostBytes)
		mode, err := strconv.ParseUint(f.Mode, 8, 32)
		if v.wrong == nil && (err != nil || mode > 0o7777) {
			v.wrong = fmt.Errorf("not a record: a file's mode is %q", f.Mode)
		}
	}
	texts{v.without(isObeyed), v.without(wording.Obeyed)}.of(r)
	machines := map[string]bool{}
	for _, c := range r.AllCleanups() {
		v.cleanup(c)
		if v.wrong == nil && (machines[c.Machine] || c.Machine != "" && !config.IsMachineName(c.Machine)) {
			v.wrong = fmt.Errorf("not a record: something is left on the machine %q", c.Machine)
		}
		machines[c.Machine] = true
	}
	return v.wrong
}

func (v *values) snippet(s *SnippetResult) {
	v.within("the number of a snippet", float64(s.Number), 1, mostCount)
	v.within("a snippet's line", float64(s.Line), 0, mostCount)
	v.among("a snippet's kind", s.Kind, kinds...)
	v.among("a snippet's verdict", s.Verdict, Passed, Skipped, Mismatch)
	for i := range s.Commands {
		c := &s.Commands[i]
		v.within("an exit status", float64(c.Exit), -1, 255) // -1: not known
		v.within("a command's time", c.Seconds, 0, mostSeconds)
		v.within("the time until all is ready", c.Ready, 0, mostSeconds)
		v.within("what is left out", float64(c.Cut), 0, mostBytes)
		v.within("the line where output is left out", float64(c.CutAt), 0, float64(len(c.Output)))
		v.within("what was printed behind a command", float64(c.Behind), 0, float64(len(c.Output)))
	}
}

func (v *values) origin(o *Origin) {
	v.within("the snippet of an image", float64(o.Snippet), 0, mostCount)
	v.within("the command of an image", float64(o.Command), 0, mostCount)
}

func (v *values) image(i *Image) {
	v.origin(&i.Origin)
	v.within("an image's size", float64(i.Unpacked), 0, mostBytes)
	v.within("an image's download", float64(i.Download), 0, mostBytes)
	for _, l := range i.Layers {
		v.within("a layer's size", float64(l.Bytes), 0, mostBytes)
	}
}

func (v *values) build(b *Build) {
	v.origin(&b.Origin)
	v.within("a build's time", b.Seconds, 0, mostSeconds)
	v.within("a build's context", float64(b.Context), 0, mostBytes)
	for _, s := range b.Steps {
		v.within("a step's time", s.Seconds, 0, mostSeconds)
	}
}

func (v *values) cleanup(c *Cleanup) {
	v.within("the number of containers without a name", float64(c.Nameless), 0, mostCount)
	for _, l := range c.Left {
		v.left(&l, LeftContainers, LeftUnnamed, LeftVolumes, LeftNetworks, LeftImages, LeftSwarm, LeftBuilders, LeftLogins, LeftFiles)
	}
	for _, choice := range c.Choices {
		v.left(&choice.Left, LeftUnnamed, LeftBases, LeftDangling, LeftAnonymous, LeftCache)
	}
}

func (v *values) left(l *Left, known ...LeftKind) {
	var words []string
	for _, k := range known {
		words = append(words, string(k))
	}
	v.among("what is left", string(l.Kind), words...)
	v.within("how much is left", float64(l.Count), 0, mostCount)
	v.within("the size of what is left", float64(l.Bytes), 0, mostBytes)
}
