package main

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

func TestUntil(t *testing.T) {
	for _, test := range []struct {
		takes, interrupted, want time.Duration
		result                   int
	}{
		{time.Second, time.Minute, time.Second, 1},
		{time.Hour, time.Second, time.Second + grace, 0},
		{time.Second + grace/2, time.Second, time.Second + grace/2, 1},
		{time.Second, 0, 0, 0},
	} {
		synctest.Test(t, func(t *testing.T) {
			ctx, stop := context.WithTimeout(context.Background(), test.interrupted)
			defer stop()
			start := time.Now()
			result, err := until(ctx, func() (int, error) {
				time.Sleep(test.takes)
				return 1, nil
			})
			if got := time.Since(start); got != test.want || result != test.result || (err != nil) != (result == 0) || err != nil && !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("%+v: %d, %v after %s", test, result, err, got)
			}
			time.Sleep(test.takes) // the work ends
		})
	}
}
