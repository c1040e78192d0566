package main

import (
	"os"
	"path/filepath"
)

// A repository is the checkout around the working directory. CI systems name
// files from its root on.
type repository struct {
	here string // the working directory, "" if that is unknown
	root string
	blob string // URL of its files at this commit, as CI systems tell it
}

// findRepository finds the checkout here; where there is none, the working
// directory takes its place.
func findRepository() repository {
	dir, err := filepath.Abs(".")
	if err != nil {
		return repository{}
	}
	r := repository{here: dir, root: dir, blob: blobURL(os.Getenv)}
	for _, at := range upwards(dir) {
		if _, err := os.Stat(filepath.Join(at, ".git")); err == nil {
			r.root = at
			break
		}
	}
	return r
}

// blobURL is where the CI system shows the files of what it checks.
func blobURL(getenv func(string) string) string {
	if repo, commit := getenv("GITHUB_REPOSITORY"), getenv("GITHUB_SHA"); repo != "" && commit != "" {
		return firstOf(getenv("GITHUB_SERVER_URL"), "https://github.com") + "/" + repo + "/blob/" + commit + "/"
	}
	if project, commit := getenv("CI_PROJECT_URL"), getenv("CI_COMMIT_SHA"); project != "" && commit != "" {
		return project + "/-/blob/" + commit + "/"
	}
	return ""
}

// path is the way to a file from the repository's root on; what lies outside
// keeps its name.
func (r repository) path(file string) string {
	if r.here == "" {
		return file
	}
	at := filepath.FromSlash(file)
	if !filepath.IsAbs(at) {
		at = filepath.Join(r.here, at)
	}
	rel, err := filepath.Rel(r.root, at)
	if err == nil && !filepath.IsLocal(rel) { // one of them may go by a link
		rel, err = filepath.Rel(realPath(r.root), realPath(at))
	}
	if err != nil || !filepath.IsLocal(rel) {
		return file
	}
	return filepath.ToSlash(rel)
}

// fromHere is the reverse of path: how messages call a file.
func (r repository) fromHere(file string) string {
	if r.here == "" || filepath.IsAbs(filepath.FromSlash(file)) {
		return file
	}
	rel, err := filepath.Rel(r.here, filepath.Join(r.root, filepath.FromSlash(file)))
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
