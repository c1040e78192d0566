package compare

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"handbook/content"
	"handbook/content/sgr"
)

// An output is the comparison of what a command printed.
type output struct {
	*comparison
	terminal int
	stays    bool // its program keeps the terminal
	beside   bool // something else prints in the terminal, too
	key      bool // of what a key has ended
	retried  bool // what jobs have printed while it failed is not known
	wild     bool // it differs in text under wildcards
}

// background is a command that leaves a job behind, or goes on with one: an "&"
// that is no part of "&&", "&>" or "2>&1".
var background = regexp.MustCompile(`(?:^|[^&|<>\\])&(?:[^&>0-9]|$)|\bbg\b`)

// pressed is a key in the place of a command.
var pressed = regexp.MustCompile(`^\^[A-Z\\]$`)

// quoted is text in which an "&" means nothing.
var quoted = regexp.MustCompile(`'[^']*'|"[^"]*"`)

// jobEnded is the shell's note that a job has ended.
var jobEnded = regexp.MustCompile(`^\[(\d+)\] +(?:Done|Exit \d+|Terminated|Killed|Hangup|Interrupt) +`)

// jobOf names the job that a note is about, however it has ended, "" if the line
// is none.
func jobOf(key string) string {
	m := jobEnded.FindStringSubmatch(key)
	if m == nil {
		return ""
	}
	return m[1] + " " + key[len(m[0]):]
}

// jobEnded adds the note that a job has ended, and returns of how many lines it
// is: the shell writes what the job was as it would format it.
func (s *normalized) jobEnded(at int, lines []normalizedLine) int {
	if !jobEnded.MatchString(lines[0].key) {
		return 0
	}
	note := lines[0]
	n := 1
	for open := strings.Count(note.key, "(") - strings.Count(note.key, ")"); open > 0 && n < len(lines); n++ {
		open += strings.Count(lines[n].key, "(") - strings.Count(lines[n].key, ")")
		note.key += "\n" + lines[n].key
		note.text += "\n" + lines[n].text
	}
	s.add(at, note)
	return n
}

// output compares what a command printed. Text under the wildcards of the
// page's expectation is left out, if that is as it was.
func (d *differ) output(o, n unit) *output {
	old, new := o.of().Output, n.of().Output
	out := &output{terminal: 1, stays: o.of().Stays && n.of().Stays}
	if d.page != nil {
		if s := d.tree.Numbered(n.result.Number); s != nil {
			out.terminal, out.retried = s.Options.Term, s.Options.Retry > 0
			if n.command < len(s.Commands) {
				old, new, out.wild = underWildcards(d.expected(s.Commands[n.command]), old, new)
			}
		}
	}
	out.key = pressed.MatchString(n.of().Text)
	out.beside = out.stays || background.MatchString(quoted.ReplaceAllString(n.of().Text, ""))
	out.comparison = d.compare(d.at(n.result.Number, n.command).Line, n.of().Text, o.builtIn(d.old) && n.builtIn(d.new), old, new)
	return out
}

// builtIn reports whether a record has builds of a command, and so the sizes of their
// whole contexts.
func (u unit) builtIn(r *content.Record) bool {
	return slices.ContainsFunc(r.Builds, func(b content.Build) bool { return b.Snippet == u.result.Number && b.Command == u.command })
}

// expected returns the lines that the page expects of a command, placeholders
// filled in.
func (d *differ) expected(c *content.Command) (lines []string) {
	if c.Expect == nil || d.page.Lab == nil {
		return nil
	}
	bind := d.page.Lab.Placeholders.Binder()
	for _, line := range c.Expect.Lines {
		lines = append(lines, bind(line))
	}
	return lines
}

// underWildcards replaces what stands under the wildcards of an expectation by
// these, if it has some and both outputs are as expected. wild reports whether
// that was different text.
func underWildcards(want, old, new []string) (o, n []string, wild bool) {
	if slices.Equal(old, new) || !slices.ContainsFunc(want, hasWildcard) {
		return old, new, false
	}
	oldLines, oldEnd := Plain(old)
	newLines, newEnd := Plain(new)
	if !Match(want, oldLines) || !Match(want, newLines) {
		return old, new, false
	}
	return slices.Concat(want, oldEnd), slices.Concat(want, newEnd), !slices.Equal(oldLines, newLines)
}

// Plain is an output as expectations are held against it: without colours, and
// without the empty lines at its end.
func Plain(output []string) (lines, end []string) {
	for _, line := range output {
		lines = append(lines, sgr.Unstyled(line))
	}
	n := len(lines)
	for n > 0 && lines[n-1] == "" {
		n--
	}
	return lines[:n], lines[n:]
}

// late brings together what programs that run beside the commands of a terminal
// have printed: a line of theirs may come with one command in one run, and with
// an earlier or a later one in the other.
func (d *differ) late(outputs map[int]*output) {
	byTerminal := map[int][]*output{}
	beside := map[int]bool{}
	for _, i := range slices.Sorted(maps.Keys(outputs)) {
		out := outputs[i]
		if beside[out.terminal] = beside[out.terminal] || out.beside; beside[out.terminal] {
			byTerminal[out.terminal] = append(byTerminal[out.terminal], out)
		}
	}
	for _, outs := range byTerminal {
		var all []*comparison
		for _, out := range outs {
			all = append(all, out.comparison)
		}
		exchange(all, func(c *comparison) { d.setAside(lateLine, 1, c.page) })
		d.never(outs, before)
		d.never(outs, after)
		d.endLate(outs[len(outs)-1])
		for _, out := range outs {
			d.untilKey(out)
		}
	}
}

// never sets aside what one run has and the other need not have: the note that
// a job has ended, which comes with a prompt if there is still one; what was
// printed beside a command that failed and was tried again; the empty lines above
// a menu at the bottom of the screen.
func (d *differ) never(outs []*output, on side) {
	other := map[string]bool{}
	for _, out := range outs {
		for _, key := range out.left(1 - on) {
			other[jobOf(key)] = true
		}
	}
	for _, out := range outs {
		retried := out.retried && len(out.left(1-on)) == 0
		out.drop(on, func(key string) bool {
			job := jobOf(key)
			if !retried && (job == "" || other[job]) && !(out.stays && key == "") {
				return false
			}
			d.setAside(lateLine, 1, out.page)
			return true
		})
	}
}

// endLate sets aside what the last program of a terminal printed when nobody
// waited for it any more: one run may have seen more of it than the other.
func (d *differ) endLate(out *output) {
	if !out.stays {
		return
	}
	last := len(out.pairs)
	for last > 0 && out.pairs[last-1].alone() {
		last--
	}
	rest := out.pairs[last:]
	olds := slices.ContainsFunc(rest, func(p pair) bool { return p.old >= 0 })
	news := slices.ContainsFunc(rest, func(p pair) bool { return p.new >= 0 })
	if len(rest) > 0 && olds != news {
		d.setAside(lateLine, len(rest), out.page)
		out.pairs = out.pairs[:last]
	}
}

// untilKey sets aside what a program has printed again and again, the same but for
// numbers, until a key ended it: as often as there was time.
func (d *differ) untilKey(out *output) {
	if !out.key {
		return
	}
	for at := 2; at < len(out.pairs); at++ {
		end := at
		for end < len(out.pairs) && out.pairs[end].alone() && (out.pairs[end].old < 0) == (out.pairs[at].old < 0) && out.shape(end) == out.shape(at-1) {
			end++
		}
		again := !out.pairs[at-1].alone() && !out.pairs[at-2].alone() && out.shape(at-1) == out.shape(at-2)
		if end > at && again && (end == len(out.pairs) || !out.pairs[end].alone()) {
			d.setAside(lateLine, end-at, out.page)
			out.pairs = slices.Delete(out.pairs, at, end)
		}
	}
}

// shape is a line without its numbers.
func (c *comparison) shape(i int) string {
	p := c.pairs[i]
	if p.old >= 0 {
		return digits.ReplaceAllString(c.old.lines[p.old].key, "")
	}
	return digits.ReplaceAllString(c.new.lines[p.new].key, "")
}
