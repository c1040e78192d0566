package main

import (
	"context"
	"time"
)

// grace is how long work without a context may go on after the context has
// ended.
const grace = 500 * time.Millisecond

// until does work that takes no context, such as rendering a page. If the
// context ends, it waits for the work for a short time and then returns, while
// the work goes on until the process exits. So it must be safe to end the work
// at any point.
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
