// Package html makes a page's document: the HTML of its Markdown, and what is
// published beside it. Write makes it from these parts:
//
//   - blocks (blocks.go): headings, paragraphs, alerts, lists, tables
//   - links (links.go): links and images; measures (measured.go): measured values
//   - rawHTML (raw.go): HTML in Markdown; package rewrite sanitizes it or lets it
//     through
//   - snippets (snippet.go): code blocks and tabs, by their role: code.go for
//     files and examples, sessions (session.go) for commands and their output,
//     notes (annotate.go). Figures (figure.go) are what is round them, fold.go
//     folds long ones, package highlight colours them.
//   - steps (step.go): what stands at the end of a lab's steps
//
// The rest has packages of its own: placeholder marks the names that readers
// replace, report writes what was measured of images, cleanup the section that
// removes what a lab leaves, plain the page as Markdown and for the search.
// All of them get the results of the run from package results. The interface
// Site is what a document needs to know about its site.
package html
