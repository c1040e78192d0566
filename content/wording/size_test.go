package wording

import "testing"

func TestSizes(t *testing.T) {
	for _, c := range []struct {
		n               int64
		decimal, binary string
	}{
		{0, "0 B", "0 bytes"},
		{1, "1 B", "1 bytes"},
		{999, "999 B", "999 bytes"},
		{1000, "1 kB", "1000 bytes"},
		{1023, "1.02 kB", "1023 bytes"},
		{1024, "1.02 kB", "1 KiB"},
		{1536, "1.54 kB", "1.5 KiB"},
		{999_499, "999 kB", "976 KiB"},
		{999_500, "1 MB", "976 KiB"},
		{9_994_999, "9.99 MB", "9.53 MiB"},
		{9_995_000, "10 MB", "9.53 MiB"},
		{12_300_000, "12.3 MB", "11.7 MiB"},
		{130_000_000, "130 MB", "124 MiB"},
		{512 * MiB, "537 MB", "512 MiB"},
		{1023 * MiB, "1.07 GB", "1023 MiB"},
		{1024*MiB - 1, "1.07 GB", "1 GiB"},
		{3 * GiB / 2, "1.61 GB", "1.5 GiB"},
		{4 * GiB, "4.29 GB", "4 GiB"},
		{20 * GiB, "21.5 GB", "20 GiB"},
		{1 << 60, "1152922 TB", "1048576 TiB"},
	} {
		if got := DecimalSize(c.n); got != c.decimal {
			t.Errorf("%d: %q, want %q", c.n, got, c.decimal)
		}
		if got := BinarySize(c.n); got != c.binary {
			t.Errorf("%d: %q, want %q", c.n, got, c.binary)
		}
	}
}

func TestParseBinarySize(t *testing.T) {
	for _, c := range []struct {
		in   string
		want int64 // 0: an error
	}{
		{"1", 1},
		{"1b", 1},
		{"512m", 512 * MiB},
		{"512M", 512 * MiB},
		{"512mb", 512 * MiB},
		{"512MiB", 512 * MiB},
		{"2g", 2 * GiB},
		{"1.5g", 3 * GiB / 2},
		{".5k", 512},
		{"3.t", 3 << 40},
		{"64kib", 64 << 10},
		{"", 0},
		{"0", 0},
		{"0.4", 0},
		{"-1", 0},
		{"g", 0},
		{"1 g", 0},
		{"1i", 0},
		{"1gg", 0},
		{"1bk", 0},
		{"1e9", 0},
		{"0x10", 0},
		{"inf", 0},
		{"nan", 0},
		{"9000000t", 0},
		{"99999999999999999999", 0},
	} {
		got, err := ParseBinarySize(c.in)
		if got != c.want || (err == nil) != (c.want > 0) {
			t.Errorf("%q: %d, %v, want %d", c.in, got, err, c.want)
		}
	}
}
