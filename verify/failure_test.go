package verify

import (
	"testing"

	"handbook/content"
)

func TestNetworkReason(t *testing.T) {
	for _, c := range []struct {
		line, network string
		want          content.Reason
	}{
		{"curl: (6) Could not resolve host: example.org", "open", ReasonUnreachable},
		{"ping: bad address 'example.org'", "none", ReasonNoNetwork},
		{"E: Temporary failure resolving 'deb.debian.org'", "open", ReasonUnreachable},
		{"dial tcp: lookup x on 127.0.0.1:53: \x1b[1mno such host\x1b[0m", "open", ReasonUnreachable},
		{"ModuleNotFoundError: No module named 'flask'", "open", ""},
	} {
		if got := networkReason([]string{"first", c.line}, c.network); got != c.want {
			t.Errorf("%q on %s: %q, want %q", c.line, c.network, got, c.want)
		}
	}
}
