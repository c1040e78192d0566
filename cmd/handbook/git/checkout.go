package git

import (
	"cmp"
	"os"
	"path/filepath"
)

// A Checkout is the git working tree around the working directory. CI systems
// name files relative to its root.
type Checkout struct {
	here string // the working directory, "" if that is unknown
	root string
	Blob string // URL of its files at this commit, from the CI system's environment
}

// FindCheckout finds the checkout here. If there is none, it uses the working
// directory.
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

// blobURL returns the URL at which the CI system shows the files of this
// commit.
func blobURL(getenv func(string) string) string {
	if repo, commit := getenv("GITHUB_REPOSITORY"), getenv("GITHUB_SHA"); repo != "" && commit != "" {
		return cmp.Or(getenv("GITHUB_SERVER_URL"), "https://github.com") + "/" + repo + "/blob/" + commit + "/"
	}
	if project, commit := getenv("CI_PROJECT_URL"), getenv("CI_COMMIT_SHA"); project != "" && commit != "" {
		return project + "/-/blob/" + commit + "/"
	}
	return ""
}

// Path returns the path of a file relative to the repository's root. A file
// outside of it keeps its name.
func (c Checkout) Path(file string) string {
	if c.here == "" {
		return file
	}
	at := filepath.FromSlash(file)
	if !filepath.IsAbs(at) {
		at = filepath.Join(c.here, at)
	}
	rel, err := filepath.Rel(c.root, at)
	if err == nil && !filepath.IsLocal(rel) { // one of them may contain a link
		rel, err = filepath.Rel(realPath(c.root), realPath(at))
	}
	if err != nil || !filepath.IsLocal(rel) {
		return file
	}
	return filepath.ToSlash(rel)
}

// FromHere is the reverse of Path. It returns the name of a file in messages.
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
