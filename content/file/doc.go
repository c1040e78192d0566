// Package file reads the files of a handbook: at most so many bytes of each, and
// not again while one has certainly not changed.
package file
