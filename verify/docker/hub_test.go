package docker_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"handbook/content"
	"handbook/content/config"
	"handbook/verify"
	"handbook/verify/docker"
	"handbook/verify/docker/daemon"
	"handbook/verify/docker/machine"
	"handbook/verify/docker/testenv"
	"handbook/verify/docker/testenv/need"
	"handbook/verify/plans"
	"handbook/verify/shell"
)

const hubToken = "dckr_pat_Sesame"

// hubSpec returns a machine with a stand-in for Docker Hub that has a user.
func hubSpec(user string) verify.Spec { return verify.Spec{Hub: user, HubToken: hubToken} }

// A said is a command with a regular expression for its output, in which "."
// matches line breaks, too. The command fails if and only if fails is set.
type said struct {
	command, want string
	fails         bool
}

// hubDialogue are commands that use Docker Hub, in this order. Some print other
// texts with the containerd store.
var hubDialogue = []said{
	{command: "docker pull python:3.12-slim", want: `Status: Downloaded newer image for python:3.12-slim`},
	{command: "docker pull bussybox", want: `pull access denied for bussybox, repository does not exist or may require 'docker login'`, fails: true},
	{command: "docker pull busybox:9.99", want: `(manifest for busybox:9.99 not found: manifest unknown|busybox:9.99.*not found)`, fails: true},
	{command: "printf 'FROM python:3.12-slim\nRUN echo hello > /hello\n' | docker build -q -t app -", want: `sha256:`},
	{command: "docker tag app student/app:1.1", want: `^$`},
	{command: "docker push student/app:1.1", want: `denied`, fails: true},
	{command: "docker login < /dev/null", want: `annot perform an interactive login from a non.TTY device`, fails: true},
	{command: "docker login -u student --password-stdin <<< Open", want: `^Error response from daemon: Get "https://registry-1.docker.io/v2/": unauthorized: incorrect username or password$`, fails: true},
	{command: "docker login -u someone --password-stdin <<< $DOCKERHUB_TOKEN", want: `unauthorized: incorrect username or password$`, fails: true},
	{command: "docker login -u student --password-stdin <<< ${DOCKERHUB_TOKEN^^}", want: `unauthorized: incorrect username or password$`, fails: true},
	{command: "docker login -u student --password-stdin <<< $DOCKERHUB_TOKEN", want: `Login Succeeded$`},
	{command: "docker push student/app:1.1", want: `The push refers to repository \[docker.io/student/app\].*Mounted from library/python.*1.1: digest: sha256:`},
	{command: "docker push student/app:2", want: `tag does not exist`, fails: true},
	{command: "docker tag app someone/app:1.1; docker push someone/app:1.1", want: `denied`, fails: true},
	{command: "docker tag app python:3.12-slim-own; docker push python:3.12-slim-own", want: `denied`, fails: true},
	{command: "docker tag app studentx/app; docker push studentx/app", want: `denied`, fails: true},
	{command: upload("student/app", "library%2Fnone"), want: `^202$`},
	{command: upload("student/app", "..%2F.."), want: `^202$`},
	{command: upload("student/app", "student%2Fnone"), want: `^202$`},
	{command: upload("someone/app", "library%2Fpython"), want: `^401$`},
	{command: "docker manifest inspect student/app:1.1", want: `"schemaVersion": 2`},
	{command: "printf 'FROM busybox\nRUN echo two > /two\n' | docker build --push -t student/two -", want: `pushing (student/two with docker|manifest for docker.io/student/two:latest)`},
	{command: "docker login", want: `Authenticating with existing credentials... \[Username: student\].*Login Succeeded$`},
	{command: "docker logout", want: `Removing login credentials for https://index.docker.io/v1/`},
	{command: "docker tag app student/app:3; docker push student/app:3", want: `denied|insufficient_scope`, fails: true},
	{command: "docker rmi student/app:1.1 student/app:3 app someone/app:1.1 studentx/app python:3.12-slim-own", want: `Untagged: student/app:1.1`},
	{command: "docker run --rm student/app:1.1 cat /hello", want: `Unable to find image 'student/app:1.1' locally.*Downloaded newer image for student/app:1.1.hello$`},
	{command: "docker rmi student/two; docker pull student/two", want: `Downloaded newer image for student/two:latest`},
	{command: "docker pull student/app:3", want: `not found`, fails: true},
	{command: "printf 'FROM student/two\nRUN cat /two\n' | docker build --no-cache --progress=plain -", want: `FROM docker.io/student/two`},
	{command: "docker search python", want: `.`, fails: true},
	{command: "docker ps -a -q; docker volume ls -q", want: `^$`},
	{command: "docker run -d --name web -p 443:443 -p 80:80 busybox sleep 100; docker port web", want: `443/tcp -> 0.0.0.0:443`},
	{command: "docker pull student/app:1.1", want: `Image is up to date for student/app:1.1`},
}

// upload begins the upload of a layer that is not in the repository where the
// request says it is, and prints the status.
func upload(repository, from string) string {
	return `token=$(curl -sS -u student:$DOCKERHUB_TOKEN "https://auth.docker.io/token?service=registry.docker.io&scope=repository:` + repository + `:pull,push" | jq -r .token)
curl -sS -o /dev/null -w '%{http_code}' -X POST -H "Authorization: Bearer $token" "https://registry-1.docker.io/v2/` + repository + `/blobs/uploads/?from=` + from + `&mount=sha256%3A$(printf '%064d' 7)"`
}

func TestHub(t *testing.T) {
	t.Parallel()
	for _, engine := range []string{"28", "29"} {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			opts := testenv.Options(t)
			spec := hubSpec("student")
			spec.Docker = engine
			var asked *recorder
			if opts.Mirror != "" {
				asked = recordPaths(t, &opts)
			}
			m := testenv.Start(t, testenv.Open(t, opts), spec)
			for _, s := range hubDialogue {
				out, exit := testenv.Process(t, m, shell.Process{
					Args: []string{"bash", "-c", "exec 2>&1; " + s.command},
					Env:  []string{"DOCKERHUB_TOKEN=" + hubToken},
				})
				if out = strings.TrimSpace(out); (exit != 0) != s.fails || !regexp.MustCompile("(?s)"+s.want).MatchString(out) {
					t.Errorf("%s: exit status %d, want %q:\n%s", s.command, exit, s.want, out)
				}
			}
			_, bases, err := m.About(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			var names []string
			for _, b := range bases {
				names = append(names, b.Image)
			}
			slices.Sort(names)
			if got, want := strings.Join(names, " "), "busybox:latest python:3.12-slim"; got != want {
				t.Errorf("bases %q, want %q", got, want)
			}
			if asked != nil {
				asked.check(t)
			}
		})
	}
}

// A recorder is a mirror that records requests and passes them on to the real
// one.
type recorder struct {
	server *http.Server
	mu     sync.Mutex
	paths  []string
}

// recordPaths puts a recorder before the mirror of the options.
func recordPaths(t *testing.T, opts *docker.Options) *recorder {
	t.Helper()
	target, err := url.Parse(opts.Mirror)
	if err != nil {
		t.Fatal(err)
	}
	at, err := url.Parse(docker.GatewayURL(t, testenv.Open(t, *opts)))
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", net.JoinHostPort(at.Hostname(), "0"))
	if err != nil {
		need.Skip(t, "containers can't reach a server of this test: "+err.Error())
	}
	var r recorder
	proxy := &httputil.ReverseProxy{Rewrite: func(p *httputil.ProxyRequest) { p.SetURL(target) }}
	r.server = &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		r.mu.Lock()
		r.paths = append(r.paths, req.Method+" "+req.URL.Path)
		if req.Header.Get("Authorization") != "" {
			r.paths = append(r.paths, "with credentials")
		}
		r.mu.Unlock()
		proxy.ServeHTTP(w, req)
	})}
	go r.server.Serve(listener)
	t.Cleanup(func() { r.server.Close() })
	opts.Mirror = "http://" + listener.Addr().String()
	return &r
}

// check checks that the mirror was asked for base images, and for nothing that
// the lab has pushed or tried to push.
func (r *recorder) check(t *testing.T) {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	all := strings.Join(r.paths, "\n")
	if !strings.Contains(all, "/v2/library/python/manifests/3.12-slim") {
		t.Errorf("the mirror was not asked for python:3.12-slim:\n%s", all)
	}
	foreign := regexp.MustCompile("student|someone|/app|slim-own|credentials|POST|PUT|PATCH")
	for _, path := range r.paths {
		if foreign.MatchString(path) {
			t.Errorf("the mirror was asked %s", path)
		}
	}
}

// TestHubsSideBySide checks that two machines don't share users and
// repositories, and that a machine without a network has a hub, too.
func TestHubsSideBySide(t *testing.T) {
	t.Parallel()
	e := testenv.Engine(t)
	for _, network := range []string{"open", "none"} {
		t.Run(network, func(t *testing.T) {
			t.Parallel()
			spec := hubSpec("ann-" + network)
			spec.Network = network
			m := testenv.Start(t, e, spec)
			mustRun(t, m, sleepy)
			mustRun(t, m, "echo "+hubToken+" | docker login -u "+spec.Hub+" --password-stdin && docker tag sleepy "+spec.Hub+"/app && docker push -q "+spec.Hub+"/app")
			mustRun(t, m, "docker rmi "+spec.Hub+"/app && docker run --rm "+spec.Hub+"/app true")
			other := map[string]string{"open": "ann-none", "none": "ann-open"}[network]
			if out, exit := testenv.Run(t, m, "docker tag sleepy "+other+"/app && docker push "+other+"/app 2>&1"); exit == 0 || !strings.Contains(out, "denied") {
				t.Errorf("may push to %s: %s", other, out)
			}
			if out, exit := testenv.Run(t, m, "docker pull "+other+"/none 2>&1"); exit == 0 || !strings.Contains(out, "denied") {
				t.Errorf("pulls from %s: %s", other, out)
			}
		})
	}
}

// TestHubPage runs a page as a student works through it at a terminal.
func TestHubPage(t *testing.T) {
	t.Parallel()
	const page = `---
lab:
  hub: student
  docker: 28
---
'''bash type="student\n$DOCKERHUB_TOKEN\n"
docker login
'''
'''output
...
Username: student
...
Password:
...
Login Succeeded
'''
'''bash
docker pull -q busybox
docker tag busybox student/app:1.1
docker push student/app:1.1
docker logout
'''
'''bash exit=1
docker push student/app:1.1
'''
'''bash
docker rmi student/app:1.1
docker run --rm student/app:1.1 echo hello
'''
'''bash type="student\nwrong\n" exit=1
docker login
'''
'''output
...
Error response from daemon: Get "https://registry-1.docker.io/v2/": unauthorized: incorrect username or password
'''
'''bash type="$DOCKERHUB_TOKEN\n"
docker login -u student
'''
'''bash
docker logout
# In the browser, as newer clients ask for it; confirmed by itself.
export DOCKER_CLI_DISABLE_OAUTH_LOGIN=0
docker login
docker push student/app:1.1
docker logout
grep -c '"auth":' ~/.docker/config.json || true
# -> 0
'''
`
	record := runPage(t, page)
	all := ""
	for _, s := range record.Snippets {
		for _, c := range s.Commands {
			all += "$ " + c.Text + "\n" + strings.Join(c.Output, "\n") + "\n"
		}
	}
	for _, want := range []string{"USING WEB-BASED LOGIN", "one-time device confirmation code is: "} {
		if !strings.Contains(all, want) {
			t.Errorf("nothing says %q", want)
		}
	}
	for _, secret := range []string{"dckr_pat_", "falling back"} {
		if strings.Contains(all, secret) {
			t.Errorf("the record has %q", secret)
		}
	}
}

func runPage(t *testing.T, page string) *content.Record {
	t.Helper()
	site, err := content.Load(fstest.MapFS{"p.md": {Data: []byte(strings.ReplaceAll(page, "'''", "```"))}}, "")
	if err != nil {
		t.Fatal(err)
	}
	plan, err := plans.New(site, site.Pages[0], "")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	record, err := (&verify.Runner{Engine: testenv.Engine(t)}).Run(ctx, plan)
	var failed *verify.Failures
	if errors.As(err, &failed) {
		for _, f := range failed.All {
			t.Errorf("%v: %s: %s\n%s", f.Pos, f.Command, f.Msg, strings.Join(f.Details, "\n"))
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	return record
}

func TestHubBlame(t *testing.T) {
	t.Parallel()
	opts := testenv.Options(t)
	e := testenv.Open(t, opts)
	for _, user := range []string{"library", "Student", "a/b", "a;b", "-"} {
		spec := hubSpec(user)
		spec.Image = "docker"
		_, err := e.Start(t.Context(), spec)
		var lab *verify.LabError
		if !errors.As(err, &lab) || !strings.Contains(lab.Msg, "can't be a user of Docker Hub") {
			t.Errorf("%q: %v", user, err)
		}
	}
	about, _, err := testenv.Start(t, e, verify.Spec{}).About(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	opts.Machines = own("FROM " + about.Image + "\nRUN rm /usr/sbin/nginx\n")
	spec := hubSpec("student")
	spec.Image = "docker"
	_, err = testenv.Open(t, opts).Start(t.Context(), spec)
	var engine *daemon.Error
	if want := "the stand-in for Docker Hub does not start: the machine's image has no nginx"; !errors.As(err, &engine) || !strings.Contains(engine.Msg, want) {
		t.Errorf("%v, want a daemon.Error with %q", err, want)
	}
}

// TestHubWithoutMirror checks that images of others come from the mirror or not
// at all, and that the message says so.
func TestHubWithoutMirror(t *testing.T) {
	t.Parallel()
	for _, engine := range config.Engines {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			spec := hubSpec("student")
			spec.Docker = engine
			testHubWithoutMirror(t, spec)
		})
	}
}

func testHubWithoutMirror(t *testing.T, spec verify.Spec) {
	opts := testenv.Options(t)
	opts.Mirror = ""
	e := testenv.Open(t, opts)
	docker.Relay(e, "handbook-mirror-"+spec.Docker+time.Now().Format("-150405.000"), "http://127.0.0.1:1")
	t.Cleanup(func() { docker.RemoveRelay(t, e) })
	m := testenv.Start(t, e, spec)
	pull := func(m *machine.Machine, want string) {
		t.Helper()
		if out, exit := testenv.Run(t, m, "docker pull busybox 2>&1"); exit == 0 || !strings.Contains(out, want) {
			t.Errorf("%q, want %q", out, want)
		}
	}
	pull(m, "there is no mirror of Docker Hub")

	opts = testenv.Options(t)
	if opts.Mirror == "" {
		return
	}
	mirror := recordPaths(t, &opts)
	m = testenv.Start(t, testenv.Open(t, opts), spec)
	mirror.server.Close()
	pull(m, "the mirror "+opts.Mirror+" does not answer")
}

// BenchmarkHub measures the start of a machine with a hub, BenchmarkStart that
// of one without.
func BenchmarkHub(b *testing.B) {
	e := testenv.Engine(b)
	testenv.Start(b, e, hubSpec("student"))
	for b.Loop() {
		m, err := e.Start(b.Context(), verify.Spec{Page: "benchmark", Image: "docker", Hub: "student", HubToken: hubToken})
		if err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		if err := m.Close(); err != nil {
			b.Error(err)
		}
		b.StartTimer()
	}
}
