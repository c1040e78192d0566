package html

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"handbook/content"
	"handbook/content/config"
	"handbook/content/info"
	"handbook/content/wording"
)

// mermaidLang is the language of fences that are drawn as diagrams, as on GitHub.
const mermaidLang = "mermaid"

// draws reports whether a snippet is drawn in the reader's browser, and notes
// the reason if a diagram can't be. The page contains its text, which the
// drawing replaces.
func (w *snippets) draws(s *content.Snippet) bool {
	if s.Lang != mermaidLang || s.Role != info.Shown && s.Role != info.Included {
		return false
	}
	if !w.diagrams {
		if !w.told {
			w.told = true
			w.src.note(s.Pos, "the diagram is shown as text: the site names no copy of mermaid. Take dist/mermaid.min.js from npm's package mermaid, put it into assets/ and write mermaid: assets/mermaid.min.js into "+config.File)
		}
		return false
	}
	unknownDiagram(s, w.src)
	w.drawn = true
	return true
}

// diagramKinds are the words with which diagrams of mermaid 12 begin.
var diagramKinds = strings.Fields(`architecture-beta block block-beta C4Component C4Container C4Context C4Deployment C4Dynamic
	classDiagram classDiagram-v2 erDiagram flowchart flowchart-elk gantt gitGraph graph info ishikawa-beta journey kanban mindmap packet
	packet-beta pie quadrantChart radar-beta requirement requirementDiagram sankey sankey-beta sequenceDiagram stateDiagram
	stateDiagram-v2 swimlane-beta timeline treemap treemap-beta treeView-beta usecaseDiagram-beta venn-beta wardley-beta xychart xychart-beta zenuml`)

// preamble matches what may come before the word: settings, comments and blank
// lines.
var preamble = regexp.MustCompile(`^(?s:\s*---\n.*?\n---[ \t]*\n)?(?:\s+|%%[^\n]*(?:\n|$))*`)

// unknownDiagram notes a diagram whose kind is a likely misspelling. Other
// unknown kinds may be those of newer versions of mermaid.
func unknownDiagram(s *content.Snippet, src *source) {
	text := s.Code[len(preamble.FindString(s.Code)):]
	word := text
	if i := strings.IndexAny(text, " \t\n;:"); i >= 0 {
		word = text[:i]
	}
	if word == "" {
		src.note(s.Pos, "the diagram is empty")
		return
	}
	if meant := wording.DidYouMean(word, diagramKinds); meant != "" && !slices.Contains(diagramKinds, word) {
		src.note(s.At(len(s.Code)-len(text)), fmt.Sprintf("mermaid has no diagram %q%s", word, meant))
	}
}
