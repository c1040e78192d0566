package verify

import (
	"context"
	_ "embed"
	"path"
	"strings"
	"time"
)

//go:embed handover.sh
var handoverScript string

// handOver writes down, on the machine, what the lab's shell is like, and
// remembers where: a person who enters finds the directory, the variables and
// the functions that the next command of the lab would have found. A shell
// that is busy, or has ended, can't tell.
func (l *lab) handOver(ctx context.Context) {
	if len(l.terms) == 0 {
		l.free, _ = l.terminal(ctx, 1)
	}
	if l.free == nil || ctx.Err() != nil {
		return
	}
	r, err := l.free.run(ctx, input{text: handoverScript, timeout: 10 * time.Second})
	if err == nil && r.end == finished && r.exit == 0 && len(r.lines) > 0 {
		l.failed.State = strings.TrimSpace(r.lines[len(r.lines)-1])
	}
}

// EnterAs makes of the command with which a person gets a shell on a machine
// (Machine.Enter) the one of which the shell is like the lab's, as it was
// handed over in the file state, which is named for the shell that can read it.
func EnterAs(enter, state string) string {
	before := enter[:strings.LastIndexByte(enter, ' ')+1]
	switch path.Ext(state) {
	case ".bash":
		return before + "bash --rcfile " + state
	case ".sh":
		return before + "env ENV=" + state + " sh"
	}
	return enter
}
