package info

import (
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"handbook/content/settings"
	"handbook/content/wording"
)

// An option says which roles accept an option and how its value is read.
type option struct {
	roles string // letters of the roles that accept it: F file, D diff, S shell, C console, O output, R report, U unknown, T text, I include
	set   func(o *Options, w Word) string
}

const anyRole = "FDSCORUTI"

var options = map[string]option{
	"file":    {"FD", func(o *Options, w Word) string { o.File = w.Value; return checkFile(w) }},
	"mode":    {"F", setMode},
	"append":  {"F", flag(func(o *Options) *bool { return &o.Append })},
	"run":     {"F", word(func(o *Options) *string { return &o.Run })},
	"exit":    {"FSC", setExit},
	"timeout": {"FSC", duration(func(o *Options) *time.Duration { return &o.Timeout })},
	"retry":   {"FSC", duration(func(o *Options) *time.Duration { return &o.Retry })},
	"skip":    {"FDSCORUI", word(func(o *Options) *string { return &o.Skip })},
	"hide":    {"FDSC", flag(func(o *Options) *bool { return &o.Hide })},
	"name":    {anyRole, word(func(o *Options) *string { return &o.Name })},
	"type":    {"FSC", word(func(o *Options) *string { return &o.Type })},
	"tty":     {"FSC", setTTY},
	"fold":    {anyRole, number(func(o *Options) *int { return &o.Fold })},
	"quiet":   {"FSC", flag(func(o *Options) *bool { return &o.Quiet })},
	"ready":   {"FSC", setReady},
	"dies":    {"FSC", setDies},
	"docker":  {"O", word(func(o *Options) *string { return &o.Docker })},
	"varies":  {"FSC", flag(func(o *Options) *bool { return &o.Varies })},

	"annotate": {anyRole, flag(func(o *Options) *bool { return &o.Annotate })},
	"on":       {"FDSCI", word(func(o *Options) *string { return &o.On })},
	"term":     {"SC", setTerm},
	"stay":     {"SC", flag(func(o *Options) *bool { return &o.Stay })},
	"until":    {"SC", word(func(o *Options) *string { return &o.Until })},
	"title":    {anyRole, word(func(o *Options) *string { return &o.Title })},
	"nums":     {anyRole, flag(func(o *Options) *bool { return &o.Nums })},
	"wrap":     {anyRole, flag(func(o *Options) *bool { return &o.Wrap })},
	"ins":      {anyRole, ranges(func(o *Options) *[]LineRange { return &o.Ins })},
	"del":      {anyRole, ranges(func(o *Options) *[]LineRange { return &o.Del })},
	"tab":      {anyRole, word(func(o *Options) *string { return &o.Tab })},
	"include":  {anyRole, word(func(o *Options) *string { return &o.Include })},
	"lines":    {anyRole, setLines},
}

var optionNames = func() []string {
	var names []string
	for name := range options {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}()

func flag(field func(*Options) *bool) func(*Options, Word) string {
	return func(o *Options, w Word) string {
		if w.Valued {
			return fmt.Sprintf("option %q takes no value", w.Key)
		}
		*field(o) = true
		return ""
	}
}

func word(field func(*Options) *string) func(*Options, Word) string {
	return func(o *Options, w Word) string {
		if !w.Valued || w.Value == "" {
			return fmt.Sprintf("option %q needs a value: %s=…", w.Key, w.Key)
		}
		*field(o) = w.Value
		return ""
	}
}

func number(field func(*Options) *int) func(*Options, Word) string {
	return func(o *Options, w Word) string {
		n, err := strconv.Atoi(w.Value)
		if err != nil || n < 1 {
			return fmt.Sprintf("option %q needs a number from 1, not %q", w.Key, w.Value)
		}
		*field(o) = n
		return ""
	}
}

// maxTerm is how many terminals a lab may have: each is a shell of its own.
const maxTerm = 9

func setTerm(o *Options, w Word) string {
	n, err := strconv.Atoi(w.Value)
	if err != nil || n < 1 || n > maxTerm {
		return fmt.Sprintf("option \"term\" needs a number from 1 to %d, not %q", maxTerm, w.Value)
	}
	o.Term = n
	return ""
}

func duration(field func(*Options) *time.Duration) func(*Options, Word) string {
	return func(o *Options, w Word) string {
		d, err := time.ParseDuration(w.Value)
		switch {
		case err != nil || d <= 0:
			return fmt.Sprintf("option %q needs a duration such as 30s or 5m, not %q", w.Key, w.Value)
		case d > settings.MaxDuration:
			return fmt.Sprintf("option %q needs a duration of at most %.0fh, not %q", w.Key, settings.MaxDuration.Hours(), w.Value)
		}
		*field(o) = d
		return ""
	}
}

func ranges(field func(*Options) *[]LineRange) func(*Options, Word) string {
	return func(o *Options, w Word) string {
		if !w.Braces {
			return fmt.Sprintf("option %q needs lines in braces: %s={1,3-5}", w.Key, w.Key)
		}
		for part := range strings.SplitSeq(w.Value, ",") {
			r, ok := ParseRange(strings.TrimSpace(part))
			if !ok {
				return fmt.Sprintf("%q is not a line or a range of lines such as 3-5", part)
			}
			*field(o) = append(*field(o), r)
		}
		return ""
	}
}

// ParseRange reads a line or a range of lines: "3" or "3-5".
func ParseRange(s string) (LineRange, bool) {
	first, last, isRange := strings.Cut(s, "-")
	a, err := strconv.Atoi(first)
	if err != nil || a < 1 {
		return LineRange{}, false
	}
	if !isRange {
		return LineRange{a, a}, true
	}
	b, err := strconv.Atoi(last)
	return LineRange{a, b}, err == nil && b >= a
}

func setLines(o *Options, w Word) string {
	r, ok := ParseRange(w.Value)
	if !ok {
		return fmt.Sprintf("option \"lines\" needs a range of lines such as 3-9, not %q", w.Value)
	}
	o.Lines = r
	return ""
}

func setMode(o *Options, w Word) string {
	n, err := strconv.ParseUint(w.Value, 8, 32)
	if err != nil || n == 0 || n > 0o777 {
		return fmt.Sprintf("option \"mode\" needs permissions in octal such as 0755, not %q", w.Value)
	}
	o.Mode = fs.FileMode(n)
	return ""
}

func setExit(o *Options, w Word) string {
	n, err := strconv.Atoi(w.Value)
	if err != nil || n < 0 || n > 255 {
		return fmt.Sprintf("option \"exit\" needs an exit status from 0 to 255, not %q", w.Value)
	}
	o.Exit = n
	return ""
}

func setTTY(o *Options, w Word) string {
	if w.Value != "no" && w.Value != "yes" {
		return fmt.Sprintf("option \"tty\" is yes or no, not %q", w.Value)
	}
	o.NoTTY = w.Value == "no"
	return ""
}

func setReady(o *Options, w Word) string {
	if w.Value == "no" {
		o.Unready = true
		return ""
	}
	if _, err := time.ParseDuration(w.Value); err != nil {
		return fmt.Sprintf("option \"ready\" is no, or a duration such as 90s, not %q", w.Value)
	}
	return duration(func(o *Options) *time.Duration { return &o.Ready })(o, w)
}

func setDies(o *Options, w Word) string {
	if !w.Valued {
		o.Ends = []string{""}
		return ""
	}
	for name := range strings.SplitSeq(w.Value, ",") {
		if name = strings.TrimSpace(name); name == "" {
			return "option \"dies\" has no value, or names of containers: dies=web,db"
		}
		o.Ends = append(o.Ends, name)
	}
	return ""
}

// reserved are names that files can't have on Windows (see "Naming Files, Paths,
// and Namespaces" there).
var reserved = strings.Fields("con prn aux nul com1 com2 com3 com4 com5 com6 com7 com8 com9 lpt1 lpt2 lpt3 lpt4 lpt5 lpt6 lpt7 lpt8 lpt9")

// checkFile returns what is wrong with the path of a file snippet, "" if nothing
// is. The path must be within the lab's directory and valid on every system.
func checkFile(w Word) string {
	p := w.Value
	switch {
	case p == "":
		return `option "file" needs a path: file=app.py`
	case strings.HasPrefix(p, "/") || strings.HasPrefix(p, "~") || len(p) > 1 && p[1] == ':':
		return fmt.Sprintf("file %q is outside the lab's directory, expected a relative path", p)
	case strings.Contains(p, `\`) || strings.ContainsAny(p, "\n\t") || strings.ContainsFunc(p, wording.Obeyed):
		return fmt.Sprintf("file %q has a character that paths can't have, expected slashes between folders", p)
	case strings.HasSuffix(p, "/") || p == ".":
		return fmt.Sprintf("file %q is a folder", p)
	}
	for part := range strings.SplitSeq(p, "/") {
		stem, _, _ := strings.Cut(strings.ToLower(part), ".")
		switch {
		case part == "..":
			return fmt.Sprintf("file %q is outside the lab's directory", p)
		case slices.Contains(reserved, stem):
			return fmt.Sprintf("file %q has a name that Windows reserves", p)
		}
	}
	if path.Clean(p) != p {
		return fmt.Sprintf("file %q is not a plain path, expected %q", p, path.Clean(p))
	}
	return ""
}

// A Problem is a mistake in an info string.
type Problem struct {
	At  int // offset in the info string
	Msg string
}

// bracedLang finds a language in braces, as in {python} or {.python .numberLines}.
var bracedLang = regexp.MustCompile(`^\s*\.?([A-Za-z][\w+#-]*)`)

// foreign are the names of options in Hugo, Docusaurus, MkDocs and Quarto, in
// lower case.
var foreign = map[string]string{
	"showlinenumbers": "nums", "linenums": "nums", "linenos": "nums", "linenumbers": "nums", "line-numbers": "nums", "numberlines": "nums",
	"filename": "title", "caption": "title", "label": "title",
	"hl_lines": "{1,3-5}", "highlight": "{1,3-5}", "hl": "{1,3-5}",
}

// Parse reads an info string.
func Parse(text string) (lang string, role Role, o Options, problems []Problem) {
	lang, words := Split(text)
	if len(text) > maxLength {
		problems = append(problems, Problem{maxLength, fmt.Sprintf("%d bytes of options, expected at most %d", len(text), maxLength)})
	}
	o.Term = 1
	o.at = map[string]int{}
	given := func(key string) bool {
		return slices.ContainsFunc(words, func(w Word) bool { return w.Key == key })
	}
	role = roleOf(lang, given("file"), given("include"))
	for _, w := range words {
		if len(problems) >= maxProblems {
			break
		}
		fail := func(at int, format string, args ...any) {
			problems = append(problems, Problem{at, fmt.Sprintf(format, args...)})
		}
		if w.Problem != "" {
			at := w.ValueAt
			if w.Key == "" {
				at = w.At
			}
			fail(at, "%s", w.Problem)
			continue
		}
		if w.Key == "" {
			if msg := ranges(func(o *Options) *[]LineRange { return &o.Marked })(&o, w); msg != "" {
				if name := bracedLang.FindStringSubmatch(w.Value); lang == "" && name != nil {
					msg = "the language stands without braces: " + name[1]
				}
				fail(w.At, "%s", msg)
			}
			continue
		}
		opt, ok := options[w.Key]
		switch {
		case !ok:
			meant := wording.DidYouMean(w.Key, optionNames)
			if own := foreign[strings.ToLower(w.Key)]; own != "" {
				meant = fmt.Sprintf(" (did you mean %q?)", own)
			}
			fail(w.At, "unknown option %q%s", w.Key, meant)
			continue
		case o.has(w.Key):
			fail(w.At, "option %q is given twice", w.Key)
			continue
		case !strings.ContainsRune(opt.roles, role.letter()):
			fail(w.At, "option %q has no meaning on %s", w.Key, role.article())
			continue
		}
		o.at[w.Key] = w.At
		if msg := opt.set(&o, w); msg != "" {
			at := w.At
			if w.Valued {
				at = w.ValueAt
			}
			fail(at, "%s", msg)
		}
	}
	return lang, role, o, append(problems, conflicts(&o)...)
}

// conflicts reports options that exclude or need each other.
func conflicts(o *Options) (problems []Problem) {
	fail := func(name, msg string) {
		problems = append(problems, Problem{o.at[name], msg})
	}
	if o.File != "" && o.Run == "" {
		for _, name := range []string{"exit", "timeout", "retry", "type", "ready", "dies", "tty", "quiet", "varies"} {
			if o.has(name) {
				fail(name, fmt.Sprintf("option %q needs run= on a file", name))
			}
		}
	}
	if o.Type != "" && o.NoTTY {
		fail("type", `option "type" needs a terminal, but tty=no takes it away`)
	}
	for _, name := range []string{"exit", "retry", "tty"} {
		if o.Stay && o.has(name) && (name != "tty" || o.NoTTY) {
			fail(name, fmt.Sprintf("option %q has no meaning with stay: the command does not end", name))
		}
	}
	if o.Until != "" && !o.Stay {
		fail("until", `option "until" needs "stay"`)
	}
	if o.has("lines") && o.Include == "" {
		fail("lines", `option "lines" needs include=`)
	}
	return problems
}
