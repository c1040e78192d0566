//go:build !windows

package tty

import "os"

// understandsANSI tells whether a terminal takes escape sequences: all do but
// those that say they are dumb.
func understandsANSI(*os.File) bool { return os.Getenv("TERM") != "dumb" }
