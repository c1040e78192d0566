package files

import "testing"

func TestIgnored(t *testing.T) {
	for name, want := range map[string]bool{
		"/root/.docker/config.json":      true,
		"/root/lab/.docker":              false,
		"/etc/mtab":                      true,
		"/etc/passwd":                    false,
		"/tmp/.rc-1":                     true,
		"/tmp/dockerfile12":              true,
		"/tmp/dockerfile12/Dockerfile":   true,
		"/tmp/empty-dir7":                true,
		"/tmp/empty-directory":           false,
		"/tmp/dockerfile":                false,
		"/root/dockerfile12":             false,
		"/root/tmp/empty-dir7/something": false,
	} {
		if got := ignored(name, "/root"); got != want {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
	}
}
