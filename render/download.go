package render

import (
	"archive/zip"
	"bytes"
	"io/fs"
	"path"
	"strconv"
	"strings"

	"handbook/content"
)

// archive is a lab's download: its files as they were on the machine when the
// lab had ended, and its commands as lab.sh, in one folder that is named as
// the page is. What the record only names, because it is no text or too
// large, is listed in a note. The bytes depend on nothing but the record.
func archive(p *content.Page, script []byte) ([]byte, error) {
	folder := path.Base(strings.TrimSuffix(p.URL, "/"))
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
		if f.Text == nil {
			left.WriteString(f.Path + ", " + content.FormatSize(f.Bytes) + "\n")
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
		if err := add("LEFT-OUT.txt", 0o644, "These files were there when the lab ended, but are no text or too large:\n\n"+left.String()); err != nil {
			return nil, err
		}
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}
