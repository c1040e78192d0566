package docker_test

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"handbook/verify"
	"handbook/verify/docker/machine"
	"handbook/verify/docker/testenv"
)

// sleepy builds an image that runs $DO and then listens on port 80.
const sleepy = `docker pull -q busybox >/dev/null && docker build -q -t sleepy - <<'.'
FROM busybox
ENV DO=true
EXPOSE 80
CMD ["sh", "-c", "eval \"$DO\"; exec httpd -f -p 80"]
.
`

// up waits until a container with --init runs its program. Before that, process 1
// handles no signals, and the kernel drops them.
const up = `up() { until docker top $1 -o pid,args | grep -q '[0-9] *sleep 1000$'; do sleep 0.1; done; }
`

// udp starts a container that listens on a UDP port after half a second.
const udp = `docker run -d -p 5353:53/udp python:3.12-alpine python -c '
import socket, time
time.sleep(0.5)
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("", 53))
time.sleep(1000)'`

func settle(t *testing.T, m *machine.Machine, start verify.Start, when verify.When) verify.Settled {
	t.Helper()
	out, err := m.Settle(t.Context(), start, when)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func mustRun(t testing.TB, m verify.Machine, script string) string {
	t.Helper()
	out, exit := testenv.Run(t, m, script)
	if exit != 0 {
		t.Fatalf("%s: exit status %d\n%s", script, exit, out)
	}
	return out
}

// patient is long enough for any container on a busy computer.
const patient = 2 * time.Minute

func TestSettle(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		settle time.Duration
		rows   []settling
	}{
		{patient, []settling{
			{
				name:   "nothing",
				script: "docker run --rm sleepy true; docker run -d --name quiet sleepy sleep 1000",
				idle:   true,
				want:   "[..] ended with exit status 0",
			},
			{
				name:   "slow to listen",
				script: "docker run -d --name slow -p 8001:80 -e DO='sleep 2' sleepy",
				then:   "curl -sS -o /dev/null localhost:8001/",
			},
			{
				name:   "seen before",
				script: "docker ps",
				idle:   true,
			},
			{
				name:   "restarted",
				script: "docker restart -t 0 slow",
				then:   "curl -sS -o /dev/null localhost:8001/",
			},
			{
				name:   "all ports, several containers",
				script: "docker run -d -p 8002:80 --name p2 sleepy; " + udp + "; docker run -d -P --name p1 -e DO='sleep 2' sleepy",
				then:   "curl -sS -o /dev/null localhost:8002/ && curl -sS -o /dev/null $(docker port p1 80/tcp | head -n 1)",
			},
			{
				name:   "dies",
				script: "docker run -d --name dying -p 8003:80 -e DO='echo no module named flask >&2; exit 3' sleepy; docker wait dying",
				want:   `ended: the container "dying" (sleepy) ended with exit status 3 | no module named flask`,
			},
			{
				name:   "dies while it is waited for",
				script: "docker run -d --name later -p 8004:80 -e DO='sleep 2; exit 4' sleepy",
				want:   `ended: the container "later" (sleepy) ended with exit status 4`,
			},
			{
				name:   "its status was seen, or it did what it should",
				script: "docker run --name attached -p 8005:80 -e DO='exit 5' sleepy; docker run -d --name ended sleepy true; docker wait ended",
				idle:   true,
				want:   "seen: the container \"attached\" (sleepy) ended with exit status 5\nfine: the container \"ended\" (sleepy) ended with exit status 0",
			},
			{
				name:   "nothing will ever listen",
				script: "docker run -d --name gone -p 8006:80 sleepy true; docker wait gone",
				want:   `ended: the container "gone" (sleepy) ended with exit status 0, so that nothing listens on 80/tcp`,
			},
			{
				name:   "without ports, created and started apart",
				script: "docker create --name apart sleepy sh -c 'exit 143'; docker start apart; docker wait apart",
				idle:   true,
				want:   `ended: the container "apart" (sleepy) ended with exit status 143`,
			},
			{
				name:   "it could not be started, as was told",
				script: "docker run -d --name never sleepy nonesuch",
				idle:   true,
			},
			{
				name: "stopped by the lab",
				script: up + `run() { docker run -d --name $1 $2 sleepy sleep 1000; [ -z "$2" ] || up $1; }
run stopped; docker stop -t 1 stopped
run killed; docker kill killed
run removed; docker rm -f removed
run hup --init; docker kill -s HUP hup; docker wait hup
run again; docker restart -t 1 again; docker kill again
run exec --init; docker exec exec kill 1; docker wait exec
run script --init; docker exec script sh -c 'kill -9 -1'; docker exec script pkill sleep; docker wait script
docker run -d --name quick --rm sleepy sleep 1000; docker stop -t 0 quick`,
				idle: true,
			},
			{
				name:   "killed by its own health check",
				script: "docker run -d --init --name suicide --health-cmd 'kill -TERM 1' --health-interval 200ms sleepy sleep 1000; docker wait suicide",
				want:   `ended: the container "suicide" (sleepy) ended with exit status 143`,
			},
			{
				name:   "killed by a shell in it",
				script: up + `docker run -d --init --name shelled sleepy sleep 1000; up shelled; echo 'k=kill; $''{k} 1; sleep 1000' | docker exec -i shelled sh; docker wait shelled`,
				idle:   true,
			},
			{
				name:   "healthy",
				script: "docker run -d --name healthy --health-cmd 'test -e /ok' --health-interval 200ms -e DO='sleep 2; touch /ok' sleepy",
				then:   "test $(docker inspect -f '{{.State.Health.Status}}' healthy) = healthy",
			},
			{
				name:   "it restarts until it can begin",
				script: "docker run -d --name tries --restart on-failure -p 8011:80 -v tries:/tries -e DO='echo >> /tries/n; test $(wc -l < /tries/n) -gt 3 || exit 6' sleepy",
				then:   "curl -sS -o /dev/null localhost:8011/",
				want:   strings.TrimSuffix(strings.Repeat("fine: the container \"tries\" (sleepy) ended with exit status 6\n", 3), "\n"),
			},
			{
				name:   "meant to end",
				start:  verify.Start{Ends: []string{"doomed"}},
				script: "docker run -d --name doomed -e DO='sleep 1; exit 9' sleepy",
				want:   `...ended: the container "doomed" (sleepy) ended with exit status 9`, // others may have ended well meanwhile
			},
			{
				name:   "never meant to listen",
				start:  verify.Start{Unready: true},
				script: "docker run -d --name closed -p 8012:80 sleepy sleep 1000",
				idle:   true,
			},
			{
				name:   "host network has no published ports",
				script: "docker run -d --name host --network host sleepy sleep 1000",
				idle:   true,
			},
			{
				name:   "the end of one that was left long before",
				script: "docker exec quiet kill -0 1; docker exec p2 killall httpd",
				when:   verify.AtEnd,
			},
		}},
		{time.Second, []settling{
			{
				name:   "late",
				script: "docker run -d --name late -p 8007:80 -e DO='echo still thinking; sleep 1000' sleepy; until docker logs late | grep -q thinking; do sleep 0.1; done",
				want:   "failing: the container \"late\" (sleepy) does not listen on 80/tcp within 1s | still thinking",
			},
			{
				name:   "it is reached by nobody but itself",
				script: "docker run -d --name alone -p 8013:80 sleepy httpd -f -p 127.0.0.1:80; until docker exec alone netstat -ltn | grep -q :80; do sleep 0.1; done",
				want:   "failing: the container \"alone\" (sleepy) does not listen on 80/tcp within 1s, but on 127.0.0.1, where only the container itself reaches it",
			},
			{
				name:   "it has its own time",
				start:  verify.Start{Wait: patient},
				script: "docker run -d --name patient -p 8009:80 -e DO='sleep 3' sleepy",
				then:   "curl -sS -o /dev/null localhost:8009/",
			},
			{
				name:   "one port of several",
				script: "docker run -d --name both -p 8014:80 -p 8015:81 sleepy; until curl -s localhost:8014/ > /dev/null; do sleep 0.1; done",
				want:   "partly: the container \"both\" (sleepy) does not listen on 81/tcp within 1s",
			},
			{
				name:   "unhealthy is not healthy",
				script: "docker run -d --name sick -p 8008:80 --health-cmd 'echo no database; false' --health-interval 200ms --health-retries 1 sleepy; until docker ps | grep -q unhealthy; do sleep 0.1; done",
				want:   "failing: the container \"sick\" (sleepy) is not healthy within 1s, but unhealthy | no database",
			},
			{
				name:   "its health is not known yet",
				script: "docker run -d --name unknown -p 8016:80 --health-cmd true --health-interval 1h sleepy; until curl -s localhost:8016/ > /dev/null; do sleep 0.1; done",
				want:   "partly: the container \"unknown\" (sleepy) is not healthy within 1s, but starting",
			},
			{
				name:   "it restarts for ever",
				script: "docker run -d --name ever --restart always sleepy sh -c 'echo no queue; exit 7'; until [ $(docker inspect -f '{{.RestartCount}}' ever) -gt 2 ]; do sleep 0.1; done",
				when:   verify.AtEnd,
				want:   "...failing: the container \"ever\" (sleepy) restarts again and again, with exit status 7 | no queue...",
			},
			{
				name:   "it restarted until it was removed",
				script: "docker run -d --name once --restart always sleepy sh -c 'exit 8'; until [ $(docker inspect -f '{{.RestartCount}}' once) -gt 2 ]; do sleep 0.1; done; docker rm -f once",
				idle:   true,
				want:   "...the container \"once\" (sleepy) [..] exit status 8...",
			},
		}},
	} {
		t.Run(test.settle.String(), func(t *testing.T) {
			t.Parallel()
			opts := testenv.Options(t)
			opts.Settle = test.settle
			m := testenv.Start(t, testenv.Open(t, opts), verify.Spec{})
			mustRun(t, m, sleepy+"docker pull -q python:3.12-alpine")
			settle(t, m, verify.Start{}, verify.Between)
			for _, row := range test.rows {
				row.try(t, m, test.settle)
			}
		})
	}
}

// A settling is what Settle sees after a script. How long it waits depends on
// how fast the computer is, so that is not judged.
type settling struct {
	name, script string
	start        verify.Start
	when         verify.When
	idle         bool   // there is nothing to wait for, not even to see whether there is
	want         string // troubles, a line each; "..." stands for any text, also at the ends
	then         string // a command that has to succeed at once
}

func (s *settling) try(t *testing.T, m *machine.Machine, most time.Duration) {
	t.Helper()
	script := s.script
	if s.idle && s.want != "" {
		// "docker wait" returns a moment before the engine tells of the end. It does
		// both while it holds the container, which inspect waits for.
		script += "; docker inspect $(docker ps -aq) > /dev/null"
	}
	mustRun(t, m, script+"; true")
	got := settle(t, m, s.start, s.when)
	if got.Waited > 0 && s.idle {
		t.Errorf("%s: waited %v", s.name, got.Waited)
	}
	var all []string
	late := false
	for _, trouble := range got.Troubles {
		kind := [...]string{"ended", "failing", "partly"}[trouble.Kind]
		late = late || trouble.Kind != verify.Ended
		if trouble.Attached {
			kind = "seen"
		}
		if trouble.Fine {
			kind = "fine"
		}
		all = append(all, strings.Join(append([]string{kind + ": " + trouble.Msg}, trouble.Log...), " | "))
	}
	if troubles := strings.Join(all, "\n"); !wildcards(s.want).MatchString(troubles) {
		t.Errorf("%s:\n%s\nwant:\n%s", s.name, troubles, s.want)
	}
	if late && got.Waited < most && s.when == verify.Between && !s.idle {
		t.Errorf("%s: late after %v", s.name, got.Waited)
	}
	if s.then != "" {
		if out, exit := testenv.Run(t, m, s.then); exit != 0 {
			t.Errorf("%s: then %s: %s", s.name, s.then, out)
		}
	}
}

func wildcards(s string) *regexp.Regexp {
	return regexp.MustCompile("^" + strings.NewReplacer(`\.\.\.`, "(?s:.*)", `\[\.\.\]`, ".*").Replace(regexp.QuoteMeta(s)) + "$")
}

// BenchmarkSettle measures what Settle costs after a command that starts
// nothing: on a fresh machine, and where the engine has kept as many events as
// it keeps.
func BenchmarkSettle(b *testing.B) {
	m := testenv.Start(b, testenv.Engine(b), verify.Spec{})
	mustRun(b, m, sleepy)
	for _, test := range []struct{ name, script string }{
		{"fresh", "true"},
		{"many events", "docker run -d --name one sleepy; docker exec one true; for i in $(seq 90); do docker kill -s CONT one; done; for i in $(seq 60); do docker exec one true; done"},
	} {
		b.Run(test.name, func(b *testing.B) {
			mustRun(b, m, test.script)
			for b.Loop() {
				if _, err := m.Settle(b.Context(), verify.Start{}, verify.Between); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
