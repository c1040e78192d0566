// Package html makes a page's document: the HTML of its Markdown, and what is
// published beside it. Write does it, and says which part writes what:
//
//   - blocks (blocks.go): headings, paragraphs, alerts, lists, tables
//   - links (links.go): links and images; measures (measured.go): measured values
//   - rawHTML (raw.go): HTML in Markdown; package rewrite sanitizes it or lets it
//     through
//   - snippets (snippet.go): code blocks and tabs, by their role: code.go for
//     files and examples, sessions (session.go) for commands and their output,
//     reports (report.go), notes (annotate.go). Package highlight colours them.
//   - placeholders (placeholder.go) and steps (step.go)
//   - twin (twin.go): the page as Markdown; passages (passages.go): what the search
//     finds
//
// Results (results.go) are what the page's record says, proof.go is the record
// in words. What a document needs to know of its site is the interface Site.
//
// Other pages need an Outline, and the check of external links needs Outwards.
package html
