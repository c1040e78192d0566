// Package markdown parses the text of pages: CommonMark with GFM, footnotes,
// definition lists, and heading ids as GitHub makes them. Limits keep the time
// that a page takes short; what exceeds them is left as plain text.
package markdown
