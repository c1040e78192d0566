//go:build unix

package verify

import "testing"

// NewLocalEngine returns the fake engine, for the suite that runs on both.
func NewLocalEngine(t *testing.T) Engine { return localEngine{t, "bash"} }
