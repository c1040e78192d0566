//go:build unix

package lsp

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"handbook/cmd/handbook/labs"
	"handbook/content"
	"handbook/verify"
	"handbook/verify/local"
)

// What fails in a run beside the editor is marked at its line, until that line is
// another or the lab passes.
func TestFailedRun(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	t.Setenv("HOME", t.TempDir())
	const page = "content/lab.md"
	text := "---\nlab: {machine: busybox}\n---\n# Lab\n\n```bash\necho one\n# -> two\n```\n"
	root := projectOf(t, map[string]string{"content/index.md": "# Home\n", page: text})
	run := func() {
		t.Helper()
		dir := filepath.Join(root, "content")
		site, err := content.Load(os.DirFS(dir), "content")
		if err != nil {
			t.Fatal(err)
		}
		checked, err := labs.Check(site, dir, nil)
		if err != nil {
			t.Fatal(err)
		}
		open := func(context.Context, *labs.Site, string, func(string)) (verify.Engine, error) {
			return local.Engine{}, nil
		}
		(&labs.Runner{Open: open, Out: io.Discard, Err: io.Discard}).Run(t.Context(), checked.Labs("."))
	}
	e := connect(t, root)
	const never = "4 1:6-1:13 the lab has never been verified"
	e.until(page, never)
	run()
	const failed = "in the last run: printed something other than the page says\n- two\n+ one"
	e.until(page, never, "1 7:0-7:8 "+failed)
	e.open(page, text)
	e.edit(page, 3, 0, 3, 0, "\n")
	e.until(page, never, "1 8:0-8:8 "+failed)

	// What was printed can be accepted there, by a lens and by an action.
	document := object{"uri": e.uri(page)}
	command := object{"command": "handbook.accept", "arguments": []any{e.uri(page), 9}}
	check := func(got any, want string) {
		t.Helper()
		if want = strings.NewReplacer("URI", e.uri(page), "'", `"`).Replace(want); fmt.Sprint(got) != want {
			t.Errorf("%s\nwant %s", got, want)
		}
	}
	const line = "{'start':{'line':8,'character':0},'end':{'line':8,'character':8}}"
	const edit = "{'documentChanges':[{'edits':[{'newText':'# -> one','range':" + line + "}],'textDocument':{'uri':'URI','version':2}}]}"
	check(string(e.ask("textDocument/codeLens", object{"textDocument": document})),
		"[{'command':{'arguments':['URI',9],'command':'handbook.accept','title':'accept what the last run printed'},'range':"+line+"}]")
	actions := func(line int) string {
		t.Helper()
		return string(e.ask("textDocument/codeAction", object{"textDocument": document, "range": Range{Position{line, 2}, Position{line, 2}}, "context": object{"diagnostics": []any{}}}))
	}
	check(actions(8), "[{'edit':"+edit+",'kind':'quickfix','title':'accept what the last run printed'}]")
	check(actions(7), "[]")
	e.ask("workspace/executeCommand", command)
	check(e.edits, "[{'edit':"+edit+",'label':'accept what the last run printed'}]")
	e.edit(page, 8, 0, 8, 8, "# -> one") // as the editor does then
	e.until(page, never)
	check(actions(8), "[]")
	if m := e.try("workspace/executeCommand", command); m.Error == nil || m.Error.Message != "nothing can be accepted at line 9 any more" {
		t.Errorf("accepted twice: %+v", m)
	}
	if err := os.WriteFile(filepath.Join(root, page), []byte(strings.Replace(text, "-> two", "-> one", 1)), 0o666); err != nil {
		t.Fatal(err)
	}
	e.edit(page, 8, 5, 8, 8, "two")
	e.until(page, never, "1 8:0-8:8 "+failed)
	run()
	e.until(page, "4 1:6-1:13 the lab has changed since it was verified")
}
