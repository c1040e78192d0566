// Package rewrite changes HTML as text. A Filter sanitizes what authors write,
// Local replaces only its URLs, Balanced closes what it left open, and an Inset
// makes the HTML of a page part of a page with others.
package rewrite
