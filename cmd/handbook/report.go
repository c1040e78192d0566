package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"

	"handbook/content"
)

// A report is a place that results are written to for another program.
type report struct {
	kind string
	file string // "-" is standard output
}

// reportKinds are the kinds of reports and how each is written.
var reportKinds = map[string]func(io.Writer, []*outcome) error{
	"json":     writeJSON,
	"junit":    writeJUnit,
	"github":   writeGitHub,
	"markdown": writeMarkdown,
}

func parseReports(specs []string) ([]report, error) {
	var all []report
	for _, spec := range specs {
		kind, file, named := strings.Cut(spec, "=")
		switch {
		case reportKinds[kind] == nil:
			kinds := slices.Sorted(maps.Keys(reportKinds))
			return nil, misused(fmt.Errorf("--report: unknown kind %q, expected one of %s", kind, strings.Join(kinds, ", ")), "")
		case kind == "github" && !named:
			file = "-"
		case file == "":
			return nil, misused(fmt.Errorf("--report: %s needs a file: %s=FILE", kind, kind), "")
		}
		all = append(all, report{kind, file})
	}
	return all, nil
}

// writeReports writes all reports. Labs that were fresh, and so not run, are
// in them as what their records say.
func writeReports(out io.Writer, reports []report, outcomes []*outcome, fresh []*lab) error {
	all := slices.Clone(outcomes)
	for _, l := range fresh {
		all = append(all, &outcome{lab: l, verdict: passed, record: l.page.Record})
	}
	slices.SortStableFunc(all, func(a, b *outcome) int { return strings.Compare(a.lab.name(), b.lab.name()) })
	var errs []error
	for _, r := range reports {
		var b bytes.Buffer
		err := reportKinds[r.kind](&b, all)
		switch {
		case err != nil:
		case r.file == "-":
			_, err = out.Write(b.Bytes())
		default:
			err = os.WriteFile(r.file, b.Bytes(), 0o666)
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("the %s report was not written: %w", r.kind, err))
		}
	}
	return errors.Join(errs...)
}

type jsonReport struct {
	Labs []jsonLab `json:"labs"`
}

type jsonLab struct {
	Page     string        `json:"page"`
	Verdict  string        `json:"verdict"`
	Seconds  float64       `json:"seconds"`
	Snippets int           `json:"snippets"`
	Verified int           `json:"verified"`
	Skipped  int           `json:"skipped"`
	Failures []jsonFailure `json:"failures"`
}

type jsonFailure struct {
	Line    int    `json:"line"`
	Command string `json:"command"`
	Message string `json:"message"`
}

func writeJSON(w io.Writer, outcomes []*outcome) error {
	r := jsonReport{Labs: []jsonLab{}}
	for _, o := range outcomes {
		n := o.census()
		l := jsonLab{
			Page: o.lab.name(), Verdict: o.verdict, Seconds: o.took.Seconds(),
			Snippets: n.total, Verified: n.verified, Skipped: n.skipped, Failures: []jsonFailure{},
		}
		for _, f := range o.failures() {
			l.Failures = append(l.Failures, jsonFailure{f.Pos.Line, f.Command, whole(f)})
		}
		r.Labs = append(r.Labs, l)
	}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(r)
}

// census counts by the record, or where there is none by the page.
func (o *outcome) census() census {
	if o.record != nil {
		return censusOf(o.record)
	}
	var n census
	for _, s := range o.lab.page.Snippets {
		switch {
		case s.Role == content.Shown || s.Role == content.Output:
			continue
		case s.Options.Skip != "":
			n.skipped++
		}
		n.total++
	}
	return n
}
