package adopt

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"handbook/cmd/handbook/adopt/foreign"
	"handbook/cmd/handbook/adopt/notes"
	"handbook/cmd/handbook/adopt/sources"
	"handbook/content"
	"handbook/content/record"
)

var update = flag.Bool("update", false, "write the archives")

// Folders of labs as people write them, and what a careful person makes of them.
// The comment of an archive may say "--fix".
func TestAdopt(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) < 12 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			source, want := fstest.MapFS{}, map[string]string{}
			kept := &txtar.Archive{Comment: archive.Comment}
			for _, f := range archive.Files {
				if name, ok := strings.CutPrefix(f.Name, "in/"); ok {
					source[name] = &fstest.MapFile{Data: f.Data}
					kept.Files = append(kept.Files, f)
				} else {
					want[f.Name] = string(f.Data)
				}
			}
			for _, o := range []Options{{Title: "Pears", Name: "orchard"}, {Title: "Pears", Name: "orchard", Fix: true}} {
				dir := "want/"
				if o.Fix {
					if !strings.Contains(string(archive.Comment), "since") {
						continue
					}
					dir = "fixed/"
				}
				book, err := Adopt(source, o)
				if err != nil {
					t.Fatal(err)
				}
				readable(t, book, source)
				got := map[string]string{}
				for name, text := range book.Files {
					if name != "handbook.yaml" && name != "index.md" || source["README.md"] != nil {
						got[dir+name] = string(text)
					}
				}
				delete(got, dir+"handbook.yaml")
				got[dir+"problems"] = problems(book)
				for _, name := range slices.Sorted(keys(got)) {
					kept.Files = append(kept.Files, txtar.File{Name: name, Data: []byte(got[name])})
					if !*update && want[name] != got[name] {
						t.Errorf("%s (-want +got):\n%s", name, cmp.Diff(want[name], got[name]))
					}
					delete(want, name)
				}
			}
			for name := range want {
				if !*update {
					t.Errorf("%s was not written", name)
				}
			}
			if *update {
				if err := os.WriteFile(file, txtar.Format(kept), 0o666); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

func keys(m map[string]string) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

// problems are what is wrong with the source, and what the fences were taken for.
func problems(b *Book) string {
	var s strings.Builder
	for _, p := range b.Problems {
		fmt.Fprintf(&s, "%s:%d: %s\n", p.Path, p.Line, p.Msg)
	}
	for _, p := range b.Pages {
		for _, d := range p.Drifts {
			fmt.Fprintf(&s, "%s:%d: drift: %s\n", p.Source, d.Line, d.Found.Known.Name)
		}
	}
	return s.String()
}

// readable fails if the handbook cannot read what was written.
func readable(t *testing.T, b *Book, source fs.FS) {
	t.Helper()
	fsys := fstest.MapFS{}
	for name, text := range b.Files {
		fsys[name] = &fstest.MapFile{Data: text}
	}
	for _, name := range b.Copies {
		text, err := fs.ReadFile(source, name)
		if err != nil {
			t.Fatal(err)
		}
		fsys[name] = &fstest.MapFile{Data: text}
	}
	if _, err := content.Load(fsys, "content"); err != nil {
		t.Errorf("the handbook can't be read: %v", err)
	}
}

// Bad files are told, and the rest goes on.
func TestBadFiles(t *testing.T) {
	source := fstest.MapFS{
		"binary.md":           {Data: []byte("\x89PNG\x00\x01\x02")},
		"latin1.md":           {Data: []byte("# Birnb\xe4ume\n\n```\n$ docker ps\n```\n")},
		"long.md":             {Data: bytes.Repeat([]byte("a\n"), sources.MaxPage)},
		"lines.md":            {Data: bytes.Repeat([]byte("a\n"), sources.MaxLines+1)},
		"big.bin":             {Data: make([]byte, sources.MaxFile+1)},
		"node_modules/x/a.md": {Data: []byte("# no\n")},
		".hidden/a.md":        {Data: []byte("# no\n")},
		"a.md":                {Data: []byte("# A\n\n```\ndocker ps\n```\n")},
	}
	b, err := Adopt(source, Options{})
	if err != nil {
		t.Fatal(err)
	}
	readable(t, b, source)
	got := problems(b)
	want := "big.bin:0: 20 MiB, which is more than 20 MiB: left out\nbinary.md:0: is no text: left out\nlatin1.md:0: is not UTF-8: read as Latin-1\nlines.md:0: 30001 lines, which are more than the 30000 of a page: left out\nlong.md:0: 2 MiB, which is more than the 1 MiB of a page: left out\n"
	if got != want {
		t.Errorf("problems:\n%swant:\n%s", got, want)
	}
	if len(b.Pages) != 2 || !strings.Contains(string(b.Files["latin1.md"]), "Birnbäume") {
		t.Errorf("%d pages, %s", len(b.Pages), b.Files["latin1.md"])
	}
}

// A course that its own labs clone over HTTPS is at hand: the settings say where. Of
// several addresses each is there once; an address that the settings can't have is
// not.
func TestCourseCloned(t *testing.T) {
	source := fstest.MapFS{"app/run.sh": {Data: []byte("echo pear\n")}}
	for name, address := range map[string]string{"a": "https://example.org/ann/orchard.git", "b": "https://example.org/Ann/orchard/", "c": "https://example.net/orchard", "d": "git@example.org:ann/orchard", "e": "https://example.org/other"} {
		source[name+".md"] = &fstest.MapFile{Data: []byte("# A\n\n```bash\ngit clone " + address + "\ncd orchard/app\nsh run.sh\n```\n\nAnd:\n\n```bash\ndocker ps\n```\n")}
	}
	b, err := Adopt(source, Options{Name: "orchard", Title: "Pears"})
	if err != nil {
		t.Fatal(err)
	}
	readable(t, b, source)
	want := "title: Pears\nclones:\n  https://example.org/ann/orchard: .\n  https://example.net/orchard: .\n"
	if got := string(b.Files["handbook.yaml"]); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	for name, skipped := range map[string]bool{"a": false, "c": false, "d": true} {
		if page := string(b.Files[name+".md"]); strings.Contains(page, "skip=") != skipped {
			t.Errorf("%s: %s", name, page)
		}
	}
}

// A page that uses the files of its course again and again, under other names,
// gets those that are looked at first, and is told so.
func TestManySamples(t *testing.T) {
	source := fstest.MapFS{}
	for i := range 300 {
		source[fmt.Sprintf("b/%03d.txt", i)] = &fstest.MapFile{Data: []byte("x\n")}
	}
	for clones, want := range map[int]bool{60: false, 70: true} {
		text := "# A\n\n```bash\n"
		for i := range clones {
			text += fmt.Sprintf("git clone git@example.org:ann/course c%02d\n", i)
		}
		source["a.md"] = &fstest.MapFile{Data: []byte(text + "```\n")}
		book, err := Adopt(source, Options{Name: "course"})
		if err != nil {
			t.Fatal(err)
		}
		const why = "the commands may use more files than are looked at for a page"
		if got := slices.ContainsFunc(book.Pages[0].Notes, func(n notes.Note) bool { return n.Why == why }); got != want {
			t.Errorf("%d clones: told %t", clones, got)
		}
	}
}

// unreadable is a file system in which a folder and a file can't be read.
type unreadable struct{ fs.FS }

func (u unreadable) Open(name string) (fs.File, error) {
	if name == "locked" || name == "locked.md" {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrPermission}
	}
	return u.FS.Open(name)
}

func TestUnreadable(t *testing.T) {
	b, err := Adopt(unreadable{fstest.MapFS{
		"locked/a.md": {Data: []byte("# A\n")}, "locked.md": {Data: []byte("# B\n")}, "c.md": {Data: []byte("# C\n")},
	}}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if got := problems(b); got != "locked:0: can't be read: permission denied\nlocked.md:0: can't be read: permission denied\n" {
		t.Error(got)
	}
	if len(b.Pages) != 1 {
		t.Errorf("%d pages", len(b.Pages))
	}
}

// Links of the source are not followed: they lead to hidden files, too.
func TestLinksLeftOut(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"a.md": "# A\n", ".git/config": "SECRET"} {
		if err := errors.Join(os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o777), os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666)); err != nil {
			t.Fatal(err)
		}
	}
	for name, to := range map[string]string{"b.md": ".git/config", "c.txt": "b.md", "d": ".git", "e.md": "a.md"} {
		if err := os.Symlink(to, filepath.Join(dir, name)); err != nil {
			t.Skip(err)
		}
	}
	book, err := Adopt(os.DirFS(dir), Options{})
	if err != nil {
		t.Fatal(err)
	}
	var got strings.Builder
	for _, p := range book.Problems {
		fmt.Fprintf(&got, "%s: %s\n", p.Path, p.Msg)
	}
	const why = ": a link: left out, since it may lead to what is no part of the labs\n"
	if want := "b.md" + why + "c.txt" + why + "d" + why + "e.md" + why; got.String() != want || len(book.Pages) != 1 || len(book.Copies) != 0 {
		t.Errorf("%d pages, copies %v, %s", len(book.Pages), book.Copies, &got)
	}
}

// Who adopts labs of their own is told what usually holds secrets, and publishes
// none of it: not as a file, and not as a sample that a page brings along.
func TestSecretsLeftOut(t *testing.T) {
	const password = "hunter2"
	fsys := fstest.MapFS{"01.md": {Data: []byte("# One\n\n```\n$ docker compose up -d\n$ cat a/.env a/b.env a/server.pem\n$ docker build a\n```\n")}}
	secrets := []string{"a/.env", "a/.env.local", "a/.npmrc", "a/b.env", "a/credentials.json", "a/id_rsa", "a/secrets.yml", "a/server.pem", "a/terraform.tfstate"}
	for _, name := range secrets {
		fsys[name] = &fstest.MapFile{Data: []byte("PASSWORD=" + password + "\n")}
	}
	fsys["a/server.pem"].Data = []byte("-----BEGIN RSA PRIVATE KEY-----\n" + password + "\n-----END RSA PRIVATE KEY-----\n")
	for _, name := range []string{"a/.dockerignore", "a/.editorconfig", "a/Dockerfile", "a/ca.pem", "a/environment.txt"} {
		fsys[name] = &fstest.MapFile{Data: []byte("x\n")}
	}
	book, err := Adopt(fsys, Options{})
	if err != nil {
		t.Fatal(err)
	}
	want := []foreign.Problem{}
	for _, name := range secrets {
		want = append(want, foreign.Problem{Path: name, Msg: "a file that usually holds secrets, which would be published: left out; if it holds none, copy it"})
	}
	if diff := cmp.Diff(want, book.Problems); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if got := fmt.Sprint(book.Copies); got != "[a/.dockerignore a/Dockerfile a/ca.pem a/environment.txt]" {
		t.Error(got)
	}
	for name, text := range book.Files {
		if bytes.Contains(text, []byte(password)) {
			t.Errorf("%s has a password:\n%s", name, text)
		}
	}
}

// What a stranger says that a lab printed is not taken for what it printed.
func TestRecordsLeftOut(t *testing.T) {
	file := record.Encode(&content.Record{Format: record.Format, Page: "01.md"})
	book, err := Adopt(fstest.MapFS{
		"01.md":          {Data: []byte("# One\n\n```\n$ true\n```\n")},
		"01.record.json": {Data: file},
		"data.json":      {Data: []byte("{}")},
		"Handbook.yaml":  {Data: []byte("html: unsafe\n")},
	}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(book.Copies, book.Problems); got != "[data.json] [{01.record.json 0 a record, which says what a lab printed that was never run here: left out} {Handbook.yaml 0 the settings of a handbook, which can have pages run scripts: left out}]" {
		t.Error(got)
	}
}
