package results

import (
	"io/fs"
	"os"
	"strings"
	"testing"

	"handbook/render/locale"
	"handbook/templates"
)

func words(t *testing.T, code string) *locale.Locale {
	t.Helper()
	file := func(name string) locale.File {
		b, err := fs.ReadFile(templates.FS, "strings/"+name)
		if err != nil {
			t.Fatal(err)
		}
		return locale.File{Name: name, Source: b}
	}
	l, err := locale.New(code, file(locale.Definition), file(code+".yaml"))
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// What was late is told in the language of the site, in English as the record has
// it.
func TestLate(t *testing.T) {
	const (
		health = `the container "a \"b\"" (sleepy:1) is not healthy within 1.5s, but starting`
		ports  = `the container "both" (sleepy) does not listen on 81/tcp, 82/tcp within 1s`
		local  = `the container "alone" (sleepy) does not listen on 80/tcp within 1s, but on 127.0.0.1, where only the container itself reaches it`
	)
	en, de := &Results{Words: words(t, "en")}, &Results{Words: words(t, "de")}
	all := strings.Join([]string{health, ports, local, "something else"}, "; ")
	if got := en.Late(all); got != all {
		t.Errorf("in English: %s", got)
	}
	for late, want := range map[string]string{
		health:           `der Container "a \"b\"" (sleepy:1) ist nach 1.5s nicht healthy, sondern starting`,
		ports:            `der Container "both" (sleepy) nimmt an 81/tcp, 82/tcp nach 1s nichts entgegen`,
		local:            `der Container "alone" (sleepy) nimmt an 80/tcp nach 1s nichts entgegen, nur an 127.0.0.1, wo ihn niemand sonst erreicht`,
		"something else": "something else",
	} {
		if got := de.Late(late); got != want {
			t.Errorf("%s\n got %s\nwant %s", late, got, want)
		}
	}
	// These are the words of those who write it.
	b, err := os.ReadFile("../../verify/docker/ready/describe.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, said := range []string{`"the container %q (%s)"`, `"%s is not healthy %s, but %s"`, `"%s does not listen on %s %s"`, `", but on 127.0.0.1, where only the container itself reaches it"`, `"within "`} {
		if !strings.Contains(string(b), said) {
			t.Errorf("verify/docker/ready does not say %s any more", said)
		}
	}
}
