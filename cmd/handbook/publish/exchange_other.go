//go:build !linux && !darwin

package publish

func exchange(fresh, dir string) error { return exchangeByRenames(fresh, dir) }
