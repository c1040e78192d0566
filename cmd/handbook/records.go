package main

import (
	"context"
	"path/filepath"
	"time"

	"handbook/cmd/handbook/publish"
	"handbook/content"
	"handbook/verify/docker"
)

// writeRecord puts a record beside its page, whole or not at all. dir is the
// content root.
func writeRecord(dir string, page string, r *content.Record) error {
	return publish.File(recordFile(dir, page), content.EncodeRecord(r))
}

func recordFile(dir, page string) string {
	return filepath.Join(dir, filepath.FromSlash(content.RecordPath(page)))
}

// sweepRecords removes what a handbook that was killed while it wrote a
// record has left beside it. That it can't is told by who writes there.
func sweepRecords(labs []*lab) {
	seen := map[string]bool{}
	for _, l := range labs {
		if dir := filepath.Dir(recordFile(l.dir, l.page.Path)); !seen[dir] {
			seen[dir] = true
			_ = publish.SweepFiles(dir, ".record.json")
		}
	}
}

// sweepEngine removes what a handbook that was killed has left on the engine,
// if there was one: a start that has no lab to run opens none otherwise.
// Without an engine it stays until the next start.
func (r *running) sweepEngine(ctx context.Context, labs []*lab) {
	if len(labs) == 0 || !docker.Abandoned(cacheDir()) {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	for _, choice := range r.choices() {
		if e, err := r.open(ctx, labs[0], choice, func(string) {}); err == nil { // which sweeps
			e.Close()
		}
	}
}
