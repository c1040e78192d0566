package main

import (
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/alecthomas/chroma/v2/lexers"
)

// What a hostile file of a megabyte may cost the program: the processor's time,
// which does not depend on what else the computer does, and memory at its peak.
const (
	mostTime   = 20 * time.Second // where the slowest that is known takes five
	mostMemory = 500 << 20
)

// A hostile is a file of a megabyte in a site that is fine.
type hostile struct {
	name, text string
	beside     int // how many files stand in a folder beside it; then all are adopted
}

// repeated is a megabyte of a text, with numbers for its Ns.
func repeated(text string) string {
	var b strings.Builder
	for i := 0; b.Len() < 1_000_000; i++ {
		b.WriteString(strings.ReplaceAll(text, "N", strconv.Itoa(i)))
	}
	return b.String()
}

// units are what hostile files repeat.
var units = map[string][]string{
	"markdown": {"# a\n\n", "## N\n\n", "- ", "> ", "[a](", "c* ", "**a_", "`` ` ", "<a ", "<!--", "|a", "[^1]", "[^N]: a\n\n[^N]\n\n", "[a]: b 'c'\n\n[a] ",
		"[N]: /N\n\n[N]\n\n", ": ", "1. a\n   ", "~~~\n", "a\n=\n", "&#", "www.a.b ", "a@b.c ", "http://a.b/ ", "![", "![a](a.png)\n\n", "[a](#N) ", "\t", "<details>\n\n",
		"<span id=N>", "> [!NOTE]\n> a\n\n", "- a\n  - ", "| a | b |\n", "```mermaid\ngraph TD\n```\n", "```tree\na/\n```\n", "```go {1-1000000}\na\n```\n", "```diff\n+a\n```\n",
		"```text title=a tab=N\na\n```\n", "\x00", "\r", "\u202e", "👨\u200d👩\u200d👧", "'a\" ", "x", "aN ", "a:b:", "$a$ ", "## N {#N}\n\n", "## a {#a} {#", "> [!NOTE] *N\n> a\n\n", "![a](a.png \"N\")\n\n",
		"```tree\na/\n  N/ # a\n```\n", "│   ", "├── a  # "},
	"lab": {"```bash\ntrue\n```\n", "```bash\necho N # -> N\n```\n", "```bash\n(\n```\n", "```console\n$ echo N\nN\n```\n", "```python file=aN.py\na\n```\n", "```python file=a.py append\na\n```\n",
		"```bash term=N\ntrue\n```\n", "```bash type=\"a\\nb\"\ntrue\n```\n", "```image-sizes\na\n```\n", "```bash\necho YOU\n```\n", "```bash annotate\ntrue # (1)\n```\n1. a\n\n", "[1 MB](size:a) "},
	"yaml":   {"[", "{", "a: ", "- ", "aN: b\n", "&a ", "*a ", "a: &a [b]\nc: *a\n", "'", "\"", "|\n", "? ", "!!", "- - ", "[[],", "a: >\n b\n", "N: {}\n", "---\n", "{a: "},
	"record": {"[", "{", "\"a\":", "{\"a\":", "1", "\"", "[],", "{},", "\"a\",", "\"aN\":1,", "\\u001b[3Nm", "\\u001b]8;;http://a\\u0007a", "\\u001b[A", "\\u001b[999;999Ha", "\\u0008", "\\r", "\\n", "<"},
	old: {"```\n$ echo N\n```\n", "$ ", "/ # ", "# a\n", "root@a:/# ls\n", "$ cat <<EOF\n", "$ echo '\n", "$ a \\\n", "`echo a`{{execute}}\n", "`echo a`{{execute}} ", "a: [\n", "> ", "- ", "`", "[a](b.md) ",
		"```dockerfile\nFROM a\n```\n", "```\n$ docker build .\n```\n\nCreate `Dockerfile`:\n\n```\nFROM a\n```\n", "```python\nimport a\n```\n", "=== \"a\"\n\n", "!!! note\n    ",
		"```\n$ echo <aN>\n```\n", "```\n$ docker push <name>/x\n```\n", "| `echo a` | b |\n", "docker run aN\n", "<details>"},
	"code": {"\n", " ", "a", "0", "a ", "é", "\\", "/*", "//", "<", "<a ", "</", "<!--", "<%", "{{", "{%", "${", "#{", "(", "[", "{", ")", "a(", "(a ", "\"", "'", "`", "\"\"\"", "'''", "a=", "a: ", "a.", "a,",
		"*", "_", "#", "@a ", "$", "%", "&", "~", "^", "!", "?", ":", "- ", "<<a", "->", "=>", "\\{", "a b c\n", "0.", "1e", "0x", "--", "'\n", "/a/", "begin ", "if ", "(*", "{-", "--[[", "q{", "%w(", "\r\n",
		"R\"a(", "@\"", "$\"", "\\begin{a}", "``", ";", "|", "aN ", "N\n"},
}

// old is the name of a page that is adopted.
const old = "old.md"

// languages names the languages that are highlighted, each once. Those without a
// short name stand in no fence.
func languages() (all []string) {
	for _, l := range lexers.GlobalLexerRegistry.Lexers {
		if aliases := l.Config().Aliases; len(aliases) > 0 {
			all = append(all, strings.ToLower(aliases[0]))
		}
	}
	return all
}

// hostiles returns hostile files, each unit by itself or between others.
func hostiles(random *rand.Rand, kind, unit string) hostile {
	if all := units[kind]; random.IntN(3) == 0 {
		unit += all[random.IntN(len(all))]
	}
	text := repeated(unit)
	one := func(starts ...string) string { return starts[random.IntN(len(starts))] }
	const lab = "---\nlab: {placeholders: {YOU: me}}\n---\n# Lab\n\n"
	const command = `{"format":1,"page":"a.md","snippets":[{"line":6,"kind":"shell","verdict":"passed","commands":[{"text":"true","output":[`
	switch kind {
	case "markdown":
		return hostile{name: "a.md", text: "# A\n\n" + text}
	case old:
		return hostile{name: old, text: one("", "```\n", "# A\n\n") + text}
	case "lab":
		return hostile{name: "a.md", text: lab + text}
	case "yaml":
		if random.IntN(2) == 0 {
			return hostile{name: "handbook.yaml", text: one("", "title: ", "nav:\n", "env:\n", "placeholders: ") + text}
		}
		return hostile{name: "a.md", text: "---\n" + one("", "title: ", "tags: ", "aliases:\n", "lab: {env: ") + text + "\n---\n# A\n"}
	case "record":
		return hostile{name: "lab.record.json", text: one("", `{"format": 1, "page": "`, command, command+`"`) + text + one("", `"]}]}]}`, "]}]}]}")}
	}
	all := languages()
	fence := "~~~~~ " + all[random.IntN(len(all))] + "\n"
	if random.IntN(2) == 0 {
		return hostile{name: "a.md", text: "# A\n\n" + fence + text + "\n~~~~~\n"}
	}
	block := fence + text[:1<<random.IntN(14)] + "\n~~~~~\n\n"
	return hostile{name: "a.md", text: "# A\n\n" + repeated(strings.ToValidUTF8(strings.ReplaceAll(block, "N", "0"), ""))}
}

// TestCost runs the program on hostile files and looks at what they cost.
// HANDBOOK_COSTS is how many of each kind are tried (0: all), HANDBOOK_SEED
// chooses them.
func TestCost(t *testing.T) {
	t.Parallel()
	seed, _ := strconv.ParseUint(os.Getenv("HANDBOOK_SEED"), 10, 64)
	tries, err := strconv.Atoi(os.Getenv("HANDBOOK_COSTS"))
	if err != nil {
		tries = 4
	}
	random := rand.New(rand.NewPCG(seed, 4))
	for _, kind := range []string{"markdown", "lab", "yaml", "record", "code", old} {
		all := units[kind]
		order := random.Perm(len(all))
		if tries > 0 {
			order = order[:min(tries, len(all))]
		}
		for _, i := range order {
			costs(t, hostiles(random, kind, all[i]))
		}
	}
	// The slowest and the largest that were found.
	for _, h := range []hostile{
		{name: "a.md", text: "# A\n\n" + repeated("[a]: b 'c'\n\n[a] ")[:500_000] + "\n\n" + repeated("> ")[:500_000]},
		{name: "a.md", text: "---\n" + repeated("{") + "\n---\n# A\n"},
		{name: "a.md", text: "# A\n\n" + repeated("a@b.c ")},
		{name: "a.md", text: "# A\n\n~~~ ada\n" + repeated("0<") + "\n~~~\n"},
		{name: "a.md", text: "# A\n\n~~~ css\n" + repeated("`") + "\n~~~\n"},
		{name: "a.md", text: "# A\n\n```bash " + repeated("w ") + "\n```\n"},
		{name: "a.md", text: "# A\n\n```text file=a\n```\n" + repeated("```text file=a append\n01234567890123\n```\n")[:900_000] + "\n```\n" + strings.Repeat("```text include=a\n```\n", 60)},
		{name: "handbook.yaml", text: "patterns:\n" + repeated("  PN_: "+strings.Repeat("a{1000}", 280)+"\n")},
		{name: "handbook.yaml", text: "patterns:\n" + repeated("  PN_: a{990}\n")[:100_000]},
		{name: old, text: "# A\n\n```bash\n" + repeated("git clone https://example.org/content aN\n")[:200_000] + "\n```\n", beside: 5000},
	} {
		costs(t, h)
	}
}

// FuzzCost fails on files that cost too much, whatever else becomes of them.
func FuzzCost(f *testing.F) {
	for kind, all := range units { // each is a run of the program
		f.Add(kind, all[0], uint64(len(all)))
	}
	f.Fuzz(func(t *testing.T, kind, unit string, seed uint64) {
		if units[kind] != nil && unit != "" {
			costs(t, hostiles(rand.New(rand.NewPCG(seed, 4)), kind, unit))
		}
	})
}

// costs fails if building a site with a hostile file costs too much, or crashes.
func costs(t *testing.T, h hostile) {
	t.Helper()
	root := t.TempDir()
	save := func(name, text string) {
		if err := os.WriteFile(filepath.Join(root, "content", name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(root, "content"), 0o777); err != nil {
		t.Fatal(err)
	}
	save("index.md", "# Home\n")
	save("lab.md", "---\nlab: {}\n---\n# Lab\n```bash\ntrue\n```\n")
	save(h.name, h.text)
	cmd := exec.Command("handbook", "-C", root, "build", "--no-verify", "--allow-stale")
	switch {
	case h.beside > 0:
		if err := os.Mkdir(filepath.Join(root, "content", "b"), 0o777); err != nil {
			t.Fatal(err)
		}
		for i := range h.beside {
			save(filepath.Join("b", strconv.Itoa(i)), "")
		}
		cmd = exec.Command("handbook", "adopt", "--no-run", "-o", filepath.Join(root, "adopted"), filepath.Join(root, "content"))
	case h.name == old:
		cmd = exec.Command("handbook", "adopt", "--no-run", "-o", filepath.Join(root, "adopted"), filepath.Join(root, "content", old))
	}
	// Were it to hang, it is killed when it has taken twice what it may.
	cmd.Args = append([]string{"bash", "-c", `ulimit -t "$1"; shift; exec "$@"`, "bash", strconv.Itoa(int(2 * mostTime / time.Second))}, cmd.Args...)
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip(err)
	}
	cmd.Path, cmd.Err = bash, nil
	out, err := cmd.CombinedOutput()
	state := cmd.ProcessState
	if state == nil {
		t.Fatal(err)
	}
	took := state.UserTime() + state.SystemTime()
	peak := state.SysUsage().(*syscall.Rusage).Maxrss << 10
	if took > mostTime || peak > mostMemory || state.ExitCode() < 0 || state.ExitCode() > 2 || strings.Contains(string(out), "goroutine ") {
		t.Errorf("%s, %.60q: %s, %d MB, exit status %d: %.300s", h.name, h.text, took.Round(time.Millisecond), peak>>20, state.ExitCode(), out)
	}
}
