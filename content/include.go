package content

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"handbook/content/file"
	"handbook/content/info"
	"handbook/content/wording"
)

// include replaces the empty body of a snippet by (a part of) a file: one that
// snippets above write, or one beside the page. On a lab, the run decides what
// the snippet shows, since commands may have made or changed the file by then.
func (t *treeReader) include(s *Snippet) {
	fail := func(format string, args ...any) {
		t.fail(s.OptionAt("include"), fmt.Sprintf(format, args...))
	}
	if strings.TrimSpace(s.Code) != "" {
		fail("a snippet with include= must be empty")
		return
	}
	s.Line, s.Cols, s.Code = s.Pos.Line, nil, ""
	name := s.IncludedFile()
	later := s.Role == info.Included && s.Options.Skip == "" && t.changes()
	text := ""
	if above := t.written.files[placed{t.page.Lab.MachineOf(s.Options.On), name}]; above != nil {
		text = above.String()
	} else {
		full := path.Join(path.Dir(t.page.Path), name)
		if !fs.ValidPath(full) {
			fail("file %q is outside the content", name)
			return
		}
		beside := t.beside(full)
		if s.Beside = beside != nil; !s.Beside {
			if !later || !fs.ValidPath(name) {
				fail("no file %q beside the page, and no snippet before it writes it", name)
			}
			return
		}
		text = *beside
	}
	if t.looked += len(text); t.looked > maxIncluded {
		fail("the files that the page includes have more than %s together", wording.BinarySize(maxIncluded))
		return
	}
	code, problem := s.Part(text)
	if problem != "" && (s.Beside || !later) {
		fail("%s", problem)
		return
	}
	s.Code = code
}

// maxIncluded is how many bytes of files a page may include. A file that is
// included twice counts twice.
const maxIncluded = 16 << 20

// A written has the files that the snippets so far write, and whether
// something among them can make and change files on a lab. It is updated from
// snippet to snippet, since a page may include thousands of files that
// thousands of snippets write.
type written struct {
	files   map[placed]*strings.Builder
	changes bool
}

// A placed is a file on a machine.
type placed struct{ machine, file string }

// add adds a snippet and the machine on which it runs.
func (w *written) add(s *Snippet, machine string) {
	if s.Options.Skip != "" {
		return
	}
	if s.Role == info.Shell || s.Role == info.Console || s.Role == info.Diff || s.Options.Run != "" {
		w.changes = true
	}
	if s.Role != info.File {
		return
	}
	at := placed{machine, s.Options.File}
	text := w.files[at]
	switch {
	case !s.Options.Append:
		if w.files == nil {
			w.files = map[placed]*strings.Builder{}
		}
		text = new(strings.Builder)
		w.files[at] = text
		text.WriteString(s.Code)
	case text != nil:
		text.WriteString(s.Code)
	}
}

// changes reports whether something above can make and change files on a lab.
func (t *treeReader) changes() bool {
	return t.page.Lab != nil && (t.page.Lab.After != "" || t.written.changes)
}

// beside returns the text of a file of the content, nil if there is none, and
// notes that the page depends on it.
func (t *treeReader) beside(name string) *string {
	text, known := t.included[name]
	if known || t.fsys == nil {
		return text
	}
	if t.included == nil {
		t.included = make(map[string]*string)
	}
	text = readText(t.fsys, name)
	t.included[name] = text
	return text
}

// readText returns the text of a file, nil if it can't be read.
func readText(fsys fs.FS, name string) *string {
	b, err := file.Read(fsys, name, maxPage)
	if err != nil {
		return nil
	}
	text := string(b)
	return &text
}

// IncludedFile returns the path of the file that the snippet includes, "" if it
// includes none.
func (s *Snippet) IncludedFile() string {
	name, _, _ := strings.Cut(s.Options.Include, "#")
	return name
}

// Part returns the part of a file's text that the snippet shows. problem says
// why the file has no such part.
func (s *Snippet) Part(text string) (code, problem string) {
	name, region, _ := strings.Cut(s.Options.Include, "#")
	lines := slices.Collect(strings.Lines(strings.ReplaceAll(text, "\r\n", "\n")))
	if r := s.Options.Lines; r.First > 0 {
		if r.Last > len(lines) {
			return "", fmt.Sprintf("file %q has %s, not %d", name, wording.Count(len(lines), "line"), r.Last)
		}
		lines = lines[r.First-1 : r.Last]
	}
	if region != "" {
		var ok bool
		if lines, ok = cutRegion(lines, region); !ok {
			return "", fmt.Sprintf("file %q has no region %q, expected lines with \"#region %s\" and \"#endregion\"", name, region, region)
		}
	}
	code = dedent(lines)
	if code != "" && !strings.HasSuffix(code, "\n") {
		code += "\n"
	}
	return code, ""
}

// cutRegion returns the lines between "#region name" and "#endregion", which are
// in comments of any language.
func cutRegion(lines []string, region string) ([]string, bool) {
	start := -1
	for i, line := range lines {
		f := strings.Fields(line)
		switch {
		case start < 0:
			if n := len(f); n >= 2 && slices.Contains(f, region) && (f[0] == "#region" || f[1] == "#region" || f[1] == "region" || f[0] == "//region") {
				start = i + 1
			}
		case strings.Contains(line, "#endregion") || len(f) > 1 && f[1] == "endregion":
			return lines[start:i], true
		}
	}
	return nil, false
}

// dedent joins the lines and removes the indentation that all of them have.
func dedent(lines []string) string {
	common := -1
	for _, line := range lines {
		if strings.TrimSpace(line) == "" {
			continue
		}
		if n := len(line) - len(strings.TrimLeft(line, " \t")); common < 0 || n < common {
			common = n
		}
	}
	var b strings.Builder
	for _, line := range lines {
		b.WriteString(line[min(max(common, 0), len(strings.TrimRight(line, "\n"))):])
	}
	return b.String()
}
