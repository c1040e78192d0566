package results

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"handbook/content"
	"handbook/render/locale"
	"handbook/render/outline"
)

// A Proof is what a lab's page says about its verification.
type Proof struct {
	State    string // "fresh", "stale", "failed" or "none"
	Headline string
	Problem  string
	When     string // "23 November 2026"
	Stamp    string // RFC 3339
	Took     string
	Passed   int
	Total    int
	Gaps     string // what was not checked, in words; "" if nothing
	Machine  content.RecordMachine
	Also     []content.RecordMachine // the other machines on which it was verified
	Bases    []Base
	StandIns []string          // sentences about them
	noted    []string          // the same, with the descriptions of the stand-ins
	Skipped  []outline.Skipped // what is not verified
	Hub      bool              // pushes went to a stand-in for Docker Hub
	Digest   string            // of what was verified
	words    *locale.Locale
}

// A Base is a base image and its shortened digest.
type Base struct {
	content.Base
	Short string
}

// StateName returns the name of a state in templates and style sheets.
func StateName(s content.State) string {
	switch s {
	case content.Fresh:
		return "fresh"
	case content.Stale:
		return "stale"
	case content.Failed:
		return "failed"
	}
	return "none"
}

// NewProof returns the proof of a lab. skipped is from its outline.
func NewProof(p *content.Page, status content.Status, skipped []outline.Skipped, words *locale.Locale) *Proof {
	v := &Proof{State: StateName(status.State), Problem: why(status, words), Hub: p.Lab.Hub != "", words: words}
	v.Headline = words.Text("headline-" + v.State)
	for _, s := range skipped {
		if s.Unfenced {
			s.Reason = words.Text("unfenced")
		}
		s.What = words.Text("skipped-in-line", "what", s.What, "line", strconv.Itoa(s.Line))
		v.Skipped = append(v.Skipped, s)
	}
	if p.Record == nil {
		return v
	}
	v.When, v.Stamp = words.Date(p.Record.Verified), p.Record.Verified.UTC().Format(time.RFC3339)
	v.Took = words.Seconds(p.Record.Seconds)
	v.Machine, v.Digest = p.Record.Machine, p.Record.Digest
	for _, other := range others(p.Record) {
		v.Also = append(v.Also, other.Record.Machine)
	}
	census := p.Record.Census()
	v.Passed, v.Total, v.Gaps = census.Verified, census.Snippets, gaps(census, words)
	for _, s := range skipped {
		if s.Unfenced {
			v.Total++
		}
	}
	var standIns, noted []string
	for _, base := range p.Record.Bases {
		v.Bases = append(v.Bases, Base{base, shortDigest(base.Digest)})
		if base.Note != "" {
			standIns = append(standIns, base.Image)
			noted = append(noted, base.Image+" ("+base.Note+")")
		}
	}
	if n := len(standIns); n > 0 {
		v.StandIns = append(v.StandIns, words.Text("standin-images", "n", n, "images", words.List(standIns)))
		v.noted = append(v.noted, words.Text("standin-images", "n", n, "images", words.List(noted)))
	}
	var repositories, from []string
	for _, c := range p.Cloned(nil) {
		repositories = append(repositories, c.URL)
		from = append(from, c.URL+" ("+cmp.Or(c.Mirror, words.Text("standin-files"))+")")
	}
	if n := len(repositories); n > 0 {
		v.StandIns = append(v.StandIns, words.Text("standin-repositories", "n", n, "repositories", words.List(repositories)))
		v.noted = append(v.noted, words.Text("standin-repositories", "n", n, "repositories", words.List(from)))
	}
	if v.Hub {
		v.StandIns = append(v.StandIns, words.Text("standin-hub"))
		v.noted = append(v.noted, words.Text("standin-hub"))
	}
	return v
}

// why tells readers why a lab is not fresh, "" if that is not known.
func why(s content.Status, words *locale.Locale) string {
	switch s.Cause {
	case content.NeverVerified:
		return words.Text("why-never")
	case content.RecordUnusable:
		return words.Text("why-record", "detail", s.Detail)
	case content.PageChanged:
		return words.Text("why-page")
	case content.MachineChanged:
		return words.Text("why-machine")
	case content.RunFailed:
		return words.Text("why-failed", "detail", strings.TrimSuffix(s.Detail, "."))
	case content.NotRun:
		return words.Text("why-not-run", "detail", strings.TrimSuffix(s.Detail, "."))
	}
	return ""
}

// gaps says how many commands were not checked, "" if all were.
func gaps(n content.Census, words *locale.Locale) string {
	var gaps []string
	if n.Commands > 0 {
		gaps = append(gaps, words.Text("gaps-commands", "n", n.Commands))
	}
	if n.Pipelines > 0 {
		gaps = append(gaps, words.Text("gaps-pipelines", "n", n.Pipelines))
	}
	return words.List(gaps)
}

// Engines lists the short versions of the engines, those of the page's machine
// first, each once; "" if it has none.
func (p *Proof) Engines() string {
	return p.each(func(m content.RecordMachine) string { return shortVersion(m.Engine) })
}

var versionNumber = regexp.MustCompile(`^\d+(?:\.\d+)*`)

// shortVersion removes what a distribution or a build has added to a version
// number, but keeps pre-release versions such as betas.
func shortVersion(version string) string {
	number := versionNumber.FindString(version)
	switch {
	case number == "":
		return version
	case strings.Contains(version, "beta"):
		return number + " beta"
	}
	return number
}

// Platforms lists the platforms, that of the page's machine first, each once.
func (p *Proof) Platforms() string {
	return p.each(func(m content.RecordMachine) string { return m.Platform })
}

// each lists a property of all machines, each value once.
func (p *Proof) each(of func(content.RecordMachine) string) string {
	var all []string
	for _, m := range append([]content.RecordMachine{p.Machine}, p.Also...) {
		if s := of(m); s != "" && !slices.Contains(all, s) {
			all = append(all, s)
		}
	}
	return p.words.List(all)
}

// Line returns the proof as one line of text.
func (p *Proof) Line() string {
	text := p.Headline + "."
	if p.State == "fresh" {
		key := "proof-line"
		if p.Gaps != "" {
			key = "proof-line-gaps"
		}
		machine := p.words.List(machineParts(p.Machine))
		for _, m := range p.Also {
			machine = p.words.Text("proof-line-also", "machine", machine, "other", p.words.List(machineParts(m)))
		}
		text = p.words.Text(key, "headline", p.Headline, "date", p.When, "passed", p.Passed, "total", p.Total, "gaps", p.Gaps,
			"machine", machine)
	}
	return strings.Join(append([]string{text}, p.noted...), " ")
}

// machineParts lists the properties of a machine on which results depend.
func machineParts(m content.RecordMachine) []string {
	var parts []string
	if m.Engine != "" {
		parts = append(parts, "Docker Engine "+m.Engine)
	}
	if m.Storage != "" {
		parts = append(parts, m.Storage)
	}
	return append(parts, m.Platform)
}

// shortDigest shortens a digest to "sha256:1f2e3d4c5b6a".
func shortDigest(d string) string {
	algorithm, hex, ok := strings.Cut(d, ":")
	if !ok || len(hex) <= 12 {
		return d
	}
	return algorithm + ":" + hex[:12]
}
