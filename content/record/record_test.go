package record

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestRecord(t *testing.T) {
	results := Results{Digest: "sha256:1", Snippets: []SnippetResult{{Number: 2, Line: 3, Kind: "shell", Verdict: Passed,
		Commands: []CommandResult{{Text: "echo '<a>'", Output: []string{"\x1b[1m<a>\x1b[0m"}}}}}}
	r := &Record{Format: Format, Page: "labs/x.md", Results: results, Also: []Results{results}}
	r.Also[0].Machine.Docker = "28"
	b := Encode(r)
	got, err := Decode(b)
	if err != nil {
		t.Fatal(err)
	}
	if string(Encode(got)) != string(b) {
		t.Error("a record read and written is another one")
	}
	for name, tt := range map[string]struct{ in, want string }{
		"truncated":      {string(b[:len(b)/2]), "not a whole record"},
		"edited":         {strings.Replace(string(b), "<a>", "<b>", 1), "edited since it was written"},
		"newer":          {strings.Replace(string(b), `"format": 5`, `"format": 6`, 1), "a newer handbook wrote it"},
		"unknown fields": {strings.Replace(string(b), `"page"`, `"pag"`, 1), "not a record"},
		"followed":       {string(b) + "{}", "not a whole record"},
		"empty":          {"", "not a whole record"},
	} {
		if _, err := Decode([]byte(tt.in)); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", name, err, tt.want)
		}
	}
}

// A record that was damaged anywhere is refused, or says what it said.
func TestDamagedRecord(t *testing.T) {
	r := &Record{Format: Format, Page: "labs/x.md", Results: Results{Digest: "sha256:1", Snippets: []SnippetResult{
		{Number: 2, Line: 3, Kind: "shell", Verdict: Passed, Commands: []CommandResult{{Text: "seq 3", Output: []string{"1", "2", "3"}}}},
		{Number: 4, Line: 9, Kind: "file", Verdict: Passed},
	}}}
	b := Encode(r)
	random := rand.New(rand.NewPCG(6, 7))
	for try := range 1000 {
		at := random.IntN(len(b))
		end := min(at+1+random.IntN(64), len(b))
		var damaged []byte
		switch try % 4 {
		case 0:
			damaged = bytes.Clone(b)
			damaged[at] ^= 1 << random.IntN(8)
		case 1:
			damaged = b[:at]
		case 2:
			damaged = slices.Concat(b[:at], b[end:])
		case 3:
			damaged = slices.Concat(b[:end], b[at:])
		}
		if got, err := Decode(damaged); err == nil && !bytes.Equal(Encode(got), b) {
			t.Fatalf("try %d, byte %d: it is read as %s", try, at, Encode(got))
		}
	}
}

// Keys of a record are read in their exact case, and once, by somebody who can make
// checksums, too.
func TestStrictRecord(t *testing.T) {
	good := string(Encode(&Record{Format: Format, Page: "a.md"}))
	for _, test := range []struct{ from, to, want string }{
		{"", "", "<nil>"},
		{`"page"`, `"Page"`, "edited since it was written"},
		{`"page": "a.md"`, `"page": "b.md", "page": "a.md"`, "edited since it was written"},
		{`"page": "a.md"`, `"page": "a.md", "PAGE": "a.md"`, "edited since it was written"},
		{`"page": "a.md"`, `"page": "a.md", "pages": 1`, `not a record: json: unknown field "pages"`},
		{`"page": "a.md"`, `"page": "\u0061.md"`, "edited since it was written"},
	} {
		// The checksum is that of what is understood, whatever the file looks like.
		if _, err := Decode([]byte(strings.Replace(good, test.from, test.to, 1))); fmt.Sprint(err) != test.want {
			t.Errorf("%s: %v, want %s", test.to, err, test.want)
		}
	}
}

// Values that no run has are refused, whoever made the checksum.
func TestRecordValues(t *testing.T) {
	for want, spoil := range map[string]func(*Record){
		`not a record: what is left is "<b>"`:                                                   func(r *Record) { r.Cleanup = &Cleanup{Left: []Left{{Kind: "<b>"}}} },
		`not a record: what is left is "files"`:                                                 func(r *Record) { r.Cleanup = &Cleanup{Choices: []Choice{{Left: Left{Kind: LeftFiles}}}} },
		"not a record: how much is left is -1":                                                  func(r *Record) { r.Cleanup = &Cleanup{Left: []Left{{Kind: LeftFiles, Count: -1}}} },
		"not a record: the command of an image is -1":                                           func(r *Record) { r.Images = []Image{{Origin: Origin{1, -1}}} },
		"not a record: a layer's size is 9.223372036854776e+18":                                 func(r *Record) { r.Images = []Image{{Layers: []Layer{{Bytes: 1<<63 - 1}}}} },
		"not a record: a build's time is 1e+300":                                                func(r *Record) { r.Builds = []Build{{Seconds: 1e300}} },
		"not a record: the line where output is left out is 2":                                  func(r *Record) { r.Snippets[0].Commands[0].CutAt = 2 },
		"not a record: an exit status is 256":                                                   func(r *Record) { r.Snippets[0].Commands[0].Exit = 256 },
		`not a record: a snippet's verdict is "PASSED"`:                                         func(r *Record) { r.Snippets[0].Verdict = "PASSED" },
		`not a record: a snippet's kind is "x"`:                                                 func(r *Record) { r.Snippets[0].Kind = "x" },
		"not a record: the result of snippet 0 comes after that of snippet 0":                   func(r *Record) { r.Snippets[0].Number = 0 },
		`not a record: a file's mode is "777777"`:                                               func(r *Record) { r.Files = []File{{Path: "a", Mode: "777777"}} },
		`not a record: a command that cleans up has a control character: "docker rm a\ncurl b"`: func(r *Record) { r.Cleanup = &Cleanup{Commands: []string{"docker rm a\ncurl b"}} },
		`not a record: a command that cleans up has a control character: "\x1b[201~"`: func(r *Record) {
			r.Cleanups = []Cleanup{{Choices: []Choice{{Left: Left{Kind: LeftBases}, Commands: []string{"true", "\x1b[201~"}}}}}
		},
		`not a record: something is left on the machine "a ]; b"`:               func(r *Record) { r.Cleanup = &Cleanup{Machine: "a ]; b"} },
		`not a record: something is left on the machine "a"`:                    func(r *Record) { r.Cleanups = []Cleanup{{Machine: "a"}, {Machine: "a"}} },
		"not a record: the number of containers without a name is 4.294967e+09": func(r *Record) { r.Cleanup = &Cleanup{Nameless: 4294967000} },
	} {
		for _, also := range []bool{false, true} {
			good := Record{Format: Format, Page: "a.md", Results: Results{Snippets: []SnippetResult{
				{Number: 1, Kind: "shell", Verdict: Passed, Commands: []CommandResult{{Text: "true", Output: []string{"a"}}}}}}}
			r := good
			r.Snippets = []SnippetResult{{Number: 1, Kind: "shell", Verdict: Passed, Commands: []CommandResult{{Text: "true", Output: []string{"a"}}}}}
			spoil(&r)
			if also { // on another engine
				good.Also = []Results{r.Results}
				r = good
			}
			if _, err := Decode(Encode(&r)); fmt.Sprint(err) != want {
				t.Errorf("%v, want %s", err, want)
			}
		}
	}
}

// A record has one result for each machine: comparing looks for one, and a page
// would show both.
func TestRecordTwice(t *testing.T) {
	on := func(docker, platform string) Results {
		return Results{Machine: Machine{Docker: docker, Platform: platform}}
	}
	for _, c := range []struct {
		also Results
		want string
	}{
		{on("28", "linux/amd64"), "<nil>"},
		{on("29", "linux/arm64"), "<nil>"},
		{on("29", "linux/amd64"), `not a record: it has results on "29 linux/amd64" twice`},
	} {
		r := &Record{Format: Format, Page: "a.md", Results: on("29", "linux/amd64"), Also: []Results{c.also}}
		if _, err := Decode(Encode(r)); fmt.Sprint(err) != c.want {
			t.Errorf("%v, want %s", err, c.want)
		}
	}
}

// Records of format 1 are read as what they are now.
func TestRecordFormat1(t *testing.T) {
	old := &Record{Format: 1, Page: "a.md", Results: Results{
		Snippets: []SnippetResult{{Kind: "file", Verdict: Passed}, {Kind: "shell", Verdict: Passed}},
		Images:   []Image{{Ref: "a:1", Origin: Origin{Snippet: 1}}},
		Builds:   []Build{{Image: "a:1", Origin: Origin{Snippet: 0, Command: 1}}},
	}}
	b := Encode(old)
	if strings.Contains(string(b), "number") {
		t.Fatalf("results of format 1 have no numbers: %s", b)
	}
	got, err := Decode(b)
	if err != nil {
		t.Fatal(err)
	}
	if got.Format != Format || got.Numbered(1).Kind != "file" || got.Numbered(2).Kind != "shell" || got.Numbered(0) != nil || got.Numbered(3) != nil {
		t.Errorf("%+v", got.Snippets)
	}
	if got.Images[0].Snippet != 2 || got.Builds[0].Origin != (Origin{1, 1}) {
		t.Errorf("%+v, %+v", got.Images, got.Builds)
	}
	got.Snippets[1].Number = 1
	if _, err := Decode(Encode(got)); err == nil || !strings.Contains(err.Error(), "the result of snippet 1 comes after that of snippet 1") {
		t.Errorf("two results of one snippet: %v", err)
	}
}

// What a record says beside what was printed has no control characters: it stands on
// pages, and in their copies for terminals. A run shows those that a lab has made up.
func TestNamesInRecords(t *testing.T) {
	printed := map[string]bool{ // or typed, or in a file
		".Snippets.Commands.Text": true, ".Snippets.Commands.Output": true, ".Snippets.Text": true, ".Snippets.File": true,
		".Files.Path": true, ".Files.Text": true,
	}
	full := func() *Record {
		text := "x"
		left := Left{Kind: LeftFiles, Names: []string{"a"}}
		return &Record{Format: Format, Page: "a.md", Results: Results{
			Bases:    []Base{{}},
			Snippets: []SnippetResult{{Number: 1, Kind: "shell", Verdict: Passed, Commands: []CommandResult{{Output: []string{"x"}}}}},
			Images:   []Image{{Layers: []Layer{{}}}},
			Builds:   []Build{{Tags: []string{"x"}, Steps: []BuildStep{{}}}},
			Removed:  []Removal{{}},
			Files:    []File{{Mode: "0644", Text: &text}},
			Cleanup: &Cleanup{Left: []Left{left}, Commands: []string{"x"}, Outside: []string{"x"}, Changed: []string{"x"},
				Choices: []Choice{{Left: Left{Kind: LeftBases, Names: []string{"a"}}, Commands: []string{"x"}}}},
		}}
	}
	seen := 0
	each := func(r *Record, do func(at string, s *string)) {
		var walk func(v reflect.Value, at string)
		walk = func(v reflect.Value, at string) {
			switch v.Kind() {
			case reflect.Pointer:
				if !v.IsNil() {
					walk(v.Elem(), at)
				}
			case reflect.Struct:
				for i := range v.NumField() {
					if f := v.Type().Field(i); f.Anonymous {
						walk(v.Field(i), at)
					} else if f.IsExported() && !slices.Contains([]string{"Kind", "Verdict", "Mode", "Unchecked"}, f.Name) && v.Type() != reflect.TypeFor[time.Time]() {
						walk(v.Field(i), at+"."+f.Name)
					}
				}
			case reflect.Slice:
				for i := range v.Len() {
					walk(v.Index(i), at)
				}
			case reflect.String:
				do(at, v.Addr().Interface().(*string))
			}
		}
		walk(reflect.ValueOf(&r.Results), "")
	}
	for _, bad := range []string{"\x1b[2J", "a\u202eb", "\x00", "a\rb", "\u009b2J"} {
		var fields []string
		each(full(), func(at string, _ *string) { fields = append(fields, at) })
		for i, field := range fields {
			r, n := full(), 0
			each(r, func(_ string, s *string) {
				if n == i {
					*s = bad
				}
				n++
			})
			seen++
			switch _, err := Decode(Encode(r)); {
			case printed[field]:
				if err != nil {
					t.Errorf("%s: %v", field, err)
				}
				continue
			case field == ".Cleanup.Machine":
			case err == nil || !strings.HasPrefix(err.Error(), "not a record: ") || !strings.Contains(err.Error(), " has a control character: "):
				t.Errorf("%s is %q: %v", field, bad, err)
			}
			r.ShowControls()
			if _, err := Decode(Encode(r)); err != nil && field != ".Cleanup.Machine" {
				t.Errorf("%s is %q, shown: %v", field, bad, err)
			}
		}
	}
	if seen < 200 {
		t.Errorf("%d texts", seen)
	}
	r := full()
	r.Bases[0].Note, r.Builds[0].Steps[0].Name = "a\nb\x1b\u202e", "RUN a\n\tb\x1b"
	r.ShowControls()
	if got := r.Bases[0].Note + " " + r.Builds[0].Steps[0].Name; got != `a␊b␛\u202e RUN a`+"\n\tb␛" {
		t.Errorf("%q", got)
	}
}
