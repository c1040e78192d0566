package rights

import (
	"context"
	_ "embed"
	"strings"
)

// escapes is a script that tries what root on a machine can do to the computer
// outside.
//
//go:embed escapes
var escapes string

// An Escape is a way in which root on a machine reaches the computer outside.
type Escape string

// The ways that are tried. They depend on the kind of machine, the runtime, and
// the kernel's control groups.
const (
	KernelSettings Escape = "kernel"  // /proc/sys of the kernel can be written, in which root outside runs programs
	LiftLimits     Escape = "limits"  // the machine's own limits can be lifted
	AllowDevices   Escape = "devices" // which devices it may open can be changed
	KernelDebugger Escape = "debug"   // the kernel's debugging interface can be mounted
	RootOutside    Escape = "root"    // root there is root outside: no user namespace, and no kernel of its own
)

// meanings say what each way is.
var meanings = map[Escape]string{
	KernelSettings: "write settings of the computer's kernel (/proc/sys)",
	LiftLimits:     "lift its limits of memory and processes",
	AllowDevices:   "change which devices it may open",
	KernelDebugger: "mount the debugging interface of the computer's kernel",
	RootOutside:    "act as root of the computer if it gets out",
}

func (e Escape) String() string { return meanings[e] }

// FindEscapes tries what root on a machine can do to the computer outside. What it
// tries changes nothing there. run runs a command on the machine and returns what
// that prints, and its exit status.
func FindEscapes(ctx context.Context, run func(ctx context.Context, args ...string) (string, int, error)) ([]Escape, error) {
	out, _, err := run(ctx, "sh", "-c", escapes)
	if err != nil {
		return nil, err
	}
	var found []Escape
	for _, word := range strings.Fields(out) {
		if e := Escape(word); meanings[e] != "" {
			found = append(found, e)
		}
	}
	return found, nil
}

// Ways says what escapes are, as a part of a sentence.
func Ways(found []Escape) string {
	var ways []string
	for _, e := range found {
		ways = append(ways, e.String())
	}
	if n := len(ways); n > 1 {
		return strings.Join(ways[:n-1], ", ") + " and " + ways[n-1]
	}
	return strings.Join(ways, "")
}
