package place

import (
	"fmt"
	"path"
	"strings"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"handbook/content"
)

// Names are the names of the files of a published site, each with its origin.
// Names that differ only in case or in the Unicode form of accents clash,
// since some file systems do not distinguish them.
type Names struct {
	taken   map[string]Published // by key
	folders map[string]Published // their parent folders, by key
	told    map[[2]string]bool   // pairs of files whose clash is reported already
	fail    func(error)
	fold    cases.Caser
}

// A Published is a name under which something is published.
type Published struct {
	Name string
	What string      // for messages: the file in the content, or what handbook makes
	At   content.Pos // place for errors about it; zero for what handbook makes
	File bool        // a file of the content that is published as it is
}

// Encodings are the extensions of compressed copies that servers may send in
// place of the original files.
var Encodings = []string{".gz", ".br", ".zst", ".z"}

// NewNames returns an empty set of names. It calls fail for names that clash.
func NewNames(fail func(error)) *Names {
	return &Names{map[string]Published{}, map[string]Published{}, map[[2]string]bool{}, fail, cases.Fold()}
}

// key returns the same key for names that some file system does not
// distinguish.
func (n *Names) key(name string) string {
	for i := range len(name) {
		if c := name[i]; c >= 0x80 || c >= 'A' && c <= 'Z' {
			return norm.NFC.String(n.fold.String(norm.NFC.String(name)))
		}
	}
	return name
}

// Take adds a name. If it is taken already, that is an error at one of the
// two.
func (n *Names) Take(new Published) {
	key := n.key(new.Name)
	if old, ok := n.taken[key]; ok {
		n.clash(old, new)
		return
	}
	if below, ok := n.folders[key]; ok {
		n.clash(below, new)
		return
	}
	n.taken[key] = new
	for _, ending := range Encodings {
		if copied, ok := n.taken[key+ending]; ok && !(copied.File && new.File) {
			n.clash(new, copied)
		}
		if of, ok := n.taken[strings.TrimSuffix(key, ending)]; ok && strings.HasSuffix(key, ending) && !(of.File && new.File) {
			n.clash(of, new)
		}
	}
	for dir := path.Dir(key); dir != "."; dir = path.Dir(dir) {
		if file, ok := n.taken[dir]; ok {
			n.clash(file, new)
			return
		}
		if _, known := n.folders[dir]; known {
			return
		}
		n.folders[dir] = new
	}
}

// Has reports whether something is published under exactly this name.
func (n *Names) Has(name string) bool { return n.taken[n.key(name)].Name == name }

// clash returns the error about two names that can't both be published.
func (n *Names) clash(a, b Published) {
	if b.At.File == "" { // the author can only change the other one
		a, b = b, a
	}
	both := [2]string{a.What, b.What}
	if n.told[both] {
		return
	}
	n.told[both] = true
	msg := fmt.Sprintf("published as %q, as is %s", b.Name, a.What)
	switch {
	case a.Name == b.Name:
	case norm.NFC.String(a.Name) == norm.NFC.String(b.Name): // they look the same
		msg = fmt.Sprintf("published as %+q, which cannot stand beside %+q: that is %s", b.Name, a.Name, a.What)
	default:
		msg = fmt.Sprintf("published as %q, which cannot stand beside %q: that is %s", b.Name, a.Name, a.What)
	}
	n.fail(&content.Error{Pos: b.At, Msg: msg, Reason: ReasonPlace})
}

// ReasonPlace is the reason of an error about two files that are published under
// the same name.
const ReasonPlace content.Reason = "place"

// TakeAll adds names in order.
func (n *Names) TakeAll(names []string, what string, at content.Pos) {
	for _, name := range names {
		where := what
		if where == "" {
			where = "handbook's own " + name
		}
		n.Take(Published{Name: name, What: where, At: at})
	}
}

// BadAlias says why an alias can't be the name of a file, "" if it can.
func BadAlias(alias, name string) string {
	switch {
	case strings.ContainsAny(alias, "?#"):
		return "has a query or a fragment, which no file can have"
	case strings.ContainsFunc(name, func(r rune) bool { return r < ' ' || r == 0x7f || r == '\\' || r == ':' }):
		return "has a character that file names cannot have everywhere"
	case strings.HasPrefix(name, ".") || strings.Contains(name, "/."):
		return "begins with a dot somewhere, as files do that are not published"
	}
	return ""
}
