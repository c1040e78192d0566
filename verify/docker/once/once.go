// Package once makes values when they are first asked for. Unlike package sync,
// it tries again after an error.
package once

import "sync"

// A Value is made when it is first asked for. Callers wait for each other. After
// an error, the next call tries again.
type Value[T any] struct {
	mu   sync.Mutex
	done bool
	val  T
}

// Get returns the value. It calls make if there is none yet.
func (v *Value[T]) Get(make func() (T, error)) (T, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if !v.done {
		val, err := make()
		if err != nil {
			return val, err
		}
		v.val, v.done = val, true
	}
	return v.val, nil
}
