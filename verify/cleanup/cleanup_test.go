package cleanup

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"handbook/content/record"
)

func TestIsOwn(t *testing.T) {
	for _, c := range []struct {
		commands string // a line each
		want     bool
	}{
		{"docker rm -f web", true},
		{"docker compose down -v", true},
		{"docker compose -p app down", true},
		{"docker-compose down", true},
		{"docker volume rm data\ndocker network rm net", true},
		{"docker rm -f $(docker ps -aq)", true},
		{"docker ps -aq | xargs docker rm -f", true},
		{"for c in a b; do docker rm -f $c; done", true},
		{"sudo docker system prune -f", true},
		{"cd .. && rm -rf app", true},
		{"docker rm -f web\ndocker ps -a", true},
		{"docker stop web && docker rm web", true},
		{"docker ps -a", false},
		{"ls", false},
		{"docker rm -f web\ndocker run -d web", false},
		{"docker run --rm web", false},
		{"docker build -t rm .", false},
		{"echo rm", false},
		{"curl localhost", false},
		{"if", false},
		{"", false},
	} {
		if got := IsOwn(strings.Split(c.commands, "\n")); got != c.want {
			t.Errorf("%q: %v, want %v", c.commands, got, c.want)
		}
	}
}

func TestQuote(t *testing.T) {
	for name, want := range map[string]string{
		"app.py":    "app.py",
		"a b":       "'a b'",
		"it's":      `"it's"`,
		"it's!":     `'it'\''s!'`,
		"$x":        "'$x'",
		"~":         "'~'",
		"a\nb":      `$'a\nb'`,
		"\x1b[31m":  `$'\x1b[31m'`,
		"\xff":      `$'\xff'`,
		"app:1.0":   "app:1.0",
		"größe.txt": "größe.txt",
	} {
		if got := quote(name); got != want {
			t.Errorf("%q: %s, want %s", name, got, want)
		}
	}
	c := Container{Image: "a;curl evil.example"} // as an engine in the machine may say
	i := Inventory{Engine: Engine{Images: []Image{{Name: record.CanonicalRef(c.Image)}}}}
	if got := i.found(c); got != "docker ps -aq --filter 'ancestor=a;curl evil.example'" {
		t.Error(got)
	}
	if got := quoteFile("-rf"); got != "./-rf" {
		t.Errorf("an option: %s", got)
	}
}

// A lab's files are removed within its directory only, each by its name, and
// never one that was there before.
func TestCommands(t *testing.T) {
	before := Inventory{Files: Files{
		"/": {Dir: true}, "/home": {Dir: true}, "/home/ann": {Dir: true}, "/home/ann/.bashrc": {Changed: "1"},
		"/home/ann/old": {Dir: true}, "/home/ann/old/kept": {Bytes: 1, Changed: "1"}, "/home/ann/old/changed": {Changed: "1"},
	}, Engine: Engine{Images: []Image{{ID: "1", Name: "there:1"}}}}
	after := Inventory{Files: Files{
		"/": {Dir: true}, "/home": {Dir: true}, "/home/ann": {Dir: true}, "/home/ann/.bashrc": {Changed: "2"},
		"/home/ann/old": {Dir: true}, "/home/ann/old/kept": {Bytes: 1, Changed: "1"}, "/home/ann/old/changed": {Changed: "2"},
		"/home/ann/old/new": {Bytes: 3}, "/home/ann/old/tree": {Dir: true}, "/home/ann/old/tree/leaf": {Bytes: 4},
		"/home/ann/x": {Dir: true}, "/home/ann/x/beside": {}, "/home/ann/x/lab": {Dir: true}, "/home/ann/x/lab/a": {Bytes: 5},
		"/home/ann/old2": {}, "/etc/made": {},
	}, Engine: Engine{Images: []Image{{ID: "1", Name: "there:1"}, {ID: "2", Name: "new:1", Layers: []Layer{{"a", 5}, {"b", 7}}}, {ID: "2", Name: "new:2", Layers: []Layer{{"a", 5}, {"b", 7}}}, {ID: "3", Name: "base:1", Pulled: true, Layers: []Layer{{"a", 5}}}}}}
	left := after.Since(before)
	lab := Lab{Home: "/home/ann", Dirs: []string{"/home/ann/x/lab", "/home/ann/old", "/home/ann/old/tree"}, Tells: never, Written: same}
	if diff := cmp.Diff([]string{
		"cd ~/old && rm -rf new tree",
		"cd ~/x/lab && rm -f a", "cd ~ && rmdir ~/x/lab",
	}, lab.Remove(left)); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"docker rmi new:1 new:2"}, lab.Names(left)); diff != "" {
		t.Errorf("names (-want +got):\n%s", diff)
	}
	c := lab.List(left)
	if diff := cmp.Diff([]string{"/etc/made", "~/old2", "~/x/beside"}, c.Outside); diff != "" {
		t.Errorf("outside (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"~/.bashrc"}, c.Changed); diff != "" {
		t.Errorf("changed (-want +got):\n%s", diff)
	}
	if got := c.Of("images").Bytes; got != 7 {
		t.Errorf("the images have %d bytes without their base, want 7", got)
	}
	if got := c.Of("files"); got.Count != 3 || got.Bytes != 12 {
		t.Errorf("%d files with %d bytes, want 3 with 12", got.Count, got.Bytes)
	}
	if len(c.Choices) != 1 || c.Choices[0].Commands[0] != "docker rmi base:1" {
		t.Errorf("choices %v", c.Choices)
	}
}

// Commands of many words are cut where a line can be read.
func TestEach(t *testing.T) {
	var words []string
	for range 40 {
		words = append(words, "name-of-a-file")
	}
	commands := each("cd ~/lab && rm -f", words)
	if len(commands) < 6 {
		t.Errorf("%d commands", len(commands))
	}
	for _, c := range commands {
		if len(c) > longLine || !strings.HasPrefix(c, "cd ~/lab && rm -f name") {
			t.Errorf("%q", c)
		}
	}
}
