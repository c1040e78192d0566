//go:build !windows

package tty

import "os"

// understandsANSI reports whether a terminal supports escape sequences: all do
// except for "dumb" ones.
func understandsANSI(*os.File) bool { return os.Getenv("TERM") != "dumb" }
