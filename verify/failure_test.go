package verify

import (
	"strings"
	"testing"
)

func TestNetworkHint(t *testing.T) {
	for _, c := range []struct{ line, network, want string }{
		{"curl: (6) Could not resolve host: example.org", "open", "is this one online"},
		{"ping: bad address 'example.org'", "none", "network: none"},
		{"E: Temporary failure resolving 'deb.debian.org'", "open", "is this one online"},
		{"dial tcp: lookup x on 127.0.0.1:53: \x1b[1mno such host\x1b[0m", "open", "is this one online"},
		{"ModuleNotFoundError: No module named 'flask'", "open", ""},
	} {
		got := networkHint([]string{"first", c.line}, c.network)
		if !strings.Contains(got, c.want) || c.want == "" && got != "" {
			t.Errorf("%q on %s: %q, want %q", c.line, c.network, got, c.want)
		}
	}
}
