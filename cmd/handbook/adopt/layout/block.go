package layout

import (
	"fmt"
	"regexp"
	"strings"

	"handbook/cmd/handbook/adopt/foreign"
	"handbook/cmd/handbook/adopt/needs"
)

// A Block is a fence of the new page.
type Block struct {
	Fence *foreign.Fence // the fence from which it was made
	Line  int            // of the source
	Lang  string
	Opts  []string // in the order in which they are written
	Code  []string
	at    int // its line in the page that is written, from 1; of the fence
	Runs  bool
	Marks []Mark
}

// Option returns an option with a value.
func Option(key, value string) string {
	if value != "" && !strings.ContainsAny(value, " \t\"'{}=`\\") {
		return key + "=" + value
	}
	return key + `="` + strings.NewReplacer(`"`, `\"`, "`", "'").Replace(value) + `"`
}

// TermOption returns the option of a block that is typed in terminal n.
func TermOption(n int) string { return fmt.Sprintf("term=%d", n) }

var backquotes = regexp.MustCompile("`{3,}")

// Lines returns the lines of the block with an indent.
func (b *Block) Lines(indent string) []string {
	mark := "```"
	for _, line := range b.Code {
		for _, run := range backquotes.FindAllString(line, -1) {
			if len(run) >= len(mark) {
				mark = strings.Repeat("`", len(run)+1)
			}
		}
	}
	info := b.Lang
	if len(b.Opts) > 0 {
		if info == "" {
			info = "text"
		}
		info += " " + strings.Join(b.Opts, " ")
	}
	out := []string{indent + mark + info}
	for _, line := range b.Code {
		if line == "" && !strings.Contains(indent, ">") {
			out = append(out, "")
		} else {
			out = append(out, strings.TrimRight(indent+line, " \t"))
		}
	}
	return append(out, indent+mark)
}

// Has reports whether an option is set.
func (b *Block) Has(key string) bool {
	for _, o := range b.Opts {
		if o == key || strings.HasPrefix(o, key+"=") {
			return true
		}
	}
	return false
}

// Apply adds what a command needs as options.
func (b *Block) Apply(n needs.Need) {
	add := func(opt string) {
		key, _, _ := strings.Cut(opt, "=")
		if !b.Has(key) {
			b.Opts = append(b.Opts, opt)
		}
	}
	if n.Skip != "" {
		if !b.Has("skip") {
			b.Skip(n.Skip)
		}
		return
	}
	if n.Timeout != "" {
		add("timeout=" + n.Timeout)
	}
	if n.Ready != "" {
		add("ready=" + n.Ready)
	}
	if n.Stay {
		add("stay")
		if n.Until != "" {
			add(Option("until", n.Until))
		}
	}
	if n.Type != "" {
		add(`type="` + n.Type + `"`)
	}
	if n.Exit != 0 {
		add(fmt.Sprintf("exit=%d", n.Exit))
	}
	for _, o := range n.Options {
		add(o)
	}
}

// Skip keeps the block from being run.
func (b *Block) Skip(why string) {
	var kept []string
	for _, o := range b.Opts { // options that only snippets that run may have
		key, _, _ := strings.Cut(o, "=")
		switch key {
		case "file", "append", "mode", "term", "on", "title":
			kept = append(kept, o)
		}
	}
	b.Opts, b.Runs = append(kept, Option("skip", why)), false
}

// Tie maps the next line of the block to a line of the source.
func (b *Block) Tie(line int) { b.Marks = append(b.Marks, Mark{len(b.Code), line}) }

// A Mark maps a line of a block to a line of the source.
type Mark struct{ Code, Line int }
