package labs

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"handbook/verify"
)

// What a lab has used is kept, and shown in the plan.
func TestUsed(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	t.Setenv("HOME", os.Getenv("XDG_CACHE_HOME"))
	t.Chdir(t.TempDir())
	if err := os.Mkdir("content", 0o777); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"a", "b"} {
		if err := os.WriteFile("content/"+name+".md", []byte("---\nlab:\n  machine: busybox\n---\n# Lab\n\n```bash\ntrue\n```\n"), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	all, err := Find(nil)
	if err != nil {
		t.Fatal(err)
	}
	a, b := all[0], all[1]
	if got := a.used(""); got != (verify.Usage{}) {
		t.Errorf("before its first run: %+v", got)
	}
	want := verify.Usage{CPU: 30 * time.Second, Took: time.Minute, Memory: 512 << 20}
	a.remember("", want)
	if got := a.used(""); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if got := b.used(""); got != (verify.Usage{}) {
		t.Errorf("another lab: %+v", got)
	}
	if got := a.used("27"); got != (verify.Usage{}) {
		t.Errorf("on another kind of machines: %+v", got)
	}
	printed := func(jobs int) string {
		var out strings.Builder
		if err := (&Runner{Jobs: jobs}).PrintJobs(&out, all); err != nil {
			t.Error(err)
		}
		return out.String()
	}
	for jobs, want := range map[int]string{
		0: "as many labs at a time as suit the processors, the memory and the disk of each engine (-j auto)\n" +
			"  content/a.md has used 0.5 processors for 1m00s, and 512 MiB of memory\n",
		1: "1 lab at a time on each engine, fewer where there is too little memory or disk\n",
		3: "3 labs at a time on each engine, fewer where there is too little memory or disk\n",
	} {
		if got := printed(jobs); got != want {
			t.Errorf("-j %d: got\n%swant\n%s", jobs, got, want)
		}
	}
	files, err := filepath.Glob(filepath.Join(CacheDir(), "used", "*"))
	if err != nil || len(files) != 1 {
		t.Fatal(files, err)
	}
	if err := os.WriteFile(files[0], []byte(`{"CPU":1}`), 0o666); err != nil {
		t.Fatal(err)
	}
	if got := a.used(""); got != (verify.Usage{}) {
		t.Errorf("from a damaged file: %+v", got)
	}
}
