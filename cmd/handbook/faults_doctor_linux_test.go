package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"handbook/verify/docker/testenv"
	"handbook/verify/docker/testenv/need"
)

// A sickness is what a computer lacks, and what doctor says about it: lines
// that are all there, in any order, as regular expressions.
type sickness struct {
	name string
	run  func(v *victim) *exec.Cmd
	want []string
}

var sicknesses = []sickness{
	{"no engine", func(v *victim) *exec.Cmd {
		return v.with(v.command("doctor"), "DOCKER_HOST=unix://"+filepath.Join(v.tmp, "none.sock"))
	}, []string{
		`problem  cannot reach the Docker Engine at unix://\S+/none\.sock: there is no such socket`,
		`         hint: start Docker, or name another engine with --engine or DOCKER_HOST; .*`,
	}},
	{"no rights on the socket", func(v *victim) *exec.Cmd {
		second := testenv.StartSecond(v.t, testenv.SecondConfig{})
		cmd := v.command()
		cmd.Args = append([]string{"setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", v.program}, "doctor", "--engine", second.Host)
		cmd.Path, cmd.Dir = lookPath(v.t, "setpriv"), "/"
		v.open(second.Host)
		return v.with(cmd, "HOME="+v.tmp)
	}, []string{
		`problem  no permission to use the Docker Engine at unix://\S+`,
		`         hint: add yourself to the group that may use it .*`,
	}},
	{"an engine without the capabilities", func(v *victim) *exec.Cmd {
		return v.command("doctor", "--engine", stingyEngine(v.t))
	}, []string{
		`ok       Docker Engine .*`,
		`problem  no Docker Engine can run in a container of the one at unix://\S+`,
		`             with least rights: cannot make a machine: Error response from daemon: SYS_ADMIN is not for you`,
		`             with privileged rights: cannot make a machine: Error response from daemon: privileged is not for you`,
		`         hint: a machine needs the capabilities SYS_ADMIN, NET_ADMIN and SYS_PTRACE of its engine; .*`,
	}},
	{"no mirror", func(v *victim) *exec.Cmd {
		return v.with(v.command("doctor"), "HANDBOOK_MIRROR=http://127.0.0.1:9")
	}, []string{
		`problem  the mirror http://127\.0\.0\.1:9 can't be reached: .*`,
		`         hint: start the mirror, or correct HANDBOOK_MIRROR .*`,
		`ok       Docker Engine .*`,
		`note     no machine was tried, because of that`,
	}},
	{"no space", func(v *victim) *exec.Cmd {
		second := testenv.StartSecond(v.t, testenv.SecondConfig{Space: "32m"})
		second.Fill()
		cmd := v.command()
		cmd.Args = second.Beside(v.program, "doctor", "--engine", second.Host)
		cmd.Path = lookPath(v.t, cmd.Args[0])
		return cmd
	}, []string{
		`ok       Docker Engine .*`,
		`problem  the disk of the Docker Engine at unix://\S+ is full: [\d.]+ \S+ are free, and a machine needs at least 256 MiB`,
		`         hint: "docker system df" shows what takes the room, .*`,
	}},
}

// sickComputers asks the doctor about computers that lack something.
func sickComputers(v *victim) {
	testenv.Engine(v.t)
	for _, s := range sicknesses {
		v.t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			v := newVictim(t, v.program)
			out, err := s.run(v).CombinedOutput()
			t.Logf("%s", out)
			if got := exitStatus(t, err); got != noMachine {
				t.Errorf("exit status %d, want %d", got, noMachine)
			}
			for _, line := range append(s.want, "handbook: error: labs can't be verified here") {
				if !regexp.MustCompile("(?m)^" + line + "$").Match(out) {
					t.Errorf("it does not say %s", line)
				}
			}
		})
	}
}

func (v *victim) with(cmd *exec.Cmd, env ...string) *exec.Cmd {
	cmd.Env = append(slices.Clone(cmd.Env), env...)
	return cmd
}

// open lets anybody reach the program and the socket, but not use it.
func (v *victim) open(host string) {
	v.t.Helper()
	at, err := url.Parse(host)
	if err != nil {
		v.t.Fatal(err)
	}
	for _, name := range []string{v.program, at.Path} {
		for dir := filepath.Dir(name); dir != "/" && dir != os.TempDir(); dir = filepath.Dir(dir) {
			if err := os.Chmod(dir, 0o755); err != nil {
				v.t.Fatal(err)
			}
		}
	}
	if err := os.Chmod(at.Path, 0o600); err != nil {
		v.t.Fatal(err)
	}
}

func lookPath(t *testing.T, program string) string {
	t.Helper()
	file, err := exec.LookPath(program)
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// stingyEngine is the engine behind a proxy that grants no capabilities, as
// companies have them.
func stingyEngine(t *testing.T) string {
	t.Helper()
	at, err := url.Parse(testenv.Options(t).Endpoint.String())
	if err != nil || at.Scheme != "unix" {
		need.Skip(t, fmt.Sprintf("the proxy is for an engine at a socket, not %s", at))
	}
	dir, err := os.MkdirTemp("", "stingy-") // t.TempDir is too long for a socket
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	proxy := httputil.NewSingleHostReverseProxy(&url.URL{Scheme: "http", Host: "docker"})
	proxy.Transport = &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", at.Path)
	}}
	proxy.FlushInterval = -1
	create := regexp.MustCompile(`/containers/create$`)
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if create.MatchString(r.URL.Path) {
			body, _ := io.ReadAll(r.Body)
			if why := tooMuch(body); why != "" {
				w.Header().Set("Content-Type", "application/json")
				w.WriteHeader(http.StatusForbidden)
				fmt.Fprintf(w, `{"message": "%s is not for you"}`, why)
				return
			}
			r.Body = io.NopCloser(bytes.NewReader(body))
		}
		proxy.ServeHTTP(w, r)
	}))
	server.Listener.Close()
	socket := filepath.Join(dir, "sock")
	if server.Listener, err = net.Listen("unix", socket); err != nil {
		t.Fatal(err)
	}
	server.Start()
	t.Cleanup(server.Close)
	return "unix://" + socket
}

func tooMuch(create []byte) string {
	var asked struct {
		HostConfig struct {
			CapAdd     []string
			Privileged bool
		}
	}
	json.Unmarshal(create, &asked)
	for _, c := range asked.HostConfig.CapAdd {
		if c = strings.TrimPrefix(c, "CAP_"); c == "SYS_ADMIN" || c == "ALL" {
			return c
		}
	}
	if asked.HostConfig.Privileged {
		return "privileged"
	}
	return ""
}
