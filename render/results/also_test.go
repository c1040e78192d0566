package results

import (
	"strings"
	"testing"

	"handbook/content"
)

// Machines are named by what is other about them.
func TestOthers(t *testing.T) {
	on := func(machines ...string) *content.Record {
		r := new(content.Record)
		for i, m := range machines {
			docker, platform, _ := strings.Cut(m, " ")
			machine := content.Results{Machine: content.RecordMachine{Docker: docker, Platform: "linux/" + platform}}
			if i == 0 {
				r.Results = machine
				continue
			}
			r.Also = append(r.Also, machine)
		}
		return r
	}
	for _, c := range []struct {
		record          *content.Record
		names           string
		measured, other string // where values are, and those of Docker 28
	}{
		{nil, "", "", ""},
		{on("29 amd64"), "", "", ""},
		{on("29 amd64", "28 amd64"), "Docker 28", "Docker 29", "Docker 28"},
		{on("29 amd64", "29 arm64"), "linux/arm64", "Docker 29 (linux/amd64)", "Docker 29 (linux/amd64)"},
		{on("29 amd64", "28 amd64", "29 arm64", "28 arm64"), "Docker 28, linux/arm64, Docker 28 (linux/arm64)",
			"Docker 29 (linux/amd64)", "Docker 28 (linux/amd64)"},
		{on(" amd64", " arm64"), "linux/arm64", "linux/amd64", "linux/amd64"},
	} {
		r := &Results{Record: c.record, Others: others(c.record)}
		var names []string
		for _, other := range r.Others {
			names = append(names, other.Name)
		}
		if got := strings.Join(names, ", "); got != c.names {
			t.Errorf("machines: %s\nwant %s", got, c.names)
		}
		if got := r.Measured(""); got != c.measured {
			t.Errorf("%s: measured on %q, want %q", c.names, got, c.measured)
		}
		if got := r.Measured("28"); got != c.other {
			t.Errorf("%s: size:x@28 measured on %q, want %q", c.names, got, c.other)
		}
	}
}
