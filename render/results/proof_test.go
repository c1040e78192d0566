package results

import "testing"

func TestShortVersion(t *testing.T) {
	for version, want := range map[string]string{
		"28.5.2+dfsg4":           "28.5.2",
		"29-moby.v2.0.0-beta.24": "29 beta",
		"29.1.0":                 "29.1.0",
		"20.10.24+dfsg1":         "20.10.24",
		"29.0.0-rc.1~beta":       "29.0.0 beta",
		"":                       "",
		"dev":                    "dev",
		"podman 5.4":             "podman 5.4",
	} {
		if got := shortVersion(version); got != want {
			t.Errorf("shortVersion(%q) = %q, want %q", version, got, want)
		}
	}
}
