package render

import (
	"fmt"
	"html"
	"strconv"
	"strings"

	"github.com/yuin/goldmark/util"

	"handbook/content"
)

// writeReport writes what was measured of the images that a report fence
// names, one a line.
func (w *writer) writeReport(b util.BufWriter, s *content.Snippet, id string) {
	r := w.page.Record
	b.WriteString(`<figure class="report" id="` + id + `"><figcaption><span class="name">` + html.EscapeString(firstOf(s.Options.Title, reportTitles[s.Lang])) +
		"</span>" + w.seal(s, w.results[w.snippets[s.Node]]) + "</figcaption>")
	refs := reportRefs(s.Code)
	switch {
	case s.Options.Skip != "" || r == nil || w.page.State != content.Fresh:
		b.WriteString(`<p class="unmeasured">Not measured yet: ` + html.EscapeString(strings.Join(refs, ", ")) + "</p>")
	case s.Lang == "image-sizes":
		w.writeSizes(b, r, refs)
	case s.Lang == "image-layers":
		for _, ref := range refs {
			writeLayers(b, imageOf(r, ref), ref)
		}
	case s.Lang == "build-steps":
		for _, ref := range refs {
			writeSteps(b, buildOf(r, ref), ref)
		}
	}
	if r != nil && w.page.State == content.Fresh {
		b.WriteString(`<p class="source">` + html.EscapeString(measuredOn(r)) + "</p>")
	}
	b.WriteString("</figure>\n")
}

var reportTitles = map[string]string{
	"image-sizes":  "Image sizes, measured",
	"image-layers": "Layers, measured",
	"build-steps":  "Steps of the build, as BuildKit recorded them",
}

// reportRefs are the images that a report names, each once: a line is an
// image, then claims.
func reportRefs(code string) []string {
	var refs []string
	seen := make(map[string]bool)
	for line := range strings.Lines(code) {
		fields := strings.Fields(line)
		for i, f := range fields {
			if i > 0 && fields[i-1] != "<" || f == "<" || seen[f] {
				continue
			}
			seen[f] = true
			refs = append(refs, f)
		}
	}
	return refs
}

// measuredOn names what the numbers depend on.
func measuredOn(r *content.Record) string {
	var parts []string
	if r.Machine.Engine != "" {
		parts = append(parts, "Docker Engine "+r.Machine.Engine)
	}
	if r.Machine.Storage != "" {
		parts = append(parts, r.Machine.Storage)
	}
	parts = append(parts, r.Machine.Platform)
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
func (w *writer) writeSizes(b util.BufWriter, r *content.Record, refs []string) {
	var largest int64 = 1
	for _, ref := range refs {
		if image := imageOf(r, ref); image != nil {
			largest = max(largest, image.Unpacked, image.Download)
		}
	}
	b.WriteString(`<div class="table"><table><thead><tr><th scope="col">Image</th><th scope="col" class="wide">Size</th>` +
		`<th scope="col" class="right">Unpacked</th><th scope="col" class="right">Download</th></tr></thead><tbody>`)
	for _, ref := range refs {
		image := imageOf(r, ref)
		if image == nil {
			b.WriteString(`<tr><th scope="row"><code>` + html.EscapeString(ref) + `</code></th><td colspan="3">not in the record</td></tr>`)
			continue
		}
		download := "–"
		if image.Download > 0 {
			download = size(image.Download)
		}
		b.WriteString(`<tr><th scope="row"><code>` + html.EscapeString(ref) + `</code></th><td class="wide">` +
			bars(float64(image.Unpacked)/float64(largest), float64(image.Download)/float64(largest)) +
			`</td><td class="right">` + size(image.Unpacked) + `</td><td class="right">` + download + "</td></tr>")
	}
	b.WriteString("</tbody></table></div>")
	b.WriteString(`<p class="key" aria-hidden="true"><span class="unpacked">unpacked</span> <span class="download">download</span></p>`)
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
	b.WriteString(`<div class="table"><table><caption><code>` + html.EscapeString(ref) + "</code>: " + size(image.Unpacked) + " in " +
		plural(len(image.Layers), "layer") + `</caption><thead><tr><th scope="col">Instruction</th><th scope="col" class="wide">Share</th>` +
		`<th scope="col" class="right">Size</th></tr></thead><tbody>`)
	for _, l := range image.Layers {
		b.WriteString("<tr><td><code>" + html.EscapeString(l.Instruction) + `</code></td><td class="wide">` +
			bar(float64(l.Bytes)/float64(largest)) + `</td><td class="right">` + size(l.Bytes) + "</td></tr>")
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
		html.EscapeString(ref), seconds(build.Seconds), plural(len(build.Steps), "step"), cached)
	b.WriteString(`<thead><tr><th scope="col">Step</th><th scope="col" class="right">Time</th><th scope="col">Cache</th></tr></thead><tbody>`)
	for _, step := range build.Steps {
		mark, class := "ran", "ran"
		if step.Cached {
			mark, class = "CACHED", "cached"
		}
		b.WriteString("<tr><td><code>" + html.EscapeString(step.Name) + `</code></td><td class="right">` + seconds(step.Seconds) +
			`</td><td><span class="` + class + `">` + mark + "</span></td></tr>")
	}
	b.WriteString("</tbody></table></div>")
}
