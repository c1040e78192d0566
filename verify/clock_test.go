package verify

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

// The time in which a lab waits is not the lab's.
func TestClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, c := limit(t.Context(), time.Minute)
		defer c.close()
		time.Sleep(40 * time.Second)
		c.stop()
		time.Sleep(time.Hour)
		c.start()
		time.Sleep(19 * time.Second)
		if ctx.Err() != nil {
			t.Fatal("the time is up too early")
		}
		time.Sleep(2 * time.Second)
		if !errors.Is(context.Cause(ctx), errLabTimeout) {
			t.Errorf("the time is not up: %v", context.Cause(ctx))
		}
	})
}
