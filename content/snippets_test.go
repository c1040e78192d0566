package content

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"handbook/content/config"
	"handbook/content/info"
)

// tree parses a lab with the given files beside it. What is wrong is without
// the page's name, one problem a line.
func tree(t *testing.T, page string, files ...string) (*Tree, string) {
	t.Helper()
	s, err := LoadFile(site(append([]string{"p.md", strings.ReplaceAll(page, "'''", "```")}, files...)...), "p.md", "")
	wrong := ""
	if err != nil {
		wrong = strings.ReplaceAll(err.Error(), "p.md:", "")
	}
	return s.Page("p.md").Tree(), wrong
}

// commandLines are the commands of a lab's snippets: their text, then what is
// special about them.
func commandLines(t *Tree) string {
	var b strings.Builder
	for _, s := range t.Snippets {
		for _, c := range s.Commands {
			fmt.Fprintf(&b, "%d %q", c.Pos.Line, c.Text)
			if c.Prompt != "" {
				fmt.Fprintf(&b, " at %q", c.Prompt)
			}
			for _, flag := range []struct {
				on   bool
				name string
			}{{c.Key, "key"}, {c.Stay, "stay"}, {c.AtShell, "shell"}, {c.Exit != 0, fmt.Sprint("exit ", c.Exit)},
				{c.Timeout != config.DefaultCommandTimeout, fmt.Sprint(c.Timeout)}, {c.Until != "", "until " + c.Until}} {
				if flag.on {
					b.WriteString(" " + flag.name)
				}
			}
			if c.Expect != nil {
				fmt.Fprintf(&b, " → %q", c.Expect.Lines)
			}
			b.WriteString("\n")
		}
	}
	return b.String()
}

func TestPageCommands(t *testing.T) {
	for _, c := range []struct{ name, page, want, wrong string }{
		{"options are those of the last command",
			"'''bash exit=1 timeout=5s\na\nb\n'''\n",
			"2 \"a\" 5s\n3 \"b\" exit 1 5s\n", ""},
		{"an output fence", "'''bash\na\n'''\n\n'''output\n1 \n\n2\n\n'''\n", "2 \"a\" → [\"1\" \"\" \"2\"]\n", ""},
		{"an empty output fence", "'''bash\na\n'''\n'''output\n'''\n", "2 \"a\" → []\n", ""},
		{"an output fence behind a session's command",
			"'''console\n$ a\n1\n'''\n'''output\n1\n'''\n", "2 \"a\" shell → [\"1\"]\n",
			"5:1: the command before it already has expected output, at line 3"},
		{"the output of what does not run", "'''bash skip=x\na\n'''\n'''output\n1\n'''\n'''bash\nb\n'''\n", "8 \"b\"\n", ""},
		{"the output of a file's command", "'''py file=a.py run=\"python a.py\"\nx\n'''\n'''output\n1\n'''\n", "1 \"python a.py\" → [\"1\"]\n", ""},
		{"an output fence that is skipped", "'''output skip=x\n1\n'''\n'''bash\na\n'''\n", "5 \"a\"\n", ""},
		{"an output fence without a command", "'''output\n1\n'''\n'''bash\na\n'''\n", "5 \"a\"\n", "1:1: " + noCommand},
		{"two output fences", "'''bash\na\n'''\n'''output\n1\n'''\n'''output\n1\n'''\n", "2 \"a\" → [\"1\"]\n",
			"7:1: the command before it already has expected output, at line 5"},
		{"promises before any command", "'''bash\n# -> 1\na\n# -> 2\n'''\n- '''bash\n  # note\n    # ->\n  '''\n",
			"3 \"a\" → [\"2\"]\n", "2:1: " + noCommand + "\n8:5: " + noCommand},
		{"no claim is dropped that is typed to a program",
			"'''bash stay\npython3\n'''\n'''bash\n# -> 0\nprint(1)  # -> 1\nprint(2)  #-> 2\n'''\n",
			"2 \"python3\" stay\n6 \"print(1)\" → [\"1\"]\n7 \"print(2)\"\n",
			"5:1: " + noCommand + "\n7:11: \"#-> 2\" is not read as expected output, expected \"# -> 2\""},
		{"a session's claims stand below its commands",
			"'''console\n$ a\n$ b\n1\n$ c # -> 2\n'''\n'''output\n2\n'''\n",
			"2 \"a\" shell\n3 \"b\" shell → [\"1\"]\n5 \"c # -> 2\" shell → [\"2\"]\n",
			"5:5: expected output in a comment of a session, expected it in the lines below the command"},
		{"an empty output fence behind a session's command", "'''console\n$ a\n'''\n'''output\n'''\n", "2 \"a\" shell → []\n", ""},
		{"claims in what is included", "- '''bash file=a.sh\n  a # -> 1\n  b #-> 2\n  '''\n- '''bash include=a.sh\n  '''\n",
			"5 \"a\" → [\"1\"]\n5 \"b\"\n",
			"5:11: line 2 of what is included: \"#-> 2\" is not read as expected output, expected \"# -> 2\""},
		{"stay", "'''bash stay until=ready\na\nb\n'''\n'''bash\nc\n# -> 1\nexit\n'''\n'''bash\nd\n'''\n",
			"2 \"a\"\n3 \"b\" stay until ready\n6 \"c\" → [\"1\"]\n8 \"exit\"\n11 \"d\"\n", ""},
		{"what is typed to a program is no shell", "'''bash stay\nsqlite3\n'''\n'''bash\nselect 'it;\nselect (;\n'''\n'''bash type=\"^D\"\n'''\n'''bash\na\nb; c\n'''\n",
			"2 \"sqlite3\" stay\n5 \"select 'it;\"\n6 \"select (;\"\n8 \"^D\" key\n11 \"a\"\n12 \"b; c\"\n", ""},
		{"keys", "'''bash stay\na\n'''\n'''bash\nb\n^C\n'''\n'''bash\nif c\n'''\n",
			"2 \"a\" stay\n5 \"b\"\n6 \"^C\" key\n", "9:1: shell: `if <cond>` must be followed by `then`"},
		{"each terminal by itself", "'''bash stay\na\n'''\n'''bash term=2\nb; c\n'''\n'''bash\nd '\n'''\n",
			"2 \"a\" stay\n5 \"b; c\"\n8 \"d '\"\n", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			tree, wrong := tree(t, c.page)
			if diff := cmp.Diff(c.want, commandLines(tree)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(c.wrong, wrong); diff != "" {
				t.Errorf("wrong (-want +got):\n%s", diff)
			}
		})
	}
}

func TestClosedFences(t *testing.T) {
	for _, c := range []struct{ in, wrong string }{
		{"'''\nx\n'''\n", ""},
		{"'''\nx\n'''", ""},
		{"'''\n'''\n", ""},
		{"'''\nx\n''''''  \n", ""},
		{"~~~\nx\n~~~\n", ""},
		{"   '''\nx\n  '''\n", ""},
		{"> '''\n> x\n> '''\n", ""},
		{"> > '''\n> > x\n> > '''\n", ""},
		{"- '''\n  x\n  '''\n", ""},
		{"1. > '''\n   > x\n   > '''\n", ""},
		{"'''", "1:1: the fence is never closed"},
		{"'''\n", "1:1: the fence is never closed"},
		{"'''\nx\n", "1:1: the fence is never closed"},
		{"````\nx\n'''\n", "1:1: the fence is never closed"},
		{"'''\nx\n~~~\n", "1:1: the fence is never closed"},
		{"'''\nx\n''' y\n", "1:1: the fence is never closed"},
		{"'''\nx\n    '''\n", "1:1: the fence is never closed"},
		{"> '''\n> x\n\ny\n", "1:3: the fence is never closed"},
		{"> '''\n> x\n'''\ny\n'''\n", "1:3: the fence is never closed"},
		{"- '''\n  x\n\ny\n", "1:3: the fence is never closed"},
	} {
		if _, wrong := tree(t, c.in); wrong != c.wrong {
			t.Errorf("%q: %s, want %s", c.in, wrong, c.wrong)
		}
	}
}

func TestAt(t *testing.T) {
	tree, _ := tree(t, "- '''bash\n  ab\n\n    c\n  '''\n")
	for offset, want := range map[int]string{0: "2:3", 1: "2:4", 2: "2:5", 3: "3:1", 4: "4:3", 6: "4:5"} {
		if got := place(tree.Snippets[0].At(offset)); got != want {
			t.Errorf("%d: %s, want %s", offset, got, want)
		}
	}
}

func TestNumbers(t *testing.T) {
	tree, _ := tree(t, "'''text\n'''\n'''bash\na\n'''\n'''text\n'''\n[1 s](time:x)\n'''py skip=x\n'''\n")
	var got []int
	for _, s := range tree.Snippets {
		got = append(got, s.Number)
		if s.Number > 0 && tree.Numbered(s.Number) != s {
			t.Errorf("number %d is another snippet", s.Number)
		}
	}
	if fmt.Sprint(got) != "[0 1 0 2]" || tree.Measures[0].After != 1 || tree.Numbered(0) != nil || tree.Numbered(3) != nil {
		t.Errorf("%v, after %d", got, tree.Measures[0].After)
	}
	r := &Record{Results: Results{Snippets: []SnippetResult{{Number: 1, Kind: "shell"}, {Number: 2, Kind: "file"}}}}
	for i, want := range []*SnippetResult{nil, &r.Snippets[0], nil, nil} { // the last one is of another kind
		if got := r.Of(tree.Snippets[i].Number, tree.Snippets[i].Role); got != want {
			t.Errorf("snippet %d: %v, want %v", i, got, want)
		}
	}
	if (*Record)(nil).Of(1, info.Shell) != nil || r.Snippets[0].Command(0) != nil || (*SnippetResult)(nil).Command(0) != nil {
		t.Error("nothing has results")
	}
}

// Code that looks like other code is no code of a handbook.
func TestHonest(t *testing.T) {
	for _, test := range []struct{ page, want string }{
		{"- '''bash\n  ls\n  ls \u202e# x\n  '''\n", "3:6: code with the character U+202E looks like other code"},
		{"'''text file=a\nEO\x00F\n'''\n", "2:3: code with the character U+0000 looks like other code"},
		{"'''bash\necho a\x1b[201~\n'''\n", "2:7: code with the character U+001B looks like other code"},
		{"'''text\na\tb\u0085\n'''\n", "2:4: code with the character U+0085 looks like other code"},
		{"'''text include=a\n'''\n", "1:9: code with the character U+2066 looks like other code"},
		{"\u202eprose, '''\n\n'''text\nالعربية\u200f\n'''\n", ""},
	} {
		if _, wrong := tree(t, test.page, "a", "x\u2066y\n"); wrong != test.want {
			t.Errorf("%q: %s, want %s", test.page, wrong, test.want)
		}
	}
}

// Names like <your-name> are words, and no redirections.
func TestAngledPlaceholders(t *testing.T) {
	for _, c := range []struct{ page, want, wrong string }{
		{"'''bash\nlogin -u <your-name>\n# -> hello <your name>\n'''\n", "6 \"login -u <your-name>\" → [\"hello <your name>\"]\n", ""},
		{"'''console\n$ a <your name> &&\n> b\nc <your-name>\n'''\n", "6 \"a <your name> &&\\nb\" shell → [\"c <your-name>\"]\n", ""},
		{"'''bash\na <other>\n'''\n", "", "6:9: shell: `>` must be followed by a word"},
		{"'''bash\n<your-name> )\n'''\n", "", "6:13: shell: a command can only contain words and redirects; encountered `)`"},
	} {
		tree, wrong := tree(t, "---\nlab:\n  placeholders: {<your-name>: ann, <your name>: bob}\n---\n"+c.page)
		if got := commandLines(tree); got != c.want || wrong != c.wrong {
			t.Errorf("%q:\n got %q, %s\nwant %q, %s", c.page, got, wrong, c.want, c.wrong)
		}
	}
}
