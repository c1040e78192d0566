package compare

import (
	"regexp"
	"strings"
)

// A block is several lines about one thing, of which there are others behind it, in
// an order that says nothing.
type block struct {
	first *regexp.Regexp // matches the key of its first line
	// last reports whether a line is its last one, or the first one behind it.
	last func(first, line string) bool
}

var blocks = []block{
	{ // an object of JSON in one whose names are ids
		first: regexp.MustCompile(`^ *"<id>": \{$`),
		last: func(first, line string) bool {
			return strings.TrimSuffix(line, ",") == first[:len(first)-len(strings.TrimLeft(first, " "))]+"}"
		},
	},
	{ // what a server of names answers, on addresses of IPv4 and of IPv6
		first: regexp.MustCompile(`^(?:Non-authoritative answer:|Name:.*)$`),
		last:  func(_, line string) bool { return line == "" },
	},
}

// sortBlocks adds blocks that begin with the first of these lines, and returns how
// many lines they are.
func (s *normalized) sortBlocks(at int, lines []normalizedLine) (n int) {
	start := len(s.lines)
	for _, b := range blocks {
		for n < len(lines) && b.first.MatchString(lines[n].key) {
			end := n + 1
			for end < len(lines) && !b.last(lines[n].key, lines[end].key) {
				end++
			}
			if end == len(lines) {
				break
			}
			s.addBlock(at+n, lines[n:end+1])
			n = end + 1
		}
		if n > 0 {
			s.sort(start)
			return n
		}
	}
	return 0
}

func (s *normalized) addBlock(at int, lines []normalizedLine) {
	var keys strings.Builder
	for i := range lines {
		if i == len(lines)-1 {
			lines[i].key = strings.TrimSuffix(lines[i].key, ",") // which the last of all has not
		}
		keys.WriteString(lines[i].key + "\n")
	}
	for i, line := range lines {
		line.item = keys.String()
		s.add(at+i, line)
	}
}

var (
	beginsKey = regexp.MustCompile(`^ *-----BEGIN [A-Z0-9 ]+-----$`)
	endsKey   = regexp.MustCompile(`^ *-----END [A-Z0-9 ]+-----$`)
)

// pem adds a key or a certificate that begins with the first of these lines, and
// returns how many lines it is. Its text counts as one line.
func (s *normalized) pem(at int, lines []normalizedLine) int {
	if !beginsKey.MatchString(lines[0].key) {
		return 0
	}
	var text []string
	for i, line := range lines[1:] {
		if !endsKey.MatchString(line.key) {
			text = append(text, line.text)
			continue
		}
		s.add(at, lines[0])
		if len(text) > 0 {
			all := strings.Join(text, "\n")
			s.add(at+1, normalizedLine{key: "<key>", text: all, raw: all, taken: []taken{{"key", "keys", all}}})
		}
		s.add(at+1+i, line)
		return i + 2
	}
	return 0
}

var (
	// Commands that print the numbers of processes, and how long a transfer took.
	printsPID  = regexp.MustCompile(`(?:^|[|;&({] *|\bthen |\bdo )(?:pgrep(?: +-[a-bd-z]\S*)*(?: [^-]|$)|pidof )|\becho\b[^|;&]*\$(?:\$|!|PPID\b|BASHPID\b)`)
	printsTime = regexp.MustCompile(`%\{time_\w+\}`)

	number  = regexp.MustCompile(`\b\d{2,7}\b`)
	decimal = regexp.MustCompile(`\b\d+\.\d{3,}\b`)
)

// ofCommand takes out of a line what is volatile since a certain command has printed
// it.
func ofCommand(command string, l normalizedLine) normalizedLine {
	out := func(pattern *regexp.Regexp, name, many, as string) {
		l.key = pattern.ReplaceAllStringFunc(l.key, func(s string) string {
			l.taken = append(l.taken, taken{name, many, s})
			return as
		})
	}
	if printsPID.MatchString(command) {
		out(number, "process number", "process numbers", "<pid>")
	}
	if printsTime.MatchString(command) {
		out(decimal, "duration", "durations", "<duration>")
	}
	return l
}
