package compare

import (
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"handbook/content"
)

// A quiet case is a kind of lines that differ from run to run, as the guide
// names it: old and new are outputs of the same commands, and other is one that
// differs in what does count.
type quietCase struct {
	kind            string
	old, new, other string
}

// quietCommands are the commands of kinds that only these print.
var quietCommands = map[string]string{"requests of a container to itself": "docker compose logs"}

// record is a record of an output.
func (c *quietCase) record(output string) *content.Record {
	r := recordOf(split(output)...)
	if command := quietCommands[c.kind]; command != "" {
		r.Snippets[0].Commands[0].Text = command
	}
	return r
}

var quietCases = []quietCase{
	{"the steps of a build", `
[+] Building 6.1s (10/10) FINISHED                  docker:default
 => [internal] load build definition                           0.0s
 => WARN: JSONArgsRecommended: JSON arguments recommended      0.0s
 => [auth] library/x:pull token for registry-1.docker.io       0.0s
 => [a 1/2] FROM x                                             5.1s
 => => sha256:5e36e7f1bb6b 31MB / 31MB                         0.1s
 => CACHED [b 2/2] WORKDIR /app                                0.0s
done`, `
[+] Building 9.1s (10/10) FINISHED                  docker:default
 => CACHED [b 2/2] WORKDIR /app                                0.0s
 => [internal] load build definition                           0.0s
 => [a 1/2] FROM x                                            15.1s
done`, `
[+] Building 9.1s (10/10) FINISHED                  docker:default
 => [b 2/2] WORKDIR /app                                       0.0s
 => [internal] load build definition                           0.0s
 => [a 1/2] FROM x                                            15.1s
done`},
	{"the steps of a build", `
#0 building with "default" instance using docker driver

#1 [internal] load build definition from Dockerfile
#1 transferring dockerfile: 330B done
#1 WARN: MaintainerDeprecated: Maintainer instruction is deprecated (line 8)
#1 DONE 0.2s

#5 [a 2/2] RUN make
#5 0.100 gcc a.c
#5 ...

#6 [b 2/2] RUN test
#6 0.200 fine
#6 DONE 2.1s

#5 [a 2/2] RUN make
#5 0.300 gcc b.c
#5 DONE 2.4s

#13 exporting to image
#13 exporting layers
#13 exporting layers 0.1s done
#13 DONE 0.1s

done`, `
#0 building with "default" instance using docker driver

#1 [internal] load build definition from Dockerfile
#1 transferring dockerfile: 330B 0.0s done
#1 DONE 0.0s

#5 [b 2/2] RUN test
#5 1.200 fine
#5 DONE 2.5s

#6 [a 2/2] RUN make
#6 1.100 gcc a.c
#6 1.300 gcc b.c
#6 DONE 2.4s

#13 exporting to image
#13 exporting layers done
#13 DONE 0.0s

done`, `
#0 building with "default" instance using docker driver

#1 [internal] load build definition from Dockerfile
#1 transferring dockerfile: 330B 0.0s done
#1 DONE 0.0s

#5 [b 2/2] RUN test
#5 1.200 fine
#5 DONE 2.5s

#6 [a 2/2] RUN make
#6 1.300 gcc b.c
#6 1.100 gcc a.c
#6 DONE 2.4s

#13 exporting to image
#13 exporting layers done
#13 DONE 0.0s

done`},
	{"the steps of a build", `
#0 building with "default" instance using docker driver

#1 [internal] load build definition from Dockerfile
#1 transferring dockerfile: 67B 0.0s done
#1 DONE 0.1s

#5 [1/2] FROM docker.io/library/alpine:latest
#5 CACHED

#6 [2/2] RUN make
#6 CACHED`, `
#0 building with "default" instance using docker driver

#1 [internal] load build definition from Dockerfile
#1 DONE 0.1s

#5 [1/2] FROM docker.io/library/alpine:latest
#5 DONE 0.0s

#1 [internal] load build definition from Dockerfile
#1 transferring dockerfile: 67B done

#5 [1/2] FROM docker.io/library/alpine:latest
#5 CACHED

#6 [2/2] RUN make
#6 CACHED`, `
#0 building with "default" instance using docker driver

#1 [internal] load build definition from Dockerfile
#1 transferring dockerfile: 67B 0.0s done
#1 DONE 0.1s

#5 [1/2] FROM docker.io/library/alpine:latest
#5 CACHED

#6 [2/2] RUN make
#6 DONE 0.1s`},
	{"the output of a step that failed", `
------
 > [2/2] RUN make:
1.938 gcc a.c
2.246 wrong
------`, `
------
 > [2/2] RUN make:
0.124 gcc a.c
0.500 wrong
------`, `
------
 > [2/2] RUN make:
0.124 gcc a.c
0.500 other
------`},
	{"a build's warnings", `
 2 warnings found (use docker --debug to expand):
 - SecretsUsedInArgOrEnv: Do not use ARG or ENV instructions (ARG "P") (line 10)
 - JSONArgsRecommended: JSON arguments recommended for CMD (line 13)`, `
 2 warnings found (use docker --debug to expand):
 - JSONArgsRecommended: JSON arguments recommended for CMD (line 13)
 - SecretsUsedInArgOrEnv: Do not use ARG or ENV instructions (ARG "P") (line 10)`, `
 2 warnings found (use docker --debug to expand):
 - JSONArgsRecommended: JSON arguments recommended for CMD (line 13)
 - SecretsUsedInArgOrEnv: Do not use ARG or ENV instructions (ARG "Q") (line 10)`},
	{"layers that are pulled or pushed", `
The push refers to repository [docker.io/student/app]
5f0a1b2c3d4e: Preparing
163642351339: Preparing
163642351339: Waiting
5f0a1b2c3d4e: Layer already exists
163642351339: Pushed
1.0: digest: sha256:4e997baf50567c size: 1572`, `
The push refers to repository [docker.io/student/app]
163642351339: Preparing
5f0a1b2c3d4e: Preparing
163642351339: Pushed
5f0a1b2c3d4e: Layer already exists
1.0: digest: sha256:5e997baf50567c size: 1572`, `
The push refers to repository [docker.io/student/app]
163642351339: Preparing
5f0a1b2c3d4e: Preparing
163642351339: Pushed
5f0a1b2c3d4e: Pushed
1.0: digest: sha256:5e997baf50567c size: 1572`},
	{"what compose does with several services", `
[+] Running 3/3
 ✔ Network shop_default    Created    0.2s
 ✔ Container shop-web-1    Started   10.1s
 ✔ Container shop-cache-1  Healthy    5.2s`, `
[+] Running 3/3
 ✔ Container shop-cache-1  Healthy   15.2s
 ✔ Network shop_default    Created    0.2s
 ✔ Container shop-web-1    Started    9.1s`, `
[+] Running 3/3
 ✔ Container shop-cache-1  Started   15.2s
 ✔ Network shop_default    Created    0.2s
 ✔ Container shop-web-1    Started    9.1s`},
	{"what compose does with several services", `
 Container shop-web-1  Starting
 Container shop-cache-1  Starting
 Container shop-web-1  Started
 Container shop-cache-1  Started`, `
 Container shop-cache-1  Starting
 Container shop-cache-1  Started
 Container shop-web-1  Starting
 Container shop-web-1  Started`, `
 Container shop-cache-1  Started
 Container shop-cache-1  Starting
 Container shop-web-1  Starting
 Container shop-web-1  Started`},
	{"what compose does with several services", `
[+] Pulling 6/6
 ✔ worker Pulled                 3.9s
 ✔ web Pulled                    0.9s
   ✔ 4ac23987129f Pull complete  0.7s
 ✔ cache Pulled                  0.9s`, `
[+] Pulling 6/6
 ✔ web Pulled                    0.9s
 ✔ cache Pulled                  0.9s
   ✔ 4ac23987129f Pull complete  0.7s
 ✔ worker Pulled                 3.9s`, `
[+] Pulling 6/6
 ✔ web Pulled                    0.9s
 ✔ cache Skipped                 0.9s
 ✔ worker Pulled                 3.9s`},
	{"free rows above the terminal's last one", `
one


two`, `
one



two`, `
one


three`},
	{"free rows in what compose prints", `
Attaching to one-1
one-1  | hello


w Enable Watch`, `
Attaching to one-1
one-1  | hello



w Enable Watch`, `
Attaching to one-1
one-1  | hello


v View`},
	{"free rows in what compose prints", `
 Container shop-web-1  Stopped
 Container shop-worker-1  Stopping`, `
 Container shop-web-1  Stopped


 Container shop-worker-1  Stopping`, `
 Container shop-web-1  Stopped


 Container shop-worker-1  Stopped`},
	{"what Docker removes of several images", `
Deleted Images:
untagged: busybox:latest
untagged: alpine:latest
deleted: sha256:ddbc56c57eca`, `
Deleted Images:
untagged: alpine:latest
untagged: busybox:latest
deleted: sha256:ddbc56c57eca`, `
Deleted Images:
untagged: alpine:latest
deleted: sha256:ddbc56c57eca`},
	{"logs of several services", `
web-1     | a
cache-1   | up
web-1     | b
 Container shop-web-1  Stopping
web-1 exited with code 0`, `
cache-1   | up
web-1     | a
 Container shop-web-1  Stopping
web-1     | b
web-1 exited with code 0`, `
cache-1   | up
web-1     | b
 Container shop-web-1  Stopping
web-1     | a
web-1 exited with code 0`},
	{"requests of a container to itself", `
web-1    | listening
web-1    | 127.0.0.1 - - [30/Nov/2026 22:33:37] "GET /health HTTP/1.1" 200 -
cache-1  | ready
web-1    | 127.0.0.1 - - [30/Nov/2026 22:33:39] "GET /health HTTP/1.1" 200 -
web-1    | 127.0.0.1 - - [30/Nov/2026 22:33:40] "GET /health HTTP/1.1" 200 -`, `
web-1    | listening
cache-1  | ready
web-1    | 127.0.0.1 - - [30/Nov/2026 22:35:40] "GET /health HTTP/1.1" 200 -`, `
web-1    | listening
cache-1  | ready
web-1    | 127.0.0.1 - - [30/Nov/2026 22:35:40] "GET /health HTTP/1.1" 500 -`},
	{"what apt downloads", `
Get:1 http://deb.debian.org/debian trixie InRelease [140 kB]
Get:2 http://deb.debian.org/debian trixie-updates InRelease [47 kB]
Fetched 9,123 kB in 2s (6,123 kB/s)`, `
Get:1 http://deb.debian.org/debian trixie-updates InRelease [47 kB]
Get:2 http://deb.debian.org/debian trixie InRelease [140 kB]
Fetched 9,123 kB in 9s (800 kB/s)`, `
Get:1 http://deb.debian.org/debian trixie-updates InRelease [47 kB]
Get:2 http://deb.debian.org/debian sid InRelease [140 kB]
Fetched 9,123 kB in 9s (800 kB/s)`},
	{"what git tells of a transfer", `
Cloning into 'y'...
remote: Enumerating objects: 5, done.
remote: Total 5 (delta 0), reused 0 (delta 0), pack-reused 0 (from 0)
Receiving objects: 100% (5/5), 315 bytes | 315.00 KiB/s, done.
b`, `
Cloning into 'y'...
remote: Enumerating objects: 5, done.
Receiving objects: 100% (5/5), done.
remote: Total 5 (delta 0), reused 0 (delta 0), pack-reused 0 (from 0)
b`, `
Cloning into 'y'...
remote: Enumerating objects: 5, done.
Receiving objects: 100% (6/6), done.
remote: Total 5 (delta 0), reused 0 (delta 0), pack-reused 0 (from 0)
b`},
	{"tables of Docker's", `
CONTAINER ID   IMAGE     COMMAND    CREATED         STATUS                   PORTS     NAMES
5f0a1b2c3d4e   alpine    "sleep"    2 minutes ago   Up 2 minutes                       vigorous_poitras
163642351339   busybox   "sh -c…"   9 seconds ago   Up 8 seconds (healthy)   80/tcp    web`, `
CONTAINER ID   IMAGE     COMMAND    CREATED                  STATUS                              PORTS     NAMES
163642351330   busybox   "sh -c…"   Less than a second ago   Up Less than a second (healthy)     80/tcp    web
5f0a1b2c3d4f   alpine    "sleep"    2 minutes ago            Up About a minute                             bold_wu`, `
CONTAINER ID   IMAGE     COMMAND    CREATED                  STATUS                              PORTS     NAMES
163642351330   busybox   "sh -c…"   Less than a second ago   Up Less than a second (unhealthy)   80/tcp    web
5f0a1b2c3d4f   alpine    "sleep"    2 minutes ago            Up About a minute                             bold_wu`},
	{"tables of Docker's", `
NAME      CPU %     MEM USAGE / LIMIT   MEM %     NET I/O       BLOCK I/O   PIDS
web       0.00%     1.2MiB / 23.54GiB   0.00%     796B / 126B   0B / 0B     1`, `
NAME      CPU %     MEM USAGE / LIMIT     MEM %     NET I/O           BLOCK I/O       PIDS
web       12.50%    101.2MiB / 23.54GiB   0.40%     1.01kB / 1.26kB   4.1kB / 8.2kB   12`, `
NAME      CPU %     MEM USAGE / LIMIT     MEM %     NET I/O           BLOCK I/O       PIDS
db        12.50%    101.2MiB / 23.54GiB   0.40%     1.01kB / 1.26kB   4.1kB / 8.2kB   12`},
	{"tables of Docker's", `
DRIVER    VOLUME NAME
local     827bef0a53cec7f828fbf762020133efdf266d5886a4d2f0b95ecffd766588ac
local     shop_data`, `
DRIVER    VOLUME NAME
local     shop_data
local     f27bef0a53cec7f828fbf762020133efdf266d5886a4d2f0b95ecffd766588ac`, `
DRIVER    VOLUME NAME
local     shop_date
local     f27bef0a53cec7f828fbf762020133efdf266d5886a4d2f0b95ecffd766588ac`},
	{"tables of Docker's", `
ID                                              RECLAIMABLE     SIZE            LAST ACCESSED
o7wl8i13ucmj0wn69n69nnat7*                      true            255B            1 second ago
ngp9ai0vby8i5dclxuh7rekx2*                      true    7B              Less than a second ago
Total:  262B`, `
ID                                              RECLAIMABLE     SIZE            LAST ACCESSED
zm4lpt6zxv7alhwjwiimuyuh9*                      true    7B              1 second ago
tv36odmentlsbzfyn7nhauo0t*                      true            255B            45 seconds ago
Total:  262B`, `
ID                                              RECLAIMABLE     SIZE            LAST ACCESSED
zm4lpt6zxv7alhwjwiimuyuh9*                      true    9B              1 second ago
tv36odmentlsbzfyn7nhauo0t*                      true            255B            45 seconds ago
Total:  262B`},
	{"what ps tells of processes", `
  PID TTY          TIME CMD
   40 pts/0    00:00:00 bash
 1024 pts/0    00:00:01 ps`, `
    PID TTY          TIME CMD
    913 pts/0    00:00:00 ps
1234567 pts/0    00:00:00 bash`, `
    PID TTY          TIME CMD
    913 pts/0    00:00:00 top
1234567 pts/0    00:00:00 bash`},
	{"what differs between a container and its image", `
C /root
A /root/r
A /anon`, `
A /anon
C /root
A /root/r`, `
A /anon
C /root
D /root/r`},
	{"sockets", `
State        Recv-Q       Send-Q             Local Address:Port             Peer Address:Port
LISTEN       0            4096                     0.0.0.0:8080                  0.0.0.0:*
LISTEN       0            4096                   127.0.0.1:9090                  0.0.0.0:*`, `
State        Recv-Q       Send-Q             Local Address:Port             Peer Address:Port
LISTEN       0            4096                   127.0.0.1:9090                  0.0.0.0:*
LISTEN       0            4096                     0.0.0.0:8080                  0.0.0.0:*`, `
State        Recv-Q       Send-Q             Local Address:Port             Peer Address:Port
LISTEN       0            4096                   127.0.0.1:9090                  0.0.0.0:*
LISTEN       0            4096                     0.0.0.0:8081                  0.0.0.0:*`},
	{"objects of JSON whose names are ids", `
        "Containers": {
            "3a543b4295619b616c1db893c3360cb4295f46bd53d4f611239dd1ca6e5d7557": {
                "Name": "one",
                "IPv4Address": "10.5.0.10/16"
            },
            "6c1df8ebeac03e60fd38e4015c1375a7e1fcf5dd3b7bd33b43f526707e5d6dc0": {
                "Name": "two",
                "IPv4Address": "10.5.0.2/16"
            }
        },`, `
        "Containers": {
            "3b543b4295619b616c1db893c3360cb4295f46bd53d4f611239dd1ca6e5d7557": {
                "Name": "two",
                "IPv4Address": "10.5.0.2/16"
            },
            "6a1df8ebeac03e60fd38e4015c1375a7e1fcf5dd3b7bd33b43f526707e5d6dc0": {
                "Name": "one",
                "IPv4Address": "10.5.0.10/16"
            }
        },`, `
        "Containers": {
            "3b543b4295619b616c1db893c3360cb4295f46bd53d4f611239dd1ca6e5d7557": {
                "Name": "two",
                "IPv4Address": "10.5.0.2/16"
            },
            "6a1df8ebeac03e60fd38e4015c1375a7e1fcf5dd3b7bd33b43f526707e5d6dc0": {
                "Name": "three",
                "IPv4Address": "10.5.0.10/16"
            }
        },`},
	{"what a server of names answers", `
Non-authoritative answer:
Name:   one
Address: 10.5.0.10

Non-authoritative answer:

`, `
Non-authoritative answer:

Non-authoritative answer:
Name:   one
Address: 10.5.0.11

`, `
Non-authoritative answer:

Non-authoritative answer:
Name:   two
Address: 10.5.0.11

`},
	{"keys and certificates", `
-----BEGIN CERTIFICATE-----
MIIBajCCARCgAwIBAgIUEel5ayu8sQyJ
Af8EBTADAQ==
-----END CERTIFICATE-----
valid`, `
-----BEGIN CERTIFICATE-----
MIIBazCCARCgAwIBAgIUatL/jUq3kvfP
-----END CERTIFICATE-----
valid`, `
-----BEGIN PRIVATE KEY-----
MIIBazCCARCgAwIBAgIUatL/jUq3kvfP
-----END PRIVATE KEY-----
valid`},
	{"lists that are sorted by what is volatile", `
bold_wu is alpine
vigorous_poitras is busybox
web is alpine`, `
cool_wing is busybox
web is alpine
wonderful_bell is alpine`, `
cool_wing is busybox
web is python
wonderful_bell is alpine`},
}

func split(s string) []string { return strings.Split(strings.TrimPrefix(s, "\n"), "\n") }

// What goes on side by side has no order, columns have no fixed places, but all
// that they tell counts.
func TestQuiet(t *testing.T) {
	for _, c := range quietCases {
		for _, of := range [][2]string{{c.old, c.new}, {c.new, c.old}} {
			d := Records(nil, c.record(of[0]), c.record(of[1]))
			if len(d.Changes) > 0 {
				t.Errorf("%s:\n%s", c.kind, told(d))
			}
			if len(d.Aside) == 0 {
				t.Errorf("%s: nothing was set aside", c.kind)
			}
			if d := Records(nil, c.record(of[0]), c.record(c.other)); of[0] != c.other && len(d.Changes) != 1 {
				t.Errorf("%s: a change is none: %s", c.kind, told(d))
			}
		}
	}
}

// What only looks like such lines is compared as it stands.
func TestNotQuiet(t *testing.T) {
	for _, tt := range [][2]string{
		{"#1 Alice\n#2 Bob", "#1 Bob\n#2 Alice"},
		{"  raise Error(x)", "    raise Error(x)"},
		{"NAME    AGE\nAlice   30\nBob     20", "NAME    AGE\nBob     20\nAlice   30"},
		{"TIME   TRAIN\n1230   x", "TIME   TRAIN\n1240   x"},
		{"2026-11-24 03:42:16 a\n2026-11-24 03:42:17 b", "2026-11-24 03:42:16 b\n2026-11-24 03:42:17 a"},
		{"Get 1 a\nGet 2 b", "Get 2 b\nGet 1 a"},
		{"a | x\na | y", "a | y\na | x"},
		{" - one: x\n - two: y", " - two: y\n - one: x"},
		{"snake_case", "other_case"},
		{"5f0a1b2c3d4e\na\nb", "5f0a1b2c3d4e\nb\na"},
		{"------\n1.0 x\n------", "------\n2.0 x\n------"},
	} {
		d := Records(nil, recordOf(lines(tt[0])...), recordOf(lines(tt[1])...))
		if len(d.Changes) != 1 {
			t.Errorf("%q, then %q:\n%s", tt[0], tt[1], told(d))
		}
	}
	url := func(first, second []string) *content.Record {
		return terminalOf([]string{`curl "localhost?a=1&b=2"`, "ok"}, append([]string{"x"}, first...), append([]string{"y"}, second...))
	}
	if d := Records(nil, url([]string{"a"}, nil), url(nil, []string{"a"})); len(d.Changes) != 2 {
		t.Errorf("the & of a URL starts a job:\n%s", told(d))
	}
}

// The guide's table of such lines has the kinds that are tested, each once.
func TestQuietInGuide(t *testing.T) {
	b, err := os.ReadFile("../../content/guides/verification.md")
	if err != nil {
		t.Fatal(err)
	}
	_, guide, ok := strings.Cut(string(b), "| lines | how they are compared |\n|---|---|\n")
	if !ok {
		t.Fatal("the guide has no table of such lines")
	}
	guide, _, _ = strings.Cut(guide, "\n\n")
	var rows []string
	for row := range strings.SplitSeq(strings.TrimSpace(guide), "\n") {
		kind, _, _ := strings.Cut(strings.TrimPrefix(row, "| "), " |")
		rows = append(rows, kind)
	}
	want := []string{}
	for _, c := range quietCases {
		if len(want) == 0 || want[len(want)-1] != c.kind {
			want = append(want, c.kind)
		}
	}
	want = append(want, "lines of jobs and programs that stay", "text under your wildcards") // TestLate, TestWildcards
	if got := strings.Join(rows, "\n"); got != strings.Join(want, "\n") {
		t.Errorf("the guide has\n%s\nwant\n%s", got, strings.Join(want, "\n"))
	}
}

// terminalOf is a record of commands, each with its output.
func terminalOf(outputs ...[]string) *content.Record {
	r := recordOf()
	r.Snippets[0].Commands = nil
	for _, o := range outputs {
		r.Snippets[0].Commands = append(r.Snippets[0].Commands, content.CommandResult{Text: o[0], Output: o[1:]})
	}
	return r
}

// What a job prints may come with one command or with another, but it has to
// come.
func TestLate(t *testing.T) {
	server := []string{"./server &", "[1] 40"}
	for _, tt := range []struct {
		name     string
		old, new *content.Record
		want     string
	}{
		{"a line comes later",
			terminalOf(server, []string{"curl x", "GET /", "hello"}, []string{"echo a", "a"}),
			terminalOf(server, []string{"curl x", "hello"}, []string{"echo a", "GET /", "a"}), `
aside: 1 line that came earlier or later [7]
`},
		{"in another order",
			terminalOf(server, []string{"curl x", "GET /", "hello"}),
			terminalOf(server, []string{"curl x", "hello", "GET /"}), `
aside: 1 line that came earlier or later [7]
`},
		{"it is repeated until a key ends it",
			terminalOf(server, []string{"^C", "tick 1", "tick 2", "^C", ""}, []string{"echo a", "a"}),
			terminalOf(server, []string{"^C", "tick 1", "tick 2", "tick 3", "tick 4", "^C", ""}, []string{"echo a", "a"}), `
aside: 2 lines that came earlier or later [7]
`},
		{"something else comes before a key ends it",
			terminalOf(server, []string{"^C", "tick 1", "tick 2", "^C"}),
			terminalOf(server, []string{"^C", "tick 1", "tick 2", "tick 3", "oops", "^C"}), `
7: the output has changed
  … 1 line the same
  tick 2
+ tick 3
+ oops
  ^C
`},
		{"it does not come",
			terminalOf(server, []string{"curl x", "GET /", "hello"}, []string{"echo a", "a"}),
			terminalOf(server, []string{"curl x", "hello"}, []string{"echo a", "a"}), `
7: the output has changed
- GET /
  hello
`},
		{"it comes twice",
			terminalOf(server, []string{"curl x", "GET /", "hello"}, []string{"echo a", "a"}),
			terminalOf(server, []string{"curl x", "hello"}, []string{"echo a", "GET /", "GET /", "a"}), `
7: the output has changed
+ GET /
  a
aside: 1 line that came earlier or later [7]
`},
		{"no job runs",
			terminalOf([]string{"./server 2>&1 && true", "up"}, []string{"curl x", "GET /", "hello"}, []string{"echo a", "a"}),
			terminalOf([]string{"./server 2>&1 && true", "up"}, []string{"curl x", "hello"}, []string{"echo a", "GET /", "a"}), `
7: the output has changed
- GET /
  hello
7: the output has changed
+ GET /
  a
`},
		{"the note that a job has ended",
			terminalOf([]string{"sleep 1 &", "[1] 40"}, []string{"echo a", "a", "[1]+  Done                    sleep 1"}),
			terminalOf([]string{"sleep 1 &", "[1] 99"}, []string{"echo a", "a"}), `
aside: 1 job [7]
aside: 1 line that came earlier or later [7]
`},
		{"a job that has ended otherwise",
			terminalOf([]string{"sleep 1 &", "[1] 40"}, []string{"echo a", "a", "[1]+  Done                    sleep 1"}),
			terminalOf([]string{"sleep 1 &", "[1] 40"}, []string{"echo a", "a", "[1]+  Exit 1                  sleep 1"}), `
7: the output has changed
  a
- [1]+  Done                    sleep 1
+ [1]+  Exit 1                  sleep 1
`},
	} {
		if got := "\n" + told(Records(nil, tt.old, tt.new)); got != tt.want {
			t.Errorf("%s: got%s\nwant%s", tt.name, got, tt.want)
		}
	}
	stay := func(output ...string) *content.Record {
		r := recordOf(output...)
		r.Snippets[0].Commands[0].Stays = true
		return r
	}
	for _, tt := range []struct {
		old, new *content.Record
		quiet    bool
	}{
		{stay("up", "1"), stay("up", "1", "2", "3"), true},
		{stay("up", "1", "2"), stay("up"), true},
		{stay("up", "1"), stay("up", "2"), false},
		{stay("up", "1"), stay("down", "1", "2"), false},
		{recordOf("up", "1"), recordOf("up", "1", "2"), false},
	} {
		if d := Records(nil, tt.old, tt.new); (len(d.Changes) == 0) != tt.quiet {
			t.Errorf("%q, then %q:\n%s", tt.old.Snippets[0].Commands[0].Output, tt.new.Snippets[0].Commands[0].Output, told(d))
		}
	}
}

// Text under an author's wildcards is no change, and all else is.
func TestWildcards(t *testing.T) {
	const page = "---\nlab: {placeholders: {YOUR_PLACE: all}}\n---\n# P\n\n```bash\nrun\n# -> took [..] in YOUR_PLACE\n# -> ...\n# -> done\nrun\n# -> exactly\nrun\n```\n"
	site, err := content.Load(fstest.MapFS{"p.md": {Data: []byte(page)}}, "content")
	if err != nil {
		t.Fatal(err)
	}
	record := func(first, second, third []string) *content.Record {
		r := recordOf()
		r.Snippets[0].Commands = []content.CommandResult{{Text: "run", Output: first}, {Text: "run", Output: second}, {Text: "run", Output: third}}
		return r
	}
	exactly, free := []string{"exactly"}, []string{"free"}
	old := record([]string{"took long in all", "a", "done"}, exactly, free)
	for _, tt := range []struct {
		name string
		new  *content.Record
		want string
	}{
		{"all under wildcards", record([]string{"took \x1b[1mshort\x1b[0m in all", "b", "c", "done"}, exactly, free), `
aside: 1 text under a wildcard [7]
`},
		{"an output that the page does not expect", record([]string{"took short in part", "done"}, exactly, free), `
7: the output has changed
- took long in all
- a
+ took short in part
  done
`},
		{"empty lines at the end", record([]string{"took short in all", "done", ""}, exactly, free), `
7: the output has changed
  … 2 lines the same
  done
+
aside: 1 text under a wildcard [7]
`},
		{"no wildcard, no expectation", record([]string{"took long in all", "a", "done"}, []string{"exactly "}, []string{"freed"}), `
11: the output has changed
- exactly
+ exactly
13: the output has changed
- free
+ freed
`},
	} {
		got := told(Records(site.Pages[0], old, tt.new))
		if got = "\n" + strings.ReplaceAll(got, " \n", "\n"); got != tt.want {
			t.Errorf("%s: got%s\nwant%s", tt.name, got, tt.want)
		}
	}
}
