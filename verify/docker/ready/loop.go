package ready

import (
	"context"
	"time"

	"github.com/docker/docker/api/types/events"

	"handbook/verify"
)

// steadyTime is how long a container has to run until the engine takes it for
// one that no longer fails (moby, restartmanager).
const steadyTime = 10 * time.Second

// A loop counts how often something has ended and was started again by the
// engine: a container, or the tasks of a service.
type loop struct {
	ends     int   // how often it has ended
	exit     int   // the last exit status
	begun    int64 // the last start, by the engine's clock in ns
	reported bool
}

func (l *loop) count(exit int) {
	l.ends++
	l.exit = exit
}

// stopped reports whether an event is the end of what had not become steady
// before: then nobody will see it become so.
func (l *loop) stopped(m events.Message) bool {
	switch m.Action {
	case events.ActionDestroy, events.ActionStop:
		return m.Actor.Attributes["com.docker.swarm.service.id"] == "" && l.fails() && m.TimeNano-l.begun < int64(steadyTime)
	}
	return false
}

// fails reports whether it has ended so that it should not.
func (l *loop) fails() bool { return !l.reported && (l.ends > 0 && l.exit != 0 || l.ends > 1) }

// reportLoop reports that a container restarts again and again.
func (w *Waiter) reportLoop(ctx context.Context, c *instance) {
	c.reported, c.loop.reported = true, true
	w.troubles = append(w.troubles, verify.Trouble{
		Kind: verify.Failing, Start: c.start.Number, Names: c.names(), Exit: c.loop.exit,
		Msg: c.describeLoop(), Log: w.lastLog(ctx, c), Reason: verify.ReasonContainerEnded,
	})
}

// reportLoops reports those that have been started so often that they will
// hardly become ready. It is for a lab that has failed: nothing is waited for.
func (w *Waiter) reportLoops(ctx context.Context) {
	for _, c := range w.order {
		if !c.gone && c.service == nil && c.loop.ends > 2 && c.loop.fails() && !c.steady() {
			w.reportLoop(ctx, c)
		}
	}
}
