package config

import (
	"net/url"
	"path"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"handbook/content/mistake"
	"handbook/content/settings"
	"handbook/content/wording"
)

// A FileName is an entry of a lab's files key: the path of a file or a folder,
// or a pattern, relative to the page.
type FileName struct {
	Path string // clean, with slashes
	Pos  mistake.Pos
}

// IsPattern reports whether the name stands for all files that it matches.
func (n FileName) IsPattern() bool { return strings.ContainsAny(n.Path, "*?[") }

// maxFileNames is how many names the files key of a lab can have. maxStars is how
// many of "**" a name can have, each of which is tried at each folder.
const (
	maxFileNames = 100
	maxStars     = 2
)

// fileNames reads the files of a lab.
func (y *reader) fileNames(to *[]FileName) func(settings.Node) {
	return func(n settings.Node) {
		*to = nil
		y.OneOrMore(func(item settings.Node) {
			var name string
			before := len(y.Mistakes)
			y.Text(&name)(item)
			if len(y.Mistakes) > before || len(*to) > maxFileNames {
				return
			}
			if len(*to) == maxFileNames {
				y.Fail(item, "more than %d names, expected a folder or a pattern for several files", maxFileNames)
			}
			if problem := relative(name, "the page"); problem != "" {
				y.Fail(item, "%s", problem)
				return
			}
			f := FileName{path.Clean(name), y.pos(settings.Place(item))}
			if _, err := path.Match(f.Path, ""); f.IsPattern() && err != nil {
				y.Fail(item, `%q is not a pattern, expected a path with "*", "?", "[a-z]" or "**"`, name)
				return
			}
			if strings.Count("/"+f.Path+"/", "/**/") > maxStars {
				y.Fail(item, `%q has "**" more than %d times`, name, maxStars)
				return
			}
			*to = append(*to, f)
		})(n)
	}
}

// relative says what is wrong with a path that has to be relative to something.
func relative(name, to string) string {
	switch {
	case name == "":
		return "expected a path relative to " + to
	case strings.HasPrefix(name, "/"), strings.HasPrefix(name, "~"), len(name) > 1 && name[1] == ':':
		return "expected a path relative to " + to + ", not " + strconv.Quote(name)
	case strings.Contains(name, `\`):
		return "expected a path with slashes, not " + strconv.Quote(name)
	case !utf8.ValidString(name), strings.ContainsFunc(name, func(r rune) bool { return unicode.IsControl(r) || wording.Turns(r) }):
		return strconv.Quote(name) + " has a control character"
	}
	return ""
}

// A Clone says where to find the files of a Git repository that labs clone.
type Clone struct {
	URL    string // as passed to git clone, but without ".git" and a slash at its end
	Folder string // path relative to the content root; "" if there is a mirror
	Mirror string // URL of the repository that is cloned in its place
	Pos    mistake.Pos
}

// maxClones is how many clones the settings of a site can list.
const maxClones = 100

// clones reads where the files of repositories are: {https://…: ../folder}.
func (y *reader) clones(to *[]Clone) func(settings.Node) {
	return y.Each(func(address string, at, value settings.Node) {
		var where string
		before := len(y.Mistakes)
		y.Text(&where)(value)
		if len(y.Mistakes) > before || len(*to) > maxClones {
			return
		}
		c := Clone{URL: CloneURL(address), Pos: y.pos(settings.Place(at))}
		_, isURL := repositoryAddress(where)
		switch problem := relative(where, "the content root"); {
		case len(*to) == maxClones:
			y.Fail(at, "more than %d repositories", maxClones)
		case !isRepository(address):
			y.Fail(at, "expected the address of a repository such as https://github.com/docker/getting-started, not %q", address)
			return
		case isURL && !isRepository(where):
			y.Fail(value, "expected a mirror such as https://git.example.org/getting-started, not %q", where)
			return
		case isURL:
			c.Mirror = where
		case problem != "":
			y.Fail(value, "%s", problem)
			return
		default:
			c.Folder = path.Clean(where)
		}
		for _, other := range *to {
			if strings.EqualFold(other.URL, c.URL) {
				y.Fail(at, "the repository %s has two places", c.URL)
				return
			}
		}
		*to = append(*to, c)
	})
}

// CloneURL returns the address of a repository without what git clone does not
// need: ".git" and slashes at its end.
func CloneURL(address string) string {
	return strings.TrimSuffix(strings.TrimRight(address, "/"), ".git")
}

func repositoryAddress(text string) (*url.URL, bool) {
	scheme, _, found := strings.Cut(text, "://")
	u, err := url.Parse(text)
	return u, found && err == nil && !strings.Contains(scheme, "/")
}

// isRepository reports whether a text is the HTTPS address of a repository,
// without credentials.
func isRepository(text string) bool {
	u, ok := repositoryAddress(text)
	return ok && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" && u.User == nil && u.RawQuery == "" && u.Fragment == "" &&
		strings.Trim(u.Path, "/") != "" && plainAddress(text)
}

// plainAddress reports whether an address has no characters that are special
// to shells.
func plainAddress(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool {
		return !(r < utf8.RuneSelf && (unicode.IsLetter(r) || unicode.IsDigit(r)) || strings.ContainsRune("/:.-_~%+@", r))
	})
}
