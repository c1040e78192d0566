package accept

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"handbook/content"
	"handbook/verify/compare"
	"handbook/verify/plans"
)

func TestMerge(t *testing.T) {
	for _, c := range []struct{ want, got, merged string }{
		{"a", "b", "b"},
		{"a|b|c", "a|x|c", "a|x|c"},
		{"a [..]|b", "a 1|c", "a [..]|c"},
		{"a|...|z", "a|1|2|y", "a|...|y"},
		{"a|...|z", "b|1|2|z", "b|...|z"},
		{"...|z", "1|2|y", "...|y"},
		{"a|...", "b|1|2", "b|..."},
		{"a|...|b|...|c", "a|1|b|2|d", "a|...|b|...|d"},
		{"a|...|b", "a", "a|..."},
		{"a|...|z", "y", "y"},
		{"a", "", ""},
		{"", "a", "a"},
		{"a", "a|b", "a|b"},
		{"a|b|c", "c", "c"},
		{"Hello, [..]body, took [..]s", "Hello, world, took 3s", "Hello, [..], took [..]s"},
		{"took [..]s", "took 3s longer", "took [..]s longer"},
		{"id [..] done", "id 17 failed", "id [..] failed"},
		{"total [..]", "files 5", "files 5"}, // what is left would hold for anything
		{"[..]", "anything", "[..]"},
		{"x [..] y", "nothing of it", "nothing of it"},
		{"Größe [..] MB", "Größe 3 GB", "Größe [..] GB"},
		{"<SNIP>x", "y", "y"},
	} {
		split := func(s string) []string {
			if s == "" {
				return nil
			}
			return strings.Split(s, "|")
		}
		if got := strings.Join(Merge(split(c.want), split(c.got)), "|"); got != c.merged {
			t.Errorf("%q, printed %q: %q, want %q", c.want, c.got, got, c.merged)
		}
	}
}

// What is accepted holds, whatever was written and printed; and what holds already
// stays as it is.
func TestMergeHolds(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	line := func(of []string) string {
		var b strings.Builder
		for range r.IntN(4) {
			b.WriteString(of[r.IntN(len(of))])
		}
		return b.String()
	}
	lines := func(of []string, more ...string) (all []string) {
		for range r.IntN(6) {
			if n := r.IntN(5); n < len(more) {
				all = append(all, more[n])
			} else {
				all = append(all, line(of))
			}
		}
		return all
	}
	held := 0
	for range 20000 {
		want, got := lines([]string{"a", "b", " ", "1", "[..]"}, "..."), lines([]string{"a", "b", " ", "1", "22"})
		merged := Merge(want, got)
		if !compare.Match(merged, got) {
			t.Fatalf("%q, printed %q: %q does not hold", want, got, merged)
		}
		if !slices.Contains(want, "...") && compare.Match(want, got) {
			held++
			if !slices.Equal(merged, want) {
				t.Fatalf("%q, printed %q: %q, though it holds", want, got, merged)
			}
		}
	}
	if held < 100 {
		t.Errorf("only %d held", held)
	}
}

// What is accepted is written in the form in which the page has it.
func TestPropose(t *testing.T) {
	const front = "---\nlab: {machine: x, placeholders: {YOUR_NAME: student}}\n---\n# A\n\n"
	for _, c := range []struct{ name, page, got, want string }{
		{"comments", "```bash\necho x\n# -> a\n# -> b [..]\necho y\n```\n", "c|b 1|d", "```bash\necho x\n# -> c\n# -> b [..]\n# -> d\necho y\n```\n"},
		{"a comment behind the command", "```bash\necho x # -> a\necho y\n```\n", "c|d", "```bash\necho x # -> c\n# -> d\necho y\n```\n"},
		{"silence in a comment", "```bash\necho x\n# ->\n```\n", "c", "```bash\necho x\n# -> c\n```\n"},
		{"nothing printed", "```bash\necho x\n# -> a\n# -> b\n```\n", "", "```bash\necho x\n# ->\n```\n"},
		{"empty lines", "```bash\necho x\n# -> a\n```\n", "c||d", "```bash\necho x\n# -> c\n# ->\n# -> d\n```\n"},
		{"comments with others between", "```bash\necho x\n# -> a\n# then\n# -> b\n```\n", "c|d", ""},
		{"a fence", "```bash\necho x\n```\n\n```output\na\n...\nz\n```\n", "b|1|2|z", "```bash\necho x\n```\n\n```output\nb\n...\nz\n```\n"},
		{"a fence that claims silence", "```bash\necho x\n```\n\n```output\n```\n", "b", "```bash\necho x\n```\n\n```output\nb\n```\n"},
		{"a fence in it", "```bash\necho x\n```\n\n```output\na\n```\n", "```", ""},
		{"a session", "```console\n$ echo x\na\nb\n$ echo y\n```\n", "c|b", "```console\n$ echo x\nc\nb\n$ echo y\n```\n"},
		{"a session that prints a prompt", "```console\n$ echo x\na\n```\n", "$ rm", ""},
		{"in a list", "* text\n\n  ```bash\n  echo x\n  # -> a\n  ```\n", "c|d", "* text\n\n  ```bash\n  echo x\n  # -> c\n  # -> d\n  ```\n"},
		{"in a quote", "> ```console\n> $ echo x\n> a\n> ```\n", "c|d", "> ```console\n> $ echo x\n> c\n> d\n> ```\n"},
		{"in a fence in a list", "1. text\n\n   ```bash\n   echo x\n   ```\n\n   ```output\n   a\n   ```\n", "c||d", "1. text\n\n   ```bash\n   echo x\n   ```\n\n   ```output\n   c\n\n   d\n   ```\n"},
		{"placeholders", "```bash\necho x\n# -> by YOUR_NAME, [..]\n# -> a\n```\n", "by student, 1|to student", "```bash\necho x\n# -> by YOUR_NAME, [..]\n# -> to YOUR_NAME\n```\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			site := load(t, front+c.page)
			plan, err := plans.New(site, site.Pages[0], "")
			if err != nil {
				t.Fatal(err)
			}
			command := &plan.Steps[0].Run[0]
			var got []string
			if c.got != "" {
				got = strings.Split(c.got, "|")
			}
			change := Propose(site.Pages[0].Source, command, plan.Lab.Placeholders, got)
			if c.want == "" {
				if change != nil {
					t.Fatalf("proposes %+v", change)
				}
				return
			}
			if change == nil {
				t.Fatal("proposes nothing")
			}
			for _, end := range []string{"\n", "\r\n"} {
				file := strings.ReplaceAll(front+c.page, "\n", end)
				if !IsOf([]byte("\xef\xbb\xbf"+file), site.Pages[0].Source) {
					t.Error("the file is not that of the page")
				}
				b, err := Apply([]byte(file), []*Change{change})
				if want := strings.ReplaceAll(front+c.want, "\n", end); err != nil || string(b) != want {
					t.Errorf("%v\n%s\nwant\n%s", err, b, want)
				}
			}
			// Read again, the page says what was printed.
			b, _ := Apply([]byte(front+c.page), []*Change{change})
			site = load(t, string(b))
			if plan, err = plans.New(site, site.Pages[0], ""); err != nil {
				t.Fatal(err)
			}
			if again := plan.Steps[0].Run[0]; again.Expect == nil || !compare.Match(again.Lines, got) {
				t.Errorf("read again: %+v, printed %q", again.Expect, got)
			}
			if _, err := Apply([]byte(strings.Replace(front+c.page, c.page, "other\n"+c.page, 1)), []*Change{change}); err == nil && len(change.Old) > 0 {
				t.Error("is put where it does not belong")
			}
		})
	}
}

func load(t *testing.T, page string) *content.Site {
	t.Helper()
	site, err := content.Load(fstest.MapFS{"a.md": {Data: []byte(page)}}, "content")
	if err != nil {
		t.Fatal(err)
	}
	return site
}

// What a page expects, and its lab prints, may be made to take long: then wildcards
// are given up.
func TestMergeIsBounded(t *testing.T) {
	var want, got []string
	for range 900 {
		want = append(want, "[..] "+strings.Repeat("a b ", 250))
		got = append(got, strings.Repeat("a c ", 250))
	}
	kept := 0
	for i, line := range Merge(want, got) {
		if strings.Contains(line, anyText) {
			kept++
		} else if line != got[i] {
			t.Fatalf("line %d is %.40q…", i, line)
		}
	}
	if kept > 2 {
		t.Errorf("%d lines of 2,000 bytes have wildcards still", kept)
	}
}

// What a program prints does not become a command of the page, whatever it looks like.
func TestAcceptedIsNoCommand(t *testing.T) {
	for _, c := range []struct {
		before, printed string
		accepted        bool
	}{
		{"$ psql\npostgres=# select 1;", "postgres=# \\! touch owned", false},
		{"$ psql\npostgres=# select 1;", "x=> drop table a;", false},
		{"$ psql\npostgres=# select 1;", " 1 | # a > b", true},
		{"$ sqlite3 a\nsqlite> select 1;", "   ...> y", false},
		{"$ node\n> 1", "> x", false},
		{"$ echo a", "> x", true},
		{"$ echo a", "# x", true},
		{"$ echo a", "$ x", false},
		{"$ python3\n>>> 1", ">>> x", false},
		{"$ docker exec -it a sh\n/ # ls", "/ # x", false},
		{"$ seq 9999\n" + strings.Repeat("9\n", 5000) + "$ psql\npostgres=# select 1;", "# too long to be read again", false},
	} {
		page := "---\nlab: {}\n---\n# A\n\n- x\n\n  ```console\n  " + strings.ReplaceAll(c.before+"\nold\n", "\n", "\n  ") + "```\n"
		site, err := content.Load(fstest.MapFS{"a.md": {Data: []byte(page)}}, "")
		if err != nil {
			t.Fatal(err)
		}
		plan, err := plans.New(site, site.Pages[0], "machine")
		if err != nil {
			t.Fatal(err)
		}
		run := plan.Steps[0].Run
		if got := Propose(site.Pages[0].Source, &run[len(run)-1], nil, []string{c.printed}); (got != nil) != c.accepted {
			t.Errorf("%.50q, printed %q: %+v", c.before, c.printed, got)
		}
	}
}
