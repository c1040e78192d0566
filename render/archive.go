package render

import (
	"archive/zip"
	"bytes"
	"io/fs"
	"path"
	"strconv"
	"strings"
	"time"
	"unicode"

	"handbook/content"
	"handbook/render/locale"
)

// archive returns a lab's download, a ZIP file with a folder named as the page:
// the files that were on the machine when the lab ended, and the commands as
// lab.sh. Files whose text is not in the record, because they are too large or
// not text, are listed in a note. The bytes depend on the record alone.
func archive(p *content.Page, script []byte, words *locale.Locale) ([]byte, error) {
	folder := path.Base(strings.TrimSuffix(p.URL, "/"))
	if !portable(folder) {
		folder = "lab"
	}
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	add := func(name string, mode fs.FileMode, text string) error {
		h := &zip.FileHeader{Name: folder + "/" + name, Method: zip.Deflate, Modified: p.Record.Verified}
		h.SetMode(mode)
		f, err := w.CreateHeader(h)
		if err != nil {
			return err
		}
		_, err = f.Write([]byte(text))
		return err
	}
	var left strings.Builder
	taken := map[string]bool{}
	for _, f := range p.Record.Files {
		mode, err := strconv.ParseUint(f.Mode, 8, 32)
		if err != nil || !fs.ValidPath(f.Path) {
			continue
		}
		if f.Text == nil || !portable(f.Path) || taken[f.Path] {
			left.WriteString(strings.Trim(strconv.Quote(f.Path), `"`) + ", " + words.Size(f.Bytes) + "\n")
			continue
		}
		taken[f.Path] = true
		if err := add(f.Path, fs.FileMode(mode)&fs.ModePerm, *f.Text); err != nil {
			return nil, err
		}
	}
	if !taken[scriptName] {
		if err := add(scriptName, 0o755, string(script)); err != nil {
			return nil, err
		}
	}
	if left.Len() > 0 && !taken["LEFT-OUT.txt"] {
		if err := add("LEFT-OUT.txt", 0o644, words.Text("left-out")+"\n\n"+left.String()); err != nil {
			return nil, err
		}
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// startArchive returns the files that readers need before they start a lab, as a
// ZIP file to be unpacked in the lab's directory.
func startArchive(p *content.Page) ([]byte, error) {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for i := range p.Files {
		f := &p.Files[i]
		text, err := f.Bytes()
		if err != nil { // the file has changed since the page was read
			return nil, &content.Error{Pos: p.Lab.Pos, Msg: err.Error()}
		}
		h := &zip.FileHeader{Name: f.Path, Method: zip.Deflate, Modified: time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)}
		h.SetMode(f.Mode())
		to, err := w.CreateHeader(h)
		if err == nil {
			_, err = to.Write(text)
		}
		if err != nil {
			return nil, err
		}
	}
	err := w.Close()
	return b.Bytes(), err
}

// portable reports whether a name means the same file on each system: on some
// of them a backslash separates folders, and a colon follows the name of a
// drive. It must not have control characters either, which would act on a
// terminal that lists the files.
func portable(name string) bool {
	return !strings.ContainsFunc(name, func(r rune) bool { return r == '\\' || r == ':' || unicode.IsControl(r) })
}
