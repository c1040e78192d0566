package content

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"handbook/content/info"
	"handbook/content/mistake"
)

// site makes a file system of "name: text" pairs.
func site(files ...string) fstest.MapFS {
	m := fstest.MapFS{}
	for i := 0; i < len(files); i += 2 {
		m[files[i]] = &fstest.MapFile{Data: []byte(files[i+1])}
	}
	return m
}

const labHead = "---\nlab:\n---\n"

// What is wrong with a page is told with its place, all of it at once.
func TestErrors(t *testing.T) {
	tests := []struct{ name, page, want string }{
		{"front matter", "---\ntitel: x\nweight: two\ndraft: maybe\nlab:\n  machin: a\n  network: closed\n  timeout: soon\n---\n", `
c/p.md:2:1: unknown key "titel" (did you mean "title"?)
c/p.md:3:9: expected a whole number, not "two"
c/p.md:4:8: expected true or false, not "maybe"
c/p.md:6:3: unknown key "machin" (did you mean "machine"?)
c/p.md:7:12: expected open or none, not "closed"
c/p.md:8:12: expected a duration such as 30s or 15m, not "soon"`},
		{"front matter that is not YAML", "---\ntitle: [a\n---\n", `
c/p.md:2:8: the list that begins here is never closed with ]`},
		{"front matter that is not closed", "---\ntitle: a\n", `
c/p.md:1:1: the front matter is never closed, expected a line "---"`},
		{"duplicate keys", "---\ntitle: a\ntitle: b\n---\n", `
c/p.md:3:1: the key "title" is given twice`},
		{"a dir outside", "---\nlab:\n  dir: ../x\n---\n", `
c/p.md:3:8: expected a directory such as ~/labs/flask or /srv/lab, not "../x"
c/p.md:3:8: expected a plain directory, not "../x"`},
		{"machines", "---\nlab:\n  machines: [a, b_c, Worker, a, localhost, -x, 1]\n---\n", `
c/p.md:3:17: "b_c" is not the name of a host, expected lower-case letters, digits and hyphens, such as worker1
c/p.md:3:22: "Worker" is not the name of a host, expected lower-case letters, digits and hyphens, such as worker1
c/p.md:3:30: machine "a" is named twice
c/p.md:3:33: each machine is "localhost" to itself, expected another name
c/p.md:3:44: "-x" is not the name of a host, expected lower-case letters, digits and hyphens, such as worker1`},
		{"too many machines", "---\nlab:\n  machines: [a, b, c, d, e, f]\n---\n", `
c/p.md:3:13: 6 machines, expected at most 5`},
		{"no machines", "---\nlab:\n  machines: manager\n---\n", `
c/p.md:3:13: expected a list, not "manager"`},
		{"machines of an image", "---\nlab: {machine: alpine, machines: [a, b]}\n---\n", `
c/p.md:2:34: the lab's machine is of the image "alpine", and only machines with a Docker Engine can be several`},
		{"on= without machines", labHead + "```bash on=worker1\ntrue\n```\n", `
c/p.md:4:9: on=worker1: the page names no machines, expected lab: {machines: [worker1, …]} in its front matter`},
		{"on= without a lab", "```bash on=worker1\ntrue\n```\n", `
c/p.md:1:9: on=worker1: the page names no machines, expected lab: {machines: [worker1, …]} in its front matter`},
		{"on= with an unknown machine", "---\nlab: {machines: [manager, worker1]}\n---\n```bash on=worker\ntrue\n```\n", `
c/p.md:4:9: there is no machine "worker", expected manager or worker1 (did you mean "worker1"?)`},
		{"on= on what is not run", "---\nlab: {machines: [a, b]}\n---\n```output on=b\n```\n", `
c/p.md:4:1: expected output without a command before it
c/p.md:4:11: option "on" has no meaning on an expected output`},
		{"values from outputs", "---\nlab:\n  placeholders:\n    ONE: {from: nonesuch, match: '(x)'}\n    TWO: {from: run, match: 'x('}\n    THREE: {from: run, match: x}\n    FOUR: {from: run, match: '(x)(y)'}\n    FIVE: {from: run}\n    SIX: {form: run, match: (x)}\n    SEVEN: [a]\n---\n```bash name=run\necho x\n```\n", `
c/p.md:4:17: no snippet of the page is called "nonesuch": expected name=nonesuch on one that prints the value of ONE
c/p.md:5:29: match: error parsing regexp: missing closing ): ` + "`x(`" + `
c/p.md:6:31: match: "x" has 0 groups, expected one, which is the value: such as (\S+)
c/p.md:7:30: match: "(x)(y)" has 2 groups, expected one, which is the value: such as (\S+)
c/p.md:8:12: the value of FIVE needs from, the name of a snippet, and match, a regular expression whose group is the value
c/p.md:9:11: unknown key "form" (did you mean "from"?)
c/p.md:10:12: expected a text, not a list`},
		{"a value that comes too late", "---\nlab:\n  placeholders: {TOKEN: {from: run, match: '(x)'}, OTHER: {from: file, match: '(x)'}}\n---\n```bash\necho TOKEN\n```\n```bash name=run\necho x\n```\n```text file=a name=file\nTOKEN\n```\n", `
c/p.md:3:66: the snippet "file", in line 11, runs no command that could print the value of OTHER
c/p.md:5:1: TOKEN has no value here yet: it comes from the snippet "run" in line 8`},
		{"options", labHead + "```bash nmae=x exit=300 exit=1 timeout=5 hide=1 skip\n```\n", `
c/p.md:4:9: unknown option "nmae" (did you mean "name"?)
c/p.md:4:21: option "exit" needs an exit status from 0 to 255, not "300"
c/p.md:4:25: option "exit" is given twice
c/p.md:4:40: option "timeout" needs a duration such as 30s or 5m, not "5"
c/p.md:4:47: option "hide" takes no value
c/p.md:4:49: option "skip" needs a value: skip=…`},
		{"options of another role", labHead + "```bash mode=0755\n```\n```text exit=1\n```\n```python file=a exit=1\n```\n", `
c/p.md:4:9: option "mode" has no meaning on a shell snippet
c/p.md:6:9: option "exit" has no meaning on text
c/p.md:8:18: option "exit" needs run= on a file`},
		{"quotes", labHead + "```bash type=\"a\\q\" name=\"open\n```\n", `
c/p.md:4:14: unknown escape "\\q", expected one of \n \t \r \e \" \\
c/p.md:4:25: missing closing quote "`},
		{"ranges", "```go {1,x} ins=3 del={5-2} {1\n```\n", `
c/p.md:1:7: "x" is not a line or a range of lines such as 3-5
c/p.md:1:17: option "ins" needs lines in braces: ins={1,3-5}
c/p.md:1:23: "5-2" is not a line or a range of lines such as 3-5
c/p.md:1:29: missing "}"`},
		{"paths", labHead + strings.Repeat("```go file=%s\n```\n", 9), `
c/p.md:4:12: file "../a" is outside the lab's directory
c/p.md:6:12: file "/etc/passwd" is outside the lab's directory, expected a relative path
c/p.md:8:12: file "~/x" is outside the lab's directory, expected a relative path
c/p.md:10:12: file "a/../../b" is outside the lab's directory
c/p.md:12:12: file "con.txt" has a name that Windows reserves
c/p.md:14:12: file "a\\b" has a character that paths can't have, expected slashes between folders
c/p.md:16:12: file "a/" is a folder
c/p.md:18:12: file "./a" is not a plain path, expected "a"
c/p.md:20:12: file "C:/x" is outside the lab's directory, expected a relative path`},
		{"fences that are not closed", "# a\n\n- item\n\n  ```bash\n  echo\n\nafter\n\n> ```\n> x\n\n````text\n```\n", `
c/p.md:5:3: the fence is never closed
c/p.md:10:3: the fence is never closed
c/p.md:13:1: the fence is never closed`},
		{"shell", labHead + "```bash\necho ok\nif true; then\n```\n\n- ```bash\n  echo 'a\n  ```\n", "\n" +
			"c/p.md:6:10: shell: `then` must be followed by a statement list\n" +
			"c/p.md:10:8: shell: the quote `'` is never closed"},
		{"sessions", labHead + "```console\nwhat\n$ echo\n$ \n$ for i in 1\nend\n```\n", `
c/p.md:5:1: expected a command after "$ "
c/p.md:7:1: a prompt without a command
c/p.md:8:3: shell: the command is not complete, expected lines after "> "`},
		{"outputs", labHead + "```output\nx\n```\n```bash\necho a # -> a\n```\n```output\na\n```\n", `
c/p.md:4:1: expected output without a command before it
c/p.md:10:1: the command before it already has expected output, at line 8`},
		{"not UTF-8", "a\nb\xff\n", `
c/p.md:2:2: not UTF-8`},
		{"includes", "```go include=nope.go\n```\n```go include=../../x\n```\n```go include=x.go#r\n```\n```go include=x.go lines=2-9\n```\n```go include=x.go\ntext\n```\n", `
c/p.md:1:7: no file "nope.go" beside the page, and no snippet before it writes it
c/p.md:3:7: file "../../x" is outside the content
c/p.md:5:7: file "x.go" has no region "r", expected lines with "#region r" and "#endregion"
c/p.md:7:7: file "x.go" has 2 lines, not 9
c/p.md:9:7: a snippet with include= must be empty`},
		{"after", "---\nlab:\n  after: nope.md\n---\n```bash\ntrue\n```\n", `
c/p.md:3:3: after: no page "nope.md"`},
		{"after itself", "---\nlab:\n  after: p.md\n---\n```bash\ntrue\n```\n", `
c/p.md:3:3: after: the labs wait for each other in a circle`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			page := tt.page
			if strings.Contains(page, "%s") {
				page = fmt.Sprintf(page, "../a", "/etc/passwd", "~/x", "a/../../b", "con.txt", `a\b`, "a/", "./a", "C:/x")
			}
			_, err := Load(site("p.md", page, "x.go", "package x\n\n"), "c")
			got := ""
			if err != nil {
				got = "\n" + err.Error()
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestConfigErrors(t *testing.T) {
	_, err := Load(site("handbook.yaml", `titel: x
url: example.org
machine: {memory: lots, cpus: 2, network: none, pids: -1}
placeholders: {name: x}
nav: [{title: a}]
`), "c")
	want := `c/handbook.yaml:1:1: unknown key "titel" (did you mean "title"?)
c/handbook.yaml:2:6: expected an address such as https://example.org/handbook, not "example.org"
c/handbook.yaml:3:19: expected a size such as 512m or 2g, not "lots"
c/handbook.yaml:3:55: expected a number from 0, not -1
c/handbook.yaml:4:16: "name" is not a placeholder, expected capitals such as YOUR_NAME, or <your-name>
c/handbook.yaml:5:8: an entry of nav needs a url`
	if diff := cmp.Diff(want, fmt.Sprint(err)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// Snippets are found wherever CommonMark allows fences, each with its place.
func TestSnippets(t *testing.T) {
	page := labHead + strings.NewReplacer("'''''", "`````", "'''", "```").Replace(`
''' python file=app.py mode=0755 title="a \"b\"" {1,3-5}
x = 1
'''

- in a list:

  ~~~bash exit=2
  echo "a
    b"
  false
  ~~~

  > '''''console
  > $ cat <<'E'
  > > '''
  > > E
  > '''
  > $ true
  > '''''

1. '''bash hide
   ls # -> a
   # -> b
   '''
   '''output
   '''
`)
	s, err := Load(site("p.md", strings.ReplaceAll(page, "\n", "\r\n")), "c")
	if want := "c/p.md:29:4: the command before it already has expected output, at line 26"; fmt.Sprint(err) != want {
		t.Errorf("got %v, want %s", err, want)
	}
	var got strings.Builder
	for _, s := range s.Pages[0].Tree().Snippets {
		fmt.Fprintf(&got, "%v %s %v cols %v\n", s.Pos, s.Lang, s.Role, s.Cols)
		for _, c := range s.Commands {
			fmt.Fprintf(&got, "  %v %q", c.Pos, c.Text)
			if c.Expect != nil {
				fmt.Fprintf(&got, " -> %v %q", c.Expect.Pos, c.Expect.Lines)
			}
			got.WriteString("\n")
		}
	}
	want := `c/p.md:5:1 python file cols [1]
c/p.md:11:3 bash shell cols [3 3 3]
  c/p.md:12:3 "echo \"a\n  b\""
  c/p.md:14:3 "false"
c/p.md:17:5 console console cols [5 5 5 5 5]
  c/p.md:18:7 "cat <<'E'\n` + "```" + `\nE" -> c/p.md:21:5 ["` + "```" + `"]
  c/p.md:22:7 "true"
c/p.md:25:4 bash shell cols [4 4]
  c/p.md:26:4 "ls" -> c/p.md:26:7 ["a" "b"]
c/p.md:29:4 output output cols []
`
	if diff := cmp.Diff(want, got.String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	o := s.Pages[0].Tree().Snippets[0].Options
	if o.Mode != 0o755 || o.Title != `a "b"` || len(o.Marked) != 2 || o.Marked[1] != (info.LineRange{First: 3, Last: 5}) {
		t.Errorf("options %+v", o)
	}
}

func TestOrder(t *testing.T) {
	head := func(weight int) string { return fmt.Sprintf("---\nweight: %d\n---\n", weight) }
	s, err := Load(site(
		"index.md", "", "b.md", "", "a.md", head(9),
		"labs/index.md", head(1), "labs/2.md", "", "labs/1.md", head(5),
		"labs/deep/index.md", head(2), "labs/deep/x.md", "", "zoo/x.md", "", ".hidden/x.md", "", "img/a.png", "",
	), "c")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, p := range s.Pages {
		got = append(got, p.Path+" "+p.URL)
	}
	want := []string{"index.md /", "b.md /b/", "zoo/x.md /zoo/x/", "labs/index.md /labs/", "labs/2.md /labs/2/",
		"labs/deep/index.md /labs/deep/", "labs/deep/x.md /labs/deep/x/", "labs/1.md /labs/1/", "a.md /a/"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"img/a.png"}, s.Files); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
}

// A page that could be parsed keeps its promises, whatever it holds.
func FuzzPage(f *testing.F) {
	for _, name := range []string{"index.md", "labs/04-flask.md", "labs/index.md"} {
		b, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(b))
	}
	f.Add(labHead + "> ```console\n> $ a <<E\n> > b\n```\n\t~~~ {1}\n")
	f.Fuzz(func(t *testing.T, page string) {
		s, err := Load(site("p.md", page), "c")
		for _, e := range mistake.All(err) {
			if e.Pos.File != "c/p.md" || e.Pos.Line < 1 || e.Pos.Line > strings.Count(page, "\n")+strings.Count(page, "\r")+1 {
				t.Errorf("error outside the page: %v", e)
			}
		}
		for _, s := range s.Pages[0].Tree().Snippets {
			for _, c := range s.Commands {
				if c.Offset >= 0 && (c.Offset+len(c.Text) > len(s.Code) || strings.TrimSpace(c.Text) == "") {
					t.Errorf("command %q at %d is not in %q", c.Text, c.Offset, s.Code)
				}
			}
		}
	})
}

func place(p Pos) string { return fmt.Sprintf("%d:%d", p.Line, p.Col) }
