package docker_test

import (
	"strings"
	"testing"
	"time"

	"handbook/verify"
	"handbook/verify/docker"
	"handbook/verify/docker/testenv"
)

// sleepy is an image that does what $DO says, then listens on port 80.
const sleepy = `docker pull -q busybox >/dev/null && docker build -q -t sleepy - <<'.'
FROM busybox
ENV DO=true
EXPOSE 80
CMD ["sh", "-c", "eval \"$DO\"; exec httpd -f -p 80"]
.
`

// udp listens on a UDP port after half a second.
const udp = `docker run -d -p 5353:53/udp python:3.12-alpine python -c '
import socket, time
time.sleep(0.5)
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("", 53))
time.sleep(100)'`

func settle(t *testing.T, m *docker.Machine) verify.Settled {
	t.Helper()
	out, err := m.Settle(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func mustRun(t *testing.T, m verify.Machine, script string) string {
	t.Helper()
	out, exit := testenv.Run(t, m, script)
	if exit != 0 {
		t.Fatalf("%s: exit status %d\n%s", script, exit, out)
	}
	return out
}

func TestSettle(t *testing.T) {
	t.Parallel()
	opts := testenv.Options(t)
	opts.Settle = 4 * time.Second
	m := testenv.Start(t, testenv.Open(t, opts), verify.Spec{})
	mustRun(t, m, sleepy+"docker pull -q python:3.12-alpine")
	settle(t, m)

	for _, test := range []struct {
		name, script     string
		atLeast, atMost  time.Duration
		died, late, then string // then: a command that has to succeed
	}{
		{
			name:   "nothing",
			script: "docker run --rm sleepy true; docker run -d --name quiet sleepy sleep 100",
			atMost: 1, // Waited is 0
		},
		{
			name:    "slow to listen",
			script:  "docker run -d --name slow -p 8001:80 -e DO='sleep 2' sleepy",
			atLeast: 500 * time.Millisecond,
			atMost:  3500 * time.Millisecond,
			then:    "curl -sS -o /dev/null localhost:8001/",
		},
		{
			name:   "seen before",
			script: "docker ps",
			atMost: 1,
		},
		{
			name:    "restarted",
			script:  "docker restart -t 0 slow",
			atLeast: 500 * time.Millisecond,
			atMost:  3500 * time.Millisecond,
			then:    "curl -sS -o /dev/null localhost:8001/",
		},
		{
			name:    "all ports, several containers",
			script:  "docker run -d -p 8002:80 --name p2 sleepy; " + udp + "; docker run -d -P --name p1 -e DO='sleep 2' sleepy",
			atLeast: 500 * time.Millisecond,
			atMost:  3500 * time.Millisecond,
			then:    "curl -sS -o /dev/null localhost:8002/ && curl -sS -o /dev/null $(docker port p1 80/tcp | head -n 1)",
		},
		{
			name:   "dies",
			script: "docker run -d --name dying -p 8003:80 -e DO='echo no module named flask >&2; exit 3' sleepy; sleep 0.2",
			atMost: time.Second,
			died:   "the container \"dying\" (sleepy) ended with exit status 3\n    no module named flask",
		},
		{
			name:    "dies while it is waited for",
			script:  "docker run -d --name later -p 8004:80 -e DO='sleep 2; exit 4' sleepy",
			atLeast: 500 * time.Millisecond,
			atMost:  3500 * time.Millisecond,
			died:    `the container "later" (sleepy) ended with exit status 4`,
		},
		{
			name:   "has told by itself",
			script: "docker run --name attached -p 8005:80 -e DO='exit 5' sleepy; docker run -d --name ended -p 8006:80 -e DO='exit 0' sleepy; sleep 0.2",
			atMost: time.Second,
		},
		{
			name:    "late",
			script:  "docker run -d --name late -p 8007:80 -e DO='echo still thinking; sleep 100' sleepy",
			atLeast: 3900 * time.Millisecond,
			atMost:  7 * time.Second,
			late:    "the container \"late\" (sleepy) does not listen on 80/tcp within 4s\n    still thinking",
		},
		{
			name:    "healthy",
			script:  "docker run -d --name healthy --health-cmd 'test -e /ok' --health-interval 200ms -e DO='sleep 2; touch /ok' sleepy",
			atLeast: 500 * time.Millisecond,
			atMost:  3900 * time.Millisecond,
			then:    "test $(docker inspect -f '{{.State.Health.Status}}' healthy) = healthy",
		},
		{
			name:    "unhealthy is not healthy",
			script:  "docker run -d --name sick -p 8008:80 --health-cmd 'echo no database; false' --health-interval 200ms --health-retries 1 sleepy",
			atLeast: 3900 * time.Millisecond,
			atMost:  7 * time.Second,
			late:    "the container \"sick\" (sleepy) is not healthy within 4s, but unhealthy\n    no database",
		},
		{
			name:   "host network has no published ports",
			script: "docker run -d --name host --network host sleepy sleep 100",
			atMost: 1,
		},
	} {
		mustRun(t, m, test.script+"; true")
		got := settle(t, m)
		if got.Waited < test.atLeast || got.Waited >= test.atMost {
			t.Errorf("%s: waited %v, not %v to %v", test.name, got.Waited, test.atLeast, test.atMost)
		}
		if died := strings.Join(got.Died, "\n"); died != test.died {
			t.Errorf("%s: died %q, want %q", test.name, died, test.died)
		}
		if late := strings.Join(got.Late, "\n"); late != test.late {
			t.Errorf("%s: late %q, want %q", test.name, late, test.late)
		}
		if test.then != "" {
			if out, exit := testenv.Run(t, m, test.then); exit != 0 {
				t.Errorf("%s: then %s: %s", test.name, test.then, out)
			}
		}
	}
}

// BenchmarkSettle measures what every command of a lab pays.
func BenchmarkSettle(b *testing.B) {
	m := testenv.Start(b, testenv.Engine(b), verify.Spec{})
	if _, err := m.Settle(b.Context()); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := m.Settle(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
}
