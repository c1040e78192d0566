// Package rewrite changes HTML as text. A Filter sanitizes HTML of authors,
// Local only replaces its URLs, Balanced closes open elements, Breakable adds
// line break opportunities to code, and an Inset makes the HTML of a page part
// of a page with others.
package rewrite
