package labs

import (
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"time"

	"handbook/cmd/handbook/cache"
	"handbook/content/wording"
	"handbook/verify"
)

// usedFile returns the name of the file with the resources that the last run
// of a lab on a kind of machines has used, "" if there is no such place.
func (l *Lab) usedFile(docker string) string {
	dir := CacheDir()
	if dir == "" {
		return ""
	}
	return filepath.Join(dir, "used", cache.Name(filepath.Join(l.Site.Dir, filepath.FromSlash(l.Page.Path))+" "+docker)+".json")
}

// remember stores the resources that a lab has used. It ignores errors:
// without the file, the next run assumes the most that labs need.
func (l *Lab) remember(docker string, u verify.Usage) {
	if file := l.usedFile(docker); file != "" {
		if b, err := json.Marshal(u.After(l.used(docker))); err == nil {
			_ = cache.WriteSummed(file, b)
		}
	}
}

// used returns the resources that the last run of a lab has used, the zero
// value if that is not known.
func (l *Lab) used(docker string) (u verify.Usage) {
	if text, ok := cache.ReadSummed(l.usedFile(docker)); !ok || json.Unmarshal(text, &u) != nil {
		return verify.Usage{}
	}
	return u
}

// PrintJobs writes how many of the labs would run at a time, for a person.
func (r *Runner) PrintJobs(w io.Writer, labs []*Lab) error {
	if r.Jobs > 0 {
		_, err := fmt.Fprintf(w, "%s at a time on each engine, fewer where there is too little memory or disk\n", wording.Count(r.Jobs, "lab"))
		return err
	}
	if _, err := fmt.Fprintln(w, "as many labs at a time as suit the processors, the memory and the disk of each engine (-j auto)"); err != nil {
		return err
	}
	for _, l := range labs {
		plan, err := l.Plan()
		if err != nil {
			continue // reported already
		}
		for _, kind := range plan.Kinds {
			if u := l.used(plan.On(kind).Docker); u.Busy() > 0 {
				if _, err := fmt.Fprintf(w, "  %s has used %.1f processors for %s, and %s of memory\n", l.Page.File(), u.Busy(), wording.Duration(u.Took.Round(time.Second)), wording.BinarySize(u.Memory)); err != nil {
					return err
				}
			}
		}
	}
	return nil
}
