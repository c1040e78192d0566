package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"handbook/cmd/handbook/labs"
	"handbook/verify"

	"handbook/verify/docker/testenv/need"
)

// A safeBuffer is a log that is read while it is written.
type safeBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *safeBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *safeBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

func save(t *testing.T, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
		t.Fatal(err)
	}
	// as editors do it: a new file takes the place of the old one
	temp := filepath.Join(filepath.Dir(name), ".save")
	if err := os.WriteFile(temp, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(temp, name); err != nil {
		t.Fatal(err)
	}
}

// startServe serves the site of a new folder until the test is over.
func startServe(t *testing.T, s *serve) (url string, log *safeBuffer) {
	t.Helper()
	t.Chdir(t.TempDir())
	save(t, "content/index.md", "# Home\n\nfirst words\n")
	save(t, "content/labs/a.md", "# A\n")
	ctx, cancel := context.WithCancel(t.Context())
	r, w := io.Pipe()
	log = new(safeBuffer)
	if s.runner.Open == nil {
		s.runner.Open = openLocal
	}
	s.runner.Jobs, s.runner.Out, s.runner.Err = 1, w, log
	done := make(chan error, 1)
	go func() {
		done <- s.run(ctx)
	}()
	out := bufio.NewReader(r)
	line, err := out.ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	go io.Copy(log, out)
	t.Cleanup(func() {
		cancel()
		if err := <-done; !errors.Is(err, context.Canceled) {
			t.Errorf("serve ended with %v", err)
		}
	})
	url, _, _ = strings.Cut(line, " ")
	return url, log
}

func get(t testing.TB, url string) string {
	t.Helper()
	r, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

var previewTag = regexp.MustCompile(`data-page="([^"]+)" data-version="(\d+)"`)

// events opens the event stream of a page as it was just served, and returns
// what it is told next.
func events(t testing.TB, url string) func() string {
	t.Helper()
	m := previewTag.FindStringSubmatch(get(t, url))
	if m == nil {
		t.Fatal("the page has no preview script")
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	origin, _, _ := strings.Cut(strings.TrimPrefix(url, "http://"), "/")
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+origin+"/-/handbook/events?page="+m[1]+"&version="+m[2], nil)
	if err != nil {
		t.Fatal(err)
	}
	r, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Body.Close() })
	lines := bufio.NewScanner(r.Body)
	return func() string {
		t.Helper()
		for lines.Scan() {
			if data, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
				return data
			}
		}
		t.Fatalf("the stream ended: %v", lines.Err())
		return ""
	}
}

func TestServe(t *testing.T) {
	for name, poll := range map[string]time.Duration{"told": 0, "polled": 20 * time.Millisecond} {
		t.Run(name, func(t *testing.T) { testServe(t, &serve{poll: poll}) })
	}
}

func testServe(t *testing.T, s *serve) {
	url, log := startServe(t, s)
	if body := get(t, url); !strings.Contains(body, "first words") {
		t.Fatal(body)
	}
	home := events(t, url)
	if first := home(); first != `{"reload":false,"problems":null}` {
		t.Fatal(first)
	}

	// a save, of the same length, perhaps in the same second
	save(t, "content/index.md", "# Home\n\nother words\n")
	if n := home(); !strings.Contains(n, `"reload":true`) {
		t.Error(n)
	}
	if body := get(t, url); !strings.Contains(body, "other words") {
		t.Error(body)
	}

	// a problem: it is shown, and the last good page stays
	home = events(t, url)
	home()
	save(t, "content/labs/a.md", "---\ntitel: A\n---\n")
	n := home()
	if !strings.Contains(n, `"place":"content/labs/a.md:2:1"`) || !strings.Contains(n, `"reload":false`) {
		t.Error(n)
	}
	if body := get(t, url); !strings.Contains(body, "other words") {
		t.Error(body)
	}
	if !strings.Contains(log.String(), "handbook: error: content/labs/a.md:2:1: ") {
		t.Errorf("the log says %q", log)
	}
	save(t, "content/labs/a.md", "# A again\n")
	if n := home(); !strings.Contains(n, `"problems":null`) {
		t.Error(n)
	}
	if body := get(t, url+"labs/a/"); !strings.Contains(body, "A again") {
		t.Error(body)
	}

	// a page in a folder that is new
	save(t, "content/more/deep/b.md", "# B\n")
	wait(t, func() bool { return strings.Contains(get(t, url+"more/deep/b/"), "<h1") })
	save(t, "content/more/deep/b.md", "# B, changed\n")
	wait(t, func() bool { return strings.Contains(get(t, url+"more/deep/b/"), "B, changed") })
	if _, err := os.Stat("public"); err == nil {
		t.Error("serve wrote into public")
	}
}

// A port that is in use is left to whom it belongs: the next one is taken, unless
// it was the user's choice.
func TestServePort(t *testing.T) {
	first, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer first.Close()
	port := first.Addr().(*net.TCPAddr).Port
	var log bytes.Buffer
	s := &serve{port: port, runner: labs.Runner{Err: &log}}
	next, err := s.listen()
	if err != nil {
		t.Fatal(err)
	}
	defer next.Close()
	if got := next.Addr().(*net.TCPAddr).Port; got <= port || got > port+nextPorts {
		t.Errorf("port %d, want one behind %d", got, port)
	}
	if !next.Addr().(*net.TCPAddr).IP.IsLoopback() {
		t.Errorf("it listens on %v, where other computers reach it", next.Addr())
	}
	if want := fmt.Sprintf("handbook: 127.0.0.1:%d is in use: another handbook serve, perhaps\n", port); log.String() != want {
		t.Errorf("said %q, want %q", &log, want)
	}
	s.chosen = true
	if _, err := s.listen(); statusOf(err) != misuse || !strings.Contains(err.Error(), "is in use") {
		t.Errorf("a port that the user chose: %v", err)
	}
}

func wait(t *testing.T, done func() bool) {
	t.Helper()
	for start := time.Now(); !done(); time.Sleep(20 * time.Millisecond) {
		if time.Since(start) > time.Minute {
			t.Fatal("it never came")
		}
	}
}

// A stranger's lab that is previewed is not run, and neither is one that is saved
// while the preview runs.
func TestServeRunsNothing(t *testing.T) {
	var asked atomic.Int32 // for an engine
	t.Cleanup(func() {     // after the preview has ended, and all that it had begun
		if n := asked.Load(); n > 0 {
			t.Errorf("an engine was asked for %d times", n)
		}
	})
	s := new(serve)
	s.runner.Open = func(context.Context, *labs.Site, string, func(string)) (verify.Engine, error) {
		asked.Add(1)
		return nil, errors.New("no engine here")
	}
	url, _ := startServe(t, s)
	for _, text := range []string{"one", "two"} {
		save(t, "content/labs/a.md", "---\nlab: {}\n---\n# A\n\n```bash\necho "+text+"\n```\n")
		wait(t, func() bool { return strings.Contains(get(t, url+"labs/a/"), text+"\n") })
	}
	var out bytes.Buffer
	if code := run([]string{"check"}, &out, &out, s.runner.Open); code != changed {
		t.Errorf("check: %d, %s", code, &out)
	}
}

func TestServeVerify(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("labs are not run there without a Docker Engine")
	}
	need.Program.Find(t, "bash")
	url, log := startServe(t, &serve{verify: true})

	// a lab that passes
	save(t, "content/labs/b.md", "---\nlab:\n---\n# B\n\n```bash\necho one $((1+1))\n```\n")
	wait(t, func() bool { return strings.Contains(get(t, url+"labs/b/"), "one 2") })
	wait(t, func() bool { return strings.Contains(log.String(), "labs/b.md  passed  1 of 1 snippet") })
	if _, err := os.Stat("content/labs/b.record.json"); err != nil {
		t.Error(err)
	}

	// one that fails
	save(t, "content/labs/b.md", "---\nlab:\n---\n# B\n\n```bash\necho two; (exit 3)\n```\n")
	wait(t, func() bool { return strings.Contains(get(t, url+"labs/b/"), "exited with 3") })

	// one that is saved again while it runs is given up
	save(t, "content/labs/b.md", "---\nlab:\n---\n# B\n\n```bash\nsleep 60\n```\n")
	wait(t, func() bool { return strings.Contains(log.String(), "content/labs/b.md:7: sleep 60") })
	save(t, "content/labs/b.md", "---\nlab:\n---\n# B\n\n```bash\necho three $((1+2))\n```\n")
	wait(t, func() bool { return strings.Contains(get(t, url+"labs/b/"), "three 3") })
}

var labToken = regexp.MustCompile(`data-token="(\w+)"`)

// act does what a button on the page of a lab does.
func act(t *testing.T, url, page, body string) string {
	t.Helper()
	m := labToken.FindStringSubmatch(get(t, url+page))
	if m == nil {
		t.Fatalf("%s has no token", page)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url+"-/handbook/act", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range map[string]string{"Origin": strings.TrimSuffix(url, "/"), "Content-Type": "application/json", "Handbook-Token": m[1]} {
		req.Header.Set(name, value)
	}
	r, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%d %s", r.StatusCode, bytes.TrimSpace(b))
}

// Without --verify a lab runs when it is asked for, as it is then, and never else.
func TestServeRun(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("labs are not run there without a Docker Engine")
	}
	need.Program.Find(t, "bash")
	url, log := startServe(t, &serve{})
	lab := func(command string) string { return "---\nlab:\n---\n# B\n\n```bash\n" + command + "\n```\n" }
	run := func(do string) {
		t.Helper()
		if got := act(t, url, "labs/b/", `{"page":"labs/b/index.html","do":"`+do+`"}`); got != "200 null" {
			t.Fatalf("%s: %s", do, got)
		}
	}
	logged := func(text string) { t.Helper(); wait(t, func() bool { return strings.Contains(log.String(), text) }) }
	dir := t.TempDir()
	save(t, "content/labs/b.md", lab("echo one $((1+1)); touch "+dir+"/ran"))
	wait(t, func() bool { return strings.Contains(get(t, url+"labs/b/"), "echo") })
	if _, err := os.Stat(filepath.Join(dir, "ran")); err == nil || strings.Contains(log.String(), "starting a machine") {
		t.Error("a lab that was saved is run")
	}
	run("run")
	wait(t, func() bool { return strings.Contains(get(t, url+"labs/b/"), "one 2") })
	if _, err := os.Stat("content/labs/b.record.json"); err != nil {
		t.Error(err)
	}

	// It fails, and is not run again by itself when it is mended.
	save(t, "content/labs/b.md", lab("echo two; (exit 3)"))
	wait(t, func() bool { return strings.Contains(get(t, url+"labs/b/"), "exit 3") })
	run("run")
	wait(t, func() bool { return strings.Contains(get(t, url+"labs/b/"), "exited with 3") })
	save(t, "content/labs/b.md", lab("echo three $((1+2)); touch "+dir+"/mended"))
	wait(t, func() bool { return strings.Contains(get(t, url+"labs/b/"), "mended") })
	if strings.Contains(log.String(), "echo three") {
		t.Error("a lab that was mended is run")
	}
	run("run")
	wait(t, func() bool { return strings.Contains(get(t, url+"labs/b/"), "three 3") })

	// One that is edited while it runs goes on; asked for again, it starts anew. One
	// that is stopped leaves no machine.
	save(t, "content/labs/b.md", lab("sleep 601"))
	wait(t, func() bool { return strings.Contains(get(t, url+"labs/b/"), "601") })
	run("run")
	run("run") // as it already does
	logged("content/labs/b.md:7: sleep 601")
	save(t, "content/labs/b.md", lab("sleep 602"))
	wait(t, func() bool { return strings.Contains(get(t, url+"labs/b/"), "602") })
	run("run")
	logged("content/labs/b.md:7: sleep 602")
	run("stop")
	run("run") // while it ends
	wait(t, func() bool { return strings.Count(log.String(), "content/labs/b.md:7: sleep 602") == 2 })
	run("stop")
	if n := strings.Count(log.String(), "content/labs/b.md:7: sleep 601"); n != 1 {
		t.Errorf("the older text was started %d times", n)
	}

	// A page that was empty for a moment, as some editors save, can still run its lab.
	save(t, "content/labs/b.md", "")
	wait(t, func() bool { return !strings.Contains(get(t, url+"labs/b/"), "602") })
	if !labToken.MatchString(get(t, url+"labs/b/")) {
		t.Error("a page that is no lab now could not become one")
	}

	// What was saved last is run, even if it has not been noticed yet. With mistakes on
	// a page nothing is run.
	save(t, "content/labs/b.md", lab("echo four $((2+2))"))
	run("run")
	wait(t, func() bool { return strings.Contains(get(t, url+"labs/b/"), "four 4") })
	save(t, "content/labs/b.md", "---\nlab:\n---\n# B\n\n```bash nmae=x\ntrue\n```\n")
	if got := act(t, url, "labs/b/", `{"page":"labs/b/index.html","do":"run"}`); !strings.HasPrefix(got, "409 content/labs/b.md:6:9: unknown option") {
		t.Error(got)
	}
	save(t, "content/labs/b.md", lab("true"))
	if got := act(t, url, "labs/b/", `{"page":"labs/b/index.html","do":"dance"}`); got != `409 no action is called "dance"` {
		t.Error(got)
	}
	if got := act(t, url, "labs/b/", `{"page":"index.html","do":"run"}`); got != "409 this page is no lab any more" {
		t.Error(got)
	}
}

// A run that gives other results than a record that is up to date leaves it as it is
// until they are accepted; and that is undone.
func TestServeChanged(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("labs are not run there without a Docker Engine")
	}
	need.Program.Find(t, "bash")
	url, log := startServe(t, &serve{})
	state := filepath.Join(t.TempDir(), "state")
	do := func(what string) string {
		t.Helper()
		return act(t, url, "labs/b/", `{"page":"labs/b/index.html",`+what+`}`)
	}
	record := func() string {
		t.Helper()
		b, err := os.ReadFile("content/labs/b.record.json")
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	shows := func(text string) {
		t.Helper()
		wait(t, func() bool { return strings.Contains(get(t, url+"labs/b/"), text+"\n</pre>") })
	}
	save(t, state, "alpha\n")
	save(t, "content/labs/b.md", "---\nlab:\n---\n# B\n\n```bash\ncat "+state+"\n```\n")
	wait(t, func() bool { return labToken.MatchString(get(t, url+"labs/b/")) })
	do(`"do":"run"`)
	shows("alpha")
	first := record()

	save(t, state, "beta\n")
	do(`"do":"run"`)
	wait(t, func() bool { return strings.Contains(log.String(), "labs/b.md  changed") })
	if record() != first || !strings.Contains(get(t, url+"labs/b/"), "alpha") {
		t.Error("results are recorded that nobody has accepted")
	}
	wait(t, func() bool { return do(`"do":"accept","what":["record"]`) == "200 null" })
	shows("beta")
	if !strings.Contains(record(), "beta") {
		t.Error(record())
	}
	if got := do(`"do":"undo"`); got != "200 null" {
		t.Error(got)
	}
	shows("alpha")
	if record() != first {
		t.Error(record())
	}
	save(t, "content/labs/b.record.json", first+"\n")
	if got := do(`"do":"accept","what":["record"]`); got != "409 the page was saved meanwhile and is left as it is: run the lab again" {
		t.Error(got)
	}
}

// TestServeTheme makes a theme of one's own while the preview runs, breaks it,
// and takes it away again. What else happens beside the content is no change.
func TestServeTheme(t *testing.T) {
	url, _ := startServe(t, &serve{})
	home := events(t, url)
	home()
	save(t, "notes.txt", "not part of the site")
	save(t, "templates/footer.html", "<footer>our own</footer>")
	if n := home(); !strings.Contains(n, `"reload":true`) {
		t.Error(n)
	}
	if body := get(t, url); !strings.Contains(body, "<footer>our own</footer>") {
		t.Error(body)
	}
	home = events(t, url)
	home()
	save(t, "templates/footer.html", "\n<footer>{{.Nothing}}</footer>")
	if n := home(); !strings.Contains(n, `templates/footer.html:2:10: {{.Nothing}}: there is no \"Nothing\"`) {
		t.Error(n)
	}
	if err := os.RemoveAll("templates"); err != nil {
		t.Fatal(err)
	}
	for n := home(); !strings.Contains(n, `"problems":null`); n = home() {
	}
	if body := get(t, url); strings.Contains(body, "our own") {
		t.Error(body)
	}
	home = events(t, url)
	home()
	save(t, "templates/footer.html", "<footer>once more</footer>")
	if n := home(); !strings.Contains(n, `"reload":true`) {
		t.Error(n)
	}
}
