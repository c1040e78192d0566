package verify

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// volatile is text that is another one each time, and no change: a short
// table, told to authors in the guide on verification, which a test compares
// with it. The order matters: what comes first takes what later entries would
// take a part of.
var volatile = []struct {
	name, many string
	is         *regexp.Regexp
	as         string                 // may name groups of is
	only       func(text string) bool // keeps what only looks so; may be nil
	examples   []string
}{
	{name: "UUID", many: "UUIDs", as: "<uuid>",
		is:       regexp.MustCompile(`\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b`),
		examples: []string{"1b4e28ba-2fa1-11d2-883f-0016d3cca427"}},
	{name: "digest", many: "digests", as: "sha256:<digest>",
		is:       regexp.MustCompile(`\bsha256:[0-9a-f]{7,64}\b`),
		examples: []string{"sha256:3b7e1f0c9a2d"}},
	{name: "id", many: "ids", as: "<id>", only: isID,
		is:       regexp.MustCompile(`\b[0-9a-f]{12,64}\b`),
		examples: []string{"5f0a1b2c3d4e"}},
	// A container's id, or a layer's, is all digits once in 300 times. It
	// stands in a column, alone, or before what is done with a layer.
	{name: "id", many: "ids", as: "$1<id>$2",
		is: regexp.MustCompile(`(^|  )\d{12}(  |$|: (?:Already exists|Download|Extracting|Layer already exists|Mounted from|Prepar|Pull|Push|Verifying|Waiting))`)},
	{name: "MAC address", many: "MAC addresses", as: "<mac>",
		is:       regexp.MustCompile(`\b(?:[0-9a-f]{2}:){5}[0-9a-f]{2}\b`),
		examples: []string{"02:42:ac:11:00:02"}},
	{name: "date", many: "dates", as: "<date>",
		is:       regexp.MustCompile(`\b\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?)?(?: ?(?:Z|UTC|[+-]\d\d:?\d\d))*`),
		examples: []string{"2026-11-24", "2026-11-24T03:42:16Z"}},
	{name: "date", many: "dates", as: "<date>",
		is:       regexp.MustCompile(`\b(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? )?\d{1,2}[ /-](?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*[ /-]\d{4}(?:[ :,]+\d\d:\d\d(?::\d\d)?)?(?: (?:GMT|UTC|[+-]\d{4}))*`),
		examples: []string{"Tue, 24 Nov 2026 03:42:16 GMT"}},
	{name: "date", many: "dates", as: "<date>",
		is:       regexp.MustCompile(`\b(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? )?(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]* +\d{1,2}\b(?:,? \d{4}\b)?(?:[ :,]+\d\d:\d\d(?::\d\d)?)?(?: (?:GMT|UTC|[+-]\d{4}))*(?: \d{4}\b)?`),
		examples: []string{"Nov 24 04:07"}},
	{name: "time of day", many: "times of day", as: "<time>",
		is:       regexp.MustCompile(`\b\d\d:\d\d:\d\d(?:[.,]\d+)?\b`),
		examples: []string{"03:42:16"}},
	{name: "age", many: "ages", as: "<age>",
		is:       regexp.MustCompile(`\b(?:\d+|[Aa]bout an?|[Aa]n?|[Ll]ess than a) (?:second|minute|hour|day|week|month|year)s?(?: ago)?\b`),
		examples: []string{"2 minutes ago", "About an hour"}},
	{name: "duration", many: "durations", as: "<duration>",
		is:       regexp.MustCompile(`\b\d+(?:\.\d+)? ?(?:ns|µs|us|ms|s|secs?|seconds?)\b|\b(?:\d+h)?\d+m\d+(?:\.\d+)?s\b`),
		examples: []string{"0.4s", "12 ms", "1m2.345s"}},
	{name: "speed", many: "speeds", as: "<speed>",
		is:       regexp.MustCompile(`\b\d+(?:\.\d+)? ?[kKMG]i?B/s(?:ec)?\b`),
		examples: []string{"1.2 MB/s"}},
	{name: "private address", many: "private addresses", as: "<address>",
		is:       regexp.MustCompile(`\b(?:10\.\d{1,3}|172\.(?:1[6-9]|2\d|3[01])|192\.168)\.\d{1,3}\.\d{1,3}\b`),
		examples: []string{"172.17.0.2"}},
	// A number in the range of the ports that systems choose is one only
	// where a port stands.
	{name: "port", many: "ports", as: "$1<port>",
		is:       regexp.MustCompile(`(:|\b[Pp]ort:? |Port": ")(?:3276[89]|327[7-9]\d|32[89]\d\d|3[3-9]\d{3}|[45]\d{4}|60\d{3})\b`),
		examples: []string{"localhost:49153", "port 49153"}},
	{name: "temporary path", many: "temporary paths", as: "/tmp/<name>",
		is:       regexp.MustCompile(`/tmp/[A-Za-z0-9._-]+`),
		examples: []string{"/tmp/tmp.Ab3xYz"}},
	{name: "job", many: "jobs", as: "[<job>] <pid>",
		is:       regexp.MustCompile(`^\[\d+\] \d+$`),
		examples: []string{"[1] 4242"}},
}

// isID keeps words that only look like an id: numbers, and words made of the
// letters a to f.
func isID(s string) bool {
	return (len(s) == 12 || len(s) == 32 || len(s) == 40 || len(s) == 64) &&
		strings.ContainsAny(s, "0123456789") && strings.ContainsAny(s, "abcdef")
}

// A settled is an output with its volatile text taken out.
type settled struct {
	lines   []settledLine
	order   []int // where the lines stood
	fetched int   // lines about the download of base images, which are left out
}

type settledLine struct {
	key   string // what is compared
	text  string // as printed, without colours
	raw   string
	taken []taken
}

// A taken is volatile text that was taken out of a line.
type taken struct{ name, text string }

func (s settled) keys() []string {
	return collect(s.lines, func(l settledLine) string { return l.key })
}

func (s settled) texts() []string {
	return collect(s.lines, func(l settledLine) string { return l.text })
}

func collect(lines []settledLine, of func(settledLine) string) []string {
	all := make([]string, len(lines))
	for i, l := range lines {
		all[i] = of(l)
	}
	return all
}

// settle takes the volatile text out of an output. What several things that
// go on at once print has no order of its own, so such lines are sorted:
// BuildKit's steps, and the layers that are pushed or pulled.
func settle(output []string) (s settled) {
	for i := 0; i < len(output); {
		line := settleLine(output[i])
		is := atOnce(line.key)
		if is == nil {
			s.order, s.lines = append(s.order, len(s.lines)), append(s.lines, line)
			i++
			continue
		}
		start := len(s.lines)
		for ; i < len(output); i++ {
			if line = settleLine(output[i]); !is.MatchString(line.key) {
				break
			}
			// How much of a base image came in which piece is not for the page to say.
			if fetching.MatchString(line.key) {
				s.fetched++
				continue
			}
			line.key = strings.Join(strings.Fields(line.key), " ")
			s.order, s.lines = append(s.order, len(s.lines)), append(s.lines, line)
		}
		s.sort(start)
	}
	return s
}

// sort sorts the lines from a place on.
func (s settled) sort(from int) {
	places := slices.Clone(s.order[from:])
	lines := slices.Clone(s.lines[from:])
	by := make([]int, len(lines))
	for i := range by {
		by[i] = i
	}
	slices.SortStableFunc(by, func(a, b int) int { return strings.Compare(lines[a].key, lines[b].key) })
	for to, at := range by {
		s.lines[from+to], s.order[from+to] = lines[at], places[at]
	}
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

// settleLine replaces the volatile text in a line of output by its kind. What
// stands beside it in a column moves with its length, and so do the heads of
// Docker's tables: there, blanks within the line count as one.
func settleLine(raw string) settledLine {
	l := settledLine{text: plainText(raw), raw: raw}
	l.key = l.text
	for _, v := range volatile {
		l.key = v.is.ReplaceAllStringFunc(l.key, func(s string) string {
			if v.only != nil && !v.only(s) {
				return s
			}
			l.taken = append(l.taken, taken{v.name, s})
			return v.is.ReplaceAllString(s, v.as)
		})
	}
	if l.taken != nil || tableHead.MatchString(l.text) {
		rest := strings.TrimLeft(l.key, " ")
		l.key = l.key[:len(l.key)-len(rest)] + blanks.ReplaceAllString(rest, " ")
	}
	return l
}

var (
	tableHead = regexp.MustCompile(`^[A-Z][A-Z /]*(?: {2,}[A-Z][A-Z /]*)+$`)
	blanks    = regexp.MustCompile(` {2,}`)
)

// An Aside is how often something differed that is no change.
type Aside struct {
	Name  string // of one: "duration"
	Many  string // of more: "durations"
	Count int
	Lines []int // of the page, in order, each once
}

// String is "3 durations".
func (a Aside) String() string {
	if a.Count == 1 {
		return "1 " + a.Name
	}
	return fmt.Sprintf("%d %s", a.Count, a.Many)
}

// What is set aside besides volatile text.
var (
	nearSize        = Aside{Name: "size under 1 % off", Many: "sizes under 1 % off"}
	standinMadeAnew = Aside{Name: "stand-in made anew", Many: "stand-ins made anew"}
	variedOutput    = Aside{Name: `output that "varies"`, Many: `outputs that "vary"`}
	fetchedLine     = Aside{Name: "line on a download", Many: "lines on downloads"}
	otherOrder      = Aside{Name: "order of what goes on at once", Many: "orders of what goes on at once"}
	noText          = Aside{Name: "file that is no text", Many: "files that are no text"}
	otherColours    = Aside{Name: "line in other colours", Many: "lines in other colours"}
)

func (d *differ) setAside(what Aside, n, line int) {
	a := d.aside[what.Name]
	if a == nil {
		a = &what
		d.aside[what.Name] = a
	}
	a.Count += n
	if line > 0 && !slices.Contains(a.Lines, line) {
		a.Lines = append(a.Lines, line)
	}
}

// compareAside counts what differs between two lines that are the same but for
// volatile text.
func (d *differ) compareAside(page int, old, new settledLine) {
	if old.raw == new.raw {
		return
	}
	if old.text == new.text {
		d.setAside(otherColours, 1, page)
		return
	}
	told := map[string]bool{}
	for _, v := range volatile {
		if told[v.name] {
			continue
		}
		told[v.name] = true
		o, n := old.takenAs(v.name), new.takenAs(v.name)
		for i := range n {
			if i >= len(o) || o[i] != n[i] {
				d.setAside(Aside{Name: v.name, Many: v.many}, 1, page)
			}
		}
	}
}

func (l settledLine) takenAs(name string) (all []string) {
	for _, t := range l.taken {
		if t.name == name {
			all = append(all, t.text)
		}
	}
	return all
}

// asides are all that was set aside, what there is most of first.
func (d *differ) asides() (all []Aside) {
	for _, a := range d.aside {
		slices.Sort(a.Lines)
		all = append(all, *a)
	}
	slices.SortFunc(all, func(a, b Aside) int {
		if a.Count != b.Count {
			return b.Count - a.Count
		}
		return strings.Compare(a.Name, b.Name)
	})
	return all
}
