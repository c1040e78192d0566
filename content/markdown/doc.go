// Package markdown parses the text of pages: CommonMark with GFM, footnotes,
// definition lists, and heading ids as GitHub makes them. What a page holds of it
// is bounded, so that no page takes long; what goes beyond is text.
package markdown
