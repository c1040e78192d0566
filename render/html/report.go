package html

import (
	"cmp"
	"html"
	"html/template"
	"slices"
	"strconv"
	"strings"

	"github.com/yuin/goldmark/util"

	"handbook/content"
)

// Reports writes measured reports.
type reports struct{ *results }

// write writes what was measured of the images that a snippet names.
func (r reports) write(b util.BufWriter, s *content.Snippet, id string) {
	b.WriteString(`<figure class="report" id="` + id + `"><figcaption><span class="name">` +
		html.EscapeString(cmp.Or(s.Options.Title, r.words.Text(reportTitles[s.Lang]))) + "</span>" + r.badge(s) + "</figcaption>")
	if r.record == nil || s.Options.Skip != "" {
		when := "report-not-yet"
		if r.status.State == content.Stale {
			when = "report-stale"
		}
		b.WriteString(`<p class="unmeasured">` + r.words.HTML(when, "images", strings.Join(reportRefs(s.Rows), ", ")) + "</p></figure>\n")
		return
	}
	switch s.Lang {
	case "image-sizes":
		r.writeSizes(b, s)
	case "image-layers":
		for _, ref := range reportRefs(s.Rows) {
			r.writeLayers(b, r.image(ref, s), ref)
			writeSentences(b, r.otherLayers(ref, s))
		}
	case "build-steps":
		for _, row := range s.Rows {
			for _, ref := range row.Refs {
				r.writeSteps(b, r.build(ref, s), ref)
				writeSentences(b, r.otherBuilds(ref, s))
			}
		}
	}
	b.WriteString("</figure>\n")
}

// reportTitles are the keys of the reports' titles.
var reportTitles = map[string]string{
	"image-sizes":  "report-sizes",
	"image-layers": "report-layers",
	"build-steps":  "report-steps",
}

// reportRefs returns the images that a report names, without duplicates.
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

// writeSizes writes a table with a bar chart. Screen readers skip the bars,
// which repeat the numbers beside them.
func (r reports) writeSizes(b util.BufWriter, s *content.Snippet) {
	refs := reportRefs(s.Rows)
	var largest int64 = 1
	for _, ref := range refs {
		if image := r.image(ref, s); image != nil {
			largest = max(largest, image.Unpacked, image.Download)
		}
	}
	b.WriteString(`<div class="table"><table>` + r.head("report-image", "", "report-size", "wide", "report-unpacked", "right", "report-download", "right"))
	for _, ref := range refs {
		image := r.image(ref, s)
		if image == nil {
			b.WriteString(`<tr><th scope="row"><code>` + html.EscapeString(ref) + `</code></th><td colspan="3">` + r.words.HTML("report-missing") + "</td></tr>")
			continue
		}
		download := "–"
		if image.Download > 0 {
			download = r.words.Size(image.Download)
		}
		b.WriteString(`<tr><th scope="row"><code>` + html.EscapeString(ref) + `</code></th><td class="wide">` +
			bars(float64(image.Unpacked)/float64(largest), float64(image.Download)/float64(largest)) +
			`</td><td class="right">` + r.words.Size(image.Unpacked) + r.standinMark(image) + `</td><td class="right">` + download + r.standinMark(image) + "</td></tr>")
		for _, other := range r.otherSizes(ref, s) {
			b.WriteString(`<tr class="also"><td colspan="2">` + r.words.HTML("also-size", "docker", other.name) + `</td><td class="right">` +
				html.EscapeString(other.unpacked) + `</td><td class="right">` + html.EscapeString(other.download) + "</td></tr>")
		}
	}
	b.WriteString("</tbody></table></div>")
	for _, row := range s.Rows {
		r.writeClaims(b, row)
	}
	b.WriteString(`<p class="key" aria-hidden="true"><span class="unpacked">` + r.words.HTML("report-key-unpacked") + `</span> <span class="download">` + r.words.HTML("report-key-download") + "</span></p>")
}

// head writes the head of a table: the keys of its columns, each with a class.
func (r reports) head(columns ...string) string {
	var b strings.Builder
	b.WriteString("<thead><tr>")
	for i := 0; i+1 < len(columns); i += 2 {
		b.WriteString(`<th scope="col"`)
		if class := columns[i+1]; class != "" {
			b.WriteString(` class="` + class + `"`)
		}
		b.WriteString(">" + r.words.HTML(columns[i]) + "</th>")
	}
	return b.String() + "</tr></thead><tbody>"
}

// codeHTML writes a text as code.
func codeHTML(text string) template.HTML {
	return template.HTML("<code>" + html.EscapeString(text) + "</code>")
}

// writeClaims writes what a row claims about the sizes. The claims are true:
// verify has checked them.
func (r reports) writeClaims(b util.BufWriter, row content.Row) {
	for i, less := range row.Less {
		if i+1 >= len(row.Refs) {
			return
		}
		than := "report-larger"
		if less {
			than = "report-smaller"
		}
		claim := r.words.HTML(than, "image", codeHTML(row.Refs[i]), "other", codeHTML(row.Refs[i+1]))
		if row.Docker != "" {
			claim = r.words.HTML("also-measured", "text", template.HTML(claim), "docker", content.DockerName(row.Docker))
		}
		b.WriteString(`<p class="holds">` + claim + "</p>")
	}
}

// bars draws two bars, as shares of the full width. One is filled and one is
// hatched, so that they differ without colour.
func bars(unpacked, download float64) string {
	return `<svg class="bars" viewBox="0 0 100 20" preserveAspectRatio="none" aria-hidden="true">` +
		`<rect class="unpacked" x="0" y="1" height="10" width="` + share(unpacked) + `"/>` +
		`<rect class="download" x="0" y="13" height="6" width="` + share(download) + `"/></svg>`
}

func share(f float64) string { return strconv.FormatFloat(100*f, 'f', 2, 64) }

// writeLayers writes the sizes of an image's layers.
func (r reports) writeLayers(b util.BufWriter, image *content.Image, ref string) {
	if image == nil {
		b.WriteString("<p>" + r.words.HTML("report-image-missing", "image", codeHTML(ref)) + "</p>")
		return
	}
	var largest int64 = 1
	own, from := image.Layers, r.base(image)
	if from != nil && from.layers > 0 {
		own = image.Layers[from.layers:]
		largest = baseBytes(image.Layers[:from.layers])
	}
	for _, l := range own {
		largest = max(largest, l.Bytes)
	}
	b.WriteString(`<div class="table"><table><caption>` + r.words.HTML("report-layers-of", "image", codeHTML(ref), "size", template.HTML(html.EscapeString(r.words.Size(image.Unpacked))+r.standinMark(image)),
		"layers", r.words.Text("report-layer-count", "n", image.FileLayers()), "instructions", r.words.Text("report-instruction-count", "n", len(image.Layers))) +
		"</caption>" + r.head("report-instruction", "", "report-share", "wide", "report-size", "right"))
	if len(own) < len(image.Layers) {
		r.writeBase(b, from, image.Layers[:from.layers], largest)
	}
	for _, l := range own {
		b.WriteString("<tr><td><code>" + html.EscapeString(l.Instruction) + `</code></td><td class="wide">` +
			bar(float64(l.Bytes)/float64(largest)) + `</td><td class="right">` + r.words.Size(l.Bytes) + "</td></tr>")
	}
	b.WriteString("</tbody></table></div>")
}

// writeBase writes the layers of a base image as one row, which opens unless they
// are those of a stand-in: readers will have others.
func (r reports) writeBase(b util.BufWriter, from *base, layers []content.Layer, largest int64) {
	name := r.words.HTML("report-base", "image", codeHTML(from.Image), "n", len(layers))
	if from.Note != "" {
		name = r.words.HTML("report-base-standin", "image", codeHTML(from.Image), "note", from.Note)
		name = `<span class="on-standin">` + name + "</span>"
	} else {
		var list strings.Builder
		for _, l := range layers {
			list.WriteString("<li><code>" + html.EscapeString(l.Instruction) + "</code> " + html.EscapeString(r.words.Size(l.Bytes)) + "</li>")
		}
		name = "<details><summary>" + name + "</summary><ul>" + list.String() + "</ul></details>"
	}
	sum := baseBytes(layers)
	b.WriteString("<tr><td>" + name + `</td><td class="wide">` + bar(float64(sum)/float64(largest)) + `</td><td class="right">` + r.words.Size(sum) + "</td></tr>")
}

func bar(f float64) string {
	return `<svg class="bars" viewBox="0 0 100 20" preserveAspectRatio="none" aria-hidden="true">` +
		`<rect class="unpacked" x="0" y="4" height="12" width="` + share(f) + `"/></svg>`
}

// writeSteps writes the steps of a build, how long each took, and which of them
// were cached.
func (r reports) writeSteps(b util.BufWriter, build *content.Build, ref string) {
	if build == nil {
		b.WriteString("<p>" + r.words.HTML("report-build-missing", "image", codeHTML(ref)) + "</p>")
		return
	}
	b.WriteString(`<div class="table"><table><caption>` + r.words.HTML("report-steps-of", "image", codeHTML(ref), "time", r.words.Seconds(build.Seconds),
		"n", len(build.Steps), "cached", cachedSteps(build)) + "</caption>" + r.head("report-step", "", "report-time", "right", "report-cache", ""))
	for _, step := range build.Steps {
		mark, class := r.stepMark(step), "ran"
		if step.Cached {
			class = "cached"
		}
		b.WriteString("<tr><td><code>" + html.EscapeString(step.Name) + `</code></td><td class="right">` + html.EscapeString(r.words.Seconds(step.Seconds)) +
			`</td><td><span class="` + class + `">` + mark + "</span></td></tr>")
	}
	b.WriteString("</tbody></table></div>")
}
