package machineimage

import (
	"regexp"
	"testing"

	"github.com/docker/docker/api/types/system"

	"handbook/content/config"
	"handbook/verify/docker/daemon"
	"handbook/verify/docker/images"
)

// TestInRepository names images as they are called in a repository. A site's own
// ones come first, and none has a name there that comes from a registry itself.
func TestInRepository(t *testing.T) {
	d := &daemon.Daemon{Info: system.Info{OSType: "linux", Architecture: "x86_64"}}
	builtins := NewSet(d, &images.Puller{}, nil)
	site := NewSet(d, &images.Puller{}, map[string]Source{
		"":   {Dockerfile: []byte("FROM one\n")},
		"27": {Dockerfile: []byte("FROM two\n")},
		"25": {Image: "registry.example.org/machine:25"},
	})
	for _, test := range []struct {
		set                *Set
		engine, repository string
		want               string // a regular expression
	}{
		{builtins, "", "r.example.org/m", `^r\.example\.org/m:` + config.Engines[0] + `-[0-9a-f]{12}-amd64$`},
		{builtins, "26", "r.example.org/m", `^r\.example\.org/m:26-[0-9a-f]{12}-amd64$`},
		{site, "", "r.example.org/m", `^r\.example\.org/m:[0-9a-f]{12}-amd64$`},
		{site, "26", "r.example.org/m", `^r\.example\.org/m:26-[0-9a-f]{12}-amd64$`},
		{site, "27", "r.example.org:5000/m", `^r\.example\.org:5000/m:[0-9a-f]{12}-amd64$`},
		{site, "25", "r.example.org/m", `^the machines' image is made by nobody here, but comes from a registry: registry\.example\.org/machine:25$`},
		{site, "26", "r.example.org/m:tag", `^"r\.example\.org/m:tag" is not the name of a repository, `},
		{builtins, "27", "r.example.org/m", `^there are no machines with a Docker Engine "27", but with 26, 28, 29$`},
	} {
		_, got, err := test.set.inRepository(test.engine, test.repository)
		if err != nil {
			got = err.Error()
		}
		if !regexp.MustCompile(test.want).MatchString(got) {
			t.Errorf("%q in %s: %s\nwant %s", test.engine, test.repository, got, test.want)
		}
	}
}
