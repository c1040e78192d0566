package adopt

import (
	"fmt"
	"regexp"
	"strings"

	"handbook/cmd/handbook/adopt/foreign"
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
