package browser

import (
	"bufio"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"handbook/verify/docker/testenv/need"
)

// A served is a site of one lab that handbook serve shows, on real machines.
type served struct {
	t    testing.TB
	url  string
	dir  string
	name string // of the lab: no other test's machines are for it
	cmd  *exec.Cmd
	log  strings.Builder
	done chan error
}

// serve starts handbook serve until the test is over, and has it leave no machine.
func serve(t testing.TB, page string, args ...string) *served {
	t.Helper()
	need.Docker.Find(t, "docker")
	if out, err := exec.Command("docker", "version").CombinedOutput(); err != nil {
		need.Docker.Missing(t, string(out))
	}
	s := newServed(t)
	s.write("index.md", "# Home\n")
	s.save(page)
	t.Cleanup(func() { // after the end of what start has started
		if left := s.machines(); len(left) > 0 {
			t.Errorf("Ctrl-C leaves %v", left)
		}
	})
	s.start(args...)
	return s
}

// newServed returns a site without pages that is not served yet.
func newServed(t testing.TB) *served {
	t.Helper()
	need.Browser.Find(t, browsers...)
	s := &served{t: t, dir: t.TempDir(), name: fmt.Sprintf("live-%d-%d", os.Getpid(), time.Now().UnixNano()), done: make(chan error, 1)}
	t.Cleanup(func() {
		if t.Failed() {
			t.Log(s.log.String())
		}
	})
	return s
}

// start starts handbook serve until the test is over.
func (s *served) start(args ...string) {
	s.t.Helper()
	s.cmd = exec.Command(program, append([]string{"serve", "-p", "0"}, args...)...)
	s.cmd.Dir = s.dir
	s.cmd.Stderr = &s.log
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		s.t.Fatal(err)
	}
	if err := s.cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	lines := bufio.NewReader(out)
	line, err := lines.ReadString('\n')
	if err != nil {
		s.t.Fatal(err)
	}
	s.url, _, _ = strings.Cut(line, " ")
	go func() {
		_, _ = lines.WriteTo(&strings.Builder{})
		s.done <- s.cmd.Wait()
	}()
	s.t.Cleanup(s.interrupt)
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

// write writes a file of the content as editors do: a new one takes the place of the old
// one. Of one that is emptied first, an empty page might be seen.
func (s *served) write(name, text string) {
	s.t.Helper()
	file, saved := filepath.Join(s.dir, "content", name), filepath.Join(s.dir, "saved")
	if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
		s.t.Fatal(err)
	}
	if err := os.WriteFile(saved, []byte(text), 0o666); err != nil {
		s.t.Fatal(err)
	}
	if err := os.Rename(saved, file); err != nil {
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

// letGo lets the labs go on that wait for a file on these machines.
func (s *served) letGo(machines []string, file string) { s.t.Helper(); s.put(machines, file, "go") }

// put puts a file with a word on machines.
func (s *served) put(machines []string, file, word string) {
	s.t.Helper()
	for _, m := range machines {
		if out, err := exec.Command("docker", "exec", m, "sh", "-c", "echo "+word+" > "+file).CombinedOutput(); err != nil {
			s.t.Fatalf("%v\n%s", err, out)
		}
	}
}

// oneMachine waits until the lab has a single machine, which it returns.
func (s *served) oneMachine() []string {
	s.t.Helper()
	for end := time.Now().Add(patience); ; time.Sleep(100 * time.Millisecond) {
		all := s.machines()
		if len(all) == 1 {
			return all
		}
		if time.Now().After(end) {
			s.t.Fatalf("there are %v, want a single machine", all)
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
	w.once(`[...`+labBar+`.querySelectorAll("button")].find((b) => b.textContent === "`+name+`" && !b.hidden)`, "e.click()")
}

// says waits until the bar has a text.
func (w *window) says(text string) {
	w.t.Helper()
	w.until(labBar + `.textContent.includes("` + text + `")`)
}

const liveHead = "---\nlab: {machine: \"debian:trixie-slim\", cleanup: off}\n---\n# A lab\n\n"

// liveWait begins a snippet that waits for what a test does: on a slow computer that takes
// longer than commands have otherwise.
const liveWait = "```bash timeout=10m\n"

// filler is text enough to scroll.
var filler = strings.Repeat("Many words that say nothing, and some more of them.\n\n", 40)

// TestLiveRun looks at a lab that runs on a real machine, in several windows.
func TestLiveRun(t *testing.T) {
	const waits = liveWait + "echo one; until test -e /tmp/go; do sleep 0.1; done; seq 40; printf '\\033[31mred\\033[0m <b>\\n'\n```\n\n"
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
	first := s.oneMachine()

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
	s.letGo(first, "/tmp/go")
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
	ahead := first // for what is edited next; it waits, too
	for end := time.Now().Add(patience); ahead[0] == first[0]; ahead = s.oneMachine() {
		if time.Now().After(end) {
			t.Fatal("the machine of a run that is over is left")
		}
	}

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
	s.letGo(ahead, "/tmp/go")
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
}

// TestLiveStop ends runs in the middle: no machine stays.
func TestLiveStop(t *testing.T) {
	const waits = liveWait + "echo one; until test -e /tmp/go; do sleep 0.1; done\n```\n"
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
		return liveHead + liveWait + "echo " + text + "; until test -e /tmp/go; do sleep 0.1; done\n```\n"
	}
	s := serve(t, page("one"), "--verify")
	w := s.open()
	shows := func(text string) { w.until(`document.querySelector("#hb-s1 .hb-out")?.textContent === "` + text + `"`) }
	shows("one")
	first := s.oneMachine()
	s.save(page("two"))
	shows("two")
	running := s.machines()
	if i := slices.Index(running, first[0]); i >= 0 { // on its way out
		running = slices.Delete(running, i, i+1)
	}
	s.letGo(running[len(running)-1:], "/tmp/go") // the next one, if it is there, is a newer one, and comes first
	w.says("Passed")
	w.until(`document.querySelector("#hb-s1 .out:not(.hb-out)").textContent === "two\n"`)
	w.says("A fresh machine waits before line 6")
	s.oneMachine()

	// What is accepted holds without another run, and what is undone has failed.
	wrong := liveHead + "```bash\necho three\n# -> four\n```\n"
	s.save(wrong)
	w.says("Failed")
	w.labButton("Accept 1 output")
	w.says("Verified as it stands")
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
	both(func(w *window) {
		w.says("Accept all 3 outputs")
		w.until(`document.querySelector(".proof.failed")`) // as the bar says
	})
	reads(page)

	// What the editor has saved meanwhile stays.
	edited := strings.Replace(page, "# A lab", "# A lab, edited", 1)
	s.save(edited)
	both(func(w *window) { w.until(heading + ` === "A lab, edited"`) })
	one.quiet = true // the answer is an error
	one.labButton("Accept all 3 outputs")
	const refusal = "the page was saved meanwhile and is left as it is"
	one.says(refusal)
	reads(edited)
	s.save(strings.Replace(edited, "seq 3", "seq 4", 1))
	both(func(w *window) { w.says("The run is of an older text.") })
	want(one, labBar+`.textContent.includes("`+refusal+`")`, true) // it stays until something else is asked for
	one.quiet = false
	s.save(page)
	both(func(w *window) { w.until(heading + ` === "A lab"`) })

	two.labButton("Accept all 3 outputs")
	all := strings.NewReplacer("uno [..]", "one 1", "two [..] too", "two [..]", "\n4\n", "\n3\n").Replace(page)
	accepted := func(w *window) { // without another run
		w.says("Verified as it stands")
		w.until(labBar + `.textContent.includes("Undo")`)
		w.until(`document.querySelector("#hb-s2 .out").textContent === "1\n2\n3\n" && !document.querySelector(".hb-failure, [data-hb-state]")`)
	}
	both(accepted)
	reads(all)
	record := s.read(s.name + ".record.json")
	one.labButton("Undo")
	both(func(w *window) { w.says("Accept all 3 outputs") })
	reads(page)
	if _, err := os.Stat(filepath.Join(s.dir, "content", s.name+".record.json")); !os.IsNotExist(err) {
		t.Errorf("the record: %v", err)
	}
	s.save(all) // as an editor does
	both(accepted)
	if s.read(s.name+".record.json") != record {
		t.Error("the record is another one")
	}
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
	s := serve(t, liveHead+liveWait+"echo one; until test -s /tmp/word; do sleep 0.1; done; cat /tmp/word\n```\n")
	w := s.open()
	run := func(word string) {
		t.Helper()
		w.labButton("Run")
		w.says("Running,")
		w.until(`document.querySelector("#hb-s1 .hb-out")?.textContent === "one"`)
		s.put(s.oneMachine(), "/tmp/word", word) // that of the run before may be on its way out
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

// starts are the machines of a lab, in the order in which they were started.
type starts struct {
	t     testing.TB
	lines *bufio.Scanner
	all   []string
}

// watchStarts tells of machines that are started from now on.
func (s *served) watchStarts() *starts {
	s.t.Helper()
	cmd := exec.CommandContext(s.t.Context(), "docker", "events", "--filter", "event=start",
		"--filter", "label=org.handbook.page="+s.name+".md", "--format", "{{.ID}}")
	out, err := cmd.StdoutPipe()
	if err != nil {
		s.t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { _ = cmd.Wait() }) // the context has ended
	return &starts{t: s.t, lines: bufio.NewScanner(out)}
}

// upTo counts the machines up to one.
func (s *starts) upTo(machine string) int {
	s.t.Helper()
	for {
		if i := slices.IndexFunc(s.all, func(id string) bool { return strings.HasPrefix(id, machine) }); i >= 0 {
			return i + 1
		}
		if !s.lines.Scan() {
			s.t.Fatalf("nobody has told that %s was started: %v", machine, s.lines.Err())
		}
		s.all = append(s.all, s.lines.Text())
	}
}

// TestLiveAhead edits a lab of which a machine has run the first part already.
func TestLiveAhead(t *testing.T) {
	page := func(first, last string) string {
		return liveHead + "```bash\necho " + first + " | tee /tmp/first\n```\n\n```bash varies\ngrep -o 'containers/[0-9a-f]*' /proc/self/mountinfo | head -n 1 | cut -c 12-23; cat /tmp/first; echo " + last + "\n```\n"
	}
	s := serve(t, page("one", "two"), "--verify")
	started := s.watchStarts()
	w := s.open()
	prints := func(first, last string) (machine string) {
		t.Helper()
		const out = `document.querySelector("#hb-s2 .out:not(.hb-out)")?.textContent`
		w.until(out + `?.endsWith("\n` + first + `\n` + last + `\n")`)
		w.says("Passed")
		machine, _, _ = strings.Cut(eval[string](w, out), "\n")
		if record := s.read(s.name + ".record.json"); !strings.Contains(record, machine) || !strings.Contains(record, `"`+last+`"`) {
			t.Errorf("the record does not have what was run: %s", record)
		}
		return machine
	}
	// waits returns the machine that waits, which is another one, and how many were
	// started up to then.
	waits := func(line int, other string) (machine string, made int) {
		t.Helper()
		w.says(fmt.Sprintf("A fresh machine waits before line %d", line)) // it is prepared when all others are gone
		if machine = s.oneMachine()[0]; machine == other {
			t.Errorf("%s waits again", machine)
		}
		return machine, started.upTo(machine)
	}
	prints("one", "two")
	s.save(page("one", "drei"))
	prints("one", "drei")
	machine, made := waits(10, "")

	// Only what was edited is run, on the machine that waits, and the next one is fresh.
	s.save(page("one", "tres"))
	if on := prints("one", "tres"); on != machine {
		t.Errorf("it runs on %s, not on %s", on, machine)
	}
	next, more := waits(10, machine)
	if more != made+1 {
		t.Errorf("%d machines were made for an edit", more-made)
	}

	// What stands above it is edited, so it is given up.
	s.save(page("uno", "tres"))
	if on := prints("uno", "tres"); on == next {
		t.Error("it runs on a machine on which something else was run")
	}
	machine, _ = waits(6, next)

	// It is gone: all of the lab is run.
	if out, err := exec.Command("docker", "rm", "--force", "--volumes", machine).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	s.save(page("un", "trois"))
	prints("un", "trois")
	waits(6, machine)
	w.quiet = true // the stream is cut
	w.do(chromedp.Navigate("about:blank"))
	s.interrupt()
	if left := s.machines(); len(left) > 0 {
		t.Errorf("Ctrl-C leaves %v", left)
	}
}

// BenchmarkAhead measures from a save to the verdict in the page, of the last command
// of a lab whose earlier part takes long.
//
//	verify/docker/testenv/with-engine go test ./cmd/handbook/browser -run - -bench Ahead -benchtime 5x
func BenchmarkAhead(b *testing.B) {
	page := func(word string) string {
		return liveHead + "```bash\necho one; sleep 20\n```\n\n```bash\necho " + word + "\n```\n"
	}
	s := serve(b, page("zero"), "--verify")
	w := s.open()
	verdict := func(word string) {
		w.until(`document.querySelector("#hb-s2 .out:not(.hb-out)")?.textContent === "` + word + `\n" && ` + labBar + `.textContent.includes("Passed")`)
	}
	verdict("zero")
	s.save(page("first"))
	verdict("first")
	var took []time.Duration
	for i := 0; b.Loop(); i++ {
		w.says("A fresh machine waits before line 10")
		word := fmt.Sprint("edit", i)
		saved := time.Now()
		s.save(page(word))
		verdict(word)
		took = append(took, time.Since(saved))
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Milliseconds()), "median-ms")
	b.ReportMetric(float64(took[len(took)-1].Milliseconds()), "most-ms")
}

// TestFollow goes where a page is edited, and from a snippet to the editor.
func TestFollow(t *testing.T) {
	dir := t.TempDir()
	script, opened := filepath.Join(dir, "editor.sh"), filepath.Join(dir, "opened")
	if err := os.WriteFile(script, []byte("printf '%s|' \"$@\" >> "+opened+"\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	page := liveHead + filler + "## First\n\n```bash\necho one\n```\n\n" + filler + "## Second\n\n```bash\necho two\n```\n\n" + filler
	s := serve(t, page, "--follow", "--editor", "sh "+script+" -x +LINE FILE")
	w := s.open()
	seen := func(id string) string {
		return `(() => { const { top, bottom } = document.getElementById("` + id + `").getBoundingClientRect(); return top >= 0 && bottom <= innerHeight; })()`
	}
	want(w, seen("hb-s2"), false)
	s.save(strings.Replace(page, "echo two", "echo 2", 1))
	w.until(seen("hb-s2"))
	want(w, seen("hb-s1"), false)
	home := "# Home\n\n" + filler + "\n## Here\n\nNew.\n" // another page
	s.write("index.md", home)
	w.until(`location.pathname === "/" && document.getElementById("here") !== null`)
	want(w, seen("here"), false)
	s.write("index.md", home+"Newer.\n")
	w.until(seen("here"))
	s.save(page)
	w.until(`location.pathname === "/` + s.name + `/" && location.hash === "#hb-s2"`)
	w.until(`document.querySelector("#hb-s2 .cmd").textContent.includes("echo two") && document.querySelector("handbook-lab")`)
	if _, err := os.Stat(opened); err == nil {
		t.Error("the editor is opened by itself")
	}

	reads := func(line int) {
		t.Helper()
		want := fmt.Sprintf("-x|+%d|%s|", line, filepath.Join(s.dir, "content", s.name+".md"))
		for end := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
			b, _ := os.ReadFile(opened)
			if string(b) == want {
				break
			}
			if time.Now().After(end) {
				t.Fatalf("the editor was told %q, want %q", b, want)
			}
		}
		if err := os.Remove(opened); err != nil {
			t.Fatal(err)
		}
	}
	w.click("#hb-s2 .cmd")
	reads(strings.Count(page[:strings.Index(page, "echo two")], "\n"))
	w.click("#hb-s1 .cmd")
	reads(strings.Count(page[:strings.Index(page, "echo one")], "\n"))

	// Nobody else opens anything.
	request, err := http.NewRequest("POST", s.url+"_handbook/act", strings.NewReader(`{"page":"`+s.name+`/index.html","do":"edit","what":["hb-s1"]}`))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Origin", strings.TrimSuffix(s.url, "/"))
	request.URL.Path = eval[string](w, `new URL("act", document.getElementById("handbook-lab").src).pathname`)
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if answer.StatusCode != http.StatusForbidden {
		t.Errorf("without the token: %s", answer.Status)
	}
	w.click("#hb-s1 .cmd") // what that would have opened would stand before it
	reads(strings.Count(page[:strings.Index(page, "echo one")], "\n"))
}
