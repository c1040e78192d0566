package lsp

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"handbook/verify/docker/testenv/need"
)

// TestNeovim has Neovim edit a page, with the client that it brings, set up as
// the guide says.
func TestNeovim(t *testing.T) {
	nvim := need.Program.Find(t, "nvim")
	root := projectOf(t, map[string]string{
		"content/index.md": "# Home\n",
		"content/lab.md":   "---\nlab: {machine: busybox}\n---\n\n# Lab\n\n```bash nmae=first\ntrue\n```\n",
	})
	script, err := filepath.Abs("testdata/nvim.lua")
	if err != nil {
		t.Fatal(err)
	}
	bin := t.TempDir()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(program, filepath.Join(bin, "handbook")); err != nil {
		t.Fatal(err)
	}
	settings := filepath.Join(bin, "init.lua")
	if err := os.WriteFile(settings, guideBlock(t, `title="init.lua"`), 0o666); err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(bin, "out")
	cmd := exec.CommandContext(t.Context(), nvim, "--headless", "-u", settings, "-i", "NONE", "-n", "-c", "luafile "+script)
	cmd.Dir = root
	cmd.Env = append(os.Environ(), "OUT="+out, "HANDBOOK_TEST_LSP=1", "PATH="+bin+":"+os.Getenv("PATH"), "HOME="+bin, "XDG_CACHE_HOME="+bin, "XDG_STATE_HOME="+bin, "XDG_DATA_HOME="+bin)
	printed, err := cmd.CombinedOutput()
	b, _ := os.ReadFile(out)
	if err != nil {
		t.Fatalf("%v\n%s\n%s", err, printed, b)
	}
	want := []string{
		`opened: 7:8-7:18 unknown option "nmae" (did you mean "name"?)`,
		`mended: 2:6-2:13 the lab has never been verified`,
		`emoji: 11:9-11:16 link to "gone.md": no such page; 2:6-2:13 the lab has never been verified`,
		`completion: index.md cached: context: download: layers: size: time:`,
		`hover: nothing`,
		"hover: `name=`: a name for reports",
		`documentSymbol: Lab first`,
		`undone: 7:8-7:18 unknown option "nmae" (did you mean "name"?)`,
	}
	if got := strings.TrimSpace(string(b)); got != strings.Join(want, "\n") {
		t.Errorf("%s", got)
	}
}

// guideBlock returns the code of the fence of the guide on editors that has a
// title.
func guideBlock(t *testing.T, title string) []byte {
	t.Helper()
	b, err := os.ReadFile("../../../content/guides/editors.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(b), title+"\n")
	code, _, ok := strings.Cut(rest, "```")
	if !ok {
		t.Fatalf("the guide has no fence with %s", title)
	}
	return []byte(code)
}
