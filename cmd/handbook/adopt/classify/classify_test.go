package classify

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"handbook/cmd/handbook/adopt/foreign"
)

var labelRE = regexp.MustCompile(`^<!-- (\w+) -->$`)

// labelled reads a page whose fences have their class in a comment below them.
// The comments are taken out: they would be text between the fences.
func labelled(t *testing.T, file string) (*foreign.Page, []Class) {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	var want []Class
	for line := range strings.Lines(string(b)) {
		if m := labelRE.FindStringSubmatch(strings.TrimSpace(line)); m != nil {
			want = append(want, Class(m[1]))
			continue
		}
		lines = append(lines, line)
	}
	return foreign.Read(file, []byte(strings.Join(lines, ""))), want
}

// The classes of labelled fences: each is found, and little else is taken for it.
func TestClasses(t *testing.T) {
	files, err := filepath.Glob("testdata/*.md")
	if err != nil || len(files) < 7 {
		t.Fatal(files, err)
	}
	taken, is, right := map[Class]int{}, map[Class]int{}, map[Class]int{}
	all, hits := 0, 0
	for _, file := range files {
		p, want := labelled(t, file)
		got := Page(p)
		if len(got) != len(want) {
			t.Fatalf("%s: %d fences, %d labels", file, len(got), len(want))
		}
		for i, g := range got {
			all++
			taken[g.Class]++
			is[want[i]]++
			if g.Class == want[i] {
				hits++
				right[g.Class]++
				continue
			}
			t.Logf("%s: %q is %s, not %s (%s)", file, strings.TrimSpace(g.Fence.Text()), want[i], g.Class, g.Why)
		}
	}
	for _, c := range []Class{Transcript, Commands, Mixed, File, Output, Typed, Windows, Text} {
		precision, recall := share100(right[c], taken[c]), share100(right[c], is[c])
		t.Logf("%-10s %3d labelled, precision %3d %%, recall %3d %%", c, is[c], precision, recall)
		if is[c] < 5 || precision < 90 || recall < 90 {
			t.Errorf("%s: %d labelled, precision %d %%, recall %d %%, want at least 5, 90 %% and 90 %%", c, is[c], precision, recall)
		}
	}
	fmt.Printf("%d of %d fences right\n", hits, all)
	if hits*100 < all*97 {
		t.Errorf("%d of %d fences right, want 97 of 100", hits, all)
	}
}

func share100(part, all int) int {
	if all == 0 {
		return 0
	}
	return part * 100 / all
}

func TestStarts(t *testing.T) {
	for in, want := range map[string]string{
		"docker run -it alpine sh":                           "sh true",
		"docker container run --name c1 -ti alpine sh":       "sh true",
		"docker run -it ubuntu":                              "sh true",
		"docker run -it pears/busybox:latest":                "sh true",
		"docker run -it --rm pear":                           "sh false",
		"docker run -d alpine sleep 100":                     " false",
		"docker run -it -p 80:80 nginx":                      " false",
		"docker run -it alpine ls /":                         " false",
		"docker run alpine sh":                               " false",
		"docker run -it alpine sh -c 'echo x'":               " false",
		"docker exec -it db mysql -u root -p":                "mysql true",
		"docker exec -it db mysql -u root -e 'show tables'":  " false",
		"docker exec -it cache redis-cli":                    "redis-cli true",
		"docker exec -it cache redis-cli get x":              " false",
		"docker compose exec db psql -U postgres":            "psql true",
		"docker run -itv /a:/b alpine ash":                   "sh true",
		"sudo docker attach web":                             "sh true",
		"docker run -it python:3.12-slim":                    "python true",
		"docker run --rm -it python:3.12-slim python app.py": " false",
		"echo docker run -it alpine sh":                      " false",
	} {
		program, sure := Starts(in)
		if got := fmt.Sprint(program, " ", sure); got != want {
			t.Errorf("%s: %s, want %s", in, got, want)
		}
	}
}
