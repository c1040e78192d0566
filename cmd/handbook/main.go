// Command handbook builds, previews and verifies a handbook of labs.
//
// Run it without arguments for its commands, and see package content for how
// pages are written.
package main

import (
	"context"
	"io"
	"os"
	"os/signal"
	"syscall"

	"handbook/cmd/handbook/labs"
	"handbook/cmd/handbook/tell"
	"handbook/cmd/handbook/tty"
)

func main() { os.Exit(int(run(os.Args[1:], os.Stdout, os.Stderr, labs.OpenDocker))) }

// run runs the command of the arguments. It is the only place where an error
// becomes an exit status.
func run(args []string, stdout, stderr io.Writer, open labs.Opener) status {
	ctx, stop := untilInterrupted()
	defer stop()
	stdout, stderr = tty.NewWriter(stdout), tty.NewWriter(stderr)
	cmd := newRoot(open)
	cmd.SetArgs(args)
	cmd.SetOut(stdout)
	cmd.SetErr(stderr)
	err := cmd.ExecuteContext(ctx)
	if err != nil && ctx.Err() != nil {
		err = withStatus(interrupted, err)
	}
	tell.Error(stderr, err)
	return statusOf(err)
}

// untilInterrupted returns a context that is cancelled by the first signal
// that asks the process to end. The second one ends the process at once,
// without waiting for machines to be removed.
func untilInterrupted() (context.Context, context.CancelFunc) {
	var signals []os.Signal
	for _, s := range []os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGHUP} {
		if !signal.Ignored(s) { // nohup, or a shell's "&"
			signals = append(signals, s)
		}
	}
	ctx, stop := signal.NotifyContext(context.Background(), signals...)
	context.AfterFunc(ctx, stop)
	return ctx, stop
}
