package render

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"handbook/content"
)

// A Proof is what a lab's page tells about its verification.
type Proof struct {
	State    string // "fresh", "stale", "failed" or "none"
	Headline string
	Problem  string
	When     string // "23 November 2026"
	Stamp    string // RFC 3339
	Took     string
	Passed   int
	Total    int
	Machine  content.RecordMachine
	Bases    []BaseView
	StandIns []string // a sentence for each
	Skipped  []SkippedView
	Hub      bool   // pushes went to a stand-in for Docker Hub
	Digest   string // of what was verified
	Record   string // URL
	Script   string // URL, or ""
	Archive  string // URL, or ""
	All      string // URL of the table of all labs
}

// A BaseView is a base image with its digest shortened for the eye.
type BaseView struct {
	content.Base
	Short string
}

// A SkippedView is a snippet that was not verified.
type SkippedView struct {
	What   string
	Reason string
	URL    string
}

func stateName(s content.State) string {
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

func (r *Renderer) proof(p *content.Page) *Proof {
	v := &Proof{State: stateName(p.State), Problem: sentence(p.Problem), Hub: p.Lab.Hub != ""}
	switch p.State {
	case content.Fresh:
		v.Headline = "Verified"
	case content.Stale:
		v.Headline = "Out of date"
	case content.Failed:
		v.Headline = "Verification failed"
	default:
		v.Headline = "Not verified yet"
	}
	v.Skipped = r.cache.essence(p).skipped
	if p.Record == nil {
		return v
	}
	v.Record = recordName
	v.When, v.Stamp = date(p.Record.Verified), p.Record.Verified.UTC().Format(time.RFC3339)
	v.Took = content.FormatSeconds(p.Record.Seconds)
	v.Machine, v.Digest = p.Record.Machine, p.Record.Digest
	v.Total = len(p.Record.Snippets)
	for _, s := range p.Record.Snippets {
		if s.Verdict == content.Passed {
			v.Passed++
		}
	}
	for _, base := range p.Record.Bases {
		v.Bases = append(v.Bases, BaseView{base, shortDigest(base.Digest)})
		if base.Note != "" {
			v.StandIns = append(v.StandIns, "The base image "+base.Image+" was a stand-in: "+base.Note+".")
		}
	}
	if v.Hub {
		v.StandIns = append(v.StandIns, "Docker Hub was a stand-in: logins and pushes were verified against a registry on the lab’s machine.")
	}
	return v
}

// sentence makes a message a sentence, unless it starts with a place in a file.
func sentence(s string) string {
	first, size := utf8.DecodeRuneInString(s)
	if s == "" || strings.ContainsAny(strings.SplitN(s, " ", 2)[0], ":/") {
		return s
	}
	s = string(unicode.ToUpper(first)) + s[size:]
	if !strings.HasSuffix(s, ".") {
		s += "."
	}
	return s
}

// skipped lists the snippets that nothing verified.
func skipped(p *content.Page) []SkippedView {
	var list []SkippedView
	for i, s := range p.Snippets {
		if s.Options.Skip == "" || s.Role == content.Shown {
			continue
		}
		v := SkippedView{What: firstOf(s.Options.Title, s.Options.Name, s.Options.File, s.Lang) + " in line " + itoa(s.Pos.Line), Reason: s.Options.Skip}
		if !s.Options.Hide {
			v.URL = "#" + ownPrefix + "s" + itoa(i+1)
		}
		list = append(list, v)
	}
	return list
}

// shortDigest is "sha256:1f2e3d4c5b6a" of a whole digest.
func shortDigest(d string) string {
	algorithm, hex, ok := strings.Cut(d, ":")
	if !ok || len(hex) <= 12 {
		return d
	}
	return algorithm + ":" + hex[:12]
}

func date(t time.Time) string { return t.UTC().Format("2 January 2006") }
