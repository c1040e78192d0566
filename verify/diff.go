package verify

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"handbook/content"
)

// A Change is something that a lab does differently than its record says.
type Change struct {
	Line    int    // of the page
	Command string // may be empty
	Msg     string
	Details []string // a diff, if it is about output
}

// Diff compares two records of a page and returns what changed, volatile text
// set aside (see volatile). Times are never a change.
func Diff(old, new *content.Record) []Change {
	var changes []Change
	add := func(line int, command, format string, args ...any) {
		changes = append(changes, Change{Line: line, Command: command, Msg: fmt.Sprintf(format, args...)})
	}
	// Another version of the engine is no change by itself: what it changes
	// shows.
	if old.Machine.Storage != new.Machine.Storage || old.Machine.Platform != new.Machine.Platform {
		add(0, "", "the machine was %s, now it is %s", describe(old.Machine), describe(new.Machine))
	}
	changes = append(changes, diffBases(old.Bases, new.Bases)...)
	if len(old.Snippets) != len(new.Snippets) {
		add(0, "", "there were %s, now %d", plural(len(old.Snippets), "snippet"), len(new.Snippets))
		return changes
	}
	for i, n := range new.Snippets {
		o := old.Snippets[i]
		switch {
		case o.File != n.File:
			add(n.Line, "", "file %s is now called %s", o.File, n.File)
		case o.Kind != n.Kind || o.Verdict != n.Verdict || o.Reason != n.Reason:
			add(n.Line, "", "the snippet was %s, now it is %s", strings.TrimSpace(o.Kind+" "+o.Verdict), strings.TrimSpace(n.Kind+" "+n.Verdict))
		case o.Digest != n.Digest:
			add(n.Line, "", "file %s has other contents", n.File)
		case len(o.Commands) != len(n.Commands):
			add(n.Line, "", "there were %s, now %d", plural(len(o.Commands), "command"), len(n.Commands))
		default:
			for j := range n.Commands {
				changes = append(changes, diffCommand(n.Line, &o.Commands[j], &n.Commands[j])...)
			}
		}
	}
	return append(append(changes, diffMeasured(old, new)...), diffFiles(old.Files, new.Files)...)
}

func diffFiles(old, new []content.RecordFile) (changes []Change) {
	text := func(f content.RecordFile) []string {
		if f.Text == nil {
			return nil
		}
		return settle(splitLines(*f.Text))
	}
	for _, n := range new {
		i := slices.IndexFunc(old, func(o content.RecordFile) bool { return o.Path == n.Path })
		switch {
		case i < 0:
			changes = append(changes, Change{Msg: fmt.Sprintf("file %s is new", n.Path)})
		case old[i].Mode != n.Mode:
			changes = append(changes, Change{Msg: fmt.Sprintf("file %s had mode %s, now %s", n.Path, old[i].Mode, n.Mode)})
		case !slices.Equal(text(old[i]), text(n)) || (n.Text == nil) != (old[i].Text == nil):
			changes = append(changes, Change{Msg: fmt.Sprintf("file %s has other contents", n.Path), Details: explain(text(old[i]), text(n))})
		}
	}
	for _, o := range old {
		if !slices.ContainsFunc(new, func(n content.RecordFile) bool { return n.Path == o.Path }) {
			changes = append(changes, Change{Msg: fmt.Sprintf("file %s is gone", o.Path)})
		}
	}
	return changes
}

// diffMeasured compares what Docker did. Sizes may differ by a hundredth:
// time stamps within layers alone change them by some bytes.
func diffMeasured(old, new *content.Record) (changes []Change) {
	line := func(c content.Cause) int { return new.Snippets[min(c.Snippet, len(new.Snippets)-1)].Line }
	if len(old.Images) != len(new.Images) || len(old.Builds) != len(new.Builds) {
		return []Change{{Msg: fmt.Sprintf("there were %s and %s, now %d and %d",
			plural(len(old.Images), "image"), plural(len(old.Builds), "build"), len(new.Images), len(new.Builds))}}
	}
	for i, n := range new.Images {
		o := old.Images[i]
		if o.Ref != n.Ref || !near(o.Unpacked, n.Unpacked) || !near(o.Download, n.Download) || len(o.Layers) != len(n.Layers) {
			changes = append(changes, Change{Line: line(n.Cause), Msg: fmt.Sprintf("image %s was %s, now %s is %s",
				o.Ref, content.FormatSize(o.Unpacked), n.Ref, content.FormatSize(n.Unpacked))})
		}
	}
	for i, n := range new.Builds {
		o := old.Builds[i]
		switch {
		case o.Image != n.Image || o.Failed != n.Failed || len(o.Steps) != len(n.Steps):
			changes = append(changes, Change{Line: line(n.Cause), Msg: fmt.Sprintf("the build of %s is another one", n.Image)})
		case cachedSteps(&o) != cachedSteps(&n):
			changes = append(changes, Change{Line: line(n.Cause), Msg: fmt.Sprintf("the build of %s took steps %s from the cache, now %s", n.Image, cachedSteps(&o), cachedSteps(&n))})
		case !near(o.Context, n.Context):
			changes = append(changes, Change{Line: line(n.Cause), Msg: fmt.Sprintf("the build context of %s was %s, now %s", n.Image, content.FormatSize(o.Context), content.FormatSize(n.Context))})
		}
	}
	return changes
}

func near(a, b int64) bool {
	d := a - b
	return 100*max(d, -d) <= max(a, b)
}

func describe(m content.RecordMachine) string {
	return strings.TrimSpace(fmt.Sprintf("%s %s %s %s", m.Image, m.Engine, m.Storage, m.Platform))
}

// diffBases compares base images. Stand-ins are made anew on each computer, so
// one has moved only if it is another one by its own words; and it does not
// matter from which mirror an image came.
func diffBases(old, new []content.Base) (changes []Change) {
	for _, n := range new {
		i := slices.IndexFunc(old, func(o content.Base) bool { return o.Image == n.Image })
		switch {
		case i < 0:
			changes = append(changes, Change{Msg: fmt.Sprintf("base image %s is new", n.Image)})
		case old[i].Note != n.Note:
			changes = append(changes, Change{Msg: fmt.Sprintf("base image %s was %s, now it is %s", n.Image, standin(old[i]), standin(n))})
		case n.Note == "" && old[i].Digest != n.Digest:
			changes = append(changes, Change{Msg: fmt.Sprintf("base image %s has moved from %s to %s", n.Image, short(old[i].Digest), short(n.Digest))})
		}
	}
	for _, o := range old {
		if !slices.ContainsFunc(new, func(n content.Base) bool { return o.Image == n.Image }) {
			changes = append(changes, Change{Msg: fmt.Sprintf("base image %s is not used any more", o.Image)})
		}
	}
	return changes
}

func standin(b content.Base) string {
	if b.Note == "" {
		return "the real one"
	}
	return "a stand-in (" + b.Note + ")"
}

func short(digest string) string {
	const n = len("sha256:") + 12
	if len(digest) > n {
		return digest[:n]
	}
	return digest
}

func diffCommand(line int, old, new *content.CommandResult) (changes []Change) {
	first, _, _ := strings.Cut(new.Text, "\n")
	switch {
	case old.Text != new.Text:
		changes = append(changes, Change{Line: line, Command: first, Msg: "the command is another one"})
	case old.Exit != new.Exit:
		changes = append(changes, Change{Line: line, Command: first, Msg: fmt.Sprintf("exited with %d, now with %d", old.Exit, new.Exit)})
	case new.Varies && old.Varies:
	case !slices.Equal(settle(old.Output), settle(new.Output)):
		changes = append(changes, Change{Line: line, Command: first, Msg: "the output is another one", Details: explain(settle(old.Output), settle(new.Output))})
	}
	return changes
}

// settle returns an output with its volatile text replaced. What several
// things that go on at once print has no order of its own, so such lines are
// sorted: BuildKit's steps, and the layers that are pushed or pulled.
func settle(lines []string) []string {
	out := make([]string, 0, len(lines))
	for i := 0; i < len(lines); {
		line := Settle(plainText(lines[i]))
		is := atOnce(line)
		if is == nil {
			out = append(out, line)
			i++
			continue
		}
		start := len(out)
		for ; i < len(lines); i++ {
			if line = Settle(plainText(lines[i])); !is.MatchString(line) {
				break
			}
			// How much of a base image came in which piece is not for the page to say.
			if !fetching.MatchString(line) {
				out = append(out, strings.Join(strings.Fields(line), " "))
			}
		}
		slices.Sort(out[start:])
	}
	return out
}

var (
	buildStep = regexp.MustCompile(`^ ?=> `)
	layerLine = regexp.MustCompile(`^<id>: `)
	fetching  = regexp.MustCompile(`^ => => (?:sha256:|extracting |resolve |# )`)
)

// atOnce returns the pattern of the lines that a line stands among without an
// order, or nil.
func atOnce(line string) *regexp.Regexp {
	switch {
	case buildStep.MatchString(line):
		return buildStep
	case layerLine.MatchString(line):
		return layerLine
	}
	return nil
}

// volatile is text that is another one each time, and no change: a short
// table, documented for authors in the guide. The order matters: what comes
// first takes what later entries would take a part of.
var volatile = []struct {
	name string
	is   *regexp.Regexp
	as   string
}{
	{"digest", regexp.MustCompile(`\bsha256:[0-9a-f]{7,64}\b`), "sha256:<digest>"},
	{"id", regexp.MustCompile(`\b(?:[0-9a-f]{64}|[0-9a-f]{40}|[0-9a-f]{32}|[0-9]*[a-f][0-9a-f]*[0-9][0-9a-f]*)\b`), "<id>"},
	{"UUID", regexp.MustCompile(`\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b`), "<uuid>"},
	{"MAC address", regexp.MustCompile(`\b(?:[0-9a-f]{2}:){5}[0-9a-f]{2}\b`), "<mac>"},
	{"date", regexp.MustCompile(`\b\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?)?(?: ?(?:Z|UTC|[+-]\d\d:?\d\d))*`), "<date>"},
	{"date", regexp.MustCompile(`\b(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? )?\d{1,2}[ /-](?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*[ /-]\d{4}(?:[ :,]+\d\d:\d\d(?::\d\d)?)?(?: (?:GMT|UTC|[+-]\d{4}))*`), "<date>"},
	{"date", regexp.MustCompile(`\b(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? )?(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]* +\d{1,2}\b(?:,? \d{4}\b)?(?:[ :,]+\d\d:\d\d(?::\d\d)?)?(?: (?:GMT|UTC|[+-]\d{4}))*(?: \d{4}\b)?`), "<date>"},
	{"time of day", regexp.MustCompile(`\b\d\d:\d\d:\d\d(?:[.,]\d+)?\b`), "<time>"},
	{"age", regexp.MustCompile(`\b(?:\d+|[Aa]bout an?|[Aa]n?|[Ll]ess than a) (?:second|minute|hour|day|week|month|year)s?(?: ago)?\b`), "<age>"},
	{"duration", regexp.MustCompile(`\b\d+(?:\.\d+)? ?(?:ns|µs|us|ms|s|secs?|seconds?)\b|\b(?:\d+h)?\d+m\d+(?:\.\d+)?s\b`), "<duration>"},
	{"speed", regexp.MustCompile(`\b\d+(?:\.\d+)? ?[kKMG]i?B/s(?:ec)?\b`), "<speed>"},
	{"address", regexp.MustCompile(`\b(?:10\.\d{1,3}|172\.(?:1[6-9]|2\d|3[01])|192\.168)\.\d{1,3}\.\d{1,3}\b`), "<address>"},
	{"port", regexp.MustCompile(`\b(3276[89]|327[7-9]\d|32[89]\d\d|3[3-9]\d{3}|[45]\d{4}|60\d{3})\b`), "<port>"},
	{"temporary path", regexp.MustCompile(`/tmp/[A-Za-z0-9._-]+`), "/tmp/<name>"},
	{"job", regexp.MustCompile(`^\[\d+\] \d+$`), "[<job>] <pid>"},
}

// isID keeps words that only look like an id.
func isID(s string) bool {
	return len(s) == 12 || len(s) == 32 || len(s) == 40 || len(s) == 64
}

// Settle replaces the volatile text in a line of output by its kind. What
// stands beside it in a column moves with its length, and so do the heads of
// Docker's tables: there, blanks within the line count as one.
func Settle(line string) string {
	settled := line
	for _, v := range volatile {
		settled = v.is.ReplaceAllStringFunc(settled, func(s string) string {
			if v.name == "id" && !isID(s) {
				return s
			}
			return v.as
		})
	}
	if settled == line && !tableHead.MatchString(line) {
		return line
	}
	text := strings.TrimLeft(settled, " ")
	return settled[:len(settled)-len(text)] + blanks.ReplaceAllString(text, " ")
}

var (
	tableHead = regexp.MustCompile(`^[A-Z][A-Z /]*(?: {2,}[A-Z][A-Z /]*)+$`)
	blanks    = regexp.MustCompile(` {2,}`)
)
