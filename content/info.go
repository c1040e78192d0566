package content

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"
)

// An infoWord is a word of an info string.
type infoWord struct {
	key    string // "" for a bare range {1,3}
	value  string
	valued bool   // has a value
	braces bool   // the value stood in braces
	at     int    // offset of the word in the info string
	valAt  int    // offset of the value
	err    string // what is wrong with it
}

// splitInfo cuts an info string into its language and its words.
//
//	info  = [ lang ] { blank word }
//	word  = range | key [ "=" ( range | quoted | bare ) ]
//	range = "{" … "}"
func splitInfo(info string) (lang string, words []infoWord) {
	i := 0
	if end := strings.IndexAny(info, " \t{"); end < 0 {
		i = len(info)
	} else {
		i = end
	}
	if strings.ContainsRune(info[:i], '=') {
		i = 0 // options without a language
	}
	lang = strings.ToLower(info[:i])
	for {
		for i < len(info) && (info[i] == ' ' || info[i] == '\t') {
			i++
		}
		if i == len(info) {
			return lang, words
		}
		w := infoWord{at: i, valAt: i}
		if info[i] != '{' {
			start := i
			for i < len(info) && !strings.ContainsRune(" \t={", rune(info[i])) {
				i++
			}
			w.key = info[start:i]
			if i < len(info) && info[i] == '=' {
				i++
				w.valued = true
			}
		}
		w.valAt = i
		switch {
		case i < len(info) && info[i] == '{' && (w.key == "" || w.valued):
			end := strings.IndexByte(info[i:], '}')
			if end < 0 {
				w.err = `missing "}"`
				end = len(info) - i - 1
			}
			w.value = strings.Trim(info[i:i+end+1], "{}")
			w.braces, w.valued = true, true
			i += end + 1
		case w.valued && i < len(info) && info[i] == '"':
			var n int
			w.value, n, w.err = unquote(info[i:])
			i += n
		case w.valued:
			start := i
			for i < len(info) && info[i] != ' ' && info[i] != '\t' {
				i++
			}
			w.value = info[start:i]
		}
		if w.err == "" && i < len(info) && info[i] != ' ' && info[i] != '\t' {
			w.err = fmt.Sprintf("unexpected %q, expected a space", info[i:i+1])
			for i < len(info) && info[i] != ' ' && info[i] != '\t' {
				i++
			}
		}
		words = append(words, w)
	}
}

// unquote reads a quoted value and returns it with its length in the source.
// Escapes are those of Go and C strings that authors need: \n \t \r \" \\ \e.
func unquote(s string) (value string, n int, problem string) {
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '"':
			return b.String(), i + 1, problem
		case '\\':
			i++
			if i == len(s) {
				continue
			}
			if at := strings.IndexByte(`ntre"\`, s[i]); at >= 0 {
				b.WriteByte("\n\t\r\x1b\"\\"[at])
			} else if problem == "" {
				problem = fmt.Sprintf(`unknown escape %q, expected one of \n \t \r \e \" \\`, s[i-1:i+1])
			}
		default:
			b.WriteByte(s[i])
		}
	}
	return b.String(), len(s), `missing closing quote "`
}

// An option is one that info strings may have.
type option struct {
	roles string // letters of the roles that take it: F file, D diff, S shell, C console, O output, R report, U unknown, T text
	set   func(o *Options, w infoWord) string
}

const anyRole = "FDSCORUT"

var options = map[string]option{
	"file":    {"FD", func(o *Options, w infoWord) string { o.File = w.value; return checkFile(w) }},
	"mode":    {"F", setMode},
	"append":  {"F", flag(func(o *Options) *bool { return &o.Append })},
	"run":     {"F", word(func(o *Options) *string { return &o.Run })},
	"exit":    {"FSC", setExit},
	"timeout": {"FSC", duration(func(o *Options) *time.Duration { return &o.Timeout })},
	"retry":   {"FSC", duration(func(o *Options) *time.Duration { return &o.Retry })},
	"skip":    {"FDSCORU", word(func(o *Options) *string { return &o.Skip })},
	"hide":    {"FDSC", flag(func(o *Options) *bool { return &o.Hide })},
	"name":    {anyRole, word(func(o *Options) *string { return &o.Name })},
	"type":    {"FSC", word(func(o *Options) *string { return &o.Type })},
	"tty":     {"FSC", setTTY},
	"fold":    {anyRole, number(func(o *Options) *int { return &o.Fold })},
	"quiet":   {"FSC", flag(func(o *Options) *bool { return &o.Quiet })},
	"varies":  {"FSC", flag(func(o *Options) *bool { return &o.Varies })},

	"annotate": {anyRole, flag(func(o *Options) *bool { return &o.Annotate })},
	"term":     {"SC", number(func(o *Options) *int { return &o.Term })},
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

func flag(field func(*Options) *bool) func(*Options, infoWord) string {
	return func(o *Options, w infoWord) string {
		if w.valued {
			return fmt.Sprintf("option %q takes no value", w.key)
		}
		*field(o) = true
		return ""
	}
}

func word(field func(*Options) *string) func(*Options, infoWord) string {
	return func(o *Options, w infoWord) string {
		if !w.valued || w.value == "" {
			return fmt.Sprintf("option %q needs a value: %s=…", w.key, w.key)
		}
		*field(o) = w.value
		return ""
	}
}

func number(field func(*Options) *int) func(*Options, infoWord) string {
	return func(o *Options, w infoWord) string {
		n, err := strconv.Atoi(w.value)
		if err != nil || n < 1 {
			return fmt.Sprintf("option %q needs a number from 1, not %q", w.key, w.value)
		}
		*field(o) = n
		return ""
	}
}

func duration(field func(*Options) *time.Duration) func(*Options, infoWord) string {
	return func(o *Options, w infoWord) string {
		d, err := time.ParseDuration(w.value)
		if err != nil || d <= 0 {
			return fmt.Sprintf("option %q needs a duration such as 30s or 5m, not %q", w.key, w.value)
		}
		*field(o) = d
		return ""
	}
}

func ranges(field func(*Options) *[]LineRange) func(*Options, infoWord) string {
	return func(o *Options, w infoWord) string {
		if !w.braces {
			return fmt.Sprintf("option %q needs lines in braces: %s={1,3-5}", w.key, w.key)
		}
		for part := range strings.SplitSeq(w.value, ",") {
			r, ok := parseRange(strings.TrimSpace(part))
			if !ok {
				return fmt.Sprintf("%q is not a line or a range of lines such as 3-5", part)
			}
			*field(o) = append(*field(o), r)
		}
		return ""
	}
}

func parseRange(s string) (LineRange, bool) {
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

func setLines(o *Options, w infoWord) string {
	r, ok := parseRange(w.value)
	if !ok {
		return fmt.Sprintf("option \"lines\" needs a range of lines such as 3-9, not %q", w.value)
	}
	o.Lines = r
	return ""
}

func setMode(o *Options, w infoWord) string {
	n, err := strconv.ParseUint(w.value, 8, 32)
	if err != nil || n == 0 || n > 0o777 {
		return fmt.Sprintf("option \"mode\" needs permissions in octal such as 0755, not %q", w.value)
	}
	o.Mode = fs.FileMode(n)
	return ""
}

func setExit(o *Options, w infoWord) string {
	n, err := strconv.Atoi(w.value)
	if err != nil || n < 0 || n > 255 {
		return fmt.Sprintf("option \"exit\" needs an exit status from 0 to 255, not %q", w.value)
	}
	o.Exit = n
	return ""
}

func setTTY(o *Options, w infoWord) string {
	if w.value != "no" && w.value != "yes" {
		return fmt.Sprintf("option \"tty\" is yes or no, not %q", w.value)
	}
	o.NoTTY = w.value == "no"
	return ""
}

// reserved names can't be files on every reader's computer (Windows: "Naming
// Files, Paths, and Namespaces").
var reserved = strings.Fields("con prn aux nul com1 com2 com3 com4 com5 com6 com7 com8 com9 lpt1 lpt2 lpt3 lpt4 lpt5 lpt6 lpt7 lpt8 lpt9")

// checkFile says what is wrong with the path of a file snippet, which must
// stay within the lab's directory on every system.
func checkFile(w infoWord) string {
	p := w.value
	switch {
	case p == "":
		return `option "file" needs a path: file=app.py`
	case strings.HasPrefix(p, "/") || strings.HasPrefix(p, "~") || len(p) > 1 && p[1] == ':':
		return fmt.Sprintf("file %q is outside the lab's directory, expected a relative path", p)
	case strings.ContainsAny(p, "\\\x00\n\r"):
		return fmt.Sprintf("file %q has a character that paths can't have, expected slashes between folders", p)
	case strings.HasSuffix(p, "/"):
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

// parseInfo reads an info string that stands at pos.
func parseInfo(info string, pos Pos) (lang string, role Role, o Options, errs Errors) {
	lang, words := splitInfo(info)
	o.Term = 1
	o.at = map[string]Pos{}
	hasFile := slices.ContainsFunc(words, func(w infoWord) bool { return w.key == "file" })
	role = roleOf(lang, hasFile)
	for _, w := range words {
		at := Pos{pos.File, pos.Line, pos.Col + w.at}
		valueAt := Pos{pos.File, pos.Line, pos.Col + w.valAt}
		fail := func(p Pos, format string, args ...any) {
			errs = append(errs, &Error{Pos: p, Msg: fmt.Sprintf(format, args...)})
		}
		if w.err != "" {
			fail(valueAt, "%s", w.err)
			continue
		}
		if w.key == "" {
			if msg := ranges(func(o *Options) *[]LineRange { return &o.Marked })(&o, w); msg != "" {
				fail(at, "%s", msg)
			}
			continue
		}
		opt, ok := options[w.key]
		switch {
		case !ok:
			fail(at, "unknown option %q%s", w.key, didYouMean(w.key, optionNames))
			continue
		case o.at[w.key] != Pos{}:
			fail(at, "option %q stands twice", w.key)
			continue
		case !strings.ContainsRune(opt.roles, role.letter()):
			fail(at, "option %q has no meaning on %s", w.key, role.article())
			continue
		}
		o.at[w.key] = at
		if msg := opt.set(&o, w); msg != "" {
			if w.valued {
				at = valueAt
			}
			fail(at, "%s", msg)
		}
	}
	return lang, role, o, append(errs, conflicts(&o)...)
}

// conflicts says which options don't go together.
func conflicts(o *Options) (errs Errors) {
	fail := func(name, msg string) {
		errs = append(errs, &Error{Pos: o.At(name), Msg: msg})
	}
	if o.File != "" && o.Run == "" {
		for _, name := range []string{"exit", "timeout", "retry", "type", "tty", "quiet", "varies"} {
			if o.At(name) != (Pos{}) {
				fail(name, fmt.Sprintf("option %q needs run= on a file", name))
			}
		}
	}
	if o.Type != "" && o.NoTTY {
		fail("type", `option "type" needs a terminal, but tty=no takes it away`)
	}
	for _, name := range []string{"exit", "retry", "tty"} {
		if o.Stay && o.At(name) != (Pos{}) && (name != "tty" || o.NoTTY) {
			fail(name, fmt.Sprintf("option %q has no meaning with stay: the command does not end", name))
		}
	}
	if o.Until != "" && !o.Stay {
		fail("until", `option "until" needs "stay"`)
	}
	if o.At("lines") != (Pos{}) && o.Include == "" {
		fail("lines", `option "lines" needs include=`)
	}
	return errs
}

func roleOf(lang string, hasFile bool) Role {
	switch {
	case lang == "diff" && hasFile:
		return Diff
	case hasFile:
		return File
	}
	switch lang {
	case "bash", "sh", "shell":
		return Shell
	case "console":
		return Console
	case "output":
		return Output
	case "image-sizes", "image-layers", "build-steps":
		return Report
	case "", "text":
		return Shown
	}
	return Unknown
}

func (r Role) letter() rune { return rune("TFDSCORU"[r]) }

// article names the role as messages do.
func (r Role) article() string {
	return [...]string{
		"text", "a file", "a diff", "a shell snippet", "a console session", "an expected output", "a report", "a snippet that does not run",
	}[r]
}
