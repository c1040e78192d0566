package docker

import (
	"context"
	_ "embed"
	"slices"
	"strings"

	"handbook/content"
	"handbook/verify"
)

// findEscapes is a script that tries what root on a machine can do to the
// computer outside.
//
//go:embed machine/escapes
var findEscapes string

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

// Escapes tries what root on the machine can do to the computer outside. What
// it tries changes nothing there.
func (m *Machine) Escapes(ctx context.Context) ([]Escape, error) {
	out, _, err := m.instance.output(ctx, "sh", "-c", findEscapes)
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

// ReasonEscapes is the reason of an EngineError about a machine that does not
// hold against an attacker.
const ReasonEscapes content.Reason = "machine-escapes"

// holds returns an error if the machine does not hold. Being root outside is no
// way out by itself, and a plain container's root always is.
func (m *Machine) holds(ctx context.Context) error {
	found, err := m.Escapes(ctx)
	if err != nil {
		return err
	}
	found = slices.DeleteFunc(found, func(e Escape) bool { return e == RootOutside })
	if len(found) == 0 {
		return nil
	}
	return &EngineError{
		Msg:    "the machine does not hold against a stranger's lab: root on it can " + Ways(found),
		Reason: ReasonEscapes,
	}
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

// startHolding starts a machine, and refuses it if it has to hold and does not.
func startHolding(ctx context.Context, hold bool, start func() (*Machine, error)) (verify.Machine, error) {
	m, err := start()
	if err != nil {
		return nil, err // not the nil *Machine
	}
	if hold {
		if err := m.holds(ctx); err != nil {
			m.Close()
			return nil, err
		}
	}
	return m, nil
}
