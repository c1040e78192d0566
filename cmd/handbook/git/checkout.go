package git

import (
	"cmp"
	"os"
	"path/filepath"
)

// A Checkout is the working tree around the working directory. CI systems name
// files from its root on.
type Checkout struct {
	here string // the working directory, "" if that is unknown
	root string
	Blob string // URL of its files at this commit, as CI systems tell it
}

// FindCheckout finds the checkout here; where there is none, the working
// directory takes its place.
func FindCheckout() Checkout {
	dir, err := filepath.Abs(".")
	if err != nil {
		return Checkout{}
	}
	c := Checkout{here: dir, root: dir, Blob: blobURL(os.Getenv)}
	for at, parent := dir, ""; at != parent; at, parent = filepath.Dir(at), at {
		if _, err := os.Stat(filepath.Join(at, ".git")); err == nil {
			c.root = at
			break
		}
	}
	return c
}

// blobURL is where the CI system shows the files of what it checks.
func blobURL(getenv func(string) string) string {
	if repo, commit := getenv("GITHUB_REPOSITORY"), getenv("GITHUB_SHA"); repo != "" && commit != "" {
		return cmp.Or(getenv("GITHUB_SERVER_URL"), "https://github.com") + "/" + repo + "/blob/" + commit + "/"
	}
	if project, commit := getenv("CI_PROJECT_URL"), getenv("CI_COMMIT_SHA"); project != "" && commit != "" {
		return project + "/-/blob/" + commit + "/"
	}
	return ""
}

// Path is the way to a file from the repository's root on; what lies outside
// keeps its name.
func (c Checkout) Path(file string) string {
	if c.here == "" {
		return file
	}
	at := filepath.FromSlash(file)
	if !filepath.IsAbs(at) {
		at = filepath.Join(c.here, at)
	}
	rel, err := filepath.Rel(c.root, at)
	if err == nil && !filepath.IsLocal(rel) { // one of them may go by a link
		rel, err = filepath.Rel(realPath(c.root), realPath(at))
	}
	if err != nil || !filepath.IsLocal(rel) {
		return file
	}
	return filepath.ToSlash(rel)
}

// FromHere is the reverse of Path: how messages call a file.
func (c Checkout) FromHere(file string) string {
	if c.here == "" || filepath.IsAbs(filepath.FromSlash(file)) {
		return file
	}
	rel, err := filepath.Rel(c.here, filepath.Join(c.root, filepath.FromSlash(file)))
	if err != nil {
		return file
	}
	return filepath.ToSlash(rel)
}

// realPath follows links.
func realPath(name string) string {
	if real, err := filepath.EvalSymlinks(name); err == nil {
		return real
	}
	return name
}
