package main

import (
	"context"
	"time"
)

// grace is how long work that looks at no context may go on after the context
// has ended.
const grace = 500 * time.Millisecond

// until does work that looks at no context, such as the rendering of a page. If
// the context ends, it waits for the work a little, and then returns while the
// work goes on, until the process ends: it must be work that may end anywhere.
func until[T any](ctx context.Context, work func() (T, error)) (result T, err error) {
	if err := ctx.Err(); err != nil {
		return result, err
	}
	type outcome struct {
		result T
		err    error
	}
	done := make(chan outcome, 1)
	go func() {
		r, err := work()
		done <- outcome{r, err}
	}()
	select {
	case o := <-done:
		return o.result, o.err
	case <-ctx.Done():
	}
	select {
	case o := <-done:
		return o.result, o.err
	case <-time.After(grace):
		return result, ctx.Err()
	}
}
