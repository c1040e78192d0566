package manual

import (
	"strings"
	"testing"

	"handbook/content"
	"handbook/content/config"
	"handbook/content/info"
	"handbook/content/settings"
)

// TestManual wants the guides to tell what each option, key and scheme does.
func TestManual(t *testing.T) {
	for role := info.Shown; role <= info.Included; role++ {
		for _, name := range info.Names(role) {
			if theManual.option(name) == "" {
				t.Errorf("no guide tells what the option %q does", name)
			}
		}
	}
	var walk func(site bool, s *settings.Shape, keys ...string)
	walk = func(site bool, s *settings.Shape, keys ...string) {
		if len(keys) > 2 || len(keys) == 2 && keys[0] != "lab" && keys[0] != "machine" {
			return
		}
		if len(keys) > 0 && theManual.key(site, keys) == "" {
			t.Errorf("no guide tells what the key %s does", strings.Join(keys, "."))
		}
		for _, name := range s.Names() {
			walk(site, s.At(name), append(keys[:len(keys):len(keys)], name)...)
		}
	}
	walk(true, config.Shape())
	walk(false, config.FrontShape())
	for scheme := range content.Schemes {
		if theManual.schemes[scheme] == "" {
			t.Errorf("no guide tells what %s: is", scheme)
		}
	}
	for name, want := range map[string]string{"exit": "`exit=1`: the exit status that the last command must have", "term": "`term=2` types a snippet into another terminal"} {
		if got := theManual.option(name); !strings.HasPrefix(got, want) {
			t.Errorf("%s: %s", name, got)
		}
	}
}
