package docker_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"testing"

	"github.com/docker/docker/client"

	"handbook/verify"
	"handbook/verify/docker/daemon"
	"handbook/verify/docker/testenv"
)

// What speaks Docker's API and can't do what machines need is called by its name.
// The answers are those of Podman 4.3.1.
func TestPodman(t *testing.T) {
	opts := testenv.Options(t)
	testenv.Open(t, opts)
	host := opts.Endpoint.Host
	if host == "" {
		host = client.DefaultDockerHost
	}
	at, err := client.ParseHostURL(host)
	if err != nil || at.Scheme != "unix" {
		t.Skipf("the engine at %s is not on this computer", host)
	}
	proxy := httputil.NewSingleHostReverseProxy(&url.URL{Scheme: "http", Host: "engine"})
	proxy.Transport = &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", at.Host)
	}}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case strings.HasSuffix(r.URL.Path, "/attach"):
			http.Error(w, `{"cause":"container state improper","message":"can only attach to created or running containers","response":409}`, http.StatusConflict)
		case strings.HasSuffix(r.URL.Path, "/version"):
			w.Header().Set("Content-Type", "application/json")
			w.Write([]byte(`{"Version":"4.3.1","Components":[{"Name":"Podman Engine","Version":"4.3.1"},{"Name":"Conmon"}]}`))
		default:
			proxy.ServeHTTP(w, r)
		}
	}))
	t.Cleanup(server.Close)
	opts.Endpoint = daemon.Endpoint{Host: "tcp://" + server.Listener.Addr().String()}
	e := testenv.Open(t, opts)
	if got := e.Facts(t.Context()).Product; got != "Podman 4.3.1" {
		t.Errorf("the engine is %q", got)
	}
	for _, image := range []string{"docker", "busybox"} {
		_, err := e.Start(t.Context(), verify.Spec{Page: "p.md", Image: image, Network: "none"})
		failed, ok := errors.AsType[*daemon.Error](err)
		want := "Podman 4.3.1 at " + opts.Endpoint.Host + " does not attach to a container before it starts, which machines need"
		if !ok || failed.Msg != want || failed.Reason != daemon.ReasonAttach {
			t.Errorf("on a machine of %s: %v\nwant %s", image, err, want)
		}
	}
}
