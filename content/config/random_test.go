package config

import (
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"
)

// pieces are what the settings of a stranger are put together from.
var pieces = []string{
	"---\n", "...\n", "\n\n", "\n", " ", "    ", "\t", "\r", "\r\n", "\x00", "\x1b[31m", "\xff", "\ufeff", "\u202e", "é", "😀", "a", "-", "- ", "? ", ": ", ":", ",", "#",
	"{", "}", "[", "]", "|\n", ">\n", "|-\n", "|9\n", "'", "\"", "\\", "\\x", "&a ", "*a ", "! ", "!!x ", "<<: ", "%YAML 1.2\n", "%TAG ", "@", "`", "~", "null", "0x", "1e999", "-1", ".inf",
	"title: ", "nav:\n", "nav: [{url: ", "lab: ", "lab: {}\n", "machine: ", "docker: 7\n", "engines: ", "env: {A: ", "placeholders: ", "patterns: {A_B: ", "colors: {accent: ", "logo: ", "csp: ", "contents: ", "aliases: [", "timeout: ",
}

// Whatever settings and front matter hold, it is a mistake or none: reading them
// ends without a panic. HANDBOOK_SEED chooses what is tried.
func TestRandomSettings(t *testing.T) {
	seed, _ := strconv.ParseUint(os.Getenv("HANDBOOK_SEED"), 10, 64)
	random := rand.New(rand.NewPCG(seed, 13))
	mistakes, fine := 0, 0
	for range 5000 {
		var b strings.Builder
		for range 1 + random.IntN(10) {
			b.WriteString(pieces[random.IntN(len(pieces))])
		}
		text := b.String()
		func() {
			defer func() {
				if p := recover(); p != nil {
					t.Errorf("%q: %v", text, p)
				}
			}()
			_, errs := Read([]byte(text), "handbook.yaml")
			_, _, more := ReadFront([]byte("---\n"+text+"\n---\n# A\n"), "a.md", Default())
			if len(errs)+len(more) > 0 {
				mistakes++
			} else {
				fine++
			}
		}()
	}
	if mistakes == 0 || fine == 0 {
		t.Errorf("seed %d: %d with mistakes, %d without", seed, mistakes, fine)
	}
}
