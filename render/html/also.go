package html

import (
	"html"
	"slices"
	"strings"

	"github.com/yuin/goldmark/util"

	"handbook/content"
	"handbook/render/highlight"
)

// An another is what a lab did on a machine other than the one whose results its
// page shows.
type another struct {
	name   string // "Docker 28"
	record *content.Record
}

// others returns the results of a record's other engines.
func others(r *content.Record) (all []another) {
	if r == nil {
		return nil
	}
	for i := range r.Also {
		also := &r.Also[i]
		if also.Machine.Docker != r.Machine.Docker { // else it is only another platform
			all = append(all, another{content.DockerName(also.Machine.Docker), &content.Record{Results: *also}})
		}
	}
	return all
}

// differing calls do with each result of a command on another engine that is not
// that of the page.
func (r *results) differing(s *content.Snippet, command int, do func(name string, ran *content.CommandResult)) {
	for _, other := range r.others {
		if ran := other.record.Of(s).Command(command); ran != nil && ran.Differs {
			do(other.name, ran)
		}
	}
}

// writeOthers writes what a command prints on other engines, if that is
// something else.
func (w *sessions) writeOthers(b util.BufWriter, s *content.Snippet, command int) {
	w.results.differing(s, command, func(name string, ran *content.CommandResult) {
		if s.Options.Quiet && ran.Exit == 0 {
			return
		}
		lines, _ := w.outputLines(s, command, ran)
		b.WriteString(`<details class="more also"><summary>` + w.results.words.HTML("also-prints", "docker", name) + `</summary><pre class="out">` +
			strings.Join(lines, "\n") + "\n</pre>")
		if ran.Exit != 0 {
			b.WriteString(`<p class="after"><span class="exit">exit status ` + w.results.words.HTML("exit-status", "status", ran.Exit) + "</span></p>")
		}
		b.WriteString("</details>")
	})
}

// otherOutputs returns what a command prints on other engines as text.
func (r *results) otherOutputs(s *content.Snippet, command int) string {
	var b strings.Builder
	r.differing(s, command, func(name string, ran *content.CommandResult) {
		if s.Options.Quiet {
			return
		}
		var lines strings.Builder
		for _, line := range ran.Output {
			lines.WriteString(highlight.Plain(line) + "\n")
		}
		b.WriteString("\n" + codeSpan(s.Commands[command].Text) + ": " + r.words.Text("also-prints", "docker", name) + "\n\n" + fenced("text", lines.String()))
	})
	return b.String()
}

// An otherSize is an image's size on another engine.
type otherSize struct {
	name               string
	unpacked, download string
}

// otherSizes returns the sizes of an image on other engines that readers there
// would find to be others.
func (r *results) otherSizes(ref string, s *content.Snippet) (all []otherSize) {
	here := r.image(ref, s)
	if here == nil {
		return nil
	}
	for _, other := range r.others {
		there := other.record.ImageAt(r.names.bind(ref), s.Number)
		if there == nil {
			continue
		}
		size, same := otherSize{other.name, r.words.Size(there.Unpacked), "–"}, otherSize{other.name, r.words.Size(here.Unpacked), "–"}
		if there.Download > 0 {
			size.download, same.download = r.words.Size(there.Download), r.words.Size(here.Download)
		}
		if size == same {
			continue
		}
		if size.unpacked == same.unpacked {
			size.unpacked = r.words.Text("also-same")
		} else if size.download == same.download {
			size.download = r.words.Text("also-same")
		}
		all = append(all, size)
	}
	return all
}

// otherBuilds says where the steps of a build on another engine are not those of
// the page, a sentence for each.
func (r *results) otherBuilds(ref string, s *content.Snippet) (all []string) {
	here := r.build(ref, s)
	if here == nil {
		return nil
	}
	for _, other := range r.others {
		there := other.record.BuildAt(r.names.bind(ref), s.Number)
		if there == nil {
			continue
		}
		if same := slices.EqualFunc(here.Steps, there.Steps, func(a, b content.BuildStep) bool { return a.Name == b.Name && a.Cached == b.Cached }); !same {
			all = append(all, r.words.Text("also-steps", "docker", other.name, "n", len(there.Steps), "cached", cachedSteps(there)))
		}
	}
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

// otherLayers says where an image has other layers on another engine, a sentence
// for each.
func (r *results) otherLayers(ref string, s *content.Snippet) (all []string) {
	here := r.image(ref, s)
	if here == nil {
		return nil
	}
	for _, other := range r.others {
		there := other.record.ImageAt(r.names.bind(ref), s.Number)
		if there == nil {
			continue
		}
		if text := r.layersText(other.name, there); text != r.layersText(other.name, here) {
			all = append(all, text)
		}
	}
	return all
}

// layersText sums up an image's layers on another engine.
func (r *results) layersText(docker string, image *content.Image) string {
	return r.words.Text("also-layers", "docker", docker, "size", r.words.Size(image.Unpacked),
		"layers", r.words.Text("report-layer-count", "n", image.FileLayers()), "instructions", r.words.Text("report-instruction-count", "n", len(image.Layers)))
}

// writeSentences writes a line for each sentence on other engines.
func writeSentences(b util.BufWriter, all []string) {
	for _, text := range all {
		b.WriteString(`<p class="also">` + html.EscapeString(text) + "</p>")
	}
}
