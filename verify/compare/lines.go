package compare

import (
	"regexp"
	"slices"
	"strings"

	"handbook/content/sgr"
)

// A normalized is an output with its volatile text taken out.
type normalized struct {
	lines   []normalizedLine
	order   []int      // where the lines stood
	fetched int        // lines about how something is downloaded, which are left out
	own     int        // repeated requests of containers to themselves, which are left out
	free    int        // rows that are free above what stands at the bottom of the terminal
	command string     // that has printed it
	git     bool       // git has printed it, with its short ids
	built   bool       // the whole build context is compared by itself
	follows *following // what sizes of images that differ follow from, nil if from what the lab does
}

type normalizedLine struct {
	key   string // what is compared
	text  string // as printed, without colours
	raw   string
	taken []taken
	item  string // what it is about, of several things that go on side by side
	cells []cell // of a row of a table, or of a line about a size
}

// A taken is volatile text that was taken out of a line.
type taken struct{ name, many, text string }

func (s normalized) keys() []string {
	return collect(s.lines, func(l normalizedLine) string { return l.key })
}

func (s normalized) texts() []string {
	return collect(s.lines, func(l normalizedLine) string { return l.text })
}

func collect(lines []normalizedLine, of func(normalizedLine) string) []string {
	all := make([]string, len(lines))
	for i, l := range lines {
		all[i] = of(l)
	}
	return all
}

// normalize takes the volatile text out of an output. Tables are taken apart by
// column, and lines of things that go on side by side are put in an order.
func (s normalized) normalize(output []string) normalized {
	lines := make([]normalizedLine, len(output))
	for i, raw := range output {
		lines[i] = normalizeLine(raw)
		lines[i] = ofCommand(s.command, lines[i])
		if s.git {
			lines[i] = shortIDs(lines[i])
		}
		if s.built {
			lines[i] = withoutSent(lines[i])
		}
	}
	lines = s.withoutFree(lines)
	for i := 0; i < len(lines); {
		n := s.table(i, lines[i:])
		if n == 0 {
			n = s.sideBySide(i, lines[i:])
		}
		if n == 0 {
			n = s.jobEnded(i, lines[i:])
		}
		if n == 0 {
			n = s.sortBlocks(i, lines[i:])
		}
		if n == 0 {
			n = s.pem(i, lines[i:])
		}
		if n == 0 {
			s.add(i, lines[i])
			n = 1
		}
		i += n
	}
	s.foldOwn()
	totalSlack(s.lines)
	s.foldFree()
	return s
}

// foldOwn makes one of the same requests, in a container's log, from the container
// itself: its health check asks as often as there is time.
func (s *normalized) foldOwn() {
	if !readsLog.MatchString(s.command) {
		return
	}
	for i := len(s.lines) - 1; i > 0; i-- {
		if s.lines[i].key == s.lines[i-1].key && ownRequest.MatchString(s.lines[i].key) {
			s.lines, s.order = slices.Delete(s.lines, i, i+1), slices.Delete(s.order, i, i+1)
			s.own++
		}
	}
}

var (
	readsLog   = regexp.MustCompile(`\bdocker\b.*\b(?:logs|up|attach)\b`)
	ownRequest = regexp.MustCompile(`(?:^|\| )(?:<date> )?(?:127\.0\.0\.1|::1) - \S+ \[<date>[^\]]*\] "`)
)

// foldFree makes one of the free rows above the last line. A program writes to the
// bottom of the terminal: how many rows are free above that depends on all the lines
// before.
func (s *normalized) foldFree() {
	last := len(s.lines) - 1
	first := last
	for first > 0 && s.lines[first-1].key == "" {
		first--
	}
	if last-first < 2 {
		return
	}
	s.free = last - first
	s.lines, s.order = slices.Delete(s.lines, first+1, last), slices.Delete(s.order, first+1, last)
}

// withoutFree takes the free rows out of what compose has printed. Its menu stands at
// the bottom of the terminal, and what is printed then goes on below that.
func (s *normalized) withoutFree(lines []normalizedLine) []normalizedLine {
	if !slices.ContainsFunc(lines, func(l normalizedLine) bool { return compose.is.MatchString(l.key) }) {
		return lines
	}
	all := len(lines)
	lines = slices.DeleteFunc(lines, func(l normalizedLine) bool { return l.key == "" })
	s.free = all - len(lines)
	return lines
}

// add adds a line that stood at a place.
func (s *normalized) add(at int, line normalizedLine) {
	s.lines, s.order = append(s.lines, line), append(s.order, at)
}

// normalizeLine replaces the volatile text in a line of output by its kind. What
// stands beside it in a column moves with its length: there, blanks within the
// line count as one.
func normalizeLine(raw string) normalizedLine {
	l := normalizedLine{text: sgr.Unstyled(raw), raw: raw}
	l.key, l.taken = takeOut(l.text)
	if l.taken != nil {
		rest := strings.TrimLeft(l.key, " ")
		l.key = l.key[:len(l.key)-len(rest)] + blanks.ReplaceAllString(rest, " ")
	}
	if m := countRE.FindStringSubmatch(l.key); m != nil && m[2] == m[3] {
		l.key = m[1] + "<all>"
		l.taken = append(l.taken, taken{"number of what compose does", "numbers of what compose does", m[2]})
	}
	for _, re := range []*regexp.Regexp{totalRE, partRE} {
		if m := re.FindStringSubmatch(l.text); m != nil {
			l.cells = []cell{{key: m[1]}, {key: m[2], size: true}}
		}
	}
	return l
}

// countRE is how many things compose has done, of how many. The things stand below,
// layers among them that are left out.
var countRE = regexp.MustCompile(`^(\[\+\] \w+ )(\d+)/(\d+)$`)

// shortIDs takes out the short ids by which git calls commits.
func shortIDs(l normalizedLine) normalizedLine {
	l.key = shortID.ReplaceAllStringFunc(l.key, func(s string) string {
		if !strings.ContainsAny(s, "0123456789") {
			return s
		}
		l.taken = append(l.taken, taken{"id", "ids", s})
		return "<id>"
	})
	return l
}

// withoutSent takes out how much of a build context was sent: BuildKit keeps that of
// the build before, and asks for what has changed since, unless it still clears up
// after that build. Then it asks for all.
func withoutSent(l normalizedLine) normalizedLine {
	if m := sentRE.FindStringSubmatch(l.key); m != nil {
		l.key = m[1] + "<size> " + strings.TrimLeft(m[3], " ")
		l.taken = append(l.taken, taken{"part of a context that was sent", "parts of contexts that were sent", m[2]})
	}
	return l
}

var sentRE = regexp.MustCompile(`^(.*\btransferring context: )(\d+(?:\.\d+)?[kMGT]?B)(.*)$`)

var shortID = regexp.MustCompile(`\b[0-9a-f]{7,11}\b`)

var blanks = regexp.MustCompile(` {2,}`)

// takeOut takes the volatile text out of a text.
func takeOut(text string) (rest string, all []taken) {
	rest = text
	for _, v := range volatile {
		rest = v.is.ReplaceAllStringFunc(rest, func(s string) string {
			if v.only != nil && !v.only(s) {
				return s
			}
			all = append(all, taken{v.name, v.many, s})
			return v.is.ReplaceAllString(s, v.as)
		})
	}
	return rest, all
}
