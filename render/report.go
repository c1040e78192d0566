package render

import (
	"fmt"
	"html"
	"slices"
	"strconv"
	"strings"

	"github.com/yuin/goldmark/util"

	"handbook/content"
)

// writeReport writes what was measured of the images that a report fence
// names: as it was where the fence stands, since names move and images are
// built again.
func (w *writer) writeReport(b util.BufWriter, s *content.Snippet, i int, id string) {
	b.WriteString(`<figure class="report" id="` + id + `"><figcaption><span class="name">` +
		html.EscapeString(firstOf(s.Options.Title, reportTitles[s.Lang])) + "</span>" + w.seal(s, w.results[i]) + "</figcaption>")
	r, at := w.record(), w.page.ResultIndex(i)
	if r == nil || s.Options.Skip != "" {
		when := "Not measured yet: "
		if w.page.State == content.Stale {
			when = "Not measured since the page has changed: "
		}
		b.WriteString(`<p class="unmeasured">` + when + html.EscapeString(strings.Join(reportRefs(s.Rows), ", ")) + "</p></figure>\n")
		return
	}
	switch s.Lang {
	case "image-sizes":
		w.writeSizes(b, r, at, s.Rows)
	case "image-layers":
		for _, ref := range reportRefs(s.Rows) {
			writeLayers(b, r.ImageAt(w.holders.bind(ref), at), ref)
		}
	case "build-steps":
		for _, row := range s.Rows {
			for _, ref := range row.Refs {
				writeSteps(b, r.BuildAt(w.holders.bind(ref), at), ref)
			}
		}
	}
	b.WriteString(`<p class="source">` + html.EscapeString(measuredOn(r)) + "</p></figure>\n")
}

var reportTitles = map[string]string{
	"image-sizes":  "Image sizes, measured",
	"image-layers": "Layers, measured",
	"build-steps":  "Steps of the build, as BuildKit recorded them",
}

// reportRefs are the images that a report names, each once.
func reportRefs(rows []content.Row) []string {
	var refs []string
	for _, row := range rows {
		for _, ref := range row.Refs {
			if !slices.Contains(refs, ref) {
				refs = append(refs, ref)
			}
		}
	}
	return refs
}

// measuredOn names what the numbers depend on.
func measuredOn(r *content.Record) string {
	parts := machineParts(r.Machine)
	for _, base := range r.Bases {
		part := base.Image
		if base.Note != "" {
			part += " (stand-in: " + base.Note + ")"
		}
		parts = append(parts, part)
	}
	return "Measured on " + date(r.Verified) + " · " + strings.Join(parts, " · ")
}

// writeSizes writes a table whose bars are a chart. The bars say nothing that
// the numbers beside them don't, so they are hidden from screen readers.
func (w *writer) writeSizes(b util.BufWriter, r *content.Record, at int, rows []content.Row) {
	refs := reportRefs(rows)
	var largest int64 = 1
	for _, ref := range refs {
		if image := r.ImageAt(w.holders.bind(ref), at); image != nil {
			largest = max(largest, image.Unpacked, image.Download)
		}
	}
	b.WriteString(`<div class="table"><table><thead><tr><th scope="col">Image</th><th scope="col" class="wide">Size</th>` +
		`<th scope="col" class="right">Unpacked</th><th scope="col" class="right">Download</th></tr></thead><tbody>`)
	for _, ref := range refs {
		image := r.ImageAt(w.holders.bind(ref), at)
		if image == nil {
			b.WriteString(`<tr><th scope="row"><code>` + html.EscapeString(ref) + `</code></th><td colspan="3">not in the record</td></tr>`)
			continue
		}
		download := "–"
		if image.Download > 0 {
			download = content.FormatSize(image.Download)
		}
		b.WriteString(`<tr><th scope="row"><code>` + html.EscapeString(ref) + `</code></th><td class="wide">` +
			bars(float64(image.Unpacked)/float64(largest), float64(image.Download)/float64(largest)) +
			`</td><td class="right">` + content.FormatSize(image.Unpacked) + `</td><td class="right">` + download + "</td></tr>")
	}
	b.WriteString("</tbody></table></div>")
	for _, row := range rows {
		writeClaims(b, row)
	}
	b.WriteString(`<p class="key" aria-hidden="true"><span class="unpacked">unpacked</span> <span class="download">download</span></p>`)
}

// writeClaims writes what a row claims of the sizes; verify has seen to it
// that it holds.
func writeClaims(b util.BufWriter, row content.Row) {
	for i, less := range row.Less {
		if i+1 >= len(row.Refs) {
			return
		}
		than := "larger"
		if less {
			than = "smaller"
		}
		b.WriteString(`<p class="holds"><code>` + html.EscapeString(row.Refs[i]) + "</code> is " + than + " than <code>" +
			html.EscapeString(row.Refs[i+1]) + "</code></p>")
	}
}

// bars draws one bar filled and one hatched, as shares of the full width:
// told apart without colour.
func bars(unpacked, download float64) string {
	return `<svg class="bars" viewBox="0 0 100 20" preserveAspectRatio="none" aria-hidden="true">` +
		`<rect class="unpacked" x="0" y="1" height="10" width="` + share(unpacked) + `"/>` +
		`<rect class="download" x="0" y="13" height="6" width="` + share(download) + `"/></svg>`
}

func share(f float64) string { return strconv.FormatFloat(100*f, 'f', 2, 64) }

// writeLayers writes where the bytes of an image are.
func writeLayers(b util.BufWriter, image *content.Image, ref string) {
	if image == nil {
		b.WriteString("<p><code>" + html.EscapeString(ref) + "</code> is not in the record.</p>")
		return
	}
	var largest int64 = 1
	for _, l := range image.Layers {
		largest = max(largest, l.Bytes)
	}
	b.WriteString(`<div class="table"><table><caption><code>` + html.EscapeString(ref) + "</code>: " + content.FormatSize(image.Unpacked) + " in " +
		plural(image.FileLayers(), "layer") + " with files, of " + plural(len(image.Layers), "instruction") + `</caption><thead><tr><th scope="col">Instruction</th><th scope="col" class="wide">Share</th>` +
		`<th scope="col" class="right">Size</th></tr></thead><tbody>`)
	for _, l := range image.Layers {
		b.WriteString("<tr><td><code>" + html.EscapeString(l.Instruction) + `</code></td><td class="wide">` +
			bar(float64(l.Bytes)/float64(largest)) + `</td><td class="right">` + content.FormatSize(l.Bytes) + "</td></tr>")
	}
	b.WriteString("</tbody></table></div>")
}

func bar(f float64) string {
	return `<svg class="bars" viewBox="0 0 100 20" preserveAspectRatio="none" aria-hidden="true">` +
		`<rect class="unpacked" x="0" y="4" height="12" width="` + share(f) + `"/></svg>`
}

// writeSteps writes the steps of a build: how long each took, and which were
// not run because their result was in the cache.
func writeSteps(b util.BufWriter, build *content.Build, ref string) {
	if build == nil {
		b.WriteString("<p>The record has no build of <code>" + html.EscapeString(ref) + "</code>.</p>")
		return
	}
	cached := 0
	for _, step := range build.Steps {
		if step.Cached {
			cached++
		}
	}
	fmt.Fprintf(b, `<div class="table"><table><caption><code>%s</code>: %s in %s, %d of them cached</caption>`,
		html.EscapeString(ref), content.FormatSeconds(build.Seconds), plural(len(build.Steps), "step"), cached)
	b.WriteString(`<thead><tr><th scope="col">Step</th><th scope="col" class="right">Time</th><th scope="col">Cache</th></tr></thead><tbody>`)
	for _, step := range build.Steps {
		mark := stepMark(step)
		class := strings.ToLower(mark)
		b.WriteString("<tr><td><code>" + html.EscapeString(step.Name) + `</code></td><td class="right">` + content.FormatSeconds(step.Seconds) +
			`</td><td><span class="` + class + `">` + mark + "</span></td></tr>")
	}
	b.WriteString("</tbody></table></div>")
}
