package once_test

import (
	"errors"
	"sync"
	"testing"

	"handbook/verify/docker/once"
)

// A value is made once, whoever asks; an error is not kept.
func TestValue(t *testing.T) {
	var v once.Value[int]
	broken := errors.New("broken")
	if _, err := v.Get(func() (int, error) { return 1, broken }); !errors.Is(err, broken) {
		t.Errorf("%v, want the error of what makes it", err)
	}
	made := 0 // Get guards it
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			got, err := v.Get(func() (int, error) {
				made++
				return made + 1, nil
			})
			if got != 2 || err != nil {
				t.Errorf("%d, %v, want 2", got, err)
			}
		})
	}
	group.Wait()
	if made != 1 {
		t.Errorf("it was made %d times", made)
	}
}
