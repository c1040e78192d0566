package locale_test

import (
	"html/template"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"handbook/content/mistake"
	"handbook/render/locale"
	"handbook/templates"
)

// file returns a file of the theme's strings.
func file(t *testing.T, name string) locale.File {
	t.Helper()
	b, err := fs.ReadFile(templates.FS, "strings/"+name)
	if err != nil {
		t.Fatal(err)
	}
	return locale.File{Name: name, Source: b}
}

func definition(lines ...string) locale.File {
	return locale.File{Name: "en.yaml", Source: []byte(strings.Join(lines, "\n") + "\n")}
}

var small = definition(
	`date: "{day} {month} {year}"`,
	`month-11: November`,
	`copied: "{name} is copied"`,
	`hits: {one: "{n} hit for {query}", other: "{n} hits for {query}"}`,
	`second-symbol: s`,
	`minute-symbol: min`,
)

func TestTexts(t *testing.T) {
	en, err := locale.New("en", small, small)
	if err != nil {
		t.Fatal(err)
	}
	_, err = locale.New("ar", small, locale.File{Name: "ar.yaml", Source: []byte(`
date: "{day} {month}، {year}"
month-11: نوفمبر
copied: "نُسخ {name}"
hits: {zero: لا شيء عن {query}, one: واحد عن {query}, two: اثنان عن {query}, few: "{n} قليلة عن {query}", many: "{n} كثيرة عن {query}", other: "{n} عن {query}"}
second-symbol: ث
minute-symbol: د
`)})
	if err == nil {
		t.Fatal("braces in a plain scalar of a flow mapping were read")
	}
	ar, err := locale.New("ar", small, locale.File{Name: "ar.yaml", Source: []byte(`
date: "{day} {month}، {year}"
month-11: نوفمبر
copied: "نُسخ {name}"
hits: {zero: "لا شيء عن {query}", one: "واحد عن {query}", two: "اثنان عن {query}", few: "{n} قليلة عن {query}", many: "{n} كثيرة عن {query}", other: "{n} عن {query}"}
second-symbol: ث
minute-symbol: د
`)})
	if err != nil {
		t.Fatal(err)
	}
	day := time.Date(2026, 11, 23, 23, 0, 0, 0, time.UTC)
	for _, c := range []struct{ got, want string }{
		{en.Text("copied", "name", "{name} <b>"), "{name} <b> is copied"},
		{en.HTML("copied", "name", "a<b"), "a&lt;b is copied"},
		{en.HTML("copied", "name", template.HTML("<code>a</code>")), "<code>a</code> is copied"},
		{en.Text("hits", "n", 0, "query", "x"), "0 hits for x"},
		{en.Text("hits", "n", 1, "query", "x"), "1 hit for x"},
		{en.Text("hits", "n", 1234, "query", "x"), "1,234 hits for x"},
		{en.Date(day), "23 November 2026"},
		{en.Size(49_500_000), "49.5 MB"},
		{en.Seconds(0.4), "0.4 s"},
		{en.Seconds(125), "2 min 5 s"},
		{en.Dir, "ltr"},
		{ar.Text("hits", "n", 0, "query", "x"), "لا شيء عن x"},
		{ar.Text("hits", "n", 1, "query", "x"), "واحد عن x"},
		{ar.Text("hits", "n", 2, "query", "x"), "اثنان عن x"},
		{ar.Text("hits", "n", 3, "query", "x"), "3 قليلة عن x"},
		{ar.Text("hits", "n", 11, "query", "x"), "11 كثيرة عن x"},
		{ar.Text("hits", "n", 100, "query", "x"), "100 عن x"},
		{ar.Date(day), "23 نوفمبر، 2026"},
		{ar.Seconds(125), "2 د 5 ث"},
		{ar.Size(147_000_000), "\u2066147 MB\u2069"},
		{ar.Dir, "rtl"},
	} {
		if c.got != c.want {
			t.Errorf("%q, want %q", c.got, c.want)
		}
	}
	de, err := locale.New("de-CH", small, small)
	if err != nil {
		t.Fatal(err)
	}
	if got := de.Size(49_500_000) + " " + de.Number(12345); got != "49.5 MB 12’345" {
		t.Error(got)
	}
}

// TestMistakes holds that each mistake in a file is told, at its line.
func TestMistakes(t *testing.T) {
	_, err := locale.New("de", small, locale.File{Name: "de.yaml", Source: []byte(`# German
date: "{day}. {month} {jear}"
month-11: [November]
copyed: kopiert
hits: {one: "{n} Treffer", few: "x", more: "{n} Treffer"}
second-symbol: s
minute-symbol: ""
`)})
	want := []string{
		`de.yaml:2:1: date: nothing is known as {jear}, expected {day}, {month}, {year}`,
		`de.yaml:2:1: date: {year} is missing from "{day}. {month} {jear}"`,
		`de.yaml:3:11: expected a text, not a list`,
		`de.yaml:4:1: unknown key "copyed" (did you mean "copied"?)`,
		`de.yaml:5:38: "more" is no plural category, expected one, other`,
		`de.yaml:7:1: minute-symbol: expected a text`,
	}
	var got []string
	for _, e := range mistake.All(err) {
		got = append(got, e.Error())
	}
	for _, line := range want {
		if !slices.Contains(got, line) {
			t.Errorf("not told: %s", line)
		}
	}
	if last := `de.yaml:7:1: the strings end without copied`; !slices.Contains(got, last) {
		t.Errorf("not told: %s", last)
	}
	if t.Failed() {
		t.Log(strings.Join(got, "\n"))
	}
	_, err = locale.New("de", small, locale.File{Name: "de.yaml", Source: []byte("date: x\ndate: y\n")})
	if err == nil || !strings.Contains(err.Error(), `de.yaml:2:1: the key "date" is given twice`) || strings.Contains(err.Error(), "without") {
		t.Error(err)
	}
	if _, err := locale.New("not a language", small, small); err == nil {
		t.Error("a language that is none was read")
	}
}

// keyRE finds the keys that Go code, templates and scripts say.
var keyRE = regexp.MustCompile(`(?:\b[Ww]ords\.(?:Text|HTML)\(|\bsay\(?\s*|\.said\()"([\w-]+)"`)

// TestKeys holds that the program says every string of the definition, and no
// other.
func TestKeys(t *testing.T) {
	def := file(t, locale.Definition)
	en, err := locale.New("en", def, def)
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, pattern := range []string{"../*.go", "../*/*.go", "../../templates/*.html", "../../templates/assets/*", "../../cmd/handbook/preview/*.js"} {
		names, err := filepath.Glob(pattern)
		if err != nil || names == nil {
			t.Fatalf("%s: no files, %v", pattern, err)
		}
		for _, name := range names {
			if e, err := os.Stat(name); err != nil || e.IsDir() || strings.HasSuffix(name, "_test.go") || strings.HasPrefix(name, "../locale/") {
				continue
			}
			b, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			all.Write(b)
			for _, m := range keyRE.FindAllStringSubmatch(string(b), -1) {
				if !en.Has(m[1]) && !strings.HasSuffix(m[1], "-") {
					t.Errorf("%s says %q, which is no string", name, m[1])
				}
			}
		}
	}
	for _, name := range []string{"lab.sh", "machines.sh"} {
		script, err := os.ReadFile("../script/" + name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`(?m)^says_(\w+)=`).FindAllStringSubmatch(string(script), -1) {
			key := "script-" + m[1]
			if !en.Has(key) {
				t.Errorf("%s says %q, which is no string", name, key)
			}
			all.WriteString(`"` + key + `"`)
		}
	}
	// Keys that are put together.
	made := regexp.MustCompile(`^(month|state|headline|measured|hidden|hid)-|^(note|tip|important|warning|caution|date|second-symbol|minute-symbol)$`)
	for _, key := range en.Keys() {
		if !strings.Contains(all.String(), `"`+key+`"`) && !made.MatchString(key) {
			t.Errorf("nothing says %q", key)
		}
	}
}

// TestLanguages holds that the theme's files are complete.
func TestLanguages(t *testing.T) {
	names, err := fs.Glob(templates.FS, "strings/*.yaml")
	if err != nil || len(names) == 0 {
		t.Fatal(names, err)
	}
	for _, name := range names {
		name = strings.TrimPrefix(name, "strings/")
		if _, err := locale.New(strings.TrimSuffix(name, ".yaml"), file(t, locale.Definition), file(t, name)); err != nil {
			t.Error(err)
		}
	}
}
