package wording

import (
	"testing"
	"time"
)

func TestShorten(t *testing.T) {
	for _, test := range []struct {
		in    string
		width int
		want  string
	}{
		{"short", 10, "short"},
		{"exactly", 7, "exactly"},
		{"too long", 7, "too lo…"},
		{"ümläut", 4, "üml…"},
		{"\x1b[31mred\n", 20, "·[31mred·"},
		{"\u009b31mred\u0085", 20, "·31mred·"}, // some terminals take these for ESC [ and a new line
		{"any", 0, "any"},
	} {
		if got := Shorten(test.in, test.width); got != test.want {
			t.Errorf("Shorten(%q, %d) = %q, want %q", test.in, test.width, got, test.want)
		}
	}
}

func TestDuration(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "0 ms", 40 * time.Millisecond: "40 ms", 3200 * time.Millisecond: "3.2s",
		59 * time.Second: "59.0s", time.Minute: "1m00s", 125 * time.Second: "2m05s",
	} {
		if got := Duration(d); got != want {
			t.Errorf("Duration(%v) = %q, want %q", d, got, want)
		}
	}
}

func TestSeconds(t *testing.T) {
	for in, want := range map[float64]string{
		0: "< 0.1 s", 0.04: "< 0.1 s", 0.05: "0.1 s", 9.94: "9.9 s", 9.95: "10 s", 12.4: "12 s", 59.4: "59 s", 59.5: "1 min 0 s", 125: "2 min 5 s", 3600: "60 min 0 s",
	} {
		if got := Seconds(in); got != want {
			t.Errorf("%v: %q, want %q", in, got, want)
		}
	}
}

func TestTitle(t *testing.T) {
	for in, want := range map[string]string{"05-named-volumes": "Named volumes", "über_uns": "Über uns", "2024. ": "", "": ""} {
		if got := Title(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}
