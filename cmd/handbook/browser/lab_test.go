package browser

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"handbook/verify/docker/testenv/need"
)

// A served is a site of one lab that handbook serve shows, on real machines.
type served struct {
	t    *testing.T
	url  string
	dir  string
	name string // of the lab: no other test's machines are for it
	cmd  *exec.Cmd
	log  strings.Builder
	done chan error
}

// serve starts handbook serve until the test is over.
func serve(t *testing.T, page string, args ...string) *served {
	t.Helper()
	need.Browser.Find(t, browsers...)
	need.Docker.Find(t, "docker")
	if out, err := exec.Command("docker", "version").CombinedOutput(); err != nil {
		need.Docker.Missing(t, string(out))
	}
	s := &served{t: t, dir: t.TempDir(), name: fmt.Sprintf("live-%d-%d", os.Getpid(), time.Now().UnixNano()), done: make(chan error, 1)}
	s.write("index.md", "# Home\n")
	s.save(page)
	s.cmd = exec.Command(program, append([]string{"serve", "-p", "0"}, args...)...)
	s.cmd.Dir = s.dir
	s.cmd.Stderr = &s.log
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewReader(out)
	line, err := lines.ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	s.url, _, _ = strings.Cut(line, " ")
	go func() {
		_, _ = lines.WriteTo(&strings.Builder{})
		s.done <- s.cmd.Wait()
	}()
	t.Cleanup(func() {
		s.interrupt()
		if t.Failed() {
			t.Log(s.log.String())
		}
	})
	return s
}

// interrupt ends handbook serve as Ctrl-C does.
func (s *served) interrupt() {
	s.t.Helper()
	if s.cmd.ProcessState != nil {
		return
	}
	_ = s.cmd.Process.Signal(syscall.SIGINT)
	select {
	case err := <-s.done:
		if err != nil {
			s.t.Errorf("serve: %v", err)
		}
	case <-time.After(patience):
		_ = s.cmd.Process.Kill()
		s.t.Error("serve does not end")
	}
}

func (s *served) write(name, text string) {
	s.t.Helper()
	file := filepath.Join(s.dir, "content", name)
	if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
		s.t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
		s.t.Fatal(err)
	}
}

func (s *served) save(page string) { s.t.Helper(); s.write(s.name+".md", page) }

func (s *served) read(name string) string {
	s.t.Helper()
	b, err := os.ReadFile(filepath.Join(s.dir, "content", name))
	if err != nil {
		s.t.Fatal(err)
	}
	return string(b)
}

// machines are the lab's.
func (s *served) machines() []string {
	s.t.Helper()
	out, err := exec.Command("docker", "ps", "--all", "--quiet", "--filter", "label=org.handbook.page="+s.name+".md").Output()
	if err != nil {
		s.t.Fatal(err)
	}
	return strings.Fields(string(out))
}

// letGo lets the lab go on that waits for a file.
func (s *served) letGo(file string) { s.t.Helper(); s.put(file, "go") }

// put puts a file with a word on the lab's machine.
func (s *served) put(file, word string) {
	s.t.Helper()
	for _, m := range s.machines() {
		if out, err := exec.Command("docker", "exec", m, "sh", "-c", "echo "+word+" > "+file).CombinedOutput(); err != nil {
			s.t.Fatalf("%v\n%s", err, out)
		}
	}
}

// noMachine waits until the lab has no machine any more.
func (s *served) noMachine() {
	s.t.Helper()
	for end := time.Now().Add(patience); len(s.machines()) > 0; time.Sleep(100 * time.Millisecond) {
		if time.Now().After(end) {
			s.t.Fatalf("%v stay", s.machines())
		}
	}
}

// open opens the lab in a window.
func (s *served) open() *window {
	s.t.Helper()
	w := open(s.t, s.url, s.name+"/")
	w.until(`document.querySelector("handbook-lab")`)
	return w
}

// What is said about a run in a window.
const labBar = `document.querySelector("handbook-lab").shadowRoot.querySelector("section")`

// labButton presses a button of the bar.
func (w *window) labButton(name string) {
	w.t.Helper()
	w.until(`[...` + labBar + `.querySelectorAll("button")].some((b) => b.textContent === "` + name + `" && !b.hidden)`)
	w.run(`[...` + labBar + `.querySelectorAll("button")].find((b) => b.textContent === "` + name + `").click()`)
}

// says waits until the bar has a text.
func (w *window) says(text string) {
	w.t.Helper()
	w.until(labBar + `.textContent.includes("` + text + `")`)
}

const liveHead = "---\nlab: {machine: \"debian:trixie-slim\", cleanup: off}\n---\n# A lab\n\n"

// filler is text enough to scroll.
var filler = strings.Repeat("Many words that say nothing, and some more of them.\n\n", 40)

// TestLiveRun looks at a lab that runs on a real machine, in several windows.
func TestLiveRun(t *testing.T) {
	const waits = "```bash\necho one; until test -e /tmp/go; do sleep 0.1; done; seq 40; printf '\\033[31mred\\033[0m <b>\\n'\n```\n\n"
	page := func(more string) string {
		return liveHead + filler + "## First\n\n```text file=a.txt\nx\n```\n\n" + waits + "```bash skip=\"needs a robot\"\nfalse\n```\n\n## Second\n\n" + more + "\n" + filler
	}
	const wrong = "```bash\necho Hello, world\n# -> Hello, [..]body\necho later\n```\n\n```bash\nls /nowhere\n```\n\n```bash\necho never\n```\n"
	s := serve(t, page(wrong))
	one, two := s.open(), s.open()
	both := func(check func(w *window)) { check(one); check(two) }
	both(func(w *window) { w.says("Not verified as it stands") })
	if len(s.machines()) > 0 {
		t.Error("the lab runs without being asked")
	}
	one.run(`window.stays = true; document.getElementById("hb-s2").scrollIntoView({ block: "center", behavior: "instant" })`)
	one.labButton("Run")
	state := func(id, state string) string {
		return `document.getElementById("` + id + `").dataset.hbState === "` + state + `"`
	}
	const out = `document.querySelector("#hb-s2 .hb-out")?.textContent`
	running := func(w *window) {
		w.until(out + ` === "one"`)
		w.until(state("hb-s1", "passed"))
		w.until(state("hb-s2", "running"))
		w.until(`/^running \d+s$/.test(document.querySelector("#hb-s2 .hb-state").textContent)`)
		w.until(state("hb-s3", "skipped"))
		want(w, `document.querySelector("#hb-s3 .hb-state").textContent`, "skipped: needs a robot")
		w.until(state("hb-s4", "waiting"))
		w.says("Running, 1 of 5 snippets done")
	}
	both(running)
	running(s.open()) // in the middle

	// Edited while it runs: above and below, and where it stands.
	at := `document.getElementById("hb-s2").getBoundingClientRect().top`
	top := eval[float64](one, at)
	s.save(strings.Replace(page(wrong), "# A lab\n\n", "# A lab\n\nEdited above.\n\n"+filler, 1))
	both(func(w *window) {
		w.until(`document.querySelector("main").textContent.includes("Edited above.")`)
		running(w)
	})
	if moved := eval[float64](one, at) - top; moved < -2 || moved > 2 {
		t.Errorf("what is looked at moves by %v pixels", moved)
	}
	want(one, labBar+`.textContent.includes("older text")`, false) // its commands are the same
	s.save(page(strings.Replace(wrong, "echo later", "echo much later", 1)))
	both(func(w *window) {
		w.says("The run is of an older text.")
		w.until(out + ` === "one"`)
		w.until(`!document.getElementById("hb-s4").dataset.hbState`) // it is another one
	})
	s.save(page(wrong))
	both(running)
	want(one, "window.stays", true)

	// It goes on, and fails: each failure stands at its command.
	s.letGo("/tmp/go")
	failed := func(w *window) {
		w.says("Failed")
		w.until(state("hb-s2", "passed"))
		w.until(state("hb-s4", "failed"))
		want(w, `document.querySelector("#hb-s2 .hb-out").textContent.startsWith("one\n1\n2\n")`, true)
		want(w, `document.querySelector("#hb-s2 .hb-out .f1").textContent`, "red")
		want(w, `[...document.querySelectorAll("#hb-s4 .run")].map((r) => r.querySelectorAll(".hb-failure").length).join()`, "1,0")
		want(w, `document.querySelector("#hb-s4 .hb-failure p").textContent`, "printed something other than the page says")
		want(w, `document.querySelector("#hb-s4 .hb-failure del").textContent + document.querySelector("#hb-s4 .hb-failure ins").textContent`, "- Hello, [..]body+ Hello, world")
		want(w, `document.querySelector("#hb-s5 .hb-failure p").textContent`, "exited with 2, expected 0")
		w.until(state("hb-s6", "not-run"))
	}
	both(failed)
	failed(s.open())
	s.noMachine()

	// It is mended, and passes: the page has the results, and nothing else moves.
	s.save(page("```bash\necho Hello, world\n# -> Hello, [..]\n```\n"))
	both(func(w *window) {
		w.says("The run is of an older text.")
		w.until(`!document.getElementById("hb-s5")`)
	})
	two.labButton("Run")
	both(func(w *window) { w.until(out + ` === "one"`) })
	one.run(`document.querySelector(".proof details, details.proof, main details").open = true`)
	one.run(`document.getElementById("hb-s4").scrollIntoView({ block: "center", behavior: "instant" })`)
	at = `document.getElementById("hb-s4").getBoundingClientRect().top`
	top = eval[float64](one, at)
	s.letGo("/tmp/go")
	both(func(w *window) {
		w.says("Passed")
		w.until(`!document.querySelector(".hb-state, .hb-out, .hb-failure, [data-hb-state]")`)
		w.until(`document.querySelector("#hb-s4 .out").textContent === "Hello, world\n"`)
		want(w, `document.querySelector("#hb-s2 details.more") !== null`, true) // 42 lines are folded
	})
	if moved := eval[float64](one, at) - top; moved < -2 || moved > 2 {
		t.Errorf("at the end, what is looked at moves by %v pixels", moved)
	}
	want(one, `document.querySelector(".proof details, details.proof, main details").open`, true)
	want(one, "window.stays", true)
	s.read(s.name + ".record.json")
	s.noMachine()
}

// TestLiveStop ends runs in the middle: no machine stays.
func TestLiveStop(t *testing.T) {
	const waits = "```bash\necho one; until test -e /tmp/go; do sleep 0.1; done\n```\n"
	s := serve(t, liveHead+"## Handbook preview\n\n"+waits) // the id of a script of the preview's, too
	w := s.open()
	for range 2 {
		w.labButton("Run")
		w.says("Running,")
		w.until(`document.querySelector("#hb-s1 .hb-out")?.textContent === "one"`)
		if len(s.machines()) != 1 {
			t.Errorf("machines: %v", s.machines())
		}
		w.labButton("Stop")
		w.says("Stopped")
		w.until(`document.getElementById("hb-s1").dataset.hbState === "not-run"`)
		s.noMachine()
	}
	w.labButton("Run")
	w.says("Running,")
	w.until(`document.querySelector("#hb-s1 .hb-out")?.textContent === "one"`)
	w.quiet = true // the stream is cut
	w.do(chromedp.Navigate("about:blank"))
	s.interrupt()
	if len(s.machines()) > 0 {
		t.Errorf("Ctrl-C leaves %v", s.machines())
	}
}

// TestLiveSaved runs labs as they are saved, and anew when they are saved again.
func TestLiveSaved(t *testing.T) {
	page := func(text string) string {
		return liveHead + "```bash\necho " + text + "; until test -e /tmp/go; do sleep 0.1; done\n```\n"
	}
	s := serve(t, page("one"), "--verify")
	w := s.open()
	shows := func(text string) { w.until(`document.querySelector("#hb-s1 .hb-out")?.textContent === "` + text + `"`) }
	shows("one")
	s.save(page("two"))
	shows("two")
	s.letGo("/tmp/go")
	w.says("Passed")
	w.until(`document.querySelector("#hb-s1 .out:not(.hb-out)").textContent === "two\n"`)
	s.noMachine()

	// What is accepted is run at once, and so is what is undone.
	wrong := liveHead + "```bash\necho three\n# -> four\n```\n"
	s.save(wrong)
	w.says("Failed")
	w.labButton("Accept 1 output")
	w.says("Passed")
	w.until(`document.querySelector("#hb-s1 .out").textContent === "three\n" && !document.querySelector(".hb-failure")`)
	w.labButton("Undo")
	w.says("Failed")
	w.until(`document.querySelector(".hb-failure")`)
	if got := s.read(s.name + ".md"); got != wrong {
		t.Errorf("undone, the page is\n%s", got)
	}
}

// TestLiveAccept takes what was printed into the page's source, one by one and all,
// and back, until the lab passes.
func TestLiveAccept(t *testing.T) {
	const page = liveHead + "```bash\necho one 1\n# -> uno [..]\necho two 2\n# -> two [..] too\n```\n\n```bash\nseq 3\n```\n\n```output\n1\n...\n4\n```\n"
	s := serve(t, page)
	one, two := s.open(), s.open()
	both := func(check func(w *window)) { check(one); check(two) }
	one.labButton("Run")
	both(func(w *window) {
		w.says("Failed")
		want(w, `[...document.querySelectorAll(".hb-offer")].map((e) => [...e.querySelectorAll("del, ins")].map((l) => l.textContent).join(" ")).join("; ")`,
			"- # -> uno [..] + # -> one 1; - # -> two [..] too + # -> two [..]; - 1 - ... - 4 + 1 + ... + 3")
		w.says("Accept all 3 outputs")
	})
	reads := func(of string) {
		t.Helper()
		if got := s.read(s.name + ".md"); got != of {
			t.Errorf("the page is\n%s\nwant\n%s", got, of)
		}
	}
	reads(page) // nothing is written before

	one.click(".run:nth-of-type(2) .hb-offer button")
	both(func(w *window) {
		w.says("Accept all 2 outputs")
		w.says("The run is of an older text.")
		w.until(`document.querySelector(".run:nth-of-type(2) .hb-offer").textContent.includes("Accepted")`)
	})
	first := strings.Replace(page, "two [..] too", "two [..]", 1)
	reads(first)
	two.labButton("Undo")
	both(func(w *window) { w.says("Accept all 3 outputs") })
	reads(page)

	// What the editor has saved meanwhile stays.
	edited := strings.Replace(page, "# A lab", "# A lab, edited", 1)
	s.save(edited)
	both(func(w *window) { w.until(heading + ` === "A lab, edited"`) })
	one.quiet = true // the answer is an error
	one.labButton("Accept all 3 outputs")
	one.says("the page was saved meanwhile and is left as it is")
	reads(edited)
	one.quiet = false
	s.save(page)
	both(func(w *window) { w.until(heading + ` === "A lab"`) })

	two.labButton("Accept all 3 outputs")
	all := strings.NewReplacer("uno [..]", "one 1", "two [..] too", "two [..]", "\n4\n", "\n3\n").Replace(page)
	both(func(w *window) { w.until(labBar + `.textContent.includes("Undo")`) })
	both(func(w *window) { w.until(`document.querySelectorAll(".hb-offer button").length === 0`) })
	reads(all)
	one.labButton("Run")
	both(func(w *window) {
		w.says("Passed")
		w.until(`document.querySelector("#hb-s2 .out").textContent === "1\n2\n3\n" && !document.querySelector(".hb-failure")`)
	})
	reads(all)
	s.read(s.name + ".record.json")
}

// TestLiveHidden has failures where they are not seen at once: they are unfolded.
func TestLiveHidden(t *testing.T) {
	s := serve(t, liveHead+"```bash hide\necho one\n# -> 1\n```\n\n```text tab=\"A\"\nx\n```\n\n```bash tab=\"B\"\nfalse\n```\n")
	w := s.open()
	want(w, `[...document.querySelectorAll("figure")].filter((f) => f.checkVisibility()).map((f) => f.id).join()`, "hb-s2")
	w.labButton("Run")
	w.says("Failed")
	w.until(`document.querySelectorAll(".hb-failure").length === 2`)
	want(w, `[...document.querySelectorAll(".hb-failure")].every((f) => f.checkVisibility())`, true)
}

// TestLiveChanged runs a lab that prints something else than its record has.
func TestLiveChanged(t *testing.T) {
	s := serve(t, liveHead+"```bash\necho one; until test -s /tmp/word; do sleep 0.1; done; cat /tmp/word\n```\n")
	w := s.open()
	run := func(word string) {
		t.Helper()
		w.labButton("Run")
		w.says("Running,")
		w.until(`document.querySelector("#hb-s1 .hb-out")?.textContent === "one"`)
		s.put("/tmp/word", word)
	}
	recorded := func(word string) {
		t.Helper()
		w.until(`document.querySelector("#hb-s1 .out:not(.hb-out)").textContent === "one\n` + word + `\n"`)
	}
	run("alpha")
	recorded("alpha")
	w.says("Passed")
	first := s.read(s.name + ".record.json")

	run("beta")
	changed := func() {
		t.Helper()
		w.says("Passed, with other results than its record has")
		w.until(`document.querySelector("#hb-s1 .hb-state")?.textContent === "changed"`)
		want(w, `document.querySelector("#hb-s1 .hb-failure del").textContent + document.querySelector("#hb-s1 .hb-failure ins").textContent`, "- alpha+ beta")
		recorded("alpha")
		if s.read(s.name+".record.json") != first {
			t.Error("what nobody has accepted is recorded")
		}
	}
	changed()
	w.labButton("Accept the new results")
	recorded("beta")
	w.until(`!document.querySelector(".hb-state, .hb-failure")`)
	w.labButton("Undo")
	changed()
}
