package lsp

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// TestMain makes the test's program a server, for editors that start one.
func TestMain(m *testing.M) {
	if os.Getenv("HANDBOOK_TEST_LSP") == "" {
		os.Exit(m.Run())
	}
	if err := Serve(context.Background(), os.Stdin, os.Stdout, Options{Hint: noHint, Log: os.Stderr}); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

func noHint(error) string { return "" }

// project writes the files of a project and returns its folder.
func projectOf(t testing.TB, files map[string]string) string {
	t.Helper()
	root, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range files {
		name = filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

// An editor is the other side of a server.
type editor struct {
	t       testing.TB
	root    string
	in      io.WriteCloser
	out     *bufio.Reader
	done    chan error
	id      int
	version int
	shown   map[string][]Diagnostic // by the path from root
	edits   []string                // that the server has asked for
	encode  string
	drained sync.Once
}

// connect starts a server and shakes hands with it.
func connect(t testing.TB, root string, encodings ...encoding) *editor {
	t.Helper()
	return connectWith(t, root, nil, encodings...)
}

// connectWith is connect for an editor that can run commands.
func connectWith(t testing.TB, root string, commands []string, encodings ...encoding) *editor {
	t.Helper()
	e := start(t)
	e.root = root
	answer := e.ask("initialize", object{
		"processId": nil, "rootUri": uriOf(root), "initializationOptions": object{"commands": commands},
		"capabilities": object{
			"general":   object{"positionEncodings": encodings},
			"workspace": object{"applyEdit": true, "workspaceEdit": object{"documentChanges": true}},
		},
	})
	var result struct {
		Capabilities struct {
			PositionEncoding string `json:"positionEncoding"`
		} `json:"capabilities"`
	}
	e.decode(answer, &result)
	e.encode = result.Capabilities.PositionEncoding
	e.tell("initialized", object{})
	return e
}

// start starts a server.
func start(t testing.TB) *editor {
	fromEditor, in := io.Pipe()
	out, toEditor := io.Pipe()
	e := &editor{t: t, in: in, out: bufio.NewReader(out), done: make(chan error, 1), shown: map[string][]Diagnostic{}}
	ctx, stop := context.WithCancel(context.Background())
	go func() {
		err := Serve(ctx, fromEditor, toEditor, Options{Version: "test", Hint: noHint, Log: t.Output()})
		toEditor.Close()
		fromEditor.Close()
		e.done <- err
	}()
	t.Cleanup(func() {
		stop()
		in.Close()
		e.drain()
		<-e.done
	})
	return e
}

// drain reads, from now on, whatever the server still writes, so that it can end.
func (e *editor) drain() { e.drained.Do(func() { go io.Copy(io.Discard, e.out) }) }

func (e *editor) decode(b []byte, v any) {
	e.t.Helper()
	if err := json.Unmarshal(b, v); err != nil {
		e.t.Fatalf("%s: %v", b, err)
	}
}

// write sends a message as it is.
func (e *editor) write(body string) {
	e.t.Helper()
	if _, err := fmt.Fprintf(e.in, "Content-Length: %d\r\n\r\n%s", len(body), body); err != nil {
		e.t.Fatal(err)
	}
}

func (e *editor) send(v object) {
	e.t.Helper()
	v["jsonrpc"] = "2.0"
	b, err := json.Marshal(v)
	if err != nil {
		e.t.Fatal(err)
	}
	e.write(string(b))
}

func (e *editor) tell(method string, params any) {
	e.t.Helper()
	e.send(object{"method": method, "params": params})
}

type fromServer struct {
	ID     *int            `json:"id"`
	Method string          `json:"method"`
	Params json.RawMessage `json:"params"`
	Result json.RawMessage `json:"result"`
	Error  *struct {
		Code    int    `json:"code"`
		Message string `json:"message"`
	} `json:"error"`
}

// read reads the next message, and keeps the diagnostics that it has.
func (e *editor) read() fromServer {
	e.t.Helper()
	size := 0
	for {
		line, err := e.out.ReadString('\n')
		if err != nil {
			e.t.Fatal(err)
		}
		if line = strings.TrimRight(line, "\r\n"); line == "" {
			break
		}
		if n, ok := strings.CutPrefix(line, "Content-Length: "); ok {
			if size, err = strconv.Atoi(n); err != nil {
				e.t.Fatal(err)
			}
		}
	}
	b := make([]byte, size)
	if _, err := io.ReadFull(e.out, b); err != nil {
		e.t.Fatal(err)
	}
	var m fromServer
	e.decode(b, &m)
	if m.Method == "textDocument/publishDiagnostics" {
		var p publishParams
		e.decode(m.Params, &p)
		file, _ := fileOf(p.URI)
		name, err := filepath.Rel(e.root, file)
		if err != nil {
			e.t.Fatal(err)
		}
		e.shown[filepath.ToSlash(name)] = p.Diagnostics
	}
	if m.Method == "workspace/applyEdit" {
		e.edits = append(e.edits, string(m.Params))
	}
	return m
}

// ask sends a request and returns its result.
func (e *editor) ask(method string, params any) json.RawMessage {
	e.t.Helper()
	m := e.try(method, params)
	if m.Error != nil {
		e.t.Fatalf("%s: %s", method, m.Error.Message)
	}
	return m.Result
}

func (e *editor) try(method string, params any) fromServer {
	e.t.Helper()
	e.id++
	e.send(object{"id": e.id, "method": method, "params": params})
	for {
		if m := e.read(); m.Method == "" && m.ID != nil && *m.ID == e.id {
			return m
		}
	}
}

func (e *editor) uri(name string) string { return uriOf(filepath.Join(e.root, name)) }

func (e *editor) open(name, text string) {
	e.t.Helper()
	e.version++
	e.tell("textDocument/didOpen", object{"textDocument": object{"uri": e.uri(name), "languageId": "markdown", "version": e.version, "text": text}})
}

// edit replaces a part of a text.
func (e *editor) edit(name string, startLine, start, endLine, end int, text string) {
	e.t.Helper()
	e.version++
	e.tell("textDocument/didChange", object{
		"textDocument":   object{"uri": e.uri(name), "version": e.version},
		"contentChanges": []any{object{"range": Range{Position{startLine, start}, Position{endLine, end}}, "text": text}},
	})
}

// until reads until a file has these diagnostics, as printed by said.
func (e *editor) until(name string, want ...string) {
	e.t.Helper()
	timer := time.AfterFunc(5*time.Minute, func() { panic(fmt.Sprintf("%s: still %q, want %q", name, said(e.shown[name]), want)) })
	defer timer.Stop()
	for !slices.Equal(said(e.shown[name]), want) {
		e.read()
	}
}

// said prints diagnostics: severity, range and message.
func said(list []Diagnostic) (all []string) {
	for _, d := range list {
		r := d.Range
		all = append(all, fmt.Sprintf("%d %d:%d-%d:%d %s", d.Severity, r.Start.Line, r.Start.Character, r.End.Line, r.End.Character, d.Message))
	}
	return all
}

func TestDiagnostics(t *testing.T) {
	root := projectOf(t, map[string]string{
		"content/handbook.yaml": "titel: A site\n",
		"content/index.md":      "# Home\n\n[gone](xyzzy-42.md)\n",
		"content/other.md":      "# Other\n\n[home](index.md#there)\n",
		"content/lab.md":        "---\nlab: {machine: busybox}\n---\n# Lab\n\n```bash\ntrue\n```\n",
	})
	e := connect(t, root)
	e.until("content/handbook.yaml", `1 0:0-0:5 unknown key "titel" (did you mean "title"?)`)
	e.until("content/index.md", `1 2:7-2:18 link to "xyzzy-42.md": no such page`)
	e.until("content/other.md", `1 2:7-2:21 link to "index.md#there": content/index.md has no anchor "there"`)
	e.until("content/lab.md", `4 1:6-1:13 the lab has never been verified`)

	// What is not saved counts, on other pages too.
	e.open("content/index.md", "# Home\n\n## There\n")
	e.until("content/index.md")
	e.until("content/other.md")

	// A mistake after a character that is two units of UTF-16 and four bytes.
	e.edit("content/index.md", 2, 0, 2, 8, "😀 [x](xyzzy-42.md)")
	e.until("content/index.md", `1 2:7-2:18 link to "xyzzy-42.md": no such page`)
	e.until("content/other.md", `1 2:7-2:21 link to "index.md#there": content/index.md has no anchor "there"`)

	// Two changes in one message, the second of which counts on the first.
	e.version++
	e.tell("textDocument/didChange", object{"textDocument": object{"uri": e.uri("content/index.md"), "version": e.version}, "contentChanges": []any{
		object{"range": Range{Position{2, 2}, Position{2, 19}}, "text": ""},
		object{"range": Range{Position{2, 0}, Position{2, 2}}, "text": "## There"},
	}})
	e.until("content/index.md")
	e.until("content/other.md")

	// A page that has mistakes does not hide those of others.
	e.edit("content/index.md", 3, 0, 3, 0, "\n```bash nmae=x\n```\n[a](#b)")
	e.until("content/index.md", `1 4:8-4:14 unknown option "nmae" (did you mean "name"?)`)
	e.until("content/handbook.yaml", `1 0:0-0:5 unknown key "titel" (did you mean "title"?)`)

	// What is closed is as it is on the disk.
	e.tell("textDocument/didClose", object{"textDocument": object{"uri": e.uri("content/index.md")}})
	e.until("content/index.md", `1 2:7-2:18 link to "xyzzy-42.md": no such page`)

	// The disk is followed.
	if err := os.WriteFile(filepath.Join(root, "content/xyzzy-42.md"), []byte("# Here\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	e.until("content/index.md")
}

// A page with a megabyte of mistakes has an editor told of the first ones, so that
// the next keystroke does not wait for them.
func TestManyProblems(t *testing.T) {
	root := projectOf(t, map[string]string{"content/index.md": "# Home\n\n" + strings.Repeat("[a](#b)\n\n", mostTold+234)})
	e := connect(t, root)
	for len(e.shown["content/index.md"]) == 0 {
		e.read()
	}
	all := said(e.shown["content/index.md"])
	if len(all) != mostTold+1 || all[mostTold] != "2 0:0-0:0 234 problems more in this file" || !strings.HasPrefix(all[mostTold-1], fmt.Sprintf("1 %d:4-", 2*mostTold)) {
		t.Errorf("%d are told, the last are %q", len(all), all[max(0, len(all)-2):])
	}
}

// TestLargeFile has a mistake in a file that is no page: it is not read, since what
// its lines are takes more memory than it has bytes.
func TestLargeFile(t *testing.T) {
	const script = "<svg xmlns='http://www.w3.org/2000/svg'><script/>"
	root := projectOf(t, map[string]string{"content/index.md": "# Home\n", "content/a.svg": script + strings.Repeat("\n", 9<<20) + "</svg>\n"})
	e := connect(t, root)
	for len(e.shown["content/a.svg"]) == 0 {
		e.read()
	}
	if got := said(e.shown["content/a.svg"]); len(got) != 1 || !strings.Contains(got[0], "0:0-0:0 the element \"script\"") {
		t.Errorf("%q", got)
	}
}

// TestRest has two pages with one name, which only shows when the whole site is
// rendered.
func TestRest(t *testing.T) {
	root := projectOf(t, map[string]string{
		"content/a.md": "---\naliases: [/b/]\n---\n# A\n",
		"content/b.md": "# B\n",
	})
	e := connect(t, root)
	for len(e.shown["content/a.md"])+len(e.shown["content/b.md"]) == 0 {
		e.read()
	}
	e.open("content/a.md", "# A\n")
	e.until("content/a.md")
	e.until("content/b.md")
}

func TestEncodings(t *testing.T) {
	root := projectOf(t, map[string]string{"content/index.md": "# Home\n\n"})
	for _, c := range []struct {
		offered []encoding
		want    string
		col     int
	}{
		{nil, "utf-16", 10}, {[]encoding{"utf-16"}, "utf-16", 10}, {[]encoding{"utf-8", "utf-16"}, "utf-8", 13},
		{[]encoding{"utf-7", "utf-32"}, "utf-32", 9},
	} {
		e := connect(t, root, c.offered...)
		if e.encode != c.want {
			t.Errorf("%v: %s, want %s", c.offered, e.encode, c.want)
		}
		// With a byte order mark and CR LF, as Windows has it.
		e.open("content/index.md", "\ufeff# Home\r\n\r\né😀 [x](gone.md) ok\r\n")
		e.until("content/index.md", fmt.Sprintf(`1 2:%d-2:%d link to "gone.md": no such page`, c.col-2, c.col+5))
		e.edit("content/index.md", 2, c.col-2, 2, c.col+5, "index.md")
		e.until("content/index.md")
	}
}

// TestProtocol sends what a server has to stand, and looks at the answers.
func TestProtocol(t *testing.T) {
	root := projectOf(t, map[string]string{"content/index.md": "# Home\n"})
	code := func(m fromServer) int {
		if m.Error == nil {
			return 0
		}
		return m.Error.Code
	}
	t.Run("before initialize", func(t *testing.T) {
		e := start(t)
		e.tell("textDocument/didOpen", object{})
		if m := e.try("textDocument/hover", object{}); code(m) != -32002 {
			t.Errorf("%+v", m)
		}
		e.tell("exit", nil)
		e.drain()
		if err := <-e.done; !errors.Is(err, ErrEnded) {
			t.Errorf("exit without shutdown: %v", err)
		}
		e.done <- nil
	})
	t.Run("after shutdown", func(t *testing.T) {
		e := connect(t, root)
		if m := e.try("shutdown", nil); code(m) != 0 || string(m.Result) != "null" && m.Result != nil {
			t.Errorf("%+v", m)
		}
		if m := e.try("shutdown", nil); code(m) != -32600 {
			t.Errorf("%+v", m)
		}
		e.tell("exit", nil)
		e.drain()
		if err := <-e.done; err != nil {
			t.Errorf("exit after shutdown: %v", err)
		}
		e.done <- nil
	})
	t.Run("the editor is gone", func(t *testing.T) {
		e := connect(t, root)
		e.in.Close()
		e.drain()
		if err := <-e.done; !errors.Is(err, ErrEnded) {
			t.Errorf("%v", err)
		}
		e.done <- nil
	})
	t.Run("oddities", func(t *testing.T) {
		e := connect(t, root)
		for body, want := range map[string]int{"{": -32700, "[]": -32600, `{"id":1}`: -32600, "null": -32600} {
			e.write(body)
			m := e.read()
			for m.Method != "" {
				m = e.read()
			}
			if m.ID != nil || code(m) != want {
				t.Errorf("%s: %+v", body, m)
			}
		}
		if m := e.try("textDocument/fly", object{}); code(m) != -32601 {
			t.Errorf("unknown method: %+v", m)
		}
		if m := e.try("initialize", object{}); code(m) != -32600 {
			t.Errorf("initialize again: %+v", m)
		}
		e.tell("$/setTrace", object{"value": "off"})
		e.tell("textDocument/didChange", object{"textDocument": object{"uri": "file:///xyzzy-42.md"}})
		e.tell("textDocument/didChange", 7)
		e.tell("textDocument/didOpen", object{"textDocument": object{"uri": "untitled:1", "text": "x"}})
		e.open("content/../../outside.md", "x")
		e.open("content/index.md", "# Home\n")
		for _, at := range []Range{{Position{-1, -1}, Position{99, 99}}, {Position{5, 5}, Position{0, 0}}} {
			e.edit("content/index.md", at.Start.Line, at.Start.Character, at.End.Line, at.End.Character, "\n[x](y.md)")
		}
		e.until("content/index.md", `1 1:4-1:8 link to "y.md": no such page`, `2 0:0-0:0 the page has no title and is called "Home": begin it with a heading, # Title`)
	})
	t.Run("cancelled", func(t *testing.T) {
		e := connect(t, root)
		// The server reads ahead, so the cancellation is seen before the request is
		// handled: it stands before it.
		e.tell("$/cancelRequest", object{"id": 77})
		e.send(object{"id": 77, "method": "shutdown"})
		for m := e.read(); ; m = e.read() {
			if m.ID != nil && *m.ID == 77 {
				if code(m) != -32800 {
					t.Errorf("%+v", m)
				}
				return
			}
		}
	})
}

// TestAssist asks about places behind a character that is two units of UTF-16 and
// four bytes. What is offered is told by package assist; here it is where that
// goes.
func TestAssist(t *testing.T) {
	root := projectOf(t, map[string]string{"content/index.md": "# Home\n\n## There\n", "content/lab.md": "# Lab\n"})
	e := connect(t, root)
	page := "---\nlab: {machine: busybox}\n---\n\n# Lab\n\n```python file=app.py title=\"😀\" fol\nx\n```\n\n😀 [x](index.md#the) and\n\n``` include=app.py\n```\n"
	e.open("content/lab.md", page)
	about := func(line, character int) object {
		return object{"textDocument": object{"uri": e.uri("content/lab.md")}, "position": Position{line, character}}
	}
	for _, c := range []struct {
		method string
		params object
		want   string
	}{
		{"textDocument/completion", about(6, 36), `"textEdit":{"newText":"fold=","range":{"start":{"line":6,"character":33},"end":{"line":6,"character":36}}}`},
		{"textDocument/completion", about(10, 19), `"newText":"there","range":{"start":{"line":10,"character":16},"end":{"line":10,"character":19}}`},
		{"textDocument/hover", about(6, 12), `"range":{"start":{"line":6,"character":10},"end":{"line":6,"character":21}}`},
		{"textDocument/hover", about(4, 1), `null`},
		{"textDocument/definition", about(10, 9), `{"uri":"` + e.uri("content/index.md") + `","range":{"start":{"line":0,"character":0},"end":{"line":0,"character":0}}}`},
		{"textDocument/definition", about(12, 13), `{"uri":"` + e.uri("content/lab.md") + `","range":{"start":{"line":6,"character":0},"end":{"line":6,"character":0}}}`},
		{"textDocument/documentSymbol", about(0, 0), `"name":"😀","range":{"start":{"line":6,"character":0},"end":{"line":8,"character":3}}`},
		{"textDocument/prepareRename", about(12, 13), `"placeholder":"app.py"`},
	} {
		if got := string(e.ask(c.method, c.params)); !strings.Contains(got, c.want) {
			t.Errorf("%s %v: %s\nwant %s", c.method, c.params["position"], got, c.want)
		}
	}
	rename := about(6, 18)
	rename["newName"] = "main.py"
	got := string(e.ask("textDocument/rename", rename))
	for _, want := range []string{`{"newText":"main.py","range":{"start":{"line":6,"character":15},"end":{"line":6,"character":21}}}`, `{"newText":"main.py","range":{"start":{"line":12,"character":12},"end":{"line":12,"character":18}}}`} {
		if !strings.Contains(got, want) {
			t.Errorf("rename: %s\nwant %s", got, want)
		}
	}
	rename["newName"] = "../main.py"
	if m := e.try("textDocument/rename", rename); m.Error == nil || m.Error.Code != -32602 {
		t.Errorf("%+v", m)
	}
	rename["position"] = Position{0, 0}
	if m := e.try("textDocument/rename", rename); m.Error == nil || m.Error.Code != -32803 {
		t.Errorf("%+v", m)
	}
	// Files of no handbook, and positions that are nowhere.
	nowhere := object{"textDocument": object{"uri": "file:///nowhere/x.md"}, "position": Position{0, 0}}
	for _, method := range []string{"completion", "hover", "definition", "documentSymbol", "prepareRename", "rename"} {
		for _, params := range []object{nowhere, about(-5, -5), about(999, 999)} {
			params["newName"] = "x"
			if m := e.try("textDocument/"+method, params); m.Error != nil && m.Error.Code != -32803 {
				t.Errorf("%s %v: %+v", method, params, m.Error)
			}
		}
	}
}

// TestLenses has an editor that can open a shell, and one that can run nothing.
func TestLenses(t *testing.T) {
	lab := "---\nlab: {machine: busybox}\n---\n# Lab\n\n```text\nx\n```\n\n```bash\ntrue\n```\n"
	root := projectOf(t, map[string]string{"content/lab.md": lab, "content/page.md": "# Page\n\n```bash\ntrue\n```\n"})
	for _, c := range []struct {
		commands []string
		name     string
		want     string
	}{
		{nil, "lab", `[]`},
		{[]string{"handbook.shell"}, "page", `[]`},
		{[]string{"handbook.shell"}, "lab", `[{"command":{"arguments":["` + filepath.Join(root, "content/lab.md") + `",10],"command":"handbook.shell","title":"run up to here, open a shell"},"range":{"start":{"line":9,"character":0},"end":{"line":9,"character":7}}}]`},
		{[]string{"handbook.verify"}, "lab", `[{"command":{"arguments":["` + filepath.Join(root, "content/lab.md") + `"],"command":"handbook.verify","title":"verify"},"range":{"start":{"line":1,"character":0},"end":{"line":1,"character":23}}}]`},
	} {
		e := connectWith(t, root, c.commands)
		text := lab
		if c.name == "page" {
			text = "# Page\n"
		}
		e.open("content/"+c.name+".md", text)
		got := e.ask("textDocument/codeLens", object{"textDocument": object{"uri": e.uri("content/" + c.name + ".md")}})
		if string(got) != c.want {
			t.Errorf("%v %s: %s\nwant %s", c.commands, c.name, got, c.want)
		}
	}
}

// TestRandomEdits types at random into two pages, faster than the server checks,
// asks in between, and in the end wants what a server that never saw the edits
// says of the same texts.
func TestRandomEdits(t *testing.T) {
	root := projectOf(t, map[string]string{
		"content/index.md": "# Home\n\n[a](a.md#two)\n",
		"content/a.md":     "---\nlab: {machine: busybox}\n---\n# A\n\n## Two\n\n```bash\ntrue\n```\n",
	})
	names := []string{"content/index.md", "content/a.md"}
	seed := rand.Uint64()
	random := rand.New(rand.NewPCG(seed, 0))
	pieces := []string{"", "", "\n", "x", "```", "bash nmae=x\n", "[l](a.md#two)", "[l](gone-42.md)", "😀", "é", "---\n", "## Two\n", "\r\n", "`", "lab: {dri: x}\n"}
	e := connect(t, root)
	texts := map[string]*document{}
	for _, name := range names {
		b, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			t.Fatal(err)
		}
		texts[name] = newDocument("", 0, b)
		e.open(name, string(b))
	}
	for i := range 400 {
		name := names[random.IntN(2)]
		d := texts[name]
		line := random.IntN(len(d.lines))
		last := min(line+random.IntN(2), len(d.lines)-1)
		change := contentChange{&Range{Position{line, random.IntN(12)}, Position{last, random.IntN(12) + 12*(last-line)}}, pieces[random.IntN(len(pieces))]}
		if line == last && change.Range.End.Character < change.Range.Start.Character {
			change.Range.Start, change.Range.End = change.Range.End, change.Range.Start
		}
		if err := d.change(change, utf16Units); err != nil {
			continue
		}
		r := change.Range
		e.edit(name, r.Start.Line, r.Start.Character, r.End.Line, r.End.Character, change.Text)
		if i%7 == 0 {
			for _, method := range []string{"completion", "hover", "definition", "documentSymbol", "prepareRename"} {
				m := e.try("textDocument/"+method, object{"textDocument": object{"uri": e.uri(name)}, "position": r.Start})
				if m.Error != nil && m.Error.Code != -32803 {
					t.Fatalf("seed %d, edit %d: %s: %s\n%q", seed, i, method, m.Error.Message, d.text)
				}
			}
		}
	}
	fresh := connect(t, projectOf(t, nil))
	fresh.root = root
	for _, name := range names {
		fresh.open(name, string(texts[name].text))
	}
	// Each request is answered after a check.
	settle := func(e *editor) string {
		e.ask("textDocument/hover", object{"textDocument": object{"uri": e.uri(names[0])}, "position": Position{}})
		return fmt.Sprintf("%q", [][]string{said(e.shown[names[0]]), said(e.shown[names[1]])})
	}
	if got, want := settle(e), settle(fresh); got != want {
		t.Errorf("seed %d: after the edits\n%s\nwant\n%s", seed, got, want)
	}
}
