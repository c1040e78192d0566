package labs

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"handbook/cmd/handbook/publish"
	"handbook/content"
	"handbook/content/record"
	"handbook/verify"
	"handbook/verify/docker/sweep"
	"handbook/verify/report"
)

// writeRecord atomically writes the record of a lab that passed beside its
// page, unless nothing in it is new. A base image that has moved is new, since
// the record names the images that the page was verified with. With refresh,
// so is a rebuilt stand-in. Results for other platforms stay in the record as
// long as the page has not changed. If a stranger may have written the record
// and this run differs, nothing of it stays.
func (l *Lab) writeRecord(o *report.Outcome, refresh bool) error {
	old := l.recorded()
	if o.Verdict != report.Passed {
		return nil
	}
	machine := o.Record.Machine
	if old != nil && old.Digest == o.Record.Digest && old.OnPlatform(machine.Docker, machine.Platform) != nil &&
		len(o.Diff.Changes)+len(o.Diff.Moved) == 0 && !(refresh && onOthers(old, o.Record)) {
		return nil
	}
	kept := o.Record
	if !o.Doubted || len(o.Diff.Changes) == 0 {
		kept = verify.Keep(l.Page, old, kept)
	}
	if err := publish.File(l.recordFile(), record.Encode(kept)); err != nil {
		return fmt.Errorf("the record of %s was not written: %w", l.Page.File(), err)
	}
	return nil
}

// Accept returns the lab's new record if the results of a run also apply to
// the lab as it is now, with other expected output. It returns nil if they do
// not, or if only another run can tell.
func (l *Lab) Accept(r *content.Record) []byte {
	judged, ok := l.Site.planner.Judge(l.Page, r)
	if !ok {
		return nil
	}
	return record.Encode(verify.Keep(l.Page, l.Page.Record, judged))
}

// NewRecord returns the new record of a lab that passed.
func (l *Lab) NewRecord(o *report.Outcome) []byte {
	return record.Encode(verify.Keep(l.Page, l.recorded(), o.Record))
}

// recorded returns the record beside the page. If only expected output on the
// page has changed, and matches what was printed, the record is adapted to the
// page.
func (l *Lab) recorded() *content.Record {
	r := l.Page.Record
	if l.IsFresh() && r.Digest != l.Status.Digest {
		if judged, ok := l.Site.planner.Judge(l.Page, r); ok {
			return judged
		}
	}
	return r
}

// ReadRecord returns the bytes of the lab's record on the disk, nil if it has none
// that can be read.
func (l *Lab) ReadRecord() []byte {
	b, err := os.ReadFile(l.recordFile())
	if err != nil {
		return nil
	}
	return b
}

func (l *Lab) recordFile() string {
	return filepath.Join(l.Site.Dir, filepath.FromSlash(record.Path(l.Page.Path)))
}

// SweepRecords removes temporary files beside records that a killed handbook
// has left. It ignores errors, since writing a record there would report them.
func SweepRecords(labs []*Lab) {
	seen := map[string]bool{}
	for _, l := range labs {
		if dir := filepath.Dir(l.recordFile()); !seen[dir] {
			seen[dir] = true
			_ = publish.SweepFiles(dir, record.Suffix)
		}
	}
}

// Abandoned reports whether a killed handbook may have left machines on an
// engine.
func Abandoned() bool { return sweep.Abandoned(CacheDir()) }

// SweepEngine removes what a killed handbook has left on the engines, for
// commands that do not open an engine anyway. What is on an engine that does
// not answer stays until the next start.
func (r *Runner) SweepEngine(ctx context.Context, labs []*Lab) {
	if len(labs) == 0 || !Abandoned() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	for _, choice := range r.choices() {
		if e, err := r.Open(ctx, labs[0].Site, choice, func(string) {}); err == nil { // opening it sweeps
			e.Close()
		}
	}
}
