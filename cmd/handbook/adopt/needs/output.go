package needs

import (
	"regexp"
	"strings"
)

// steady matches commands whose output is the same on every computer. Old
// output of other commands is not expected; the page shows the new output.
var steady = regexp.MustCompile(`^(?:echo|printf|pwd|whoami|true|false|seq|expr|basename|dirname|docker (?:container )?(?:stop|start|rm|kill|restart|pause|unpause|rename)|docker volume (?:create|rm)|docker network rm|docker (?:image )?tag)(?: |$)`)

var (
	pulled  = regexp.MustCompile(`^(?:Unable to find image|[\w.-]+: Pulling from|[0-9a-f]{12}: |Digest: sha256:|Status: (?:Downloaded|Image))`)
	leftOut = regexp.MustCompile(`(?i)^\s*(?:\.{2,}|…|(?:\. ){2,}\.?|<\s*snip(?:ped)?\s*>|\[?\.\.\.?\s*snip.*|\[\.\.\.\]|\(?\.\.\..*\)|# .*omitted.*|<.*output.*>|\[(?:snip|output).*\]|etc\.*|# output .*)\s*$`)
	catRE   = regexp.MustCompile(`^cat ([\w./-]+)$`)
	// volatile matches text that differs each time.
	volatile = []*regexp.Regexp{
		regexp.MustCompile(`\b(?:sha256:)?[0-9a-f]{12,64}\b`),
		regexp.MustCompile(`\b\d{4}[-/]\d\d[-/]\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?`),
		regexp.MustCompile(`\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)\w* (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\w* +\d+ \d\d:\d\d:\d\d(?: \w+)? \d{4}`),
		regexp.MustCompile(`\b\d\d:\d\d:\d\d(?:\.\d+)?\b`),
		regexp.MustCompile(`\b\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}\b`),
		regexp.MustCompile(`\b(?:[0-9a-f]{2}:){5}[0-9a-f]{2}\b`),
		regexp.MustCompile(`\b\d+(?:\.\d+)? ?(?:ms|s|secs?|seconds?|minutes?|hours?|days?|weeks?|months?|years?|[kKMG]i?B|bytes)\b(?: ago)?`),
		regexp.MustCompile(`\b[a-z]+_[a-z]+\d?\b`), // names that Docker makes up
		regexp.MustCompile(`\bv?\d+\.\d+\.\d+(?:[-+.\w]*)?\b`),
	}
)

// Files reports whether the page has written a file.
type Files func(name string) bool

// Expect returns the output that can be expected of a command today: lines
// with wildcards, or none.
func Expect(text string, output []string, files Files) []string {
	if len(output) == 0 {
		return nil
	}
	t := plain(text)
	open := []string{"..."}
	var lines []string
	hadPull := false
	for _, line := range output {
		line = strings.TrimRight(line, " \t")
		switch {
		case pulled.MatchString(line):
			hadPull = true
		case leftOut.MatchString(line):
			lines = append(lines, "...")
		default:
			lines = append(lines, line)
		}
	}
	for len(lines) > 0 && lines[0] == "" {
		lines = lines[1:]
	}
	image, rest, foreground := ranImage(strings.Fields(t))
	_, _, detached := Image(t)
	m := catRE.FindStringSubmatch(t)
	switch {
	case detached:
		return open
	case foreground && image != "" && says(rest, lines):
		return append(open, wild(lines)...) // the image may have to be pulled first
	case strings.Contains(t, "--help"):
		return open
	case steady.MatchString(t) && len(lines) <= 8 && !strings.Contains(t, "$(") && !hadPull:
		return wild(lines)
	case m != nil && files != nil && files(m[1]):
		return wild(lines)
	}
	return open
}

// tables are the heads of tables, with the commands that print them.
var tables = []struct{ head, command *regexp.Regexp }{
	{regexp.MustCompile(`^CONTAINER ID\s+IMAGE`), regexp.MustCompile(`^docker (?:ps|container (?:ls|list|ps))(?: |$)`)},
	{regexp.MustCompile(`^REPOSITORY\s+TAG`), regexp.MustCompile(`^docker (?:images|image (?:ls|list))(?: |$)`)},
	{regexp.MustCompile(`^NETWORK ID\s`), regexp.MustCompile(`^docker network (?:ls|list)(?: |$)`)},
	{regexp.MustCompile(`^DRIVER\s+VOLUME NAME`), regexp.MustCompile(`^docker volume (?:ls|list)(?: |$)`)},
}

var inlineRE = regexp.MustCompile("`([^`\n]+)`")

// Told returns the command in a text that prints an old output, if the last command
// before does not, as in "if you run `docker volume ls`, you see:".
func Told(text, before string, output []string) string {
	for _, t := range tables {
		if len(output) == 0 || !t.head.MatchString(output[0]) {
			continue
		}
		for _, line := range strings.Split(before, "\n") {
			if strings.Contains(line, ";") || strings.Contains(line, "&&") || t.command.MatchString(plain(line)) {
				return ""
			}
		}
		said := inlineRE.FindAllStringSubmatch(text, -1)
		for i := len(said) - 1; i >= 0; i-- {
			if t.command.MatchString(said[i][1]) && !strings.ContainsAny(said[i][1], "<[…") {
				return said[i][1]
			}
		}
	}
	return ""
}

// says reports whether a command only echoes the text that the page shows
// below it.
func says(rest, lines []string) bool {
	if len(rest) < 2 || rest[0] != "echo" || len(lines) != 1 {
		return false
	}
	said := strings.Trim(strings.Join(rest[1:], " "), `"'`)
	return lines[0] == said
}

// wild replaces volatile text by wildcards.
func wild(lines []string) []string {
	out := make([]string, len(lines))
	for i, line := range lines {
		for _, re := range volatile {
			line = re.ReplaceAllString(line, "[..]")
		}
		for strings.Contains(line, "[..][..]") {
			line = strings.ReplaceAll(line, "[..][..]", "[..]")
		}
		out[i] = line
	}
	return out
}

// Same reports whether two outputs are similar apart from volatile text: most
// words of the old one occur in the new one.
func Same(old, now []string) bool {
	words := map[string]bool{}
	for _, line := range wild(now) {
		for _, w := range strings.Fields(line) {
			words[w] = true
		}
	}
	all, found := 0, 0
	for _, line := range wild(old) {
		if pulled.MatchString(line) || leftOut.MatchString(line) || strings.Contains(line, "[..]: ") {
			continue
		}
		for _, w := range strings.Fields(line) {
			if strings.Contains(w, "[..]") || len(w) < 2 {
				continue
			}
			all++
			if words[w] {
				found++
			}
		}
	}
	return all == 0 || found*10 >= all*7
}
