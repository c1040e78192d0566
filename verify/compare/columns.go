package compare

import (
	"regexp"
	"slices"
	"strings"
)

// A volatileColumn is a kind of columns: of which heads, and of which cells.
type volatileColumn struct {
	name, many string
	is         *regexp.Regexp
	heads      string
}

var digits = regexp.MustCompile(`[0-9]`)

// volatileColumns are columns of tables whose cells differ each time.
var volatileColumns = []volatileColumn{
	{"measurement", "measurements", digits, "CPU %|MEM USAGE / LIMIT|MEM %|NET I/O|BLOCK I/O|PIDS"},
	{"process number", "process numbers", digits, "PID|PPID"},
	{"id", "ids", regexp.MustCompile(`^(?:[a-z0-9]{12}|[a-z0-9]{25}|[a-f0-9]{64})(?: \*)?$`), "ID|CONTAINER ID|IMAGE ID|NETWORK ID"},
}

var (
	// tableHead is the head of a table of Docker's: words in capitals, at least
	// two blanks between columns.
	tableHead = regexp.MustCompile(`^[A-Z#][A-Z0-9 /%]*(?: {2,}[A-Z#%][A-Z0-9 /%]*)+$`)
	// processHead is the head of what ps prints. Its columns are aligned to
	// either side, so that they are told apart by words.
	processHead = regexp.MustCompile(`^ *(?:[A-Z%]+ +)*PID +(?:[A-Z%]+ +)+(?:CMD|COMMAND)$`)
	column      = regexp.MustCompile(`[A-Z#%](?:[A-Z0-9/%]| [A-Z0-9/%])*`)
	sizeColumn  = regexp.MustCompile(`SIZE|RECLAIMABLE|DISK USAGE`)
	word        = regexp.MustCompile(`\S+`)
)

// processColumns are volatile where there is a column PID, too.
var processColumns = volatileColumn{"measurement", "measurements", digits, "%CPU|%MEM|VSZ|RSS|SZ|C|STIME|START|TIME"}

// volatileColumnOf returns the kind of a cell that differs each time, or nil.
func volatileColumnOf(names []string, i int, cells []string) *volatileColumn {
	if names[i] == "TOTAL" && cells[0] == "Build Cache" { // more if steps ran side by side
		return &volatileColumns[0]
	}
	is := func(v *volatileColumn) bool {
		return slices.Contains(strings.Split(v.heads, "|"), names[i]) && v.is.MatchString(cells[i])
	}
	for k := range volatileColumns {
		if is(&volatileColumns[k]) {
			return &volatileColumns[k]
		}
	}
	if slices.Contains(names, "PID") && is(&processColumns) {
		return &processColumns
	}
	return nil
}

// table adds a table that begins with the first of these lines, and returns of
// how many lines it is: 0 if none begins there. Columns move with what is in
// them, so a table is compared by cell. Where there are times or ids in it, rows
// stand in an order of these, and are sorted.
func (s *normalized) table(at int, lines []normalizedLine) int {
	head := lines[0].text
	var cells func(row string) []string
	var names []string
	switch {
	case processHead.MatchString(head):
		names = strings.Fields(head)
		cells = func(row string) []string { return splitWords(row, len(names)) }
	case tableHead.MatchString(head):
		starts := []int{}
		for _, at := range column.FindAllStringIndex(head, -1) {
			names, starts = append(names, head[at[0]:at[1]]), append(starts, at[0])
		}
		cells = func(row string) []string { return splitColumns(row, starts) }
	default:
		return 0
	}
	first := lines[0]
	first.key, first.taken = strings.Join(names, "  "), nil
	s.add(at, first)
	start := len(s.lines)
	for i, line := range lines[1:] {
		row := cells(line.text)
		if row == nil {
			break
		}
		s.add(at+1+i, s.row(line, names, row))
	}
	if slices.ContainsFunc(s.lines[start:], func(l normalizedLine) bool { return l.taken != nil }) {
		s.sort(start)
	}
	return 1 + len(s.lines) - start
}

// splitColumns cuts a line where columns start, or returns nil if something
// else stands there.
//
// BuildKit's columns are wider in some rows than in others: where blanks cut a line
// into as many cells as there are columns, these are its cells.
func splitColumns(line string, starts []int) (cells []string) {
	if all := blanks.Split(strings.TrimSpace(line), -1); len(all) == len(starts) {
		return all
	}
	runes := []rune(line)
	if strings.TrimSpace(line) == "" {
		return nil
	}
	for i, start := range starts {
		if start >= len(runes) {
			cells = append(cells, "")
			continue
		}
		if start > 0 && runes[start-1] != ' ' {
			return nil
		}
		end := len(runes)
		if i+1 < len(starts) {
			end = min(end, starts[i+1])
		}
		cells = append(cells, strings.TrimSpace(string(runes[start:end])))
	}
	return cells
}

// splitWords cuts a line into words, the last of which is all the rest, or
// returns nil if it has too few.
func splitWords(line string, n int) (cells []string) {
	words := word.FindAllStringIndex(line, n)
	if len(words) < n {
		return nil
	}
	for _, at := range words[:n-1] {
		cells = append(cells, line[at[0]:at[1]])
	}
	return append(cells, strings.TrimSpace(line[words[n-1][0]:]))
}

// row takes the volatile text out of a row's cells.
func (s *normalized) row(line normalizedLine, names, cells []string) normalizedLine {
	line.taken = nil
	keys := make([]string, len(cells))
	for i, cell := range cells {
		if v := volatileColumnOf(names, i, cells); v != nil {
			keys[i] = "<" + v.name + ">"
			line.taken = append(line.taken, taken{v.name, v.many, cell})
			continue
		}
		if s.follows != nil && sizeColumn.MatchString(names[i]) {
			keys[i] = "<size>"
			line.taken = append(line.taken, taken{s.follows.size.Name, s.follows.size.Many, cell})
			continue
		}
		key, out := takeOut(cell)
		keys[i] = key
		line.taken = append(line.taken, out...)
	}
	line.key = strings.Join(keys, "  ")
	line.item = line.key
	for i, key := range keys {
		line.cells = append(line.cells, cell{key: key, size: sizeColumn.MatchString(names[i])})
	}
	cacheSlack(names, cells, line.cells)
	return line
}
