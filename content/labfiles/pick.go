package labfiles

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"handbook/content/config"
	"handbook/content/file"
	"handbook/content/record"
	"handbook/content/wording"
)

// A picker picks the files that names select.
type picker struct {
	repository Repository
	kept       *Kept
	untracked  bool            // the name "." includes these too
	known      map[string]File // of an earlier load, by their paths in the repository
	files      []File
	places     map[string]string // by path on the machine: path in the repository
	folders    map[string]bool   // on the machine
	looked     map[string]bool   // folders checked by onlyFiles
	size       int64
	looks      int // how many comparisons with patterns are left
}

func newPicker(r Repository, kept *Kept, old []File) *picker {
	p := &picker{repository: r, kept: kept, known: map[string]File{}, places: map[string]string{}, folders: map[string]bool{}, looked: map[string]bool{}, looks: maxLooks}
	for _, f := range old {
		p.known[f.source] = f
	}
	return p
}

// pick adds the files that a name selects. The name is relative to a folder of
// the repository. The error says what is wrong with it.
func (p *picker) pick(folder string, name config.FileName) error {
	full, top := path.Join(folder, name.Path), folder
	for rest := name.Path; rest == ".." || strings.HasPrefix(rest, "../"); rest = strings.TrimPrefix(strings.TrimPrefix(rest, ".."), "/") {
		top = path.Join(top, "..")
	}
	if top == ".." || strings.HasPrefix(top, "../") {
		return fmt.Errorf("%q is outside the repository", name.Path)
	}
	var found []KeptFile
	selects := func(at string) bool { return within(at, full) }
	if name.IsPattern() {
		found = p.kept.matching(full, &p.looks)
		parts := strings.Split(full, "/")
		selects = func(at string) bool { return match(parts, strings.Split(at, "/"), &p.looks) }
	} else {
		found = p.kept.below(full)
	}
	if name.Path == "." && !p.untracked {
		found = slices.DeleteFunc(slices.Clone(found), func(f KeptFile) bool { return !f.Tracked })
	}
	if p.looks < 0 {
		return fmt.Errorf("%q and the patterns before it are for too many files, expected patterns that begin with the name of a folder", name.Path)
	}
	if len(found) == 0 {
		return p.nothing(full, name)
	}
	clear(p.looked)
	for _, f := range found {
		at := f.Path
		if top != "." {
			at = strings.TrimPrefix(f.Path, top+"/")
		}
		if err := p.onlyFiles(path.Dir(f.Path), selects); err != nil {
			return err
		}
		if err := p.add(f, at); err != nil {
			return err
		}
	}
	return nil
}

// nothing says why a name selects no file.
func (p *picker) nothing(full string, name config.FileName) error {
	switch {
	case name.Path == ".":
		return errors.New("git tracks no file in the page's folder")
	case name.IsPattern():
		return fmt.Errorf("%q matches no file that git does not ignore", name.Path)
	}
	info, err := p.repository.LstatKept(full)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("there is no file or folder %q%s", name.Path, p.meant(full, name.Path))
	case err != nil:
		return fmt.Errorf("%q: %s", name.Path, file.Reason(err))
	case info.Mode()&fs.ModeSymlink != 0:
		return fmt.Errorf("%q is a link, and links are not followed", name.Path)
	case !info.Mode().IsRegular() && !info.IsDir():
		return fmt.Errorf("%q is a %s, not a file", name.Path, file.Kind(info.Mode()))
	case record.Is(full):
		return fmt.Errorf("%q is a record, which handbook writes", name.Path)
	case info.IsDir():
		return fmt.Errorf("the folder %q has no file that git does not ignore", name.Path)
	}
	return fmt.Errorf("git ignores %q, and nothing that git ignores goes to a machine", name.Path)
}

// meant suggests an existing name that is similar to the given one.
func (p *picker) meant(full, name string) string {
	var known []string
	dir := path.Dir(full)
	for _, f := range p.kept.below(dir) {
		rest := f.Path
		if dir != "." {
			rest = strings.TrimPrefix(rest, dir+"/")
		}
		first, _, _ := strings.Cut(rest, "/")
		known = append(known, path.Join(path.Dir(name), first))
	}
	return wording.DidYouMean(name, slices.Compact(known))
}

// add adds a file of the repository. The error says why it can't be on the
// machine.
func (p *picker) add(kept KeptFile, at string) error {
	source := kept.Path
	switch other, taken := p.places[at]; {
	case taken && other == source:
		return nil
	case taken:
		return fmt.Errorf("%q and %q would both be %q on the machine", other, source, at)
	case p.folders[at]:
		return fmt.Errorf("%q would be a file and a folder on the machine", at)
	case !utf8.ValidString(at) || strings.ContainsFunc(at, func(r rune) bool { return unicode.IsControl(r) || wording.Turns(r) }):
		return fmt.Errorf("the name %s has a control character", strconv.QuoteToASCII(source))
	case strings.ContainsAny(at, `\:`): // it could be unpacked at another place
		return fmt.Errorf("the name %q has a character that names of files can't have on Windows", source)
	case len(p.files) == maxFiles:
		return fmt.Errorf("more than %d files", maxFiles)
	}
	for dir := path.Dir(at); dir != "."; dir = path.Dir(dir) {
		if _, taken := p.places[dir]; taken {
			return fmt.Errorf("%q would be a file and a folder on the machine", dir)
		}
		p.folders[dir] = true
	}
	f, err := p.read(kept, at)
	if err != nil {
		return fmt.Errorf("%q: %s", source, file.Reason(err))
	}
	if p.size += f.Size; p.size > maxBytes {
		return fmt.Errorf("the files have %s together, which is more than %s", wording.BinarySize(p.size), wording.BinarySize(maxBytes))
	}
	p.places[at] = source
	p.files = append(p.files, f)
	return nil
}

// onlyFiles returns an error if a folder has pipes, sockets or devices that
// the name selects. Git does not list them.
func (p *picker) onlyFiles(dir string, selects func(string) bool) error {
	if p.looked[dir] {
		return nil
	}
	p.looked[dir] = true
	f, err := p.repository.OpenKept(dir)
	if err != nil {
		return fmt.Errorf("%q: %s", dir, file.Reason(err))
	}
	defer f.Close()
	folder, ok := f.(fs.ReadDirFile)
	if !ok {
		return nil
	}
	entries, err := folder.ReadDir(-1)
	if err != nil {
		return fmt.Errorf("%q: %s", dir, file.Reason(err))
	}
	for _, e := range entries {
		if at := path.Join(dir, e.Name()); e.Type()&(fs.ModeNamedPipe|fs.ModeSocket|fs.ModeDevice) != 0 && selects(at) {
			return fmt.Errorf("%q is a %s, not a file", at, file.Kind(e.Type()))
		}
	}
	return nil
}

// read describes a file. Its bytes are not read if they are known.
func (p *picker) read(kept KeptFile, at string) (File, error) {
	source, now := kept.Path, time.Now()
	info, err := p.repository.LstatKept(source)
	if err != nil {
		return File{}, err
	}
	switch mode := info.Mode(); {
	case mode&fs.ModeSymlink != 0:
		return File{}, errors.New("a link, and links are not followed")
	case mode.IsDir():
		return File{}, errors.New("a Git repository of its own that is not there (git submodule update --init gets it), or whose files this one does not have")
	case !mode.IsRegular():
		return File{}, fmt.Errorf("a %s, not a file", file.Kind(mode))
	}
	f := File{Path: at, Exec: info.Mode()&0o111 != 0, Size: info.Size(), source: source, from: p.repository, stamp: file.NewStamp(info, now)}
	if old, ok := p.known[source]; ok && f.stamp.Is(old.stamp) {
		f.Digest = old.Digest
		return f, nil
	}
	b, err := readKept(p.repository, source)
	if err == nil && (!kept.Tracked || p.kept.NoGit) && IsSecret(source, b) {
		err = errSecret
		if p.kept.NoGit {
			err = errSecretNoGit
		}
	}
	f.Size, f.Digest = int64(len(b)), file.Digest(b)
	return f, err
}

// errSecret is returned for a file that looks like a secret and is not
// committed, so that it is not published. Git may have ignored it until the
// .gitignore was changed.
var errSecret = errors.New("it usually holds secrets, and git does not track it")

// errSecretNoGit is errSecret for a copy without its repository, where nothing tells
// what was committed. Its .gitignore may be another one, or missing.
var errSecretNoGit = errors.New("it usually holds secrets, and no Git repository is here that tracks it")

// secretRE matches names of files that usually contain passwords or keys.
var secretRE = regexp.MustCompile(`(?i)^(?:.*\.env|\.env\..*|\.netrc|\.npmrc|\.pypirc|\.pgpass|\.htpasswd|id_(?:rsa|dsa|ecdsa|ed25519)|credentials(?:\.\w+)?|secrets?\.(?:json|ya?ml|toml|ini|txt)|kubeconfig|.*\.(?:p12|pfx|jks|keystore|kdbx|ppk|ovpn|tfstate|tfvars))$`)

// IsSecret reports whether a file usually contains secrets by its name, or
// contains a private key.
func IsSecret(name string, text []byte) bool {
	return secretRE.MatchString(path.Base(name)) || bytes.Contains(text, []byte("PRIVATE KEY-----"))
}
