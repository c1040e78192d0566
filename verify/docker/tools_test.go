package docker

import "testing"

func TestToolVersion(t *testing.T) {
	for line, want := range map[string]string{
		"Docker version 28.5.2, build ecc6942":                "28.5.2",
		"Docker version 26.1.5+dfsg1, build a72d7cd":          "26.1.5+dfsg1",
		"Docker Compose version v2.26.1-4":                    "2.26.1-4",
		"Docker Compose version 2.26.1-4":                     "2.26.1-4",
		"github.com/docker/buildx v0.29.1 a32761a":            "0.29.1",
		"github.com/docker/buildx 0.13.1+ds1-3+b1 0.13.1+ds1": "0.13.1+ds1-3+b1",
		"docker: 'compose' is not a docker command.":          "",
		"": "",
	} {
		got := ""
		if found := toolVersion.FindStringSubmatch(line); found != nil {
			got = found[1]
		}
		if got != want {
			t.Errorf("%q: %q, want %q", line, got, want)
		}
	}
}
