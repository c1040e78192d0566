// Package link knows where the links of a site lead: to its pages and their
// anchors, to files, sections and other hosts. It resolves links of pages and
// settings (link.go) and of the header (nav.go), and reports those that lead
// nowhere.
package link
