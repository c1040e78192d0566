// Package templates is the built-in theme: HTML templates, and the style
// sheets and scripts they load (assets).
//
// A site replaces any of these files by one of the same name. page.html is
// the frame of every page; it calls the other templates. head.js runs before
// the first paint and is put into the page itself, everything else in assets
// is published under a name that holds the digest of its bytes. What the theme
// says stands in strings, in a file for each language: templates and scripts call
// say with the key of a string.
package templates

import "embed"

// FS holds the theme.
//
//go:embed *.html assets strings
var FS embed.FS
