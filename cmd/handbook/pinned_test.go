package main

import (
	"crypto/rand"
	"os"
	"os/exec"
	"strings"
	"testing"

	"handbook/verify/docker/testenv"
)

// With --pinned a lab gets the images with which it was verified, on machines
// with a stand-in for Docker Hub, too; --refresh runs the labs whose images have
// moved, and says what printed something else.
func TestPinned(t *testing.T) {
	if !testenv.Apart(t) {
		return
	}
	hub := newMovingHub(t)
	page := func(lab, rest string) string {
		return "---\nlab: " + lab + "\n---\n# A\n\n```bash\ndocker pull -q moving\ndocker run --rm moving\n```\n" + rest
	}
	const build = "\n```dockerfile file=Dockerfile\nFROM moving\nCOPY Dockerfile /\n```\n\n```bash\ndocker build -q -t app . > id\ndocker run --rm app\n```\n"
	writeFiles(t, map[string]string{
		"content/index.md": "# Home\n",
		"content/a.md":     page("{}", ""),
		"content/b.md":     page("{hub: student}", build),
		"content/c.md":     "---\nlab: {machine: busybox}\n---\n# C\n\n```sh\necho on\n```\n",
		"content/new.md":   page("{}", ""),
	})
	runOf(t, fine, nil, "verify")
	if err := os.Remove("content/new.record.json"); err != nil {
		t.Fatal(err)
	}
	hub.moved.Store(true)
	runOf(t, fine, []string{
		`^handbook: content/c\.md: not pinned: busybox:latest \(it is a stand-in, which each computer makes anew\)$`,
		`^3 labs: 3 passed, in `,
		`!moved`,
	}, "verify", "--all", "--check", "--pinned", "content/a.md", "content/b.md", "content/c.md")
	runOf(t, changed, []string{
		`^handbook: content/new\.md has no record, so its base images are those of today$`,
	}, "verify", "--all", "--check", "--pinned", "content/new.md")

	// What the page changes is the page's.
	writeFiles(t, map[string]string{"content/a.md": page("{}", "\n```bash\ndocker run --rm moving | tr a-z A-Z\n# -> ONE\n```\n")})
	runOf(t, fine, []string{`!moved`}, "verify", "--pinned", "content/a.md")
	if b, err := os.ReadFile("content/a.record.json"); err != nil || !strings.Contains(string(b), hub.digest(0)) || strings.Contains(string(b), "127.104.117.99") {
		t.Errorf("%v, and the record of a.md is\n%s", err, b)
	}

	hub.gone.Store(true)
	runOf(t, problems, []string{
		`^handbook: error: content/b\.md:2:\d+: the image that moving:latest named when the page was verified is gone from the registry: ` + hub.digest(0) + `$`,
		`^handbook: hint: "handbook verify --refresh" runs the lab on the image of today and records that$`,
	}, "verify", "--all", "--check", "--pinned", "content/b.md")

	runOf(t, problems, []string{
		`^handbook: error: content/a\.md:13:1: printed something other than the page says\n    \$ docker run --rm moving \| tr a-z A-Z\n    - ONE\n    \+ TWO$`,
		`^updated  content/b\.md:8:1: "docker run --rm moving": the output has changed$`,
		`^updated  content/b\.md:18:1: "docker run --rm app": the output has changed$`,
		`^4 labs: [23] passed, 1 failed,`,
	}, "verify", "--refresh", "--report", "markdown=r.md")
	if b, err := os.ReadFile("r.md"); err != nil || !strings.Contains(string(b), "- **updated** content/b.md:8:1: ") || !strings.Contains(string(b), "    - one\n    + two\n") && !strings.Contains(string(b), "- one\n+ two\n") {
		t.Errorf("%v, and the summary is\n%s", err, b)
	}
	if b, err := os.ReadFile("content/b.record.json"); err != nil || !strings.Contains(string(b), hub.digest(1)) {
		t.Errorf("the record of b.md does not name the new image (%v)", err)
	}
	runOf(t, fine, []string{`^2 labs: 2 fresh$`}, "verify", "--refresh", "content/b.md", "content/c.md")
	runOf(t, misuse, []string{`--refresh runs labs on the images of today and records that: --pinned has no meaning beside it`}, "verify", "--refresh", "--pinned")
}

// The image of a plain machine is pinned as well.
func TestPinnedMachine(t *testing.T) {
	if !testenv.Apart(t) {
		return
	}
	mirror := os.Getenv("HANDBOOK_MIRROR")
	hub := newMovingHub(t)
	if !hub.addShell(t, mirror) {
		t.Skip("no mirror has a busybox to make an image of")
	}
	name := strings.ToLower(rand.Text()) // the engine keeps what it has once pulled
	hub.shell.name = name
	writeFiles(t, map[string]string{
		"content/index.md": "# Home\n",
		"content/a.md":     "---\nlab: {machine: " + name + "}\n---\n# A\n\n```sh\necho $WORD\n```\n",
	})
	forget := func() {
		for _, ref := range []string{name, strings.TrimPrefix(hub.url, "http://") + "/library/" + name} {
			exec.Command("docker", "rmi", "-f", ref).Run() // is there a newer one?
		}
	}
	t.Cleanup(forget)
	runOf(t, fine, nil, "verify")
	hub.moved.Store(true)
	forget()
	runOf(t, changed, []string{`^    - one\n    \+ two$`}, "verify", "--all", "--check")
	runOf(t, fine, []string{`!moved`}, "verify", "--all", "--check", "--pinned")
	runOf(t, fine, []string{`^updated  content/a\.md:7:1: "echo \$WORD": the output has changed$`}, "verify", "--refresh")
	runOf(t, fine, []string{`^1 lab: 1 fresh$`}, "verify", "--refresh")
}
