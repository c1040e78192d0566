package prompt

import (
	"fmt"
	"strings"
	"testing"
)

// Commands are what a reader types at one prompt after the other.
func TestShell(t *testing.T) {
	tests := []struct{ code, want string }{
		{"a\nb", "a|b"},
		{"a; b\nc", "a; b|c"},
		{"a && \\\n  b\nc", "a && \\\n  b|c"},
		{"# note\na # note\n# -> x\n\n# other\n# -> y\nb", "a → x,y|b"},
		{"a # -> x", "a → x"},
		{"a\n# ->\n# ->  two", "a → , two"},
		{"f() {\n  # no -> no\n  a\n}\nf", "f() {\n  # no -> no\n  a\n}|f"},
		{"a # -> x\n# ->\n\n# ->", "a → x"}, // nobody sees empty lines at the end
		{"a\n# ->", "a → "},
		{"a # a -> b, c => d\n# b → c\n# <- d\n# - > e\n# --> f\n#===> g", "a"},
		{"a \\\n  # note\nb", "a \\\n  # note|b"},
		{"cat <<E # note\n# -> no\nE\nb", "cat <<E # note\n# -> no\nE|b"},
		{"cat <<-A > x; cat <<'B'\n\t1\n\tA\n2\nB\nb", "cat <<-A > x; cat <<'B'\n\t1\n\tA\n2\nB|b"},
		{"if a; then\n  b <<E\nx\nE\nfi\nc", "if a; then\n  b <<E\nx\nE\nfi|c"},
		{"a &\nwait", "a &|wait"},
		{"echo '#' \"# -> x\"", "echo '#' \"# -> x\""},
		{"a\n\n\nb # -> 1\n# -> 2\n# no\n# -> 3", "a|b → 1,2,3"},
		{"a # -> x   ", "a → x"},
		{"a # -> [..]\n# -> ...", "a → [..],..."},
		{"a # -> x; b", "a → x; b"},
		{"a; b # -> both", "a; b → both"},
		{"(\n  cd x\n  a # inside\n) # -> out", "(\n  cd x\n  a # inside\n) → out"},
		{"for i in 1 2; do\n  echo $i\ndone\n# -> 1\n# -> 2", "for i in 1 2; do\n  echo $i\ndone → 1,2"},
		{"case x in\n  y) a;;\nesac", "case x in\n  y) a;;\nesac"},
		{"a |\n  b |\n  c\nd", "a |\n  b |\n  c|d"},
		{"a ||\n  # why\n  b\nc", "a ||\n  # why\n  b|c"},
		{"echo 'two\nlines'\nb", "echo 'two\nlines'|b"},
		{"x=$(\n  cat <<E\nin\nE\n)\nb", "x=$(\n  cat <<E\nin\nE\n)|b"},
		{"cat <<A <<B\n1\nA\n2\nB\n# -> 2\nb", "cat <<A <<B\n1\nA\n2\nB → 2|b"},
		{"cat <<E\nE\nb", "cat <<E\nE|b"},
		{"cat <<E\nno end\nE", "cat <<E\nno end\nE"},
		{"cat <<'E' | grep x\ny\nE\n", "cat <<'E' | grep x\ny\nE"},
		{"\n\n  a  \n\n", "a"},
		{"a\t# -> x", "a → x"},
		{"echo größe # -> größe\nb", "echo größe → größe|b"},
		{"((x++)); [[ -f a ]] && b <(c)", "((x++)); [[ -f a ]] && b <(c)"},
		{"! a\ntime b", "! a|time b"},
		{"", ""},
		{"# only a comment", ""},
	}
	for _, tt := range tests {
		code := tt.code
		if code != "" {
			code += "\n"
		}
		commands, errs := Shell(code)
		if errs != nil {
			t.Errorf("%q: %v", tt.code, errs)
		}
		for _, c := range commands {
			if code[c.Offset:c.Offset+len(c.Text)] != c.Text {
				t.Errorf("%q: offset %d is not that of %q", tt.code, c.Offset, c.Text)
			}
		}
		if got := said(commands); got != tt.want {
			t.Errorf("%q:\n got %q\nwant %q", tt.code, got, tt.want)
		}
	}
}

// Expected output belongs to a command, or is an error where it stands.
func TestClaims(t *testing.T) {
	near := func(wrong, right string) string {
		return fmt.Sprintf("%q is not read as expected output, expected %q", wrong, right)
	}
	for _, c := range []struct{ code, want string }{
		{"# -> x", "1:1: " + noCommand},
		{"\n# ->\na", "2:1: " + noCommand},
		{"# note\n  # -> x\na # -> y", "2:3: " + noCommand},
		{"for i in 1; do\n  a # -> 1\ndone", "2:5: " + insideCommand},
		{"for i in 1; do\n  # -> 1\n  a\ndone # -> 2", "2:3: " + insideCommand},
		{"if a; then\n  b\n  # -> 1\nfi", "3:3: " + insideCommand},
		{"case x in\n  y) a # -> 1\n  ;;\n  # -> 2\nesac", "2:8: " + insideCommand + "\n4:3: " + insideCommand},
		{"f() {\n  a # -> 1\n}", "2:5: " + insideCommand},
		{"x=(\n  1 # -> 1\n)", "2:5: " + insideCommand},
		{"x=$(\n  a # -> 1\n)", "2:5: " + insideCommand},
		{"(\n  a # =>\n)", "2:5: " + near("# =>", "# ->")},
		{"a | # -> 1\nb", "1:5: " + insideCommand},
		{"a && # -> 1\n  b", "1:6: " + insideCommand},
		{"a \\\n  # -> 1\nb", "2:3: " + insideCommand},
		{"cat <<E # -> x\nx\nE", "1:9: " + insideCommand},
		{"cat <<E > y #-> x\nx\nE\n", "1:13: " + near("#-> x", "# -> x")},
		{"cat <<E\n$(a # -> x\n)\nE", "2:5: " + insideCommand},
		{"a #-> x", "1:3: " + near("#-> x", "# -> x")},
		{"a # => x", "1:3: " + near("# => x", "# -> x")},
		{"a # → x", "1:3: " + near("# → x", "# -> x")},
		{"a\n#  -> x", "2:1: " + near("#  -> x", "# -> x")},
		{"a # ->x", "1:3: " + near("# ->x", "# -> x")},
		{"a # ->\tx", "1:3: " + near("# ->\tx", "# -> x")},
		{"a ## -> x", "1:3: " + near("## -> x", "# -> x")},
		{"a\n# ⇒x\n#=>", "2:1: " + near("# ⇒x", "# -> x") + "\n3:1: " + near("#=>", "# ->")},
	} {
		_, errs := Shell(c.code)
		if got := places(c.code, errs); got != c.want {
			t.Errorf("%q:\n got %s\nwant %s", c.code, got, c.want)
		}
	}
}

// Code that is no shell's is read line by line.
func TestProgram(t *testing.T) {
	for _, c := range []struct{ code, want, wrong string }{
		{"", "", ""},
		{"ls\n", "ls", ""},
		{"if a; then\n  b\nfi # -> 1\n", "if a; then\n  b\nfi → 1", ""},
		{"print(1)  # -> 1\nprint('two')\n# -> two\n# ->\n", "print(1) → 1|print('two') → two", ""},
		{"print(\"# -> 1\")  # -> # -> 1\n", "print(\"# -> 1\") → # -> 1", ""},
		{"print('# -> 1')\n", "print('# -> 1')", ""},
		{"select 'it''s'; (  # -> 1\n", "select 'it''s'; ( → 1", ""},
		{"(don't)  # -> 1\n", "(don't) → 1", ""},
		{"a[#x]; (  # no -> claim\n", "a[#x]; (  # no -> claim", ""},
		{"# -> 1\nprint(1)\n", "print(1)", "1:1: " + noCommand},
		{"print(1)  # => 1\n", "print(1)", "1:11: " + `"# => 1" is not read as expected output, expected "# -> 1"`},
		{"print(1)\n^C\n", "print(1)|^C key", ""},
	} {
		commands, errs := Program(c.code)
		if got := said(commands); got != c.want {
			t.Errorf("%q:\n got %q\nwant %q", c.code, got, c.want)
		}
		if got := places(c.code, errs); got != c.wrong {
			t.Errorf("%q: %s, want %s", c.code, got, c.wrong)
		}
	}
}

func TestShellErrors(t *testing.T) {
	for _, c := range []struct{ code, want string }{
		{"if true; then\n", "1:10: shell: `then` must be followed by a statement list"},
		{"if true; then\n  a\n", "1:1: shell: `if` statement must end with `fi`"},
		{"a\necho 'b\n", "2:6: shell: the quote `'` is never closed"},
		{"a |\n", "1:3: shell: `|` must be followed by a statement"},
		{"a )\n", "1:3: shell: a command can only contain words and redirects; encountered `)`"},
		{"fi\n", "1:1: shell: `fi` can only be used to end an `if`"},
		{"cat <<E\nx\n", "1:5: shell: unclosed here-document `E`"},
	} {
		_, errs := Shell(c.code)
		if got := places(c.code, errs); got != c.want {
			t.Errorf("%q: %s, want %s", c.code, got, c.want)
		}
	}
}

// said returns commands with what is expected of them.
func said(commands []*Command) string {
	var all []string
	for _, c := range commands {
		text := c.Text
		if c.Key {
			text += " key"
		}
		if c.Expect != nil {
			text += " → " + strings.Join(c.Expect.Lines, ",")
		}
		all = append(all, text)
	}
	return strings.Join(all, "|")
}

// place returns an offset of the code as line and column.
func place(code string, offset int) string {
	before := code[:offset]
	return fmt.Sprintf("%d:%d", 1+strings.Count(before, "\n"), len(before)-strings.LastIndex(before, "\n"))
}

// places returns errors with their places, one a line.
func places(code string, errs []Error) string {
	var lines []string
	for _, e := range errs {
		lines = append(lines, place(code, e.Offset)+": "+e.Msg)
	}
	return strings.Join(lines, "\n")
}

func TestParts(t *testing.T) {
	for in, want := range map[string]string{
		"a | b -x | c":              "[{a false} {b false} {c false}]",
		"true; curl -s x | head -1": "[{curl false} {head false}]",
		"curl -so f x | cat":        "[{curl true} {cat false}]",
		"curl --output f x | cat":   "[{curl true} {cat false}]",
		"curl x 2> f | cat":         "[{curl true} {cat false}]",
		"curl -s \"$x\" | cat":      "[{curl false} {cat false}]",
		"(curl x) |& cat":           "[{ false} {cat false}]",
		"curl x":                    "[]",
		"a | b && c":                "[]",
		"if":                        "[]",
	} {
		var parts []Part
		if commands, _ := Shell(in); len(commands) > 0 {
			parts = commands[len(commands)-1].Parts
		}
		if got := fmt.Sprint(parts); got != want {
			t.Errorf("%s: %s, want %s", in, got, want)
		}
	}
}
