package wording

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
)

// Sizes of memory and disks.
const (
	MiB = 1 << 20
	GiB = 1 << 30
)

// DecimalSize writes a number of bytes in units of 1000 with three digits, as
// Docker prints sizes of images: "130 MB".
func DecimalSize(n int64) string { return inUnits(n, 1000, "B", "kB", "MB", "GB", "TB") }

// BinarySize writes a number of bytes in units of 1024 with three digits, as for
// memory and disks: "512 MiB".
func BinarySize(n int64) string { return inUnits(n, 1024, "bytes", "KiB", "MiB", "GiB", "TiB") }

func inUnits(n int64, step float64, units ...string) string {
	f, unit := float64(n), 0
	for f >= step-0.5 && unit < len(units)-1 {
		f /= step
		unit++
	}
	digits := 0
	switch {
	case unit == 0:
	case f < 9.995:
		digits = 2
	case f < 99.95:
		digits = 1
	}
	s := strconv.FormatFloat(f, 'f', digits, 64)
	if strings.Contains(s, ".") {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	}
	return s + " " + units[unit]
}

var binarySize = regexp.MustCompile(`^(\d+(?:\.\d*)?|\.\d+)(?:([kmgt])(?:i?b)?|b)?$`)

// ParseBinarySize reads a number of bytes with an optional unit, like Docker's
// --memory: b, k, m, g or t, in upper or lower case, where k is 1024. kb and kib
// are the same as k.
func ParseBinarySize(s string) (int64, error) {
	parts := binarySize.FindStringSubmatch(strings.ToLower(s))
	if parts == nil {
		return 0, fmt.Errorf("%q is not a size", s)
	}
	v, err := strconv.ParseFloat(parts[1], 64)
	if parts[2] != "" {
		v *= float64(int64(1) << (10 * (1 + strings.Index("kmgt", parts[2]))))
	}
	if err != nil || v < 1 || v >= math.MaxInt64 {
		return 0, fmt.Errorf("%q is not a size", s)
	}
	return int64(v), nil
}
