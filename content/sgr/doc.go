// Package sgr has the styles of terminal output: bold, colours and so on, as
// SGR sequences (Select Graphic Rendition, ECMA-48) set them. It is the only
// parser of these sequences and the only one that prints them: terminals
// (verify/screen) print what a record keeps, and pages (render/highlight) parse
// it.
package sgr
