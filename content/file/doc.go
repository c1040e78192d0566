// Package file reads the files of a handbook: up to a maximum size, and again
// only if they may have changed.
package file
