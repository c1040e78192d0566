package main

import (
	"bytes"
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"handbook/cmd/handbook/labs"
)

// Files that are kept between builds (the cache, seals, records, what git has
// said) are damaged at random: each damage is told, or changes nothing of what is
// published. HANDBOOK_DAMAGES is how many are tried, HANDBOOK_SEED chooses them.
func TestDamage(t *testing.T) {
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip(err)
	}
	t.Chdir(t.TempDir())
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	site := map[string]string{
		"content/handbook.yaml": "title: Damage\nurl: https://example.org/d/\n",
		"content/labs/lab.md":   "---\nlab: {}\n---\n# Lab\n\n```bash\necho one\n```\n",
	}
	for i := range 8 {
		site[fmt.Sprintf("content/p%d.md", i)] = fmt.Sprintf("# Page %d\n\nText of it.\n\n```go\nfunc f%d() {}\n```\n", i, i)
	}
	for name, text := range site {
		save(t, name, text)
	}
	for _, args := range [][]string{{"init", "-q"}, {"add", "."}, {"-c", "user.name=a", "-c", "user.email=a@example.org", "commit", "-qm", "a"}} {
		if out, err := exec.Command("git", args...).CombinedOutput(); err != nil {
			t.Fatalf("git %v: %v: %s", args, err, out)
		}
	}
	handbook := func(open labs.Opener, args ...string) (status, string) {
		var out bytes.Buffer
		code := run(args, &out, &out, open)
		return code, out.String()
	}
	if code, out := handbook(openLocal, "verify"); code != 0 {
		t.Fatal(out)
	}
	if code, out := handbook(nil, "build", "--no-verify"); code != 0 {
		t.Fatal(out)
	}
	want := filesIn(t, "public")
	kept := filesIn(t, ".cache")
	maps.Copy(kept, map[string]string{"content/labs/lab.record.json": filesIn(t, "content")["content/labs/lab.record.json"]})
	names := slices.Sorted(maps.Keys(kept))

	seed, _ := strconv.ParseUint(os.Getenv("HANDBOOK_SEED"), 10, 64)
	tries, _ := strconv.Atoi(os.Getenv("HANDBOOK_DAMAGES"))
	random := rand.New(rand.NewPCG(seed, 13))
	told := 0
	for i := range max(tries, 30) {
		if err := os.RemoveAll(".cache"); err != nil {
			t.Fatal(err)
		}
		for name, text := range kept {
			save(t, name, text)
		}
		name := names[random.IntN(len(names))]
		how, damaged := damage(random, kept[name])
		if err := os.WriteFile(name, []byte(damaged), 0o666); err != nil {
			t.Fatal(err)
		}
		if random.IntN(2) == 0 { // a page that is not known, so the seal does not hold
			save(t, "content/p0.md", site["content/p0.md"])
		}
		switch code, out := handbook(nil, "build", "--no-verify"); {
		case code == 0:
			if got := filesIn(t, "public"); !maps.Equal(got, want) {
				t.Fatalf("%s (seed %d, try %d): %s, and nobody was told: what is published has changed", name, seed, i, how)
			}
		case strings.Contains(out, "record is") && strings.HasSuffix(name, ".record.json"):
			told++
		default:
			t.Fatalf("%s (seed %d, try %d): %s: %s", name, seed, i, how, out)
		}
	}
	t.Logf("%d of them were told", told)
}

// damage changes a text in one of the ways in which files are damaged.
func damage(random *rand.Rand, text string) (how, damaged string) {
	if text == "" {
		return "a byte is added", "\x00"
	}
	at := random.IntN(len(text))
	end := min(at+1+random.IntN(64), len(text))
	switch random.IntN(6) {
	case 0:
		b := []byte(text)
		b[at] ^= 1 << random.IntN(8)
		return fmt.Sprintf("a bit of byte %d is another", at), string(b)
	case 1:
		return fmt.Sprintf("cut at %d", at), text[:at]
	case 2:
		return fmt.Sprintf("bytes %d to %d are zero", at, end), text[:at] + strings.Repeat("\x00", end-at) + text[end:]
	case 3:
		return fmt.Sprintf("bytes %d to %d are missing", at, end), text[:at] + text[end:]
	case 4:
		return fmt.Sprintf("bytes %d to %d stand twice", at, end), text[:end] + text[at:]
	}
	return "empty", ""
}

// filesIn reads all files of a folder.
func filesIn(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(dir, func(name string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return err
		}
		b, err := os.ReadFile(name)
		files[name] = string(b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}
