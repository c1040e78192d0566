package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
)

// merge joins the JSON reports of shards to one, which is told like that of a
// run.
func (v *verification) merge(files []string, targets []target) error {
	if len(files) == 0 {
		return misused(errors.New("--merge: no reports to join"), "give the files that --report json=FILE has written")
	}
	in := findRepository()
	all, err := readReports(files)
	if err != nil {
		return misused(err, "")
	}
	if err := checkShards(files, all); err != nil {
		return misused(err, "")
	}
	r, err := joined(files, all)
	if err != nil {
		return misused(err, "")
	}
	r.blob = in.blob
	for _, l := range r.Labs {
		fmt.Fprintln(v.running.out, l.line(v.running.out))
	}
	var errs []error
	for _, l := range r.Labs {
		errs = append(errs, l.err(in))
	}
	return v.finish(r, in, errors.Join(errs...), targets)
}

func readReports(files []string) ([]*report, error) {
	var all []*report
	var errs []error
	for _, file := range files {
		r, err := readReport(file)
		if err != nil {
			errs = append(errs, err)
		}
		all = append(all, r)
	}
	return all, errors.Join(errs...)
}

// readReport reads a JSON report. What a newer handbook may have added is
// passed over.
func readReport(file string) (*report, error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	r := new(report)
	if err := json.Unmarshal(b, r); err != nil {
		return nil, fmt.Errorf("%s is not a JSON report: %w", file, err)
	}
	if r.Labs == nil {
		return nil, fmt.Errorf("%s is not a JSON report of verify: it has no labs", file)
	}
	for _, l := range r.Labs {
		if l.File == "" || !slices.Contains(verdictsInOrder, l.Verdict) {
			return nil, fmt.Errorf("%s is not a JSON report of verify: a lab %q with verdict %q", file, l.File, l.Verdict)
		}
	}
	return r, nil
}

// checkShards makes sure that the reports are those of all shards of one
// split, each once. Reports of runs that were not split may be joined, too.
func checkShards(files []string, all []*report) error {
	first := all[0].Shard
	if first == nil {
		for i, r := range all {
			if r.Shard != nil {
				return fmt.Errorf("%s is the report of shard %v, but %s is that of no shard", files[i], r.Shard, files[0])
			}
		}
		return nil
	}
	from := map[int]string{}
	labs := 0
	for i, r := range all {
		switch s := r.Shard; {
		case s == nil:
			return fmt.Errorf("%s is the report of shard %v, but %s is that of no shard", files[0], first, files[i])
		case s.Of != first.Of:
			return fmt.Errorf("%s is the report of shard %v, but %s is that of shard %v", files[0], first, files[i], s)
		case s.Split != first.Split || s.Labs != first.Labs:
			return fmt.Errorf("%s and %s do not belong together: their jobs had other pages, other records or other flags", files[0], files[i])
		case from[s.Index] != "":
			return fmt.Errorf("%s and %s are both reports of shard %v", from[s.Index], files[i], s)
		}
		from[r.Shard.Index] = files[i]
		labs += len(r.Labs)
	}
	var missing []string
	for i := 1; i <= first.Of; i++ {
		if from[i] == "" {
			missing = append(missing, fmt.Sprintf("%d/%d", i, first.Of))
		}
	}
	switch {
	case len(missing) == 1:
		return fmt.Errorf("the report of shard %s is missing", missing[0])
	case len(missing) > 1:
		return fmt.Errorf("the reports of shards %s are missing", strings.Join(missing, ", "))
	case labs != first.Labs:
		return fmt.Errorf("%s should be in the reports, but there are %d", count(first.Labs, "lab"), labs)
	}
	return nil
}

// joined is one report of all, each lab of which has to be there once.
func joined(files []string, all []*report) (*report, error) {
	whole := &report{Labs: []labReport{}}
	from := map[string]string{}
	for i, r := range all {
		for _, l := range r.Labs {
			if from[l.File] != "" {
				return nil, fmt.Errorf("%s is in %s and in %s", l.File, from[l.File], files[i])
			}
			from[l.File] = files[i]
			whole.Labs = append(whole.Labs, l)
		}
		// Shards run at the same time.
		whole.Seconds = max(whole.Seconds, r.Seconds)
	}
	whole.sort()
	return whole, nil
}
