// Package sgr has the styles of terminal output: bold, colours and so on, as
// SGR sequences (Select Graphic Rendition, ECMA-48) set them. It is the only
// parser of these sequences and the only one that prints them: terminals
// (verify/screen) print them into records, and pages (render/highlight) parse
// them from there.
package sgr
