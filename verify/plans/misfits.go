package plans

import (
	"path"
	"slices"
	"strings"

	"handbook/content"
	"handbook/content/info"
	"handbook/verify/files"
)

// misfits reports the diffs that cannot apply to a file of the page, as it stands
// there: no run is needed to know. A file that a command may have changed since is
// not known any more.
func (p *Plan) misfits() (errs content.Errors) {
	known := map[string]string{} // texts of files
	for i := range p.Steps {
		step := &p.Steps[i]
		s, o := step.Snippet, step.Snippet.Options
		if !s.Runs() {
			continue
		}
		text, isKnown := known[o.File]
		switch {
		case s.Role == info.File && !o.Append:
			known[o.File] = step.Text
		case s.Role == info.File && isKnown:
			known[o.File] = text + step.Text
		case s.Role == info.Diff && isKnown:
			patched, misfit := files.Patch(text, s, step.Text)
			if misfit != nil {
				errs = append(errs, misfit)
				delete(known, o.File) // what follows builds on it
				continue
			}
			known[o.File] = patched
		}
		for _, c := range step.Run {
			if !leavesFiles(c.Shell) {
				clear(known)
			}
			for file := range known {
				if strings.Contains(c.Shell, path.Base(file)) {
					delete(known, file)
				}
			}
		}
	}
	return errs
}

// leavesFiles reports whether a command surely changes no file but those that it
// names.
func leavesFiles(command string) bool {
	word, _, _ := strings.Cut(strings.TrimSpace(command), " ")
	if !slices.Contains([]string{"cat", "curl", "cd", "docker", "echo", "head", "ls", "mkdir", "pwd", "tail"}, word) {
		return false
	}
	return !strings.ContainsAny(command, "*?[;&|\n") && !strings.Contains(command, " -v") && !strings.Contains(command, "--volume") &&
		!strings.Contains(command, "--mount") && !strings.Contains(command, "docker compose") && !strings.Contains(command, "docker cp")
}
