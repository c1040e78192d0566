package compare

import (
	"regexp"
	"slices"
	"strings"
)

// A kind of lines is printed by several things that go on side by side, each of
// which is named in its lines. Lines on the same thing have an order, lines on
// different things have none.
type sideBySide struct {
	is   *regexp.Regexp          // on a line's key
	item func(key string) string // the thing; nil says that each line is about another one
}

const composeThings = `Container|Network|Volume|Image|Service|Config|Secret`

const layerStates = `Already exists|Download|Extracting|Layer already exists|Mounted from|Prepar|Pull|Push|Retrying|Verifying|Waiting`

var (
	buildStep = &sideBySide{regexp.MustCompile(`^ ?=> `), nil}
	layerLine = &sideBySide{regexp.MustCompile(`^<id>: `), nil}
	warning   = &sideBySide{regexp.MustCompile(`^ - [A-Z]\w+: .* \(line \d+\)$`), nil}
	aptFetch  = &sideBySide{regexp.MustCompile(`^(?:Get|Hit|Ign):\d+ `), nil}
	// What compose does with a service, and what the service prints meanwhile.
	compose = &sideBySide{regexp.MustCompile(composeState.String() + `|` + composeLog.String() + `|` + composeExit.String()), composeItem}

	// What Docker removes, of several images.
	removed = &sideBySide{regexp.MustCompile(`^(?:[Uu]ntagged|[Dd]eleted): `), nil}

	// What git tells of a transfer, at either end of it.
	gitTransfer = &sideBySide{regexp.MustCompile(`^(?:remote: (?:Enumerating|Counting|Compressing) objects: |remote: Total |Receiving objects: |Resolving deltas: )`), nil}

	// What differs between a container and its image.
	inContainer = &sideBySide{regexp.MustCompile(`^[ACD] /\S`), nil}

	// Sockets, as ss and netstat list them.
	socket = &sideBySide{regexp.MustCompile(`^(?:(?:LISTEN|ESTAB|UNCONN|TIME-WAIT) +\d+ +\d+|(?:tcp|udp)6? +\d+ +\d+|(?:tcp|udp) +[A-Z-]+ +\d+ +\d+) `), nil}

	kinds = []*sideBySide{buildStep, layerLine, warning, aptFetch, compose, removed, gitTransfer, inContainer, socket}
)

var (
	// On a terminal each line ends up as the last state of a thing, elsewhere
	// each state has a line.
	composeState = regexp.MustCompile(`^ +[✔✘⠿!] +((?:` + composeThings + `) \S+|\S+) |` +
		`^ ((?:` + composeThings + `) \S+)  \S|` +
		`^ (\S+) (?:Pulling|Pulled|Pushing|Pushed|Building|Built|Skipped - .*)$|` +
		`^ (<id>) (?:` + layerStates + `)`)
	composeLog  = regexp.MustCompile(`^([A-Za-z][\w.@<>-]*) +\|(?: |$)`)
	composeExit = regexp.MustCompile(`^([A-Za-z][\w.-]*) exited with code \d+`)
	// fetching is a line about what comes in which piece.
	fetching = regexp.MustCompile(`^ => => (?:sha256:|extracting |resolve |# )|^ => \[auth\] |^ => WARN: |^ +(?:[✔✘⠿!] +)?<id> +(?:` + layerStates + `)`)
	// passing is a layer's state before the last one, which is shown where no
	// line can be redrawn.
	passing   = regexp.MustCompile(`^<id>: (?:Pulling fs layer|Waiting|Downloading|Verifying Checksum|Download complete|Extracting|Preparing|Retrying)`)
	aptNumber = regexp.MustCompile(`^(\w+):\d+ `)
)

func composeItem(key string) string {
	for _, pattern := range []*regexp.Regexp{composeExit, composeLog, composeState} {
		if m := pattern.FindStringSubmatch(key); m != nil {
			return strings.Join(m[1:], "")
		}
	}
	return ""
}

// sideBySide adds what goes on side by side in the first of these lines, and
// returns how many they are.
func (s *normalized) sideBySide(at int, lines []normalizedLine) int {
	if n := s.buildLog(at, lines); n > 0 {
		return n
	}
	if n := s.failedStep(at, lines); n > 0 {
		return n
	}
	i := slices.IndexFunc(kinds, func(k *sideBySide) bool { return k.is.MatchString(lines[0].key) })
	if i < 0 {
		return 0
	}
	kind, start := kinds[i], len(s.lines)
	for i, line := range lines {
		switch {
		case !kind.is.MatchString(line.key):
			lines = lines[:i]
		case fetching.MatchString(line.key), passing.MatchString(line.key) && hasLater(line, lines[i+1:]):
			s.fetched++
			continue
		}
		if i == len(lines) {
			break
		}
		s.add(at+i, kind.line(line))
	}
	s.sort(start)
	return len(lines)
}

// line is a line of this kind as it is compared. Its columns move.
func (k *sideBySide) line(l normalizedLine) normalizedLine {
	if k.item != nil {
		l.item = k.item(l.key)
	}
	if m := composeLog.FindString(l.key); m != "" {
		l.key = l.item + " | " + l.key[len(m):]
	} else {
		l.key = aptNumber.ReplaceAllString(strings.Join(strings.Fields(l.key), " "), "$1 ")
	}
	if k.item == nil {
		l.item = l.key
	}
	return l
}

// hasLater reports whether a later line is about the same layer.
func hasLater(line normalizedLine, later []normalizedLine) bool {
	id, _, _ := strings.Cut(line.text, ":")
	for _, l := range later {
		if !layerLine.is.MatchString(l.key) {
			return false
		}
		if strings.HasPrefix(l.text, id+":") {
			return true
		}
	}
	return false
}

// sort sorts the lines from a place on by the things that they are about.
func (s normalized) sort(from int) {
	places := slices.Clone(s.order[from:])
	lines := slices.Clone(s.lines[from:])
	by := make([]int, len(lines))
	for i := range by {
		by[i] = i
	}
	slices.SortStableFunc(by, func(a, b int) int { return strings.Compare(lines[a].item, lines[b].item) })
	for to, at := range by {
		s.lines[from+to], s.order[from+to] = lines[at], places[at]
	}
}
