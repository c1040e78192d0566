package pool

import (
	"context"
	"errors"
	"time"

	"handbook/content"
	"handbook/verify"
)

const (
	// returnTime is how long a lost engine is waited for: an upgrade or a
	// restart takes less.
	returnTime = 20 * time.Second
	// noticeTime is how long the labs of a lost engine may take to notice by
	// themselves, which tells where they were, and how long an engine may
	// take to answer whether it is there.
	noticeTime = 5 * time.Second
	// pingPause lies between two questions whether a lost engine is back.
	pingPause = 200 * time.Millisecond
)

// A session of an engine is the time between two losses.
type session struct {
	worker *worker
	ctx    context.Context // of all that happens in it
	cancel context.CancelFunc
	over   bool // guarded by the run's mutex
}

// resume begins a session.
func (w *worker) resume(ctx context.Context) {
	w.run.mu.Lock()
	defer w.run.mu.Unlock()
	s := &session{worker: w}
	s.ctx, s.cancel = context.WithCancel(ctx)
	w.session, w.away = s, false
	w.run.changed.Broadcast()
}

// watch waits for losses of the engine, so that no lab waits for an engine
// that is gone.
func (w *worker) watch(ctx context.Context, e verify.Engine, sites []*content.Site) {
	for {
		why := e.Watch(ctx)
		if ctx.Err() != nil {
			return
		}
		w.lose()
		if !comesBack(ctx, e) {
			w.leave(ctx, why) // lose has told
			return
		}
		w.close() // what is known of the engine may be out of date
		again, err := w.openFirst(ctx, sites)
		if ctx.Err() != nil {
			return
		}
		if err != nil {
			w.exclude(ctx, err)
			return
		}
		w.run.tell(Returned{w.Engine})
		w.resume(ctx)
		if again == nil { // the settings of all sites are wrong by now
			return
		}
		e = again
	}
}

// lose ends a session.
func (w *worker) lose() {
	r := w.run
	r.mu.Lock()
	w.session.over, w.away = true, true
	time.AfterFunc(noticeTime, w.session.cancel)
	w.dropPrestarted()
	lost := Lost{w.Engine, r.others(w), len(r.queue), returnTime}
	r.changed.Broadcast()
	r.mu.Unlock()
	r.tell(lost)
}

// comesBack waits until an engine that is lost answers again.
func comesBack(ctx context.Context, e verify.Engine) bool {
	ctx, cancel := context.WithTimeout(ctx, returnTime)
	defer cancel()
	for ctx.Err() == nil {
		if e.Ping(ctx) == nil {
			return true
		}
		select {
		case <-ctx.Done():
		case <-time.After(pingPause):
		}
	}
	return false
}

// lost reports whether the engine was lost while a lab ran there. The watch may
// not know yet, so the engine is asked.
func (s *session) lost(ctx context.Context) bool {
	return s.isOver() || !s.answers(ctx)
}

func (s *session) isOver() bool {
	s.worker.run.mu.Lock()
	defer s.worker.run.mu.Unlock()
	return s.over
}

// answers asks the engine whether it is there. One that is not open can't be
// asked, and is taken to be there.
func (s *session) answers(ctx context.Context) bool {
	e := s.worker.anyOpen()
	if e == nil {
		return true
	}
	ctx, cancel := context.WithTimeout(ctx, noticeTime)
	defer cancel()
	return e.Ping(ctx) == nil
}

// awaitAnswer is called after a lab was lost. It returns when the watch knows
// of the loss, too, or the engine answers again: until then no other lab may be
// given to the engine.
func (s *session) awaitAnswer(ctx context.Context) {
	for ctx.Err() == nil && !s.isOver() && !s.answers(ctx) {
		select {
		case <-ctx.Done():
		case <-time.After(pingPause):
		}
	}
}

// anyOpen returns the engine if it is open for a site.
func (w *worker) anyOpen() verify.Engine {
	w.opens.Lock()
	defer w.opens.Unlock()
	for _, o := range w.opened {
		select {
		case <-o.done:
			if o.err == nil {
				return o.engine
			}
		default:
		}
	}
	return nil
}

// lossOf is the error of a lab whose engine was lost while it ran. To the lab
// the loss looks like a shell that has ended, or a command that was given up.
func (s *session) lossOf(t *task, err error) error {
	at := content.Pos{File: t.Plan.Page.File()}
	if f, ok := errors.AsType[*verify.Failures](err); ok && len(f.All) > 0 {
		at = f.All[len(f.All)-1].Pos
	} else if !errors.Is(err, context.Canceled) {
		return err
	}
	return &verify.MachineError{Pos: at, Err: &Error{ReasonEngineLost, s.worker.Name + " was lost"}}
}
