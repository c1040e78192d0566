package labs

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"

	"handbook/cmd/handbook/cache"
	"handbook/content"
	"handbook/verify"
	"handbook/verify/report"
)

// A failedRun is what the cache keeps of the last run of a lab, if it failed.
type failedRun struct {
	Page     string // path of the page's file on the disk
	Failures []lastFailure
}

// A lastFailure is a verify.Failure, and the text of the line that it was told at.
type lastFailure struct {
	Line, Col int
	At        string
	Msg       string
	Details   []string
	Reason    content.Reason
}

// FailedDir makes the folder where it is kept what failed in the last run of each lab,
// and returns its path, "" if this computer has no place for it.
func FailedDir() string {
	dir := CacheDir()
	if dir == "" {
		return ""
	}
	if dir = filepath.Join(dir, "failed"); os.MkdirAll(dir, 0o777) != nil {
		return ""
	}
	return dir
}

// keepFailures keeps what has failed in a run, or forgets what failed before. It has
// no error: what is lost are the marks of editors, and the run itself has told it all.
func (l *Lab) keepFailures(o *report.Outcome) {
	dir := FailedDir()
	if dir == "" {
		return
	}
	page := l.file()
	name := filepath.Join(dir, cache.Name(page)+".json")
	failures, failed := errors.AsType[*verify.Failures](o.Err)
	switch {
	case !failed && (o.Verdict == report.Failed || o.Verdict == report.Error):
		return // nothing is known of this text
	case !failed:
		_ = os.Remove(name)
		return
	}
	lines := linesOf(l.Page.Source) // which was run, whatever was saved meanwhile
	run := failedRun{Page: page}
	for _, f := range failures.All {
		if f.Pos.File == l.Page.File() && f.Pos.Line > 0 && f.Pos.Line <= len(lines) {
			run.Failures = append(run.Failures, lastFailure{f.Pos.Line, f.Pos.Col, lines[f.Pos.Line-1], f.Msg, f.Details, f.Reason})
		}
	}
	if b, err := json.Marshal(run); err == nil {
		_ = cache.WriteSummed(name, b)
	}
}

// file is the path of the lab's page on the disk, as other runs name it, too.
func (l *Lab) file() string { return pageFile(l.Site.Dir, l.Page.Path) }

func pageFile(dir, page string) string {
	name := filepath.Join(dir, filepath.FromSlash(page))
	if abs, err := filepath.Abs(name); err == nil {
		return abs
	}
	return name
}

// Failed are the failures of the last runs of labs.
type Failed map[string][]lastFailure // by the path of the page's file

// ReadFailed reads what failed in the last run of each lab on this computer.
func ReadFailed() Failed {
	all := Failed{}
	dir := CacheDir()
	if dir == "" {
		return all
	}
	names, _ := filepath.Glob(filepath.Join(dir, "failed", "*.json"))
	for _, name := range names {
		var run failedRun
		if text, ok := cache.ReadSummed(name); ok && json.Unmarshal(text, &run) == nil {
			all[run.Page] = run.Failures
		}
	}
	return all
}

// Of returns what failed on a page of the site whose content root is dir, as far as the
// lines that it was told at are still there, at the lines that these are now.
func (f Failed) Of(dir string, page *content.Page) (errs content.Errors) {
	failures := f[pageFile(dir, page.Path)]
	if len(failures) == 0 {
		return nil
	}
	lines := linesOf(page.Source)
	for _, failure := range failures {
		line := nearest(lines, failure.At, failure.Line)
		if line == 0 {
			continue
		}
		errs = append(errs, &content.Error{
			Pos: content.Pos{File: page.File(), Line: line, Col: failure.Col}, Reason: failure.Reason,
			Msg: strings.Join(append([]string{"in the last run: " + failure.Msg}, failure.Details...), "\n"),
		})
	}
	return errs
}

// nearest returns the number of the line with a text that is nearest to a number, 0 if
// there is none.
func nearest(lines []string, text string, number int) int {
	for distance := range len(lines) + number {
		for _, n := range []int{number - distance, number + distance} {
			if n > 0 && n <= len(lines) && lines[n-1] == text {
				return n
			}
		}
	}
	return 0
}

func linesOf(source []byte) []string {
	source = bytes.TrimPrefix(source, []byte("\xef\xbb\xbf"))
	return strings.Split(strings.ReplaceAll(string(source), "\r\n", "\n"), "\n")
}
