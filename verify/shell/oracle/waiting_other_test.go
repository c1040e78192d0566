//go:build unix && !linux

package oracle

import "time"

type waiting struct {
	kind    waitKind
	command string
	spent   int
	shell   bool

	launched bool
}

type waitKind int

const (
	waitUnknown waitKind = iota
	waitBusy
	waitAsleep
	waitRead
	waitSelect
)

func pids() []int                 { return nil }
func family(int) []int            { return nil }
func atHome(string, []int) []int  { return nil }
func findShell(string, []int) int { return 0 }
func foreground(int) waiting      { return waiting{} }
func spent(int) int               { return 0 }

type ends struct{}

func openEnds(int, string) *ends { return nil }
func (*ends) close()             {}
func (*ends) read() bool         { return false }
func (*ends) shown() bool        { return false }
func (*ends) raw() bool          { return false }

func echoes(int) bool { return false }
func sized(int) bool  { time.Sleep(time.Second); return true }
