package adopt

import (
	"fmt"
	"regexp"
	"strings"

	"handbook/cmd/handbook/adopt/foreign"
	"handbook/cmd/handbook/adopt/needs"
)

// A block is a fence of the handbook's.
type block struct {
	fence *foreign.Fence // from which it was made
	line  int            // of the source
	lang  string
	opts  []string // in the order in which they are written
	code  []string
	at    int // its line in the page that is written, from 1; of the fence
	runs  bool
	marks []mark
}

// option writes an option with a value.
func option(key, value string) string {
	if value != "" && !strings.ContainsAny(value, " \t\"'{}=`\\") {
		return key + "=" + value
	}
	return key + `="` + strings.NewReplacer(`"`, `\"`, "`", "'").Replace(value) + `"`
}

func termOption(n int) string { return fmt.Sprintf("term=%d", n) }

var backquotes = regexp.MustCompile("`{3,}")

// lines writes the block with an indent.
func (b *block) lines(indent string) []string {
	mark := "```"
	for _, line := range b.code {
		for _, run := range backquotes.FindAllString(line, -1) {
			if len(run) >= len(mark) {
				mark = strings.Repeat("`", len(run)+1)
			}
		}
	}
	info := b.lang
	if len(b.opts) > 0 {
		if info == "" {
			info = "text"
		}
		info += " " + strings.Join(b.opts, " ")
	}
	out := []string{indent + mark + info}
	for _, line := range b.code {
		if line == "" && !strings.Contains(indent, ">") {
			out = append(out, "")
		} else {
			out = append(out, strings.TrimRight(indent+line, " \t"))
		}
	}
	return append(out, indent+mark)
}

// has reports whether an option is set.
func (b *block) has(key string) bool {
	for _, o := range b.opts {
		if o == key || strings.HasPrefix(o, key+"=") {
			return true
		}
	}
	return false
}

// apply writes what a command needs as options.
func (b *block) apply(n needs.Need) {
	add := func(opt string) {
		key, _, _ := strings.Cut(opt, "=")
		if !b.has(key) {
			b.opts = append(b.opts, opt)
		}
	}
	if n.Skip != "" {
		if !b.has("skip") {
			b.skip(n.Skip)
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
			add(option("until", n.Until))
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

// skip keeps the block from being run.
func (b *block) skip(why string) {
	var kept []string
	for _, o := range b.opts { // what only runs may have
		key, _, _ := strings.Cut(o, "=")
		switch key {
		case "file", "append", "mode", "term", "title":
			kept = append(kept, o)
		}
	}
	b.opts, b.runs = append(kept, option("skip", why)), false
}

// A mark ties a line of a block to one of the source.
type mark struct{ code, line int }
