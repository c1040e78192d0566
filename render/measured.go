package render

import (
	"fmt"
	"html"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/util"

	"handbook/content"
)

// measures are the schemes of links that stand for a measured value, with
// what readers are told was measured.
var measures = map[string]string{
	"size":     "unpacked size of %s, measured",
	"download": "compressed size of %s, measured",
	"layers":   "layers of %s, counted",
	"context":  "build context of %s, measured",
	"time":     "build of %s, measured",
	"cached":   "cached steps of the build of %s, as BuildKit recorded them",
}

// measured takes a link's destination apart: scheme and image.
func measured(dest string) (scheme, ref string, ok bool) {
	scheme, ref, ok = strings.Cut(dest, ":")
	return scheme, ref, ok && measures[scheme] != "" && ref != ""
}

// writeMeasured writes the measured value in place of the author's claim. While
// nothing has been measured the claim stands, marked as such.
func (w *writer) writeMeasured(b util.BufWriter, l *ast.Link, scheme, ref string) {
	text := html.EscapeString(content.PlainText(l, w.source))
	value, ok := "", false
	if r := w.page.Record; r != nil && w.page.State == content.Fresh {
		value, ok = measure(r, scheme, ref)
		if !ok {
			w.errorAt(w.destination(l, l.Destination), "", "%s:%s: the record has no such value", scheme, ref)
		}
	}
	if !ok {
		b.WriteString(`<span class="claim" title="not measured yet">` + text + "</span>")
		return
	}
	b.WriteString(`<data class="measured" value="` + html.EscapeString(scheme+":"+ref) + `"` +
		figureTitle(fmt.Sprintf(measures[scheme], ref)) + ">" + html.EscapeString(value) + "</data>")
}

// measure looks a value up in a record. Of several builds of an image the
// last one counts, as it does on the machine.
func measure(r *content.Record, scheme, ref string) (string, bool) {
	switch scheme {
	case "size", "download", "layers":
		image := imageOf(r, ref)
		if image == nil {
			return "", false
		}
		switch scheme {
		case "size":
			return size(image.Unpacked), true
		case "download":
			return size(image.Download), image.Download > 0
		}
		return itoa(len(image.Layers)), true
	}
	build := buildOf(r, ref)
	if build == nil {
		return "", false
	}
	switch scheme {
	case "context":
		return size(build.Context), true
	case "time":
		return seconds(build.Seconds), true
	}
	cached := 0
	for _, step := range build.Steps {
		if step.Cached {
			cached++
		}
	}
	return itoa(cached), true
}

func imageOf(r *content.Record, ref string) *content.Image {
	for i := range r.Images {
		if r.Images[i].Ref == ref {
			return &r.Images[i]
		}
	}
	return nil
}

func buildOf(r *content.Record, ref string) *content.Build {
	for i := len(r.Builds) - 1; i >= 0; i-- {
		if r.Builds[i].Image == ref {
			return &r.Builds[i]
		}
	}
	return nil
}
