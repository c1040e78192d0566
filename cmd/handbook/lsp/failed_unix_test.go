//go:build unix

package lsp

import (
	"context"
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
	e.edit(page, 8, 5, 8, 8, "one")
	e.until(page, never)
	if err := os.WriteFile(filepath.Join(root, page), []byte(strings.Replace(text, "-> two", "-> one", 1)), 0o666); err != nil {
		t.Fatal(err)
	}
	e.edit(page, 8, 5, 8, 8, "two")
	e.until(page, never, "1 8:0-8:8 "+failed)
	run()
	e.until(page, "4 1:6-1:13 the lab has changed since it was verified")
}
