package results

import (
	"testing"

	"handbook/content"
)

// Measured values are written as the language of the site has numbers, units and
// times.
func TestValue(t *testing.T) {
	record := new(content.Record)
	record.Images = []content.Image{{Ref: "app:1", Unpacked: 154_000_000, Download: 48_300_000, Layers: []content.Layer{{Bytes: 1}, {}, {Bytes: 2}}}}
	record.Builds = []content.Build{{Image: "app:1", Seconds: 72.3, Context: 8190, Steps: []content.BuildStep{{Cached: true}, {}}}}
	for _, c := range []struct{ scheme, text, en, de, ar string }{
		{"size", "130 MB", "154 MB", "154 MB", "\u2066154 MB\u2069"},
		{"download", "?", "48.3 MB", "48,3 MB", "\u206648.3 MB\u2069"},
		{"context", "?", "8.19 kB", "8,19 kB", "\u20668.19 kB\u2069"},
		{"layers", "3 layers", "2 layers", "2 layers", "2 layers"},
		{"cached", "?", "1", "1", "1"},
		{"time", "?", "1 min 12 s", "1 min 12 s", "1 د 12 ث"},
	} {
		for code, want := range map[string]string{"en": c.en, "de": c.de, "ar": c.ar} {
			r := &Results{Record: record, Bind: func(s string) string { return s }, Words: words(t, code)}
			if got, ok := r.Value(&content.Measure{Scheme: c.scheme, Ref: "app:1", Text: c.text}); got != want || !ok {
				t.Errorf("%s in %s: %q, want %q", c.scheme, code, got, want)
			}
		}
	}
}
