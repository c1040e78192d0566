package place

import (
	"fmt"
	"path"
	"strings"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"handbook/content"
)

// Names are those under which a site is published, each with where that
// comes from. A name is a place once, also where it is written in other letters:
// file systems may ignore case, and some compose accents where others do not.
type Names struct {
	taken   map[string]Published // by key
	folders map[string]Published // the names that stand above them, by key
	told    map[[2]string]bool   // the files whose names clash, of which the first clash is told
	fail    func(error)
	fold    cases.Caser
}

// A Published is a name under which something is published.
type Published struct {
	Name string
	What string      // for messages: the file in the content, or what handbook makes
	At   content.Pos // where an error about it stands; zero for what handbook makes
	File bool        // it is a file of the content, as it is
}

// Encodings are the endings of the compressed copies of files that servers send
// in the place of the files, as what these are.
var Encodings = []string{".gz", ".br", ".zst", ".z"}

// NewNames returns names of which none is taken. fail is told of those that clash.
func NewNames(fail func(error)) *Names {
	return &Names{map[string]Published{}, map[string]Published{}, map[[2]string]bool{}, fail, cases.Fold()}
}

// key is the same for names that some file system takes for the same.
func (n *Names) key(name string) string {
	for i := range len(name) {
		if c := name[i]; c >= 0x80 || c >= 'A' && c <= 'Z' {
			return norm.NFC.String(n.fold.String(norm.NFC.String(name)))
		}
	}
	return name
}

// Take claims a name. If it is taken, that is an error at one of the two.
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

// Has reports whether something is published under just this name.
func (n *Names) Has(name string) bool { return n.taken[n.key(name)].Name == name }

// clash is the error of two names that can't both be published.
func (n *Names) clash(a, b Published) {
	if b.At.File == "" { // the author can change the other one only
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

// TakeAll claims names in their order.
func (n *Names) TakeAll(names []string, what string, at content.Pos) {
	for _, name := range names {
		where := what
		if where == "" {
			where = "handbook's own " + name
		}
		n.Take(Published{Name: name, What: where, At: at})
	}
}

// BadAlias says what is wrong with an alias that no file can have, "" if nothing
// is.
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
