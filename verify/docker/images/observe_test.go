package images_test

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"handbook/content"
	"handbook/verify"
	"handbook/verify/docker/images"
	"handbook/verify/docker/machine"
	"handbook/verify/docker/testenv"
	"handbook/verify/shell"
)

// storages runs a test on a machine with each of Docker's storages: overlay2, and
// that of containerd.
func storages(t *testing.T, test func(t *testing.T, m *machine.Machine, containerd bool)) {
	for engine, containerd := range map[string]bool{"28": false, "29": true} {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			test(t, testenv.Start(t, testenv.Engine(t), verify.Spec{Docker: engine}), containerd)
		})
	}
}

// flask writes a project with a context of 157 bytes, and 1 MB beside them.
const flask = `mkdir -p /root/flask/junk && cd /root/flask
printf 'print(1)\n' > app.py
printf 'six\n' > requirements.txt
head -c 1000000 /dev/zero > junk/zeros
cat > Dockerfile <<'.'
FROM python:3.12-slim
WORKDIR /app
COPY requirements.txt ./
RUN echo installed > /installed
COPY app.py ./
EXPOSE 5000
CMD ["python", "app.py"]
.
`

// A seen is an observation without what differs from run to run.
type seen struct {
	Images  []string // names
	Builds  []seenBuild
	Removed []string
}

type seenBuild struct {
	Tags    string // all, the first one first
	Failed  string
	Context int64
	Steps   []string // cached ones have a "*" before them
}

func mustRun(t *testing.T, m verify.Machine, script string) string {
	t.Helper()
	out, exit := testenv.Run(t, m, script)
	if exit != 0 {
		t.Fatalf("%s: exit status %d\n%s", script, exit, out)
	}
	return out
}

func seenOf(o verify.Observation) seen {
	s := seen{Removed: o.Removed}
	for _, i := range o.Images {
		s.Images = append(s.Images, i.Ref)
	}
	for _, b := range o.Builds {
		one := seenBuild{Tags: strings.Join(append([]string{b.Image}, b.Tags...), " "), Failed: b.Failed, Context: b.Context}
		for _, step := range b.Steps {
			name := step.Name
			if step.Cached {
				name = "*" + name
			}
			one.Steps = append(one.Steps, name)
		}
		s.Builds = append(s.Builds, one)
	}
	return s
}

func TestObserve(t *testing.T) {
	t.Parallel()
	const (
		workdir  = "[2/5] WORKDIR /app"
		require  = "[3/5] COPY requirements.txt ./"
		install  = "[4/5] RUN echo installed > /installed"
		app      = "[5/5] COPY app.py ./"
		project  = 157 // bytes of its files
		zeros    = 1_000_000
		failedBy = `process "/bin/sh -c echo no; exit 7" did not complete successfully: exit code: 7`
	)
	storages(t, func(t *testing.T, m *machine.Machine, containerd bool) {
		mustRun(t, m, flask)
		for _, test := range []struct {
			name, script string
			want         seen
		}{
			{"nothing", "true", seen{}},
			{"first build", "docker build -t flask:1.0 .",
				seen{[]string{"flask:1.0"}, []seenBuild{{"flask:1.0", "", zeros + project, []string{workdir, require, install, app}}}, nil}},
			{"nothing since", "docker images", seen{}},
			{"the same again, quietly", "docker build -q -t flask:1.0 .",
				seen{nil, []seenBuild{{"flask:1.0", "", zeros + project, []string{"*" + workdir, "*" + require, "*" + install, "*" + app}}}, nil}},
			{"app.py changed", "echo 'print(22)' > app.py; docker build -t flask:1.1 -t other/flask .",
				seen{[]string{"flask:1.1", "other/flask:latest"}, []seenBuild{{"flask:1.1 other/flask:latest", "", zeros + project + 1, []string{"*" + workdir, "*" + require, "*" + install, app}}}, nil}},
			{"requirements.txt changed", "echo tomli > requirements.txt; docker build -t flask:1.1 .",
				seen{[]string{"flask:1.1"}, []seenBuild{{"flask:1.1", "", zeros + project + 3, []string{"*" + workdir, require, install, app}}}, nil}},
			{"ignored files", "printf 'junk/\\n*.md\\n!README.md\\n' > .dockerignore; echo 12345 > NOTES.md; echo 123 > README.md; docker build -t flask:1.1 .",
				seen{nil, []seenBuild{{"flask:1.1", "", project + 3 + 22 + 4, []string{"*" + workdir, "*" + require, "*" + install, "*" + app}}}, nil}},
			{"an ignore file of its own, from elsewhere", "cp Dockerfile /tmp/Other; printf '*.md\\nDockerfile\\n.dockerignore\\n*.dockerignore\\njunk\\n' > /tmp/Other.dockerignore; cd /; docker build -q -f /tmp/Other -t flask:1.1 /root/flask",
				seen{nil, []seenBuild{{"flask:1.1", "", 10 + 6, []string{"*" + workdir, "*" + require, "*" + install, "*" + app}}}, nil}},
			{"a tag", "docker tag flask:1.0 student/flask:1", seen{[]string{"student/flask:1"}, nil, nil}},
			{"a tag that moves", "docker tag flask:1.1 student/flask:1", seen{[]string{"student/flask:1"}, nil, nil}},
			{"a tag, and then more events than the engine keeps", `docker tag flask:1.0 old; for i in $(seq 300); do echo "next"
echo 'url = "http://docker/volumes/create"'; echo 'request = "POST"'; echo 'json = "{}"'; echo 'unix-socket = "/var/run/docker.sock"'; echo 'output = "/dev/null"'; done > /tmp/curl; curl -sK /tmp/curl; test $(docker volume ls -q | wc -l) -ge 300`,
				seen{[]string{"old:latest"}, nil, nil}},
			{"a pull", "docker pull -q busybox", seen{[]string{"busybox:latest"}, nil, nil}},
			{"removed and pulled again", "docker rmi busybox", seen{Removed: []string{"busybox:latest"}}},
			{"pulled again", "docker pull -q busybox", seen{[]string{"busybox:latest"}, nil, nil}},
			{"failed, without a name", "printf 'FROM busybox\\nCOPY . /x\\nRUN echo no; exit 7\\nRUN true\\n' | docker build --no-cache -f - /etc/default || true",
				seen{nil, []seenBuild{{"", failedBy, defaults(t, m), []string{"[2/4] COPY . /x", "[3/4] RUN echo no; exit 7"}}}, nil}},
			{"no Dockerfile's language", "mkdir /tmp/bad; echo FORM busybox > /tmp/bad/Dockerfile; docker build -q -t bad /tmp/bad || true",
				seen{nil, []seenBuild{{"bad:latest", "dockerfile parse error on line 1: unknown instruction: FORM (did you mean FROM?)", 13, nil}}, nil}},
			{"a file that is not there", "mkdir /tmp/miss; printf 'FROM busybox\\nCOPY nothing /\\n' > /tmp/miss/Dockerfile; docker build -q -t miss /tmp/miss || true",
				seen{nil, []seenBuild{{"miss:latest", `failed to compute cache key: "/nothing": not found`, 28, []string{"[2/2] COPY nothing /"}}}, nil}},
			{"several stages", `mkdir -p /tmp/stages && cd /tmp/stages && cat > Dockerfile <<'.' && docker build -q -t staged .
FROM busybox AS zbuild
RUN echo 1 > /one
RUN echo 2 > /two
FROM busybox AS unused
RUN exit 1
FROM busybox
RUN mkdir /here
COPY --from=zbuild /one /two /here/
.`,
				seen{[]string{"staged:latest"}, []seenBuild{{"staged:latest", "", 158, []string{
					"[zbuild 2/3] RUN echo 1 > /one", "[zbuild 3/3] RUN echo 2 > /two", "[stage-2 2/3] RUN mkdir /here", "[stage-2 3/3] COPY --from=zbuild /one /two /here/"}}}, nil}},
			{"Compose", `mkdir -p /tmp/shop/web /tmp/shop/db && cd /tmp/shop && cat > compose.yaml <<'.'
services:
  web: {build: web}
  db: {build: db, image: "shop/db:2"}
.
printf 'FROM busybox\nRUN echo web\n' > web/Dockerfile; printf 'FROM busybox\nRUN echo db\n' > db/Dockerfile
docker compose build -q web; docker compose build db`,
				seen{[]string{"shop-web:latest", "shop/db:2"}, []seenBuild{
					{"shop-web:latest", "", 26, []string{"[2/2] RUN echo web"}}, {"shop/db:2", "", 25, []string{"[2/2] RUN echo db"}}}, nil}},
			{"two builds, ten steps and more, a name with a line break", `mkdir /tmp/many && cd /tmp/many && { echo FROM busybox; for i in 1 2 3 4 5 6 7 8 9 10; do echo RUN echo $i; done; } > Dockerfile && docker build -q -t many . && echo 12 > 'a
1 b' && docker build -q -t many .`,
				seen{[]string{"many:latest"}, []seenBuild{{"many:latest", "", 127, many("")}, {"many:latest", "", 127, many("*")}}, nil}},
			{"a context from standard input", "echo FROM busybox | docker build -q -t stdin -", seen{[]string{"stdin:latest"}, []seenBuild{{"stdin:latest", "", 0, nil}}, nil}},
			{"the classic builder", "cd /tmp/many; DOCKER_BUILDKIT=0 docker build -q -t classic . 2>/dev/null", seen{[]string{"classic:latest"}, nil, nil}},
		} {
			mustRun(t, m, "cd /root/flask; "+test.script)
			o, err := m.Observe(t.Context())
			if err != nil {
				t.Fatalf("%s: %v", test.name, err)
			}
			if containerd && test.want.Images == nil && len(test.want.Builds) == 1 && test.want.Builds[0].Failed == "" {
				// The attestation of a build has its time in it, so the id of
				// the same image changes.
				test.want.Images = []string{test.want.Builds[0].Tags}
			}
			if diff := cmp.Diff(test.want, seenOf(o)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", test.name, diff)
			}
			for i, b := range o.Builds {
				later := slices.ContainsFunc(o.Builds[i+1:], func(l content.Build) bool { return l.Image == b.Image })
				if b.Image != "" && b.Failed == "" && !later {
					if id := strings.TrimSpace(mustRun(t, m, "docker image inspect -f '{{.Id}}' "+b.Image)); b.ID != id {
						t.Errorf("%s: the build of %q, the engine has %q", test.name, b.ID, id)
					}
				}
				if b.Seconds <= 0 || b.Seconds > 100 {
					t.Errorf("%s: a build of %v seconds", test.name, b.Seconds)
				}
			}
		}
	})
}

// defaults returns the size of a directory of machines.
func defaults(t *testing.T, m *machine.Machine) int64 {
	return int64(len(mustRun(t, m, "find /etc/default -type f -exec cat {} +")))
}

func many(mark string) (steps []string) {
	for i := range 10 {
		steps = append(steps, fmt.Sprintf("%s[%d/11] RUN echo %d", mark, i+2, i+1))
	}
	return steps
}

func TestObserveImages(t *testing.T) {
	t.Parallel()
	storages(t, func(t *testing.T, m *machine.Machine, _ bool) {
		mustRun(t, m, flask+"docker build -q -t flask . && docker pull -q python:3.12-slim")
		o, err := m.Observe(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if len(o.Images) != 2 {
			t.Fatalf("%d images, want 2", len(o.Images))
		}
		made, base := o.Images[0], o.Images[1]
		if !regexp.MustCompile(`^sha256:[0-9a-f]{64}$`).MatchString(made.ID) {
			t.Errorf("id %q", made.ID)
		}
		added := made.Layers[len(base.Layers):]
		var instructions []string
		var sum int64
		for _, l := range added {
			instructions = append(instructions, l.Instruction)
			sum += l.Bytes
		}
		if want := []string{"WORKDIR /app", "COPY requirements.txt ./", "RUN echo installed > /installed", "COPY app.py ./", `EXPOSE [5000/tcp]`, `CMD ["python" "app.py"]`}; !slices.Equal(instructions, want) {
			t.Errorf("instructions %q, want %q", instructions, want)
		}
		if !slices.Equal(made.Layers[:len(base.Layers)], base.Layers) {
			t.Errorf("layers %v, want those of the base %v first", made.Layers, base.Layers)
		}
		if made.Unpacked != base.Unpacked+sum || base.Unpacked < 10<<20 || base.Unpacked > 500<<20 {
			t.Errorf("sizes %d and %d, %d added", made.Unpacked, base.Unpacked, sum)
		}
		t.Logf("%d %+v", base.Unpacked, made.Layers)
	})
}

func TestObserveBackground(t *testing.T) {
	t.Parallel()
	m := testenv.Start(t, testenv.Engine(t), verify.Spec{})
	mustRun(t, m, "docker pull -q busybox")
	mustRun(t, m, `printf 'FROM busybox\nRUN sleep 100 || true\n' > Dockerfile; docker build -t slow . >/dev/null 2>&1 &
until pgrep -f '^[s]leep 100'; do sleep 0.1; done`)
	for range 3 {
		o, err := m.Observe(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if len(o.Builds) > 0 {
			t.Fatal("a build is observed before it has ended")
		}
	}
	mustRun(t, m, "pkill -f '^[s]leep 100'; while pgrep -f '^[d]ocker build'; do sleep 0.1; done")
	o, err := m.Observe(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if got, want := seenOf(o).Builds, []string{"[2/2] RUN sleep 100 || true"}; len(got) != 1 || !slices.Equal(got[0].Steps, want) {
		t.Errorf("%+v, want one with %q", got, want)
	}
}

// pushed pushes images to a registry on the machine and prints the sizes of the
// compressed layers.
const pushed = `cd /root/flask
printf 'version: 0.1\nstorage: {filesystem: {rootdirectory: /tmp/registry}}\nhttp: {addr: ":5000"}\n' > /tmp/registry.yml
docker-registry serve /tmp/registry.yml > /dev/null 2>&1 &
until curl -fs localhost:5000/v2/; do sleep 0.1; done > /dev/null
for image; do
    docker tag $image localhost:5000/$image
    docker push -q localhost:5000/$image > /dev/null
    get() { curl -fsS -H 'Accept: application/vnd.docker.distribution.manifest.v2+json, application/vnd.oci.image.manifest.v1+json, application/vnd.oci.image.index.v1+json' localhost:5000/v2/$image/manifests/$1; }
    get latest | jq -r '(.manifests // [])[] | select(.platform.architecture != "unknown") | .digest' > /tmp/digest
    get $(grep . /tmp/digest || echo latest) | jq '[.layers[].size] | add'
done`

func TestWeigh(t *testing.T) {
	t.Parallel()
	storages(t, func(t *testing.T, m *machine.Machine, containerd bool) {
		mustRun(t, m, flask+`printf 'FROM python:3.12-slim\nRUN mkdir /copy && cp -a /usr/bin /usr/lib/python3* /copy && rm -r /usr/share/perl*\n' > Dockerfile
docker build -q -t made .; docker pull -q busybox; docker tag busybox toolbox; docker pull -q hello-world
printf 'FROM scratch\nCOPY app.py requirements.txt /\nWORKDIR /x\nWORKDIR /y\n' | docker build -q -t scratched -f - .`)
		names := []string{"made", "toolbox", "scratched"}
		o, err := m.Observe(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		ids := []string{"sha256:" + strings.Repeat("0", 64)}
		for _, i := range o.Images {
			ids = append(ids, i.ID)
		}
		begin := time.Now()
		byID, err := m.Weigh(t.Context(), ids)
		if err != nil {
			t.Fatal(err)
		}
		took := time.Since(begin)
		begin = time.Now()
		got, err := m.Weigh(t.Context(), append(names, "nonesuch"))
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%v; again %v", took, time.Since(begin))
		for _, i := range o.Images {
			if name := strings.TrimSuffix(i.Ref, ":latest"); slices.Contains(names, name) && byID[i.ID] != got[name] {
				t.Errorf("%s: %d bytes by id, %d by name", name, byID[i.ID], got[name])
			}
		}
		off := 0.0 // how far from what is pushed
		if !containerd {
			// The engine may be built with another Go, and so the mirror's layers.
			off = 0.03
		}
		out := mustRun(t, m, "set -- "+strings.Join(names, " ")+"\n"+pushed)
		for i, line := range strings.Fields(out) {
			want, err := strconv.ParseInt(line, 10, 64)
			if err != nil {
				t.Fatal(out)
			}
			name := names[i]
			saved := saved(t, m, name)
			for how, bytes := range map[string]int64{"weighed": got[name], "saved": saved} {
				if diff := math.Abs(float64(bytes-want)) / float64(want); diff > off {
					t.Errorf("%s, %s: %d bytes, %d are pushed", name, how, bytes, want)
				} else {
					t.Logf("%s, %s: %d bytes, %d are pushed (%.2f %%)", name, how, bytes, want, 100*diff)
				}
			}
		}
		if len(got) != len(names) || len(strings.Fields(out)) != len(names) {
			t.Errorf("%v, and pushed were %q", got, out)
		}
	})
}

// saved returns the weight of an image by what "docker save" writes.
func saved(t *testing.T, m *machine.Machine, name string) (weight int64) {
	t.Helper()
	layers := strings.Fields(mustRun(t, m, "docker image inspect -f '{{join .RootFS.Layers \" \"}}' "+name))
	missing := map[string]bool{}
	for _, id := range layers {
		missing[id] = true
	}
	s, err := m.Exec(t.Context(), shell.Process{Args: []string{"docker", "save", name}})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	sizes, err := images.ReadSaved(s, missing)
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range layers {
		if sizes[id] == 0 {
			t.Fatalf("%s is saved without %s", name, id)
		}
		weight += sizes[id]
	}
	return weight
}
