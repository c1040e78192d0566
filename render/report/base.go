package report

import (
	"regexp"
	"slices"
	"strings"

	"handbook/content"
	"handbook/content/record"
	"handbook/render/results"
)

// A base is the base image that an image was built on.
type base struct {
	content.Base
	layers int // how many of the image's layers are those of the base; 0 if that is not known
}

// baseOf returns the base of an image, or nil if there is none or it is not
// known.
func baseOf(rec *content.Record, image *content.Image) *base {
	for i := range rec.Bases {
		if b := &rec.Bases[i]; record.CanonicalRef(b.Image) == image.Ref {
			return &base{*b, 0}
		}
	}
	for _, build := range rec.Builds {
		if build.ID == "" || build.ID != image.ID {
			continue
		}
		for _, b := range rec.Bases {
			if b.Image == build.Base {
				return &base{b, baseLayers(image.Layers, build.Steps)}
			}
		}
	}
	return nil
}

// standin returns the base image that stood in for the one on which an image is
// built, or nil if that is the real one. Sizes of the image depend on it.
func standin(record *content.Record, image *content.Image) *base {
	if b := baseOf(record, image); b != nil && b.Note != "" {
		return b
	}
	return nil
}

// stepRE matches the number before a step's instruction.
var stepRE = regexp.MustCompile(`^\[(?:(\S.*?) +)?\d+/\d+\] `)

// flagRE matches options of instructions, which an image's history omits.
var flagRE = regexp.MustCompile(`^([A-Z]+)(?: --\S+)* `)

// baseLayers returns how many of an image's layers come from its base, 0 if
// not all steps of the build are among the layers. Instructions that only set
// metadata are not steps; those before the first step count as the base.
func baseLayers(layers []content.Layer, steps []content.BuildStep) int {
	if len(steps) == 0 {
		return 0
	}
	instruction := func(s string) string { return strings.TrimSpace(flagRE.ReplaceAllString(s, "$1 ")) }
	stage := ""
	if m := stepRE.FindStringSubmatch(steps[len(steps)-1].Name); m != nil {
		stage = m[1]
	}
	at := len(layers)
	for _, step := range slices.Backward(steps) {
		m := stepRE.FindStringSubmatch(step.Name)
		if m == nil || m[1] != stage {
			break // the last stage's steps come last
		}
		want := instruction(step.Name[len(m[0]):])
		for at--; at >= 0 && instruction(layers[at].Instruction) != want; at-- {
		}
		if at < 0 {
			return 0
		}
	}
	return at
}

// StandinMark marks, as HTML, a size of an image that depends on a stand-in.
func StandinMark(r *results.Results, image *content.Image) string {
	b := standin(r.Record, image)
	if b == nil {
		return ""
	}
	text := r.Words.HTML("size-standin", "image", b.Image, "note", b.Note)
	return `<span class="on-standin" title="` + text + `"><span aria-hidden="true">†</span><span class="hidden"> (` + text + ")</span></span>"
}

// baseBytes returns the size of the lowest layers.
func baseBytes(layers []content.Layer) (sum int64) {
	for _, l := range layers {
		sum += l.Bytes
	}
	return sum
}
