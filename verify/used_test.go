package verify

import (
	"testing"
	"time"
)

// A lab that takes longer because others run beside it is no lab that waits more.
func TestUsageAfter(t *testing.T) {
	const s = time.Second
	for _, test := range []struct{ before, now, want Usage }{
		{Usage{}, Usage{CPU: 10 * s, Took: 20 * s, Memory: 5}, Usage{CPU: 10 * s, Took: 20 * s, Memory: 5}},
		{Usage{CPU: 10 * s, Took: 20 * s, Memory: 7}, Usage{CPU: 12 * s, Took: 60 * s, Memory: 5}, Usage{CPU: 12 * s, Took: 20 * s, Memory: 7}},
		{Usage{CPU: 10 * s, Took: 60 * s, Memory: 5}, Usage{CPU: 8 * s, Took: 20 * s, Memory: 7}, Usage{CPU: 8 * s, Took: 20 * s, Memory: 7}},
		{Usage{CPU: 10 * s, Took: 20 * s, Memory: 7}, Usage{CPU: 15 * s, Took: 60 * s, Memory: 5}, Usage{CPU: 15 * s, Took: 60 * s, Memory: 5}},
		{Usage{CPU: 10 * s, Took: 20 * s, Memory: 7}, Usage{CPU: 2 * s, Took: 15 * s, Memory: 5}, Usage{CPU: 2 * s, Took: 15 * s, Memory: 5}},
	} {
		if got := test.now.After(test.before); got != test.want {
			t.Errorf("%+v after %+v: got %+v, want %+v", test.now, test.before, got, test.want)
		}
	}
	if got := (Usage{CPU: 10 * s, Took: 40 * s}).Busy(); got != 0.25 {
		t.Errorf("busy: %v, want a quarter", got)
	}
	if got := (Usage{CPU: 10 * s}).Busy(); got != 0 {
		t.Errorf("busy for no time: %v, want 0, as it is not known", got)
	}
}
