package report

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"handbook/content/wording"
)

// Read reads the JSON of a report. What a newer version may have added is
// passed over. file is its name in errors.
func Read(file string, b []byte) (*Report, error) {
	r := new(Report)
	if err := json.Unmarshal(b, r); err != nil {
		return nil, fmt.Errorf("%s is not a JSON report: %w", file, err)
	}
	if r.Labs == nil {
		return nil, fmt.Errorf("%s is not a JSON report of verify: it has no labs", file)
	}
	if s := r.Shard; s != nil && (s.Index < 1 || s.Index > s.Of || s.Of > maxShards) {
		return nil, fmt.Errorf("%s is not a JSON report of verify: it is that of shard %v", file, s)
	}
	for _, l := range r.Labs {
		if l.File == "" || !slices.Contains(byUrgency, l.Verdict) {
			return nil, fmt.Errorf("%s is not a JSON report of verify: a lab %q with verdict %q", file, l.File, l.Verdict)
		}
	}
	return r, nil
}

// Merge joins the reports of all shards of one split, or reports of runs that
// were not split. files are their names in errors.
func Merge(files []string, all []*Report) (*Report, error) {
	if err := checkShards(files, all); err != nil {
		return nil, err
	}
	return join(files, all)
}

// checkShards makes sure that the reports are those of all shards of one
// split, each once, or of runs that were not split.
func checkShards(files []string, all []*Report) error {
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
		return fmt.Errorf("%s should be in the reports, but there are %d", wording.Count(first.Labs, "lab"), labs)
	}
	return nil
}

// join makes one report of all. Each lab has to be in one of them only.
func join(files []string, all []*Report) (*Report, error) {
	whole := &Report{Labs: []Lab{}}
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
