package content

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"handbook/content/config"
	"handbook/content/record"
)

func TestMeasures(t *testing.T) {
	for _, c := range []struct{ in, want, wrong string }{
		{"[130 MB](size:app:1.1)", "1:1 size app:1.1 130 MB claims 1.3e+08", ""},
		{"It has [21.5 MB](download:app) to *fetch [2 layers](layers:a/b:c)*", "1:8 download app 21.5 MB claims 2.15e+07\n1:42 layers a/b:c 2 layers claims 2", ""},
		{"[?](size:app)", "1:1 size app ? free", ""},
		{"[ ? ](size:app)", "1:1 size app  ?  free", ""},
		{"[`12 B`](context:app)", "1:1 context app 12 B claims 12", ""},
		{"[1,5 kB](context:app)", "1:1 context app 1,5 kB claims 1500", ""},
		{"[2,250 MB](size:app) [126,000 kB](size:app) [1,234,567 bytes](size:app) [1,234.5 kB](size:app)",
			"1:1 size app 2,250 MB claims 2.25e+09\n1:22 size app 126,000 kB claims 1.26e+08\n1:45 size app 1,234,567 bytes claims 1.234567e+06\n1:73 size app 1,234.5 kB claims 1.2345e+06", ""},
		{"[1,5 GB](size:app) [0,125 GB](size:app) [1,2345 GB](size:app) [1.250 GB](size:app) [1234,5 kB](size:app)",
			"1:1 size app 1,5 GB claims 1.5e+09\n1:20 size app 0,125 GB claims 1.25e+08\n1:41 size app 1,2345 GB claims 1.2345e+09\n1:63 size app 1.250 GB claims 1.25e+09\n1:84 size app 1234,5 kB claims 1.2345e+06", ""},
		{"[1.234.567 B](size:app) [1.234,5 kB](size:app) [2'250 MB](size:app) [2\u00a0250\u00a0MB](size:app) [2\u202f250,5 MB](size:app)",
			"1:1 size app 1.234.567 B claims 1.234567e+06\n1:25 size app 1.234,5 kB claims 1.2345e+06\n1:48 size app 2'250 MB claims 2.25e+09\n1:69 size app 2\u00a0250\u00a0MB claims 2.25e+09\n1:92 size app 2\u202f250,5 MB claims 2.2505e+09", ""},
		{"[1,024 layers](layers:app)", "1:1 layers app 1,024 layers claims 1024", ""},
		{"[4 MiB](context:app)", "1:1 context app 4 MiB claims 4.194304e+06", ""},
		{"[2 GB](size:app)", "1:1 size app 2 GB claims 2e+09", ""},
		{"[1 TB](size:app)", "1:1 size app 1 TB claims 1e+12", ""},
		{"[3 bytes](size:app)", "1:1 size app 3 bytes claims 3", ""},
		{"[about 50MB, unpacked](size:app)", "1:1 size app about 50MB, unpacked claims 5e+07", ""},
		{"[any time](time:app)", "1:1 time app any time free", ""},
		{"[3 of 5](cached:app)", "1:1 cached app 3 of 5 claims 3", ""},
		{"[130 MB](size:YOUR_NAME/app)", "1:1 size YOUR_NAME/app 130 MB claims 1.3e+08", ""},
		{"[x](https://example.org) [y](size.md) [z](#size:x) [w](sizes:x)", "", ""},
		{"[x](size://host/x)", "", ""},
		{"<size:app>", "", ""},
		{"`[1 MB](size:app)`", "", ""},
		{"[130 MB][a]\n\n[a]: size:app", "1:1 size app 130 MB claims 1.3e+08", ""},
		{"[](size:app)", "1:1 size app  claims 0", `1:1: "" cannot be the unpacked size of app, expected a size such as 130 MB, or ?`},
		{"[many](layers:app)", "1:1 layers app many claims 0", `1:1: "many" cannot be the number of layers of app, expected a number, or ?`},
		{"[5 Mb](size:app)", "1:1 size app 5 Mb claims 0", `1:1: "5 Mb" cannot be the unpacked size of app, expected a size such as 130 MB, or ?`},
		{"[130](download:app)", "1:1 download app 130 claims 0", `1:1: "130" cannot be the compressed size of app, expected a size such as 130 MB, or ?`},
		{"- a\n  [1 MB](size:)", "2:3 size  1 MB claims 1e+06", `2:3: size: names no image, expected size:flask-app:1.0`},
	} {
		tree, wrong := tree(t, c.in+"\n")
		var got []string
		for _, m := range tree.Measures {
			claim := "free"
			if m.Claims() {
				claim = fmt.Sprint("claims ", m.Claimed())
			}
			got = append(got, fmt.Sprintf("%s %s %s %s %s", place(m.Pos), m.Scheme, m.Ref, m.Text, claim))
		}
		if diff := cmp.Diff(c.want, strings.Join(got, "\n")); diff != "" {
			t.Errorf("%q: (-want +got):\n%s", c.in, diff)
		}
		if wrong != c.wrong {
			t.Errorf("%q: %s, want %s", c.in, wrong, c.wrong)
		}
	}
}

// A measured value is one of a lab.
func TestMeasureElsewhere(t *testing.T) {
	_, err := Load(site("p.md", "# A\n\n[1 MB](size:app)\n"), "")
	if got := fmt.Sprint(err); got != "p.md:3:1: size:app: a measured value on a page that is not a lab" {
		t.Error(got)
	}
}

func TestRows(t *testing.T) {
	for _, c := range []struct{ lang, in, want, wrong string }{
		{"image-sizes", "a\nb:1\n", "2:1 [a]\n3:1 [b:1]", ""},
		{"image-sizes", "  a < b > c\n", "2:3 [a b c] [true false] claims", ""},
		{"image-sizes", "\n\n a\n", "4:2 [a]", ""},
		{"image-layers", "a:1\n", "2:1 [a:1]", ""},
		{"build-steps", "a cached=2-4,6\n", "2:1 [a] cached [{2 4} {6 6}] claims", ""},
		{"build-steps", "a cached=none\n", "2:1 [a] claims", ""},
		{"build-steps", "cached=2 a\n", "2:1 [a] cached [{2 2}] claims", ""},
		{"image-sizes", "", "", "1:1: a report without an image, expected one a line"},
		{"image-sizes", "\n \n", "", "1:1: a report without an image, expected one a line"},
		{"image-sizes", "a b\n", "2:1 [a]", `2:1: unexpected "b", expected one image a line`},
		{"image-sizes", "a <\n", "2:1 [a] [true] claims", "2:1: expected an image at the end of the line"},
		{"image-sizes", "< a\n", "2:1 [a] [true] claims", `2:1: expected an image before "<"`},
		{"image-sizes", "a < < b\n", "2:1 [a b] [true true] claims", `2:1: expected an image before "<"`},
		{"image-layers", "a < b\n", "2:1 [a b] [true] claims", `2:1: "<" compares sizes, which belongs in image-sizes`},
		{"image-sizes", "a cached=2\n", "2:1 [a]", `2:1: "cached=2" is about the steps of a build, which belong in build-steps`},
		{"build-steps", "a cached=\n", "2:1 [a] claims", `2:1: "cached=" is not a range of steps, expected cached=2-4, cached=2,3 or cached=none`},
		{"build-steps", "a cached=x,2\n", "2:1 [a] cached [{2 2}] claims", `2:1: "cached=x,2" is not a range of steps, expected cached=2-4, cached=2,3 or cached=none`},
		{"build-steps", "a cached=none,2\n", "2:1 [a] cached [{2 2}] claims", `2:1: "cached=none,2" is not a range of steps, expected cached=2-4, cached=2,3 or cached=none`},
		{"build-steps", "cached=2\n", "2:1 [] cached [{2 2}] claims", "2:1: expected an image at the end of the line"},
	} {
		tree, wrong := tree(t, "'''"+c.lang+"\n"+c.in+"'''\n")
		var got []string
		for _, r := range tree.Snippets[0].Rows {
			line := fmt.Sprintf("%s %v", place(r.Pos), r.Refs)
			if r.Less != nil {
				line += fmt.Sprint(" ", r.Less)
			}
			if r.Cached != nil {
				line += fmt.Sprint(" cached ", r.Cached)
			}
			if r.Claims {
				line += " claims"
			}
			got = append(got, line)
		}
		if diff := cmp.Diff(c.want, strings.Join(got, "\n")); diff != "" {
			t.Errorf("%q: (-want +got):\n%s", c.in, diff)
		}
		if wrong != c.wrong {
			t.Errorf("%q: %s, want %s", c.in, wrong, c.wrong)
		}
	}
}

func TestCanonicalRef(t *testing.T) {
	for in, want := range map[string]string{
		"app":                            "app:latest",
		"app:1.0":                        "app:1.0",
		"docker.io/library/app":          "app:latest",
		"index.docker.io/library/app:1":  "app:1",
		"docker.io/me/app":               "me/app:latest",
		"library/app":                    "app:latest",
		"registry.example:5000/app":      "registry.example:5000/app:latest",
		"registry.example:5000/app:1":    "registry.example:5000/app:1",
		"registry.example/library/app":   "registry.example/library/app:latest",
		"app@sha256:0123":                "app@sha256:0123",
		"localhost/docker.io/app:edge":   "localhost/docker.io/app:edge",
		"docker.io/library/app@sha256:0": "app@sha256:0",
	} {
		if got := record.CanonicalRef(in); got != want {
			t.Errorf("%s: %s, want %s", in, got, want)
		}
	}
}

var measured = &Record{Results: Results{
	Images: []Image{
		{Ref: "base:latest", ID: "b", Unpacked: 80e6, Download: 30e6, Layers: []Layer{{Bytes: 80e6}, {}}, Origin: Origin{Snippet: 1}},
		{Ref: "app:1", ID: "old", Unpacked: 100e6, Layers: []Layer{{Bytes: 1}, {Bytes: 2}, {}}, Origin: Origin{Snippet: 2}},
		{Ref: "app:1", ID: "new", Unpacked: 90e6, Download: 40e6, Origin: Origin{Snippet: 4}},
	},
	Builds: []Build{
		{Image: "app:1", Failed: "no", Seconds: 1, Origin: Origin{Snippet: 1}},
		{Image: "app:1", Tags: []string{"docker.io/me/app:1", "other"}, Seconds: 12.34, Context: 1500, Origin: Origin{Snippet: 2},
			Steps: []BuildStep{{Name: "[1/2] FROM x", Cached: true}, {Name: "[2/2] RUN y"}}},
		{Image: "", Seconds: 2, Origin: Origin{Snippet: 3}},
		{Image: "app:1", Seconds: 0.4, Context: 10, Origin: Origin{Snippet: 4}, Steps: []BuildStep{{Cached: true}, {Cached: true}}},
	},
}}

func TestMeasured(t *testing.T) {
	bind := config.Placeholders{"YOUR_NAME": "me"}.Binder()
	for _, c := range []struct {
		scheme, ref string
		after       int
		want        string
	}{
		{"size", "base", 1, "80 MB"},
		{"size", "base", 0, "80 MB"}, // the first that it came to be
		{"size", "app:1", 1, "100 MB"},
		{"size", "app:1", 2, "100 MB"},
		{"size", "app:1", 3, "100 MB"},
		{"size", "app:1", 4, "90 MB"},
		{"size", "app", 4, ""},
		{"download", "app:1", 2, ""}, // not known
		{"download", "app:1", 4, "40 MB"},
		{"layers", "app:1", 2, "2"},
		{"layers", "library/base:latest", 4, "1"},
		{"context", "app:1", 1, "1.5 kB"},
		{"context", "app:1", 4, "10 B"},
		{"time", "app:1", 2, "12 s"},
		{"time", "app:1", 4, "0.4 s"},
		{"cached", "app:1", 2, "1"},
		{"cached", "app:1", 4, "2"},
		{"cached", "YOUR_NAME/app:1", 4, "1"},
		{"time", "other", 2, "12 s"},
		{"time", "nope", 2, ""},
	} {
		m := &Measure{Scheme: c.scheme, Ref: c.ref, After: c.after}
		_, got, ok := m.Value(measured, bind)
		if got != c.want || ok != (c.want != "") {
			t.Errorf("%s:%s after %d: %q, want %q", c.scheme, c.ref, c.after, got, c.want)
		}
	}
}
