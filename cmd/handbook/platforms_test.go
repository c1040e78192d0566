package main

import (
	"os"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"handbook/content"
	"handbook/content/record"
	"handbook/verify/docker/testenv"
)

// A record that was made on another platform holds here, but for what depends on
// the platform, and keeps its results beside those of this one.
func TestPlatforms(t *testing.T) {
	testenv.Engine(t)
	t.Chdir(t.TempDir())
	const (
		head = "---\nlab: {}\n---\n# A\n\n'''bash\nuname -m\necho hello\ndocker pull -q busybox\ndocker images\n'''\n"
		name = "content/a.record.json"
	)
	page := func(rest string) {
		writeFiles(t, map[string]string{"content/a.md": strings.ReplaceAll(head+rest, "'''", "```")})
	}
	page("\n'''image-sizes\nbusybox\n'''\n")
	writeFiles(t, map[string]string{"content/index.md": "# Home\n"})
	runOf(t, fine, nil, "verify")

	recorded := func() *content.Record {
		t.Helper()
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		r, err := record.Decode(b)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	write := func(r *content.Record) {
		t.Helper()
		if err := os.WriteFile(name, record.Encode(r), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	here, there, arch := "linux/"+runtime.GOARCH, "linux/arm64", "aarch64"
	if here == there {
		there, arch = "linux/amd64", "x86_64"
	}
	other := recorded()
	commands := other.Snippets[0].Commands
	if other.Machine.Platform != here || len(commands) != 4 || len(other.Images) != 1 {
		t.Fatalf("the record is %+v", other)
	}
	other.Machine.Platform = there
	other.Images[0].Unpacked *= 2
	other.Images[0].Download *= 2
	commands[0].Output = []string{arch}
	for i, line := range commands[3].Output {
		commands[3].Output[i] = regexp.MustCompile(`\b[\d.]+([kM]B)`).ReplaceAllString(line, "777$1")
	}
	write(other)
	runOf(t, fine, []string{
		`^a\.md  passed .*set aside: .*1 machine of another platform, ` + here + ` instead of ` + there,
		`^1 lab: 1 passed, in `,
	}, "verify", "--all", "--check")

	commands[1].Output = []string{"hullo"}
	write(other)
	runOf(t, changed, []string{`the output has changed\n`, `^ +- hullo\n +\+ hello$`, `!changed .*uname`}, "verify", "--all", "--check")

	commands[1].Output = []string{"hello"}
	write(other)
	runOf(t, fine, nil, "verify", "--all")
	both := recorded()
	if both.Machine.Platform != there || len(both.Also) != 1 || both.Also[0].Machine.Platform != here {
		t.Fatalf("the record has %+v and %+v", both.Machine, both.Also)
	}
	runOf(t, fine, []string{`!another platform`}, "verify", "--all", "--check")
	runOf(t, fine, nil, "build")
	b, err := os.ReadFile("public/a/index.html")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(b), "Sizes on "+here) {
		t.Errorf("the page does not say what the size is on %s", here)
	}

	page("\n'''bash\ntrue\n'''\n")
	runOf(t, fine, nil, "verify")
	if r := recorded(); r.Machine.Platform != here || r.Also != nil {
		t.Errorf("the record of another page has %+v and %+v", r.Machine, r.Also)
	}
}
