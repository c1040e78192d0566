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
)

// A target is a place that a report is written to for another program.
type target struct {
	kind string
	file string // "-" is standard output
}

// reportKinds are the kinds of reports and how each is written.
var reportKinds = map[string]func(io.Writer, *report) error{
	"json":     writeJSON,
	"junit":    writeJUnit,
	"github":   writeGitHub,
	"markdown": writeMarkdown,
}

func parseTargets(specs []string) ([]target, error) {
	var all []target
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
		all = append(all, target{kind, file})
	}
	return all, nil
}

// write writes the report to all targets.
func (r *report) write(out io.Writer, targets []target) error {
	var errs []error
	for _, t := range targets {
		var b bytes.Buffer
		err := reportKinds[t.kind](&b, r)
		switch {
		case err != nil:
		case t.file == "-":
			_, err = out.Write(b.Bytes())
		default:
			err = os.WriteFile(t.file, b.Bytes(), 0o666)
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("the %s report was not written: %w", t.kind, err))
		}
	}
	return errors.Join(errs...)
}

func writeJSON(w io.Writer, r *report) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(r)
}
