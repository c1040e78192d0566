package compare

import (
	"regexp"
	"strings"
)

var (
	logBegins    = regexp.MustCompile(`^#\d+ (?:building with |\[)`)
	numberedLine = regexp.MustCompile(`^#(\d+) (.*)$`)
	// A state is printed as often as there is time to, and once more when it is
	// done.
	stateDone = regexp.MustCompile(`^(.*?)(?: <duration>)?(?: done)?$`)
	transfer  = regexp.MustCompile(`^(transferring [^:]+):.*$`)
	// Warnings are told again at the end, and all of them only there.
	warned  = regexp.MustCompile(`^WARN: `)
	fetched = regexp.MustCompile(`^(?:sha256:|extracting |resolve )`)
	elapsed = regexp.MustCompile(`^\d+\.\d+ `)
	stepEnd = regexp.MustCompile(`^(?:DONE|CACHED|CANCELED|ERROR)\b`)
)

// buildLog adds what BuildKit prints where there is no terminal, and returns of
// how many lines it is. Steps that run side by side have the numbers in which
// they began: their lines are put in an order by the steps' names.
//
//	#5 [2/3] RUN make
//	#5 1.557 gcc -c a.c
//	#5 DONE 1.6s
func (s *normalized) buildLog(at int, lines []normalizedLine) int {
	if !logBegins.MatchString(lines[0].key) {
		return 0
	}
	n, start := 0, len(s.lines)
	steps := map[string]string{} // names by number
	seen := map[string]int{}     // where a step's state stands
	for i, line := range lines {
		m := numberedLine.FindStringSubmatch(line.key)
		if m == nil {
			if line.key != "" {
				break
			}
			continue // between steps
		}
		n = i + 1
		number, rest := m[1], m[2]
		name, named := steps[number]
		switch {
		case !named:
			name, rest = rest, ""
			steps[number] = name
		case rest == "..." || rest == name: // another step comes between
			continue
		case fetched.MatchString(rest), warned.MatchString(rest):
			s.fetched++
			continue
		case elapsed.MatchString(rest):
			took := elapsed.FindString(rest)
			line.taken = append(line.taken, taken{"duration", "durations", took})
			rest = "<duration> " + rest[len(took):]
		default:
			rest = stateDone.FindStringSubmatch(rest)[1]
			state := transfer.ReplaceAllString(rest, "$1")
			if where, ok := seen[name+"\n"+state]; ok {
				s.lines[where] = s.named(line, name, rest)
				s.fetched++
				continue
			}
			seen[name+"\n"+state] = len(s.lines)
		}
		s.add(at+i, s.named(line, name, rest))
	}
	s.ends(start)
	s.sort(start)
	return n
}

// ends puts the lines with which steps end behind those steps: a state may still
// be told then. A step that came from the cache may be done as well.
func (s *normalized) ends(from int) {
	cached := map[string]bool{}
	for _, line := range s.lines[from:] {
		if line.key == "#"+line.item+" CACHED" {
			cached[line.item] = true
		}
	}
	lines, order := s.lines[:from], s.order[:from]
	for i, line := range s.lines[from:] {
		end, isEnd := strings.CutPrefix(line.key, "#"+line.item+" ")
		if isEnd && strings.HasPrefix(end, "DONE") && cached[line.item] {
			s.fetched++
			continue
		}
		if isEnd && stepEnd.MatchString(end) {
			line.item += "\x7f"
		}
		lines, order = append(lines, line), append(order, s.order[from+i])
	}
	s.lines, s.order = lines, order
}

// named is a line with its step's name, for its number.
func (s *normalized) named(line normalizedLine, name, rest string) normalizedLine {
	line.item = name
	line.key = strings.TrimRight("#"+name+" "+rest, " ")
	return line
}

// failedStep adds what BuildKit shows again of a step that failed:
//
//	------
//	 > [2/2] RUN make:
//	1.938 gcc -c a.c
//	------
func (s *normalized) failedStep(at int, lines []normalizedLine) int {
	const rule = "------"
	if lines[0].key != rule || len(lines) < 2 || !strings.HasPrefix(lines[1].key, " > ") {
		return 0
	}
	for i, line := range lines {
		if took := elapsed.FindString(line.text); took != "" {
			line.key, line.taken = takeOut(line.text[len(took):])
			line.key = "<duration> " + line.key
			line.taken = append(line.taken, taken{"duration", "durations", took})
		}
		s.add(at+i, line)
		if i > 0 && line.key == rule {
			return i + 1
		}
	}
	return len(lines)
}
