package report

import (
	"handbook/content"
	"handbook/render/locale"
	"handbook/render/results"
)

// Rows returns a report as a table of texts, the first one with the names of its columns.
func Rows(r *results.Results, s *content.Snippet) (rows [][]string) {
	switch s.Lang {
	case "image-sizes":
		rows = [][]string{head(r.Words, "report-image", "report-unpacked", "report-download")}
		for _, ref := range reportRefs(s.Rows) {
			if image := r.Image(ref, s); image != nil {
				rows = append(rows, []string{ref, r.Words.Size(image.Unpacked), r.Words.Size(image.Download)})
				for _, other := range otherSizes(r, ref, s) {
					rows = append(rows, []string{ref + " " + r.Words.Text("also-size", "docker", other.machine), other.unpacked, other.download})
				}
			}
		}
	case "image-layers":
		rows = [][]string{head(r.Words, "report-image", "report-instruction", "report-size")}
		for _, ref := range reportRefs(s.Rows) {
			if image := r.Image(ref, s); image != nil {
				own := image.Layers
				if from := baseOf(r.Record, image); from != nil && from.layers > 0 {
					own = own[from.layers:]
					rows = append(rows, []string{ref, "FROM " + from.Image, r.Words.Size(baseBytes(image.Layers[:from.layers]))})
				}
				for _, l := range own {
					rows = append(rows, []string{ref, l.Instruction, r.Words.Size(l.Bytes)})
				}
			}
		}
	case "build-steps":
		rows = [][]string{head(r.Words, "report-image", "report-step", "report-time", "report-cache")}
		for _, ref := range reportRefs(s.Rows) {
			if build := r.Build(ref, s); build != nil {
				for _, step := range build.Steps {
					rows = append(rows, []string{ref, step.Name, r.Words.Seconds(step.Seconds), stepMark(r.Words, step)})
				}
			}
		}
	}
	return rows
}

// head returns the head of a table, from the keys of its columns.
func head(words *locale.Locale, keys ...string) (row []string) {
	for _, key := range keys {
		row = append(row, words.Text(key))
	}
	return row
}

// stepMark says whether a step was cached, in BuildKit's own word.
func stepMark(words *locale.Locale, step content.BuildStep) string {
	if step.Cached {
		return "CACHED"
	}
	return words.Text("report-ran")
}
