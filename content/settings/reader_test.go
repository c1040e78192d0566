package settings

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestReader(t *testing.T) {
	for _, c := range []struct{ in, want string }{ // want: the values, or the mistakes
		{"", `"" false 0 0s []`},
		{"text: a\nyes: true\nwhole: -3\nduration: 90s\nlist: [x, y]", `"a" true -3 1m30s [x y]`},
		{"text: 1.10\nlist:\n  - 2", `"1.10" false 0 0s [2]`},
		{"text: |\n  a\n  b\n", `"a\nb\n" false 0 0s []`},
		{"duration: 24h", `"" false 0 24h0m0s []`},
		{"duration: 24h1s", `1:11: expected at most 24h, not "24h1s"`},
		{"text: [a]", `1:7: expected a text, not a list`},
		{"yes: on", `1:6: expected true or false, not "on"`},
		{"\nwhole: 1.5", `2:8: expected a whole number, not 1.5`},
		{"duration: 0s\nlist: x", "1:11: expected a duration such as 30s or 15m, not \"0s\"\n2:7: expected a list, not \"x\""},
		{"txet: a", `1:1: unknown key "txet" (did you mean "text"?) of duration list text whole yes`},
		{"text: a\n---\ntext: b", "3:1: only one YAML document is expected"},
		{"text: a\n---\n", "2:1: only one YAML document is expected"},
		{"- a", `1:1: expected keys and values, not a list`},
		{"list: " + strings.Repeat("[", 100_000), `1:57: YAML: more than 50 lists and mappings in each other`},
		{"list: [" + strings.Repeat("{a: ", 40_000), `1:204: YAML: more than 50 lists and mappings in each other`},
		{"list:\n  " + strings.Repeat("- ", 40_000) + "x", `2:103: YAML: more than 50 lists and mappings in each other`},
		{"list:\n" + strings.Repeat("- x\n", 40_000), `15001:1: YAML: more than 10000 keys and values`},
		{"list: [x, " + strings.Repeat("y, ", 40_000) + "]", `1:45003: YAML: more than 10000 keys and values`},
		{"text: &a [b]\nlist: [*a, *a]", "1:7: expected a text, not an anchor: a text that begins with & stands in quotes\n" +
			"2:8: expected a text, not an alias: a text that begins with * stands in quotes\n2:12: expected a text, not an alias: a text that begins with * stands in quotes"},
		{"text: a\ntext: b", `2:1: the key "text" is given twice`},
		{"text: a: b", `1:7: a text with a colon in it stands in quotes: text: "a: b"`},
		{"text: @a", `1:7: a text that begins with @ stands in quotes: text: "@a"`},
		{"text: `a`", "1:7: a text that begins with ` stands in quotes: text: \"`a`\""},
		{"text: %a", `1:7: a text that begins with % stands in quotes: text: "%a"`},
		{"text: &a", `1:7: a text that begins with & stands in quotes: text: "&a"`},
		{"text: *a*", `1:7: expected a text, not an alias: a text that begins with * stands in quotes`},
		{"text: !a b", `1:7: expected a text, not a tag: a text that begins with ! stands in quotes`},
		{"text: [a] b", `1:11: a text that begins with [ stands in quotes: text: "[a] b"`},
		{"text: {{ a }}", `1:8: a text that begins with { stands in quotes: text: "{{ a }}"`},
		{"text: \"a\" b", `1:11: the text goes on behind its closing quotation mark ": quotes stand around all of it`},
		{"text: \"a\nyes: true", `1:7: the quotation mark " is never closed`},
		{"text: 'a", `1:7: the quotation mark ' is never closed`},
		{"text: #1 a\nyes: true", `1:7: without quotes # begins a comment, expected text: "#1 a"`},
		{"list: [{text: #1b5, b: c}]", `1:15: without quotes # begins a comment, expected text: "#1b5"`},
		{"text: # nothing\nlist: #those\n  - a", `"" false 0 0s [a]`},
		{"list: [a, b", `1:7: the list that begins here is never closed with ]`},
		{"text: a\n   yes: true", `1:7: the next line is indented deeper than the key "text", which has a value already`},
		{"text:a\nyes: true", `1:1: a blank is missing behind the colon: text: a`},
		{"yes: true\ntext", `2:1: expected a key, a colon and a value, such as title: Docker, not "text"`},
	} {
		var (
			y     Reader
			text  string
			yes   bool
			whole int
			d     time.Duration
			list  []string
		)
		y.Read([]byte(c.in), Keys{
			"text": y.Text(&text), "yes": y.Bool(&yes), "whole": y.Whole(&whole), "duration": y.Duration(&d),
			"list": y.List(func(n Node) {
				var s string
				y.Text(&s)(n)
				list = append(list, s)
			}),
		})
		got := fmt.Sprintf("%q %v %d %v %v", text, yes, whole, d, list)
		var wrong []string
		for _, m := range y.Mistakes {
			line := fmt.Sprintf("%d:%d: %s", m.Line, m.Col, m.Msg)
			if m.Known != nil {
				line += " of " + strings.Join(m.Known, " ")
			}
			wrong = append(wrong, line)
		}
		if wrong != nil {
			got = strings.Join(wrong, "\n")
		}
		if got != c.want {
			t.Errorf("%.60q:\n got %s\nwant %s", c.in, got, c.want)
		}
	}
}
