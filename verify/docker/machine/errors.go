package machine

import (
	"strings"

	"handbook/content"
)

// ReasonNoEngine is the reason of a daemon.Error about an image of machines that
// lacks what one with an engine needs.
const ReasonNoEngine content.Reason = "machine-no-engine"

// Reasons of a verify.LabError: the limit that a lab has reached.
const (
	ReasonDiskLimit    content.Reason = "machine-disk"
	ReasonMemoryLimit  content.Reason = "machine-memory"
	ReasonProcessLimit content.Reason = "machine-processes"
)

// ReasonNoShell is the reason of a verify.LabError about an image in which no
// lab can run.
const ReasonNoShell content.Reason = "machine-no-shell"

// noShell reports whether a container could not be started because its image
// has no sh (opencontainers/runc, libcontainer: `exec: "sh": executable file
// not found in $PATH`).
func noShell(err error) bool {
	return strings.Contains(err.Error(), `exec: "sh"`)
}

// noInterpreter reports whether a line of a machine is that of a runtime which
// could not run the machine's script, as its image has no bash
// (opencontainers/runc, libcontainer/standard_init_linux.go: "exec
// /run/handbook/init: no such file or directory", and before 1.1 "exec user
// process caused: no such file or directory").
func noInterpreter(line string) bool {
	return strings.Contains(line, "exec ") && strings.HasSuffix(strings.TrimSpace(line), ": no such file or directory")
}

// Quote returns the last lines of an output, indented for a message, each
// after a line break.
func Quote(lines []string) string {
	const most = 12
	var b strings.Builder
	for _, line := range lines[max(0, len(lines)-most):] {
		b.WriteString("\n    " + strings.TrimRight(line, "\r\n"))
	}
	return b.String()
}
