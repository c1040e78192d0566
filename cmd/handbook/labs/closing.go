package labs

import (
	"context"
	"sync"

	"handbook/verify"
)

// closing is an engine that removes its machines in the background, so that
// verdicts do not wait for that. All are removed before it is closed.
type closing struct {
	verify.Engine
	removals sync.WaitGroup
}

// Start implements verify.Engine.
func (c *closing) Start(ctx context.Context, spec verify.Spec) (verify.Machine, error) {
	m, err := c.Engine.Start(ctx, spec)
	if err != nil {
		return nil, err
	}
	return &closingMachine{Machine: m, engine: c}, nil
}

// Close waits for the removals.
func (c *closing) Close() error {
	c.removals.Wait()
	return c.Engine.Close()
}

type closingMachine struct {
	verify.Machine
	engine *closing
}

// Close begins to remove the machine. What can't be removed now is removed by the
// next run's sweep.
func (m *closingMachine) Close() error {
	m.engine.removals.Go(func() { _ = m.Machine.Close() })
	return nil
}
