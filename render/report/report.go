// Package report writes the measured reports of a lab's images: their sizes,
// their layers, and the steps of their builds, with what other engines have. The
// reports are values of the page's record; Write makes the HTML of one, and Rows
// the same as a table of texts.
//
// Sizes of an image that was built on a stand-in for its base are marked: see
// StandinMark.
package report

import (
	"cmp"
	"html"
	"html/template"
	"slices"
	"strconv"
	"strings"

	"github.com/yuin/goldmark/util"

	"handbook/content"
	"handbook/content/config"
	"handbook/render/locale"
	"handbook/render/results"
	"handbook/render/rewrite"
)

// A report is written from a page's results.
type report struct{ *results.Results }

// Write writes what was measured of the images that a snippet names. id is that
// of the figure, and badge is the HTML of the snippet's mark, or "".
func Write(b util.BufWriter, results *results.Results, s *content.Snippet, id, badge string) {
	r := report{results}
	alone := ""
	if refs := reportRefs(s.Rows); len(refs) == 1 && r.Record != nil && s.Options.Skip == "" {
		alone = r.summary(s, refs[0])
	}
	b.WriteString(`<figure class="report" id="` + id + `"><figcaption><span class="name">` +
		html.EscapeString(cmp.Or(s.Options.Title, r.Words.Text(reportTitles[s.Lang]))) + "</span>")
	switch {
	case alone != "":
		b.WriteString(" <span>" + alone + "</span>")
	case s.Lang == "image-sizes" && r.Record != nil && s.Options.Skip == "":
		b.WriteString(` <span class="key" aria-hidden="true"><span class="unpacked">` + r.Words.HTML("report-key-unpacked") +
			`</span> <span class="download">` + r.Words.HTML("report-key-download") + "</span></span>")
	}
	b.WriteString(badge + "</figcaption>")
	if r.Record == nil || s.Options.Skip != "" {
		when := "report-not-yet"
		if r.Status.State == content.Stale {
			when = "report-stale"
		}
		b.WriteString(`<p class="unmeasured">` + r.Words.HTML(when, "images", r.Words.List(reportRefs(s.Rows))) + "</p></figure>\n")
		return
	}
	switch s.Lang {
	case "image-sizes":
		r.writeSizes(b, s)
	case "image-layers":
		for _, ref := range reportRefs(s.Rows) {
			r.writeLayers(b, s, ref, alone == "")
			writeSentences(b, otherLayers(r.Results, ref, s))
		}
	case "build-steps":
		for _, row := range s.Rows {
			for _, ref := range row.Refs {
				r.writeSteps(b, s, ref, alone == "")
				writeSentences(b, otherBuilds(r.Results, ref, s))
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
func (r report) writeSizes(b util.BufWriter, s *content.Snippet) {
	refs := reportRefs(s.Rows)
	var largest int64 = 1
	for _, ref := range refs {
		if image := r.Image(ref, s); image != nil {
			largest = max(largest, image.Unpacked, image.Download)
		}
	}
	b.WriteString(`<div class="table"><table>` + r.head("report-image", "", "report-size", "wide", "report-unpacked", "right", "report-download", "right"))
	for _, ref := range refs {
		image := r.Image(ref, s)
		if image == nil {
			b.WriteString(`<tr><th scope="row"><code>` + html.EscapeString(ref) + `</code></th><td colspan="3">` + r.Words.HTML("report-missing") + "</td></tr>")
			continue
		}
		download := "–"
		if image.Download > 0 {
			download = r.Words.Size(image.Download)
		}
		b.WriteString(`<tr><th scope="row"><code>` + html.EscapeString(ref) + `</code></th><td class="wide">` +
			bars(float64(image.Unpacked)/float64(largest), float64(image.Download)/float64(largest)) +
			`</td><td class="right">` + r.Words.Size(image.Unpacked) + StandinMark(r.Results, image) + `</td><td class="right">` + download + StandinMark(r.Results, image) + "</td></tr>")
	}
	b.WriteString("</tbody></table></div>")
	r.writeOtherSizes(b, refs, s)
	for _, row := range s.Rows {
		r.writeClaims(b, row)
	}
}

// writeOtherSizes writes, folded, what the images take on other machines: a table
// for each machine.
func (r report) writeOtherSizes(b util.BufWriter, refs []string, s *content.Snippet) {
	rows := make(map[string]string)
	var machines []string
	for _, ref := range refs {
		for _, other := range otherSizes(r.Results, ref, s) {
			if rows[other.machine] == "" {
				machines = append(machines, other.machine)
			}
			rows[other.machine] += `<tr><th scope="row"><code>` + html.EscapeString(ref) + `</code></th><td class="right">` +
				html.EscapeString(other.unpacked) + `</td><td class="right">` + html.EscapeString(other.download) + "</td></tr>"
		}
	}
	for _, machine := range machines {
		b.WriteString("<details><summary>" + r.Words.HTML("also-sizes", "docker", machine) + `</summary><div class="table"><table>` +
			r.head("report-image", "", "report-unpacked", "right", "report-download", "right") + rows[machine] + "</tbody></table></div></details>")
	}
}

// head writes the head of a table: the keys of its columns, each with a class.
func (r report) head(columns ...string) string {
	var b strings.Builder
	b.WriteString("<thead><tr>")
	for i := 0; i+1 < len(columns); i += 2 {
		b.WriteString(`<th scope="col"`)
		if class := columns[i+1]; class != "" {
			b.WriteString(` class="` + class + `"`)
		}
		b.WriteString(">" + r.Words.HTML(columns[i]) + "</th>")
	}
	return b.String() + "</tr></thead><tbody>"
}

// writeClaims writes what a row claims about the sizes. The claims are true:
// verify has checked them.
func (r report) writeClaims(b util.BufWriter, row content.Row) {
	for i, less := range row.Less {
		if i+1 >= len(row.Refs) {
			return
		}
		than := "report-larger"
		if less {
			than = "report-smaller"
		}
		claim := r.Words.HTML(than, "image", locale.Code(row.Refs[i]), "other", locale.Code(row.Refs[i+1]))
		if row.Docker != "" {
			claim = r.Words.HTML("also-measured", "text", template.HTML(claim), "docker", config.DockerName(row.Docker))
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

// summary sums up the table of an image's layers or of the steps of its build. It
// is "" if the record has none, and for a table that needs no words.
func (r report) summary(s *content.Snippet, ref string) string {
	switch s.Lang {
	case "image-layers":
		if image := r.Image(ref, s); image != nil {
			return r.Words.HTML("report-layers-of", "image", locale.Code(ref), "size", template.HTML(html.EscapeString(r.Words.Size(image.Unpacked))+StandinMark(r.Results, image)),
				"layers", r.Words.Text("report-layer-count", "n", image.FileLayers()), "instructions", r.Words.Text("report-instruction-count", "n", len(image.Layers)))
		}
	case "build-steps":
		if build := r.Build(ref, s); build != nil {
			return r.Words.HTML("report-steps-of", "image", locale.Code(ref), "time", r.Words.Seconds(build.Seconds), "n", len(build.Steps), "cached", cachedSteps(build))
		}
	}
	return ""
}

// openTable starts a table, with the summary as its caption if it stands beside
// others.
func (r report) openTable(b util.BufWriter, s *content.Snippet, ref string, captioned bool) {
	b.WriteString(`<div class="table"><table>`)
	if captioned {
		b.WriteString("<caption>" + r.summary(s, ref) + "</caption>")
	}
}

// writeLayers writes the sizes of an image's layers.
func (r report) writeLayers(b util.BufWriter, s *content.Snippet, ref string, captioned bool) {
	image := r.Image(ref, s)
	if image == nil {
		b.WriteString("<p>" + r.Words.HTML("report-image-missing", "image", locale.Code(ref)) + "</p>")
		return
	}
	var largest int64 = 1
	own, from := image.Layers, baseOf(r.Record, image)
	if from != nil && from.layers > 0 {
		own = image.Layers[from.layers:]
		largest = baseBytes(image.Layers[:from.layers])
	}
	for _, l := range own {
		largest = max(largest, l.Bytes)
	}
	r.openTable(b, s, ref, captioned)
	b.WriteString(r.head("report-instruction", "", "report-share", "wide", "report-size", "right"))
	if len(own) < len(image.Layers) {
		r.writeBase(b, from, image.Layers[:from.layers], largest)
	}
	for _, l := range own {
		b.WriteString("<tr><td><code>" + rewrite.Breakable(html.EscapeString(l.Instruction)) + `</code></td><td class="wide">` +
			bar(float64(l.Bytes)/float64(largest)) + `</td><td class="right">` + r.Words.Size(l.Bytes) + "</td></tr>")
	}
	b.WriteString("</tbody></table></div>")
}

// writeBase writes the layers of a base image as one row, which opens unless they
// are those of a stand-in: readers will have others.
func (r report) writeBase(b util.BufWriter, from *base, layers []content.Layer, largest int64) {
	name := r.Words.HTML("report-base", "image", locale.Code(from.Image), "n", len(layers))
	if from.Note != "" {
		name = r.Words.HTML("report-base-standin", "image", locale.Code(from.Image), "note", from.Note)
		name = `<span class="on-standin">` + name + "</span>"
	} else {
		var list strings.Builder
		for _, l := range layers {
			list.WriteString("<li><code>" + html.EscapeString(l.Instruction) + "</code> " + html.EscapeString(r.Words.Size(l.Bytes)) + "</li>")
		}
		name = "<details><summary>" + name + "</summary><ul>" + list.String() + "</ul></details>"
	}
	sum := baseBytes(layers)
	b.WriteString("<tr><td>" + name + `</td><td class="wide">` + bar(float64(sum)/float64(largest)) + `</td><td class="right">` + r.Words.Size(sum) + "</td></tr>")
}

func bar(f float64) string {
	return `<svg class="bars" viewBox="0 0 100 20" preserveAspectRatio="none" aria-hidden="true">` +
		`<rect class="unpacked" x="0" y="4" height="12" width="` + share(f) + `"/></svg>`
}

// writeSteps writes the steps of a build, how long each took, and which of them
// were cached.
func (r report) writeSteps(b util.BufWriter, s *content.Snippet, ref string, captioned bool) {
	build := r.Build(ref, s)
	if build == nil {
		b.WriteString("<p>" + r.Words.HTML("report-build-missing", "image", locale.Code(ref)) + "</p>")
		return
	}
	r.openTable(b, s, ref, captioned)
	b.WriteString(r.head("report-step", "", "report-time", "right", "report-cache", ""))
	for _, step := range build.Steps {
		mark, class := stepMark(r.Words, step), "ran"
		if step.Cached {
			class = "cached"
		}
		b.WriteString("<tr><td><code>" + rewrite.Breakable(html.EscapeString(step.Name)) + `</code></td><td class="right">` + html.EscapeString(r.Words.Seconds(step.Seconds)) +
			`</td><td><span class="` + class + `">` + mark + "</span></td></tr>")
	}
	b.WriteString("</tbody></table></div>")
}
