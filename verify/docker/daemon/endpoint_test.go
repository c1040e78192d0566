package daemon_test

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"handbook/verify/docker/daemon"
)

func TestFindEndpoint(t *testing.T) {
	home := t.TempDir()
	write := func(path, text string) {
		t.Helper()
		path = filepath.Join(home, filepath.FromSlash(path))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	id := func(name string) string {
		sum := sha256.Sum256([]byte(name))
		return hex.EncodeToString(sum[:])
	}
	write(".docker/config.json", `{"currentContext": "colima"}`)
	write(".docker/contexts/meta/"+id("colima")+"/meta.json", `{"Name": "colima", "Endpoints": {"docker": {"Host": "unix:///colima.sock"}}}`)
	write(".docker/contexts/meta/"+id("far")+"/meta.json", `{"Name": "far", "Endpoints": {"docker": {"Host": "tcp://far:2376"}}}`)
	write(".docker/contexts/tls/"+id("far")+"/docker/ca.pem", "")
	write(".docker/contexts/meta/"+id("kube")+"/meta.json", `{"Name": "kube", "Endpoints": {"kubernetes": {}}}`)
	write("certs/cert.pem", "")
	write("certs/key.pem", "")
	write("none/config.json", `{}`)
	write("broken/config.json", `{`)
	in := func(path string) string { return filepath.Join(home, filepath.FromSlash(path)) }

	for _, test := range []struct {
		env  map[string]string
		want daemon.Endpoint
		err  string
	}{
		{nil, daemon.Endpoint{Host: "unix:///colima.sock", Context: "colima"}, ""},
		{map[string]string{"DOCKER_HOST": "ssh://me@there"}, daemon.Endpoint{Host: "ssh://me@there"}, ""},
		{map[string]string{"DOCKER_HOST": "tcp://a:1", "DOCKER_TLS_VERIFY": "1", "DOCKER_CERT_PATH": in("certs")},
			daemon.Endpoint{Host: "tcp://a:1", TLS: daemon.TLSFiles{Cert: in("certs/cert.pem"), Key: in("certs/key.pem")}}, ""},
		{map[string]string{"DOCKER_CONTEXT": "far"},
			daemon.Endpoint{Host: "tcp://far:2376", Context: "far", TLS: daemon.TLSFiles{CA: in(".docker/contexts/tls/" + id("far") + "/docker/ca.pem")}}, ""},
		{map[string]string{"DOCKER_CONTEXT": "default"}, daemon.Endpoint{}, ""},
		{map[string]string{"DOCKER_CONFIG": in("none")}, daemon.Endpoint{}, ""},
		{map[string]string{"DOCKER_CONFIG": in("not-there")}, daemon.Endpoint{}, ""},
		{map[string]string{"DOCKER_CONTEXT": "gone"}, daemon.Endpoint{}, `there is no Docker context "gone"`},
		{map[string]string{"DOCKER_CONTEXT": "kube"}, daemon.Endpoint{}, `the Docker context "kube" has no Docker endpoint`},
		{map[string]string{"DOCKER_CONFIG": in("broken")}, daemon.Endpoint{}, in("broken/config.json") + " is not valid JSON: "},
	} {
		got, err := daemon.FindEndpoint(func(name string) string { return test.env[name] }, home)
		switch {
		case test.err == "" && err != nil, test.err != "" && (err == nil || !strings.HasPrefix(err.Error(), test.err)):
			t.Errorf("%v: %v, want %q", test.env, err, test.err)
		case got != test.want:
			t.Errorf("%v: %+v, want %+v", test.env, got, test.want)
		}
	}
}

// TestNoEngine checks what users without an engine see.
func TestNoEngine(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file.sock")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ host, want string }{
		{"unix://" + dir + "/no.sock", "cannot reach the Docker Engine at unix://" + dir + "/no.sock: there is no such socket"},
		{"unix://" + file, "cannot reach the Docker Engine at unix://" + file + ": nothing answers there"},
		{"tcp://127.0.0.1:1", "cannot reach the Docker Engine at tcp://127.0.0.1:1: nothing answers there"},
		{"tcp://no-such-host.invalid:1", `cannot reach the Docker Engine at tcp://no-such-host.invalid:1: there is no host "no-such-host.invalid"`},
		{"gopher", "cannot use the Docker Engine at gopher: "},
	} {
		_, err := daemon.Connect(t.Context(), daemon.Config{At: daemon.Endpoint{Host: test.host}})
		if err == nil || !strings.HasPrefix(err.Error(), test.want) {
			t.Errorf("%s: %v, want %q", test.host, err, test.want)
		}
	}
}
