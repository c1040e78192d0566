package pool

import "time"

// An Event is something that happens in a pool: one of the types below.
type Event interface{ event() }

type (
	// Started: a lab was given to an engine. Its machine is being made.
	Started struct {
		Lab *Lab
		On  *Engine
	}
	// Requeued: an engine could not run a lab, which is back in the queue.
	Requeued struct {
		Lab *Lab
		By  *Engine
	}
	// Finished: a lab has its result.
	Finished struct {
		Lab *Lab
		Result
	}
	// Progress: an engine is at something that takes long.
	Progress struct {
		On   *Engine
		Line string
	}
	// Chosen: an engine runs as many labs at a time as suit it.
	Chosen struct {
		On *Engine
		Choice
	}
	// Limited: an engine runs fewer labs at a time than it was to.
	Limited struct {
		On   *Engine
		Labs int
		For  Resource // of which it has too little
		Has  int64    // bytes
	}
	// Excluded: an engine can't be used.
	Excluded struct {
		On     *Engine
		Err    error
		Others []*Engine // that are left
	}
	// Lost: an engine that was used is gone.
	Lost struct {
		On      *Engine
		Others  []*Engine     // that its labs move to
		Waiting int           // labs that wait for it to come back
		Up      time.Duration // for how long at most
	}
	// Returned: an engine that was lost is back.
	Returned struct{ On *Engine }
)

// A Resource is what machines have to share.
type Resource string

const (
	Memory Resource = "memory"
	Disk   Resource = "free disk"
)

func (Started) event()  {}
func (Requeued) event() {}
func (Finished) event() {}
func (Progress) event() {}
func (Chosen) event()   {}
func (Limited) event()  {}
func (Excluded) event() {}
func (Lost) event()     {}
func (Returned) event() {}
