package labfiles

import (
	"fmt"
	"path"
	"regexp"
	"strings"

	"handbook/content/config"
	"handbook/content/mistake"
)

// A Clone is a Git repository whose files machines get from another place than
// the address that a lab clones.
type Clone struct {
	config.Clone
	Files []File // of a Folder: relative to the repository's root
}

// Clones finds the files of the repositories that labs clone. A repository
// that contains the site itself comes without the site's pages and settings;
// otherwise each edit would change it. Files that an earlier call has found,
// and that have not changed since, are not read again.
func (f *Finder) Clones(clones []config.Clone, known []Clone) (all []Clone, errs mistake.Errors) {
	var files []File
	for _, c := range known {
		files = append(files, c.Files...)
	}
	for _, c := range clones {
		clone := Clone{Clone: c}
		if c.Folder != "" {
			var err error
			if clone.Files, err = f.cloned(c, files); err != nil {
				errs = append(errs, &mistake.Error{Pos: c.Pos, Msg: "clones: " + err.Error()})
				continue
			}
		}
		all = append(all, clone)
	}
	return all, errs
}

func (f *Finder) cloned(c config.Clone, known []File) ([]File, error) {
	kept, err := f.ask()
	if err != nil {
		return nil, err
	}
	folder := path.Join(kept.Content, c.Folder)
	if folder == ".." || strings.HasPrefix(folder, "../") {
		return nil, fmt.Errorf("%q is outside the repository", c.Folder)
	}
	own := within(kept.Content, folder)
	all := &Kept{Content: kept.Content}
	for _, file := range kept.Files {
		if own && within(file.Path, kept.Content) && (strings.HasSuffix(file.Path, ".md") || file.Path == path.Join(kept.Content, config.File)) {
			continue
		}
		all.Files = append(all.Files, file)
	}
	p := newPicker(f.repository, all, known)
	p.untracked = true
	err = p.pick(folder, config.FileName{Path: "."})
	if len(p.files) == 0 && err != nil {
		err = p.nothing(folder, config.FileName{Path: c.Folder})
	}
	return p.files, err
}

// within reports whether a path leads to a folder, or into it.
func within(name, folder string) bool {
	return folder == "." || name == folder || strings.HasPrefix(name, folder+"/")
}

// In reports whether a text contains the address of the repository. The
// address of one with a longer name does not count.
func (c Clone) In(text string) bool {
	if !strings.Contains(text, c.URL) {
		return false
	}
	return regexp.MustCompile(regexp.QuoteMeta(c.URL) + `(?:\.git)?/*(?:[^\w./-]|$)`).MatchString(text)
}
