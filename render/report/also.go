package report

import (
	"html"
	"slices"

	"github.com/yuin/goldmark/util"

	"handbook/content"
	"handbook/render/results"
)

// elsewhere compares a value about an image, which at looks up in a record. If
// the page's machine has one, it calls do for each other machine that has one
// too.
func elsewhere[T any](r *results.Results, ref string, s *content.Snippet, at func(*content.Record, string, int) *T, do func(docker string, here, there *T)) {
	ref = r.Bind(ref)
	here := at(r.Record, ref, s.Number)
	if here == nil {
		return
	}
	for _, other := range r.Others {
		if there := at(other.Record, ref, s.Number); there != nil {
			do(other.Name, here, there)
		}
	}
}

// An otherSize is an image's size on another machine.
type otherSize struct {
	machine            string
	unpacked, download string
}

// otherSizes returns the sizes of an image on other machines that differ as
// printed.
func otherSizes(r *results.Results, ref string, s *content.Snippet) (all []otherSize) {
	elsewhere(r, ref, s, (*content.Record).ImageAt, func(docker string, here, there *content.Image) {
		size, same := otherSize{docker, r.Words.Size(there.Unpacked), "–"}, otherSize{docker, r.Words.Size(here.Unpacked), "–"}
		if there.Download > 0 {
			size.download, same.download = r.Words.Size(there.Download), r.Words.Size(here.Download)
		}
		switch {
		case size == same:
			return
		case size.unpacked == same.unpacked:
			size.unpacked = r.Words.Text("also-same")
		case size.download == same.download:
			size.download = r.Words.Text("also-same")
		}
		all = append(all, size)
	})
	return all
}

// otherBuilds returns a sentence for each other machine where the steps of a
// build differ from those on the page.
func otherBuilds(r *results.Results, ref string, s *content.Snippet) (all []string) {
	elsewhere(r, ref, s, (*content.Record).BuildAt, func(docker string, here, there *content.Build) {
		if same := slices.EqualFunc(here.Steps, there.Steps, func(a, b content.BuildStep) bool { return a.Name == b.Name && a.Cached == b.Cached }); !same {
			all = append(all, r.Words.Text("also-steps", "docker", docker, "n", len(there.Steps), "cached", cachedSteps(there)))
		}
	})
	return all
}

func cachedSteps(build *content.Build) (n int) {
	for _, step := range build.Steps {
		if step.Cached {
			n++
		}
	}
	return n
}

// otherLayers returns a sentence for each other machine where an image has
// other layers.
func otherLayers(r *results.Results, ref string, s *content.Snippet) (all []string) {
	elsewhere(r, ref, s, (*content.Record).ImageAt, func(docker string, here, there *content.Image) {
		if text := layersText(r, docker, there); text != layersText(r, docker, here) {
			all = append(all, text)
		}
	})
	return all
}

// layersText sums up an image's layers on another machine.
func layersText(r *results.Results, docker string, image *content.Image) string {
	return r.Words.Text("also-layers", "docker", docker, "size", r.Words.Size(image.Unpacked),
		"layers", r.Words.Text("report-layer-count", "n", image.FileLayers()), "instructions", r.Words.Text("report-instruction-count", "n", len(image.Layers)))
}

// writeSentences writes a line for each sentence on other machines.
func writeSentences(b util.BufWriter, all []string) {
	for _, text := range all {
		b.WriteString(`<p class="also">` + html.EscapeString(text) + "</p>")
	}
}
