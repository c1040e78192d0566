// Package script writes labs for the shells of readers: as a script, lab.sh, and
// step by step as text to paste into terminals.
package script

import (
	"bytes"
	_ "embed"
	"encoding/base64"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"handbook/content"
	"handbook/content/config"
	"handbook/content/info"
	"handbook/content/wording"
	"handbook/render/locale"
)

// labScript is the part of a lab's script before its commands.
//
//go:embed lab.sh
var labScript string

// machinesScript is added to it if the lab has several machines.
//
//go:embed machines.sh
var machinesScript string

// A script is a lab as a shell script: its files and commands in the order in
// which they were verified. It asks for what readers have to enter themselves.
type script struct {
	page  *content.Page
	tree  *content.Tree
	words *locale.Locale

	bind func(string) string // replaces what readers enter by marks
	vars map[string]string   // variables for what readers enter, by mark
}

// mark returns a mark that stands for a variable in a text.
func mark(name string) string { return "\x01" + name + "\x01" }

var variableRE = regexp.MustCompile("\x01[^\x01]*\x01")

// saysRE matches the messages of a lab's script, each with the name of a
// string of the theme.
var saysRE = regexp.MustCompile(`(?m)^says_(\w+)=.*$`)

// says returns the part of a lab's script before its commands, with messages
// in the language of the site. The script itself fills in the words in braces.
func (w *script) says() string {
	text := labScript
	if len(w.page.Lab.Machines) > 0 {
		text += "\n" + machinesScript
	}
	return saysRE.ReplaceAllStringFunc(text, func(line string) string {
		name := saysRE.FindStringSubmatch(line)[1]
		var pairs []any
		for _, value := range []string{"number", "status", "expected", "file", "line", "reason", "command", "machine"} {
			pairs = append(pairs, value, "{"+value+"}")
		}
		return "says_" + name + "=" + shellWord(w.words.Text("script-"+name, pairs...))
	})
}

// comment returns lines of a text as comments of a shell script.
func comment(text string) string {
	return "# " + strings.ReplaceAll(strings.TrimSpace(text), "\n", "\n# ") + "\n"
}

// Write returns the script of a lab with a record that belongs to it.
func Write(p *content.Page, tree *content.Tree, words *locale.Locale) ([]byte, error) {
	w := &script{page: p, tree: tree, words: words}
	files, err := w.files()
	if err != nil {
		return nil, err
	}
	asked := w.variables()
	body, cleanup := w.body(), w.cleanup()
	var b strings.Builder
	b.WriteString("#!/usr/bin/env bash\n" + comment(wording.OneLine(p.Title)) + comment(words.Text("script-about", "date", words.Date(p.Record.Verified))) + w.says() + "\n")
	b.WriteString("page=" + shellWord(p.Path) + "\n")
	if names := p.Lab.Machines; len(names) > 0 {
		b.WriteString("machine " + strings.Join(names, " ") + ` -- "$@"; shift` + "\n")
	}
	option, unlessCleaning := "''", ""
	if cleanup != "" {
		option, unlessCleaning = "--clean-up", `[ -n "$cleaning" ] || `
	}
	b.WriteString("option " + option + ` "$@"` + "\n")
	for _, name := range slices.Sorted(maps.Keys(asked)) {
		if _, later := p.Lab.From[name]; later {
			continue
		}
		used := "$" + w.vars[name] + `"`
		ask := "ask " + w.vars[name] + " " + shellWord(w.called(name)) + " " + shellWord(asked[name]) + "\n"
		switch {
		case strings.Contains(cleanup, used):
			b.WriteString(ask)
		case strings.Contains(body, used):
			b.WriteString(unlessCleaning + ask)
		}
	}
	if p.Lab.Hub != "" {
		b.WriteString(unlessCleaning + "secret DOCKERHUB_TOKEN " + shellWord(words.Text("script-token")) + "\n")
	}
	if len(p.Lab.Env) > 0 {
		b.WriteString("variables() {\n")
		for _, name := range slices.Sorted(maps.Keys(p.Lab.Env)) {
			b.WriteString("\texport " + name + "=" + shellWord(p.Lab.Env[name]) + "\n")
		}
		b.WriteString("}\n")
	}
	b.WriteString("begin " + shellPath(p.Lab.Dir) + "\n" + cleanup + files + body + "\nsay " + shellWord(words.Text("script-done")) + "\n")
	if cleanup != "" {
		command := "bash lab.sh --clean-up"
		if len(p.Lab.Machines) > 0 {
			command = "bash lab.sh " + strings.Join(p.Lab.Machines, "|") + " --clean-up"
		}
		b.WriteString("say " + shellWord(words.Text("script-cleanup", "command", command)) + "\n")
	}
	return []byte(b.String()), nil
}

// files writes what the lab has before its first command.
func (w *script) files() (string, error) {
	var b strings.Builder
	for i := range w.page.Files {
		f := &w.page.Files[i]
		text, err := f.Bytes()
		if err != nil {
			return "", err
		}
		args := strconv.Itoa(w.page.Lab.Pos.Line) + " " + strconv.FormatUint(uint64(f.Mode()), 8) + " " + shellWord(f.Path)
		if plainText(text) {
			b.WriteString("\nput " + args + w.text(string(text), "\n") + "\n")
			continue
		}
		b.WriteString("\nput64 " + args + hereDocument(encoded(text)) + "\n")
	}
	return b.String(), nil
}

// plainText reports whether a script can contain a file as it is.
func plainText(text []byte) bool {
	return utf8.Valid(text) && !bytes.ContainsFunc(text, wording.Obeyed)
}

// encoded returns a file in base64, in lines.
func encoded(text []byte) string {
	const width = 76
	all := base64.StdEncoding.EncodeToString(text)
	var b strings.Builder
	for len(all) > width {
		b.WriteString(all[:width] + "\n")
		all = all[width:]
	}
	return b.String() + all + "\n"
}

// variables chooses the variables for what readers enter. It returns what to
// ask for, each with the value that the lab was verified with, or "" if that
// is the user of the stand-in hub.
func (w *script) variables() map[string]string {
	lab := w.page.Lab
	asked, marks := map[string]string{}, config.Placeholders{}
	w.vars = map[string]string{"$DOCKERHUB_TOKEN": "DOCKERHUB_TOKEN"}
	add := func(name, value string) {
		if value == lab.Hub {
			value = ""
		}
		asked[name] = value
		variable := "MY_" + strings.Trim(notWordRE.ReplaceAllString(name, "_"), "_") // not a variable of the shell or the script
		for slices.Contains(slices.Collect(maps.Values(w.vars)), variable) {
			variable += "_"
		}
		marks[name], w.vars[name] = mark(name), variable
	}
	for _, name := range slices.Sorted(maps.Keys(lab.Placeholders)) {
		add(name, lab.Placeholders[name])
	}
	bind := marks.Binder()
	w.bind = bind
	if lab.Hub != "" {
		user := ""
		for name, value := range lab.Placeholders {
			if value == lab.Hub {
				user = name
			}
		}
		if user == "" {
			user = hubUser
			add(user, "")
		}
		name := regexp.QuoteMeta(lab.Hub)
		hub := regexp.MustCompile(`(^|[\s"'=])` + name + `(/|\\n$)|((?:-u|--username)[ =])` + name + `\b`)
		w.bind = func(text string) string {
			return hub.ReplaceAllString(bind(text), "${1}${3}"+strings.ReplaceAll(mark(user), "$", "$$")+"${2}")
		}
	}
	return asked
}

// hubUser is what readers are asked for if no placeholder is the user of
// Docker Hub.
const hubUser = "Docker Hub user name"

// called returns the name of what readers are asked for.
func (w *script) called(name string) string {
	if name == hubUser {
		return w.words.Text("script-user")
	}
	return name
}

var notWordRE = regexp.MustCompile(`\W+`)

func (w *script) body() string {
	var b strings.Builder
	on := ""
	for _, s := range w.tree.Snippets {
		if w.page.Record.Of(s.Number, s.Role) == nil || s.Role == info.Output {
			continue
		}
		text := w.snippet(s)
		if machine := w.page.Lab.MachineOf(s.Options.On); machine != on && text != "" {
			if on != "" {
				b.WriteString("fi\n")
			}
			b.WriteString("\nif on " + machine + "; then\n")
			on = machine
		}
		b.WriteString(w.askLate(text) + text)
	}
	if on != "" {
		b.WriteString("fi\n")
	}
	return b.String()
}

// askLate asks for values that the lab itself has shown by now, if a text of
// the script contains them.
func (w *script) askLate(text string) string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(w.page.Lab.From)) {
		if strings.Contains(text, "$"+w.vars[name]+`"`) {
			b.WriteString("\nask " + w.vars[name] + " " + shellWord(name) + " ''\n")
		}
	}
	return b.String()
}

// snippet returns the commands for a snippet.
func (w *script) snippet(s *content.Snippet) string {
	result := w.page.Record.Of(s.Number, s.Role)
	if s.Options.Skip != "" {
		return "\nskip " + strconv.Itoa(s.Pos.Line) + " " + shellWord(wording.OneLine(s.Options.Skip)) + "\n"
	}
	text := ""
	if s.Role == info.File || s.Role == info.Diff {
		text = "\n" + w.file(s, result)
	}
	if len(s.Commands) > 0 {
		text += "\n" + w.commands(s, result)
	}
	return text
}

// cleanup returns commands that, if requested, remove what the lab leaves and
// nothing else.
func (w *script) cleanup() string {
	all := w.page.Record.AllCleanups()
	if !slices.ContainsFunc(all, func(c *content.Cleanup) bool { return len(c.Commands) > 0 }) {
		return ""
	}
	var b strings.Builder
	b.WriteString("if [ -n \"$cleaning\" ]; then\n")
	for _, c := range all {
		if c.Machine != "" {
			b.WriteString("if [ \"$me\" = " + shellWord(c.Machine) + " ]; then\n")
		}
		for _, command := range c.Commands {
			b.WriteString("remove " + w.word(w.bind(command)) + "\n")
		}
		if c.Machine != "" {
			b.WriteString(":; fi\n")
		}
	}
	b.WriteString("removed\nfi\n")
	return b.String()
}

// file returns commands that write a file. For a diff they write the whole
// changed file, if the record has it, since patch(1) needs line numbers, which
// a diff on a page can omit.
func (w *script) file(s *content.Snippet, result *content.SnippetResult) string {
	verb, mode := "put ", "''"
	text := w.bind(s.Code)
	switch {
	case s.Role == info.Diff && result.Text == "":
		return "change " + strconv.Itoa(s.Pos.Line) + " " + shellWord(s.Options.File) + w.text(text, "\n") + "\n"
	case s.Role == info.Diff:
		text = w.unbind(result.Text, s.Options.File)
	case s.Options.Append:
		verb = "add "
	}
	if s.Options.Mode != 0 {
		mode = strconv.FormatUint(uint64(s.Options.Mode.Perm()), 8)
	}
	return verb + strconv.Itoa(s.Pos.Line) + " " + mode + " " + shellWord(s.Options.File) + w.text(text, "\n") + "\n"
}

// unbind replaces the values of placeholders in a changed file by marks, for
// the placeholders that its snippets contain.
func (w *script) unbind(text, file string) string {
	values := config.Placeholders{}
	for _, s := range w.tree.Snippets {
		for name, value := range w.page.Lab.Placeholders {
			if s.Options.File == file && strings.Contains(s.Code, name) {
				values[value] = mark(name)
			}
		}
	}
	return values.Binder()(text)
}

// commands returns the lines that type a snippet's commands.
func (w *script) commands(s *content.Snippet, result *content.SnippetResult) string {
	var b strings.Builder
	o := s.Options
	if typed := strings.ReplaceAll(o.Type, "$DOCKERHUB_TOKEN", mark("$DOCKERHUB_TOKEN")); typed != "" && strings.TrimSpace(s.Code) != "" {
		b.WriteString("answers=(")
		for i, line := range strings.SplitAfter(typed, "\n") {
			if line == "" {
				continue
			}
			if i > 0 {
				b.WriteString(" ")
			}
			b.WriteString(w.word(w.bind(strings.Replace(line, "\n", `\n`, 1))))
		}
		b.WriteString(")\n")
	}
	for k, c := range s.Commands {
		ran := result.Command(k)
		if ran == nil {
			continue
		}
		set := func(name, value string) {
			if value != "" && value != "0" {
				b.WriteString(name + "=" + value + " ")
			}
		}
		flag := func(name string, is bool) {
			if is {
				set(name, "1")
			}
		}
		if o.Term > 1 {
			set("term", strconv.Itoa(o.Term))
		}
		set("exit", strconv.Itoa(ran.Exit))
		set("retry", strconv.Itoa(int(o.Retry.Seconds())))
		flag("pipe", c.Parts != nil && ran.Exit == 0)
		flag("stay", c.Stay)
		if c.Until != "" {
			set("until", w.word(w.bind(c.Until)))
		}
		flag("key", c.Key)
		flag("later", o.Type != "" && k < len(s.Commands)-1)
		flag("ready", ran.Ready > 0)
		text := strings.TrimSuffix(w.bind(c.Text), "\n")
		if o.NoTTY {
			text = "{ " + text + "\n} < /dev/null"
		}
		b.WriteString("run " + strconv.Itoa(c.Pos.Line) + w.text(text, "") + "\n")
	}
	return b.String()
}

// text returns a text as a function's last argument, or, if it has several
// lines and ends with end, as its input: a here-document, which is easier to
// read.
func (w *script) text(text, end string) string {
	lines, whole := strings.CutSuffix(text, end)
	if !whole || !strings.Contains(text, "\n") || variableRE.MatchString(text) || strings.ContainsFunc(text, wording.Obeyed) {
		return " " + w.word(text)
	}
	return hereDocument(lines + "\n")
}

// hereDocument returns a text, which ends with a newline, as the input of a
// command.
func hereDocument(text string) string {
	mark := "EOF"
	for strings.Contains("\n"+text, "\n"+mark+"\n") {
		mark += "_"
	}
	return " <<'" + mark + "'\n" + text + mark
}

// word quotes a text for the shell, with variables where it has marks.
func (w *script) word(text string) string {
	var b strings.Builder
	done := 0
	for _, at := range variableRE.FindAllStringIndex(text, -1) {
		name := w.vars[text[at[0]+1:at[1]-1]]
		if name == "" {
			continue // a character of the page
		}
		if at[0] > done {
			b.WriteString(shellWord(text[done:at[0]]))
		}
		b.WriteString(`"$` + name + `"`)
		done = at[1]
	}
	if done < len(text) || done == 0 {
		b.WriteString(shellWord(text[done:]))
	}
	return b.String()
}

// shellPath quotes a path for the shell, except for a "~/" at its start.
func shellPath(p string) string {
	if rest, ok := strings.CutPrefix(p, "~/"); ok {
		return "~/" + shellWord(rest)
	}
	return shellWord(p)
}

var plainWordRE = regexp.MustCompile(`^[\w./+-]+$`)

func shellWord(s string) string {
	if plainWordRE.MatchString(s) {
		return s
	}
	if strings.ContainsFunc(s, wording.Obeyed) {
		return escapedWord(s)
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

// escapedWord quotes a text with control characters, so that they are visible
// when the script is printed in a terminal. It drops NUL, which words in bash
// can't contain.
func escapedWord(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case r == 0:
		case r == '\'' || r == '\\':
			b.WriteString(`\` + string(r))
		case r == '\n':
			b.WriteString(`\n`)
		case wording.Obeyed(r):
			for _, c := range []byte(string(r)) {
				fmt.Fprintf(&b, `\x%02x`, c)
			}
		default:
			b.WriteRune(r)
		}
	}
	return "$'" + b.String() + "'"
}
