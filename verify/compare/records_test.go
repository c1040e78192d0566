package compare

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"handbook/content"
)

// TestCleanupOrder compares what a lab leaves, which stands in the order of names that
// differ each time.
func TestCleanupOrder(t *testing.T) {
	left := func(names ...string) []string {
		return new(normalized).normalize(cleanupLines(&content.Cleanup{Outside: names, Changed: names})).keys()
	}
	if diff := cmp.Diff(left("/etc/a", "/tmp/tmp.35Va7wceYF/", "/tmp/tmp.LswXwzd86u"), left("/etc/a", "/tmp/tmp.I1UMbom2h6", "/tmp/tmp.Zs5Va7wceY/")); diff != "" {
		t.Error(diff)
	}
	if cmp.Equal(left("/etc/a"), left("/etc/b")) {
		t.Error("another file is no change")
	}
}

func TestNormalize(t *testing.T) {
	tests := []struct{ in, want string }{
		{"sha256:3b7e1f0c9a2d writing image", "sha256:<digest> writing image"},
		{"5f0a1b2c3d4e   flask-app:1.0", "<id> flask-app:1.0"},
		{"deadbeefdead is no number", "deadbeefdead is no number"},
		{"123456789012 is no id", "123456789012 is no id"},
		{"added facade to decade 1a", "added facade to decade 1a"},
		{"Created 2026-11-24T03:42:16Z", "Created <date>"},
		{"Created 2026-11-24 03:42:16 +0000 UTC", "Created <date>"},
		{"Date: Tue, 24 Nov 2026 03:42:16 GMT", "Date: <date>"},
		{"-rw-r--r-- 1 root root 64 Nov 24 04:07 app.py", "-rw-r--r-- 1 root root 64 <date> app.py"},
		{"May the source be with you, Marcus", "May the source be with you, Marcus"},
		{"Mon Nov  2 04:07:01 UTC 2026", "<date>"},
		{"built on Nov 24, 2026", "built on <date>"},
		{"Up 2 seconds", "Up <age>"},
		{"Created 2 minutes ago", "Created <age>"},
		{"About a minute ago", "<age>"},
		{"Less than a second ago", "<age>"},
		{"[+] Building 0.4s (8/8) FINISHED", "[+] Building <duration> (8/8) FINISHED"},
		{"real 1m2.345s", "real <duration>"},
		{"3 packages in 12 ms", "3 packages in <duration>"},
		{"1.2 MB/s", "<speed>"},
		{"172.17.0.2 - - [24/Nov/2026 03:42:16]", "<address> - - [<date>]"},
		{"127.0.0.1:5000", "127.0.0.1:5000"},
		{"0.0.0.0:49153->5000/tcp", "0.0.0.0:<port>->5000/tcp"},
		{"/tmp/tmp.Ab3xYz/out", "/tmp/<name>/out"},
		{"[1] 4242", "[<job>] <pid>"},
		{"version 3.0.3, 42 files", "version 3.0.3, 42 files"},
		{"(healthy)", "(healthy)"},
		{"  0.4s     a  b", "  <duration> a b"},
		{"app.py  requirements.txt", "app.py  requirements.txt"},
		{"123456789abc is one", "<id> is one"},
		{"123456789012   flask-app:1.0", "<id> flask-app:1.0"},
		{"123456789012: Pushed", "<id>: Pushed"},
		{"123456789012: Mounted from library/python", "<id>: Mounted from library/python"},
		{"123456789012: a number", "123456789012: a number"},
		{"50000 rows in 40000 files", "50000 rows in 40000 files"},
		{"listening on port 49153", "listening on port <port>"},
		{"vigorous_poitras", "<name>"},
		{"dr-xr-xr-x  267 root     root             0 Nov 30 12:25 proc", "dr-xr-xr-x <links> root root 0 <date> proc"},
		{"dr-xr-xr-x  12 root     root             0 sys", "dr-xr-xr-x  12 root     root             0 sys"},
		{`"Name": "/vigorous_poitras7",`, `"Name": "/<name>",`},
		{"(image=alpine, name=vigorous_poitras)", "(image=alpine, name=<name>)"},
		{"failed on endpoint vigorous_poitras: Bind for 0.0.0.0:80 failed", "failed on endpoint <name>: Bind for <address>:80 failed"},
		{"snake_case vigorous_case snake_poitras", "snake_case vigorous_case snake_poitras"},
		{"a vigorous_poitras", "a vigorous_poitras"},
		{"vigorous_poitras_2", "vigorous_poitras_2"},
		{"current node (ymrsqp481n3zi1svlaxa6v9tp)", "current node (<id>)"},
		{"--token SWMTKN-1-3ao7blu1cfaw5t1st58hn72w-5rfkxtrxj2o512ar 172.17.0.5:2377", "--token <id> <address>:2377"},
		{"1795947869", "<date>"},
		{"2795947869", "2795947869"},
		{"2026/11/24 03:42:16 [notice] 1#1", "<date> [notice] 1#1"},
		{"12.3 MB/s eta 0:00:00", "<speed> eta <time>"},
		{"Fetched 9,123 kB in 2s (6,123 kB/s)", "Fetched 9,123 kB in <duration> (<speed>)"},
		{"100 50000  100 50000    0     0  2499k      0 --:--:-- --:--:-- --:--:-- 2441k", "100 50000 100 50000 0 0 <speed>"},
		{"100     45 100     45   0      0  14534      0                              0", "100 45 100 45 0 0 <speed>"},
		{"1 2 3 4 5 6 7 8 9", "1 2 3 4 5 6 7 8 9"},
		{`            "Pid": 410,`, `            "Pid": <pid>,`},
		{"<object object at 0x7f3a2c1b5d30>", "<object object at <address>>"},
		{"colour 0xdeadbeef", "colour 0xdeadbeef"},
		{"[1]-  Done                    sleep 1", "[1] Done sleep 1"},
		{"[1]+  Exit 3                  sleep 1", "[1] Exit 3 sleep 1"},
		{"round-trip min/avg/max = 0.130/0.257/0.385 ms", "round-trip min/avg/max = <duration>"},
		{"rtt min/avg/max/mdev = 0.040/0.040/0.040/0.000 ms", "rtt min/avg/max/mdev = <duration>"},
		{"overlay                 252.0G     42.4G     48.7G  47% /", "overlay <state> /"},
		{"/dev/sda1      ext4   263174212 47201112 48123456  50% /mnt", "/dev/sda1 ext4 <state> /mnt"},
		{"Filesystem      Size  Used Avail Use% Mounted on", "Filesystem Size Used Avail Use% Mounted on"},
		{"Mem:           24105        1970       10997          21       11550       22134", "Mem: <state>"},
		{"Mem: 13135640K used, 11548012K free, 22372K shrd, 478192K buff, 9739340K cached", "Mem: <state>"},
		{"CPU:   9% usr  33% sys  57% nic   0% idle   0% io   0% irq   0% sirq", "CPU: <state>"},
		{"Load average: 9.33 10.76 12.74 25/803 53", "Load average: <state>"},
		{"%Cpu(s):  3.1 us,  1.6 sy,  0.0 ni, 95.3 id", "%Cpu(s): <state>"},
		{"MiB Mem :  24105.1 total,  10997.2 free,   1970.0 used,  11550.1 buff/cache", "MiB Mem : <state>"},
		{"Tasks:   9 total,   1 running,   8 sleeping", "Tasks: <state>"},
		{" 22:05:27 up  6:48,  0 users,  load average: 9.33, 10.76, 12.73", " <time> up <state>"},
		{"top - 22:05:27 up 12 min,  1 user,  load average: 0.00, 0.01, 0.05", "top - <time> up <state>"},
		{"up to 5: 3 users", "up to 5: 3 users"},
		{"disk 40% /full", "disk 40% /full"},
		{"10804: eth0@if10805: <BROADCAST,UP> mtu 1500", "<number>: eth0@<interface>: <BROADCAST,UP> mtu 1500"},
		{"veth0add579@if2  UP             fe80::9885:29ff:fe58:1139/64", "<interface>@<interface> UP <address>/64"},
		{"SHA1 Fingerprint=" + strings.Repeat("0A:", 19) + "FF", "SHA1 Fingerprint=<fingerprint>"},
		{"256 SHA256:uNiVztksCsDhcc0u9e8BgrJXVGLJ3qDM8q9o1nqk7Pk me (ED25519)", "256 <fingerprint> me (ED25519)"},
		{"shop_web.1.0fe83bst113u@lab    | s3cret", "shop_web.1.<id>@lab | s3cret"},
		{"0sc3qt6xohqn   shop_web   replicated   1/1        alpine:latest", "<id> shop_web replicated 1/1 alpine:latest"},
		{"lowerdir=/var/lib/docker/overlay2/l/ONS6R2JTMT6HPKZAUDXSCRLYKO:/x", "lowerdir=/var/lib/docker/overlay2/l/<id>:/x"},
		{`"HostPort": "49153"`, `"HostPort": "<port>"`},
	}
	for _, tt := range tests {
		if got := normalizeLine(tt.in).key; got != tt.want {
			t.Errorf("normalizeLine(%q) = %q, want %q", tt.in, got, tt.want)
		}
	}
}

// What is volatile since a certain command has printed it.
func TestOfCommand(t *testing.T) {
	for _, tt := range [][3]string{
		{"echo $$ $!", "325 484", "<pid> <pid>"},
		{`sleep 9 & echo "job $!"`, "job 4242", "job <pid>"},
		{"pgrep -l sleep", "549 sleep", "<pid> sleep"},
		{"ls; pidof sh", "549 12", "<pid> <pid>"},
		{"pgrep -c sleep", "12", "12"},
		{"echo 42", "42", "42"},
		{"curl -w '%{http_code} %{time_total}\\n' localhost", "200 0.039207", "200 <duration>"},
		{"curl -w '%{http_code}\\n' localhost", "200 0.039207", "200 0.039207"},
	} {
		if got := ofCommand(tt[0], normalizeLine(tt[1])).key; got != tt[2] {
			t.Errorf("%s: %q is compared as %q, want %q", tt[0], tt[1], got, tt[2])
		}
	}
}

// Each entry of the table takes what the guide gives as its example, whole.
func TestVolatileExamples(t *testing.T) {
	for _, v := range volatile {
		for _, example := range v.examples {
			l := normalizeLine(example)
			if len(l.taken) != 1 || l.taken[0].name != v.name || strings.ContainsAny(strings.TrimPrefix(l.key, "sha256:"), "0123456789") {
				t.Errorf("%s: %q is taken as %v, which leaves %q", v.name, example, l.taken, l.key)
			}
		}
	}
}

// The guide's table is this one: a kind a row, with each example.
func TestVolatileInGuide(t *testing.T) {
	b, err := os.ReadFile("../../content/guides/verification.md")
	if err != nil {
		t.Fatal(err)
	}
	_, guide, ok := strings.Cut(string(b), "| kind | for example |\n|---|---|\n")
	if !ok {
		t.Fatal("the guide has no table of volatile text")
	}
	guide, _, _ = strings.Cut(guide, "\n\n")
	var want []string
	rows := map[string]int{}
	for _, v := range volatile {
		i, known := rows[v.many]
		if !known {
			i = len(want)
			rows[v.many] = i
			want = append(want, "| "+v.many+" | ")
		}
		for _, example := range v.examples {
			if !strings.HasSuffix(want[i], "| ") {
				want[i] += ", "
			}
			want[i] += "`" + example + "`"
		}
	}
	for _, v := range append(volatileColumns, processColumns) {
		if _, known := rows[v.many]; !known {
			rows[v.many] = len(want)
			want = append(want, "| "+v.many+" | `"+strings.ReplaceAll(v.heads, "|", "`, `")+"`")
		}
	}
	if diff := cmp.Diff(strings.Join(want, " |\n")+" |", strings.TrimSpace(guide)); diff != "" {
		t.Errorf("the guide's table of volatile text is another one:\n%s", diff)
	}
}

func recordOf(output ...string) *content.Record {
	return &content.Record{Results: content.Results{Snippets: []content.SnippetResult{{Number: 1, Line: 7, Kind: "shell", Verdict: content.Passed,
		Commands: []content.CommandResult{{Text: "docker ps", Output: output}}}}}}
}

// told is a difference as a few lines.
func told(d Difference) string {
	var b strings.Builder
	for _, c := range d.Changes {
		fmt.Fprintf(&b, "%d: %s\n", c.Pos.Line, c.Msg)
		for _, line := range c.Details {
			fmt.Fprintln(&b, line)
		}
	}
	for _, cause := range d.Causes {
		fmt.Fprintln(&b, "cause: "+cause)
	}
	if len(d.Changes) == 0 {
		for _, moved := range d.Moved {
			fmt.Fprintln(&b, "moved: "+moved)
		}
	}
	for _, a := range d.Aside {
		fmt.Fprintln(&b, "aside:", a, a.Lines)
	}
	return b.String()
}

func TestRecords(t *testing.T) {
	with := func(r *content.Record, change func(*content.Record)) *content.Record { change(r); return r }
	tests := []struct {
		name     string
		old, new *content.Record
		want     string
	}{
		{"volatile text is no change, and is named", recordOf("5f0a1b2c3d4e  Up 2 seconds", "took 3s"), recordOf("aa0a1b2c3d41  Up 9 minutes", "took 3s"), `
aside: 1 age [7]
aside: 1 id [7]
`},
		{"what stands beside it is one", recordOf("a", "b", "c", "Up 2 seconds (healthy)"), recordOf("a", "b", "c", "Up 3 seconds (unhealthy)"), `
7: the output has changed
  … 2 lines the same
  c
- Up 2 seconds (healthy)
+ Up 3 seconds (unhealthy)
`},
		{"a line more", recordOf("a", "c"), recordOf("a", "b", "c"), `
7: the output has changed
  a
+ b
  c
`},
		{"nothing any more", recordOf("a"), recordOf(), `
7: the output has changed
- a
+ (nothing)
`},
		{"something at all", recordOf(), recordOf("a"), `
7: the output has changed
- (nothing)
+ a
`},
		{"volatile beside a change", recordOf("at 03:42:16", "x"), recordOf("at 03:42:17", "y"), `
7: the output has changed
  at 03:42:17
- x
+ y
aside: 1 time of day [7]
`},
		{"colours", recordOf("\x1b[32mok\x1b[0m"), recordOf("ok"), `
aside: 1 line in other colours [7]
`},
		{"another exit status", recordOf("x"), with(recordOf("y"), func(r *content.Record) { r.Snippets[0].Commands[0].Exit = 1 }), `
7: exited with 0, now with 1
`},
		{"the author says that it varies",
			with(recordOf("x"), func(r *content.Record) { r.Snippets[0].Commands[0].Varies = true }),
			with(recordOf("y"), func(r *content.Record) { r.Snippets[0].Commands[0].Varies = true }), `
aside: 1 output that "varies" [7]
`},
		{"a base image that has moved is a likely cause", baseOf("sha256:1", "", "x"), baseOf("sha256:2", "", "y"), `
7: the output has changed
- x
+ y
cause: a has moved: sha256:1 → sha256:2
`},
		{"and none by itself", baseOf("sha256:1", "", "x"), baseOf("sha256:2", "", "x"), `
moved: a has moved: sha256:1 → sha256:2
`},
		{"what follows from it is told",
			with(baseOf("sha256:1", "", "REPOSITORY   TAG       SIZE\napp          latest    126MB"), func(r *content.Record) {
				r.Images = []content.Image{{Ref: "app:latest", Unpacked: 1e6, Layers: make([]content.Layer, 3), Origin: content.Origin{Snippet: 1}}}
			}),
			with(baseOf("sha256:2", "", "REPOSITORY   TAG       SIZE\napp          latest    1.26GB"), func(r *content.Record) {
				r.Images = []content.Image{{Ref: "app:latest", Unpacked: 2e6, Layers: make([]content.Layer, 4), Origin: content.Origin{Snippet: 1}}}
			}), `
moved: a has moved: sha256:1 → sha256:2
aside: 1 layer that follows from a moved base image [7]
aside: 1 size that follows from a moved base image [7]
`},
		{"sizes of tables when no base image has moved", recordOf("REPOSITORY   TAG       SIZE", "app          latest    126MB"), recordOf("REPOSITORY   TAG       SIZE", "app          latest    128MB"), `
7: the output has changed
  REPOSITORY   TAG       SIZE
- app          latest    126MB
+ app          latest    128MB
`},
		{"a stand-in takes a place", baseOf("sha256:1", "", "x"), baseOf("sha256:2", "Debian 13", "y"), `
7: the output has changed
- x
+ y
cause: a is a stand-in (Debian 13) now, it was the real image
`},
		{"a stand-in is made anew", baseOf("sha256:1", "Debian 13", "x"), baseOf("sha256:2", "Debian 13", "x"), `
aside: 1 stand-in made anew []
`},
		{"another engine", engineOf("28.5.2", "overlay2", "x"), engineOf("29.1.0", "overlay2", "y"), `
7: the output has changed
- x
+ y
cause: the machine's Docker Engine has changed: 28.5.2 → 29.1.0
`},
		{"another engine that does the same", engineOf("28.5.2", "overlay2", "x"), engineOf("29.1.0", "overlay2", "x"), `
cause: the machine's Docker Engine has changed: 28.5.2 → 29.1.0
`},
		{"another storage driver", engineOf("1", "overlay2", "x"), engineOf("1", "overlayfs", "x"), `
0: the machine's storage driver was overlay2, now it is overlayfs
`},
		{"sizes of tables that are near", recordOf("TYPE     TOTAL     ACTIVE    SIZE      RECLAIMABLE", "Images   6         1         193.3MB   99.52kB (0%)", "x        1         1         4.0GB     2B", "Total reclaimed space: 12.31kB"),
			recordOf("TYPE     TOTAL     ACTIVE    SIZE      RECLAIMABLE", "Images   6         1         194.3MB   99.53kB (0%)", "x        1         1         4.0GB     2B", "Total reclaimed space: 12.3kB"), `
aside: 2 sizes under 1 % off [7]
`},
		{"small parts of the build cache", recordOf("TYPE          TOTAL     ACTIVE    SIZE      RECLAIMABLE", "Build Cache   23        0         49.72MB   20.58kB", "", "Private:        20.58kB", "Reclaimable:    49.72MB", "Total:          49.74MB"),
			recordOf("TYPE          TOTAL     ACTIVE    SIZE      RECLAIMABLE", "Build Cache   24        0         49.72MB   12.29kB", "", "Private:        12.29kB", "Reclaimable:    49.72MB", "Total:          49.73MB"), `
aside: 3 sizes of the build cache [7]
aside: 1 measurement [7]
`},
		{"a small build cache", recordOf("Shared:         0B", "Private:        20.58kB", "Reclaimable:    20.58kB", "Total:          20.58kB"),
			recordOf("Shared:         0B", "Private:        12.29kB", "Reclaimable:    12.29kB", "Total:          12.29kB"), `
aside: 3 sizes of the build cache [7]
`},
		{"large ones", recordOf("TYPE          TOTAL     ACTIVE    SIZE      RECLAIMABLE", "Build Cache   23        0         49.72MB   20.58MB", "Images        23        0         49.72MB   20.58kB", "", "Private:        20.58MB", "Reclaimable:    49.72MB", "Total:          49.74MB"),
			recordOf("TYPE          TOTAL     ACTIVE    SIZE      RECLAIMABLE", "Build Cache   23        0         49.72MB   12.29MB", "Images        23        0         49.72MB   12.29kB", "", "Private:        12.29MB", "Reclaimable:    49.72MB", "Total:          49.73MB"), `
7: the output has changed
  TYPE          TOTAL     ACTIVE    SIZE      RECLAIMABLE
- Build Cache   23        0         49.72MB   20.58MB
- Images        23        0         49.72MB   20.58kB
+ Build Cache   23        0         49.72MB   12.29MB
+ Images        23        0         49.72MB   12.29kB
  
- Private:        20.58MB
+ Private:        12.29MB
  Reclaimable:    49.72MB
aside: 1 size of the build cache [7]
`},
		{"sizes of tables that are not near, and others", recordOf("TYPE     TOTAL     SIZE", "Images   6         193MB", "Builds   1         99MB", "new      1         50MB", "Total:  1MB"),
			recordOf("TYPE     TOTAL     SIZE", "Images   6         196MB", "Builds   2         99.1MB", "old      1         50MB", "Total:  1MB more"), `
7: the output has changed
  TYPE     TOTAL     SIZE
- Images   6         193MB
- Builds   1         99MB
- new      1         50MB
- Total:  1MB
+ Images   6         196MB
+ Builds   2         99.1MB
+ old      1         50MB
+ Total:  1MB more
`},
		{"another platform", on("linux/amd64", "sha256:1", 1e6, "x86_64, on linux/amd64"), on("linux/arm64", "sha256:2", 2e6, "aarch64, on linux/arm64"), `
aside: 2 names of platforms [7]
aside: 1 base image of another platform []
aside: 1 layer on another platform [7]
aside: 1 machine of another platform, linux/arm64 instead of linux/amd64 []
`},
		{"sizes in tables on another platform", on("linux/amd64", "sha256:1", 1e6, "REPOSITORY   PLATFORM      SIZE", "app          linux/amd64   126MB"), on("linux/arm64", "sha256:1", 1e6, "REPOSITORY   PLATFORM      SIZE", "app          linux/arm64   137MB"), `
aside: 1 layer on another platform [7]
aside: 1 machine of another platform, linux/arm64 instead of linux/amd64 []
aside: 1 name of a platform [7]
aside: 1 size on another platform [7]
`},
		{"what another platform prints", on("linux/amd64", "sha256:1", 1e6, "3.12", "armed"), on("linux/arm64", "sha256:1", 1e6, "3.11", "harmed"), `
7: the output has changed
- 3.12
- armed
+ 3.11
+ harmed
aside: 1 layer on another platform [7]
aside: 1 machine of another platform, linux/arm64 instead of linux/amd64 []
`},
		{"the same platform among others", also(on("linux/arm64", "sha256:1", 1e6, "x"), on("linux/amd64", "sha256:1", 2e6, "y")), on("linux/amd64", "sha256:1", 3e6, "y"), `
7: image i had 2 MB unpacked, now 3 MB
`},
		{"an engine that there is no more, whose results stand first", also(dockerOf("7", "lies"), dockerOf("29", "x")), dockerOf("29", "x"), `
0: there are no results on Docker 7 any more
`},
		{"another engine instead", dockerOf("28", "x"), dockerOf("29", "x"), "\n"},
		{"a command of an edited page", recordOf("x"), with(recordOf("x"), func(r *content.Record) {
			s := &r.Snippets[0]
			s.Commands = append([]content.CommandResult{{Text: "date"}}, s.Commands...)
		}), `
7: the command is new
`},
		{"sizes", imageOf(1000000), imageOf(1000100), `
aside: 1 size under 1 % off [7]
`},
		{"other sizes", imageOf(1000000), imageOf(2000000), `
7: image i had 1 MB unpacked, now 2 MB
`},
		{"a file after a patch, whose digest is right", patchOf("a\n"), patchOf("b\n"), `
7: the text of file a.py is not what the record shows
`},
		{"such a file in a record that has none", patchOf(""), patchOf("b\n"), "\n"},
		{"what layers are made by", layersOf("RUN a"), layersOf("RUN b"), `
7: the layers of image i are of other instructions
`},
		{"what differs each time in that", layersOf("RUN a > 2026-11-24T03:42:16Z"), layersOf("RUN a > 2026-11-25T03:42:16Z"), `
aside: 1 date [7]
`},
		{"steps of a build", stepsOf("[1/2] FROM a@sha256:0", "[2/2] RUN a"), stepsOf("[1/2] FROM a@sha256:1", "[2/2] RUN b"), `
7: the build of i has other steps
`},
		{"the same steps in another order, and others", stepsOf("[b 1/1] RUN b", "[a 1/1] RUN a", "exporting"), stepsOf("[a 1/1] RUN a", "[b 1/1] RUN b", "[internal] load"), "\n"},
	}
	for _, tt := range tests {
		if diff := cmp.Diff(tt.want, "\n"+told(Records(nil, tt.old, tt.new))); diff != "" {
			t.Errorf("%s:\n%s", tt.name, diff)
		}
	}
}

func baseOf(digest, note, output string) *content.Record {
	r := recordOf(lines(output)...)
	r.Bases = []content.Base{{Image: "a", Digest: digest, Note: note}}
	return r
}

func engineOf(version, storage, output string) *content.Record {
	r := recordOf(output)
	r.Machine = content.RecordMachine{Engine: version, Storage: storage}
	return r
}

func dockerOf(name, output string) *content.Record {
	r := recordOf(output)
	r.Machine.Docker = name
	return r
}

// on is a record of a platform, with an image whose layers are
// others on arm64.
func on(platform, base string, size int64, output ...string) *content.Record {
	r := recordOf(output...)
	r.Machine.Platform = platform
	r.Bases = []content.Base{{Image: "a", Digest: base}}
	layers := 3
	if platform == "linux/arm64" {
		layers = 4
	}
	r.Images = []content.Image{{Ref: "i", Unpacked: size, Layers: make([]content.Layer, layers), Origin: content.Origin{Snippet: 1}}}
	return r
}

func also(first, second *content.Record) *content.Record {
	first.Also = append(first.Also, second.Results)
	return first
}

func patchOf(text string) *content.Record {
	r := recordOf("x")
	s := &r.Snippets[0]
	s.Kind, s.Commands, s.File, s.Digest, s.Text = "diff", nil, "a.py", "sha256:0", text
	return r
}

func layersOf(instruction string) *content.Record {
	r := imageOf(1)
	r.Images[0].Layers = []content.Layer{{Instruction: instruction}}
	return r
}

func stepsOf(names ...string) *content.Record {
	r := recordOf("x")
	build := content.Build{Image: "i", Origin: content.Origin{Snippet: 1}}
	for _, name := range names {
		build.Steps = append(build.Steps, content.BuildStep{Name: name})
	}
	r.Builds = []content.Build{build}
	return r
}

func imageOf(size int64) *content.Record {
	r := recordOf("x")
	r.Images = []content.Image{{Ref: "i", Unpacked: size, Origin: content.Origin{Snippet: 1}}}
	return r
}

// Places are those of the commands, where there is a page.
func TestRecordsPlaces(t *testing.T) {
	site, err := content.Load(fstest.MapFS{"p.md": {Data: []byte("---\nlab: {}\n---\n# P\n\n```bash\ntrue\n\ndate\n```\n")}}, "content")
	if err != nil {
		t.Fatal(err)
	}
	record := func(output string) *content.Record {
		return &content.Record{Results: content.Results{Snippets: []content.SnippetResult{{Number: 1, Line: 6, Kind: "shell", Verdict: content.Passed,
			Commands: []content.CommandResult{{Text: "true"}, {Text: "date", Output: []string{output}}}}}}}
	}
	d := Records(site.Pages[0], record("x"), record("y"))
	if len(d.Changes) != 1 || d.Changes[0].Pos.String() != "content/p.md:9:1" {
		t.Errorf("got %+v", d.Changes)
	}
}

func TestAlign(t *testing.T) {
	show := func(a, b string) string {
		var out strings.Builder
		for _, p := range align(strings.Split(a, ""), strings.Split(b, "")) {
			switch {
			case p.old < 0:
				out.WriteString("+" + b[p.new:p.new+1])
			case p.new < 0:
				out.WriteString("-" + a[p.old:p.old+1])
			default:
				out.WriteString(b[p.new : p.new+1])
			}
		}
		return out.String()
	}
	for _, tt := range []struct{ old, new, want string }{
		{"abc", "abc", "abc"},
		{"abc", "axc", "a-b+xc"},
		{"abc", "abxc", "ab+xc"},
		{"abcabc", "abc", "abc-a-b-c"},
		{"xay", "bab", "-x+ba-y+b"},
		{"aab", "ab", "a-ab"},
	} {
		if got := show(tt.old, tt.new); got != tt.want {
			t.Errorf("align(%q, %q) = %q, want %q", tt.old, tt.new, got, tt.want)
		}
	}
	long := strings.Split(strings.Repeat("a", 3000), "")
	other := strings.Split(strings.Repeat("b", 3000), "")
	if n := len(align(long, other)); n != 6000 {
		t.Errorf("%d pairs", n)
	}
}

// What goes on at once has no order, but all of it counts.
func TestAtOnce(t *testing.T) {
	a := []string{"[+] Building 6.1s (10/10) FINISHED   docker:default", " => [1/2] FROM x   5.1s", " => => sha256:5e36e7f1bb6b 31MB / 31MB  0.1s", " => => extracting sha256:5e36e7f1bb6b  2.6s",
		" => [internal] load build context   0.0s", " => CACHED [2/2] WORKDIR /app  0.0s", "5f0a1b2c3d4e: Pushed", "163642351339: Pushed", "aa0a1b2c3d4e: Layer already exists", "done"}
	b := []string{"[+] Building 9.1s (10/10) FINISHED   docker:default", " => [internal] load build context      0.0s", " => [1/2] FROM x  15.1s",
		" => CACHED [2/2] WORKDIR /app  0.0s", "aa0a1b2c3d4e: Layer already exists", "5f0a1b2c3d4e: Pushed", "163642351339: Pushed", "done"}
	d := Records(nil, recordOf(a...), recordOf(b...))
	want := "aside: 2 durations [7]\naside: 2 lines on downloads [7]\naside: 1 order of what goes on at once [7]\n"
	if diff := cmp.Diff(want, told(d)); diff != "" {
		t.Errorf("an order is a change:\n%s", diff)
	}
	b[3] = " => [2/2] WORKDIR /app  0.0s"
	if len(Records(nil, recordOf(a...), recordOf(b...)).Changes) == 0 {
		t.Error("a step that is not cached any more is no change")
	}
}

// How much of a build context is sent depends on when the build before has been
// cleared up. The record has the size of the whole, and that counts.
func TestContextSent(t *testing.T) {
	record := func(sent string, context ...int64) *content.Record {
		r := recordOf(" => [internal] load build context   0.1s", " => => transferring context: "+sent+"   0.0s", "done")
		for _, n := range context {
			r.Builds = append(r.Builds, content.Build{Image: "app", Context: n, Origin: content.Origin{Snippet: 1}})
		}
		return r
	}
	if diff := cmp.Diff("aside: 1 part of a context that was sent [7]\n", told(Records(nil, record("29B", 186), record("1.14kB", 186)))); diff != "" {
		t.Errorf("what was sent is a change:\n%s", diff)
	}
	if len(Records(nil, record("29B", 186), record("114B", 300)).Changes) != 1 {
		t.Error("a larger context is no change")
	}
	if len(Records(nil, record("29B"), record("114B")).Changes) != 1 {
		t.Error("what was sent is no change, though the whole context is not known")
	}
	log := func(sent string) *content.Record {
		r := recordOf("#1 [internal] load build definition from Dockerfile", "#1 DONE 0.0s", "", "#2 [internal] load build context", "#2 transferring context: "+sent+" done", "#2 DONE 0.1s")
		r.Builds = []content.Build{{Image: "app", Context: 186, Origin: content.Origin{Snippet: 1}}}
		return r
	}
	if d := Records(nil, log("29B"), log("114B")); len(d.Changes) != 0 {
		t.Errorf("what was sent is a change in a log: %+v", d.Changes)
	}
}

// TestComposeMenu compares what compose prints above its menu at the bottom of the
// terminal, with more or fewer layers to pull.
func TestComposeMenu(t *testing.T) {
	up := func(last string, free int, layers ...string) *content.Record {
		lines := []string{fmt.Sprintf("[+] Running %d/%[1]d", 1+len(layers)), " ✔ one Pulled      0.8s"}
		for _, id := range layers {
			lines = append(lines, "   ✔ "+id+" Pull complete     0.2s")
		}
		lines = append(lines, "[+] Running 1/1", " ✔ Container lab-one-1  Created   0.1s", "Attaching to one-1", "one-1  | hello", "one-1 exited with code 0")
		return recordOf(append(append(lines, make([]string, free)...), last)...)
	}
	d := Records(nil, up("w Enable Watch", 19, "ed45ec85b47c"), up("w Enable Watch", 18, "0d45ec85b47c", "1d45ec85b47c"))
	want := "aside: 1 line on a download [7]\naside: 1 number of free rows [7]\naside: 1 number of what compose does [7]\n"
	if diff := cmp.Diff(want, told(d)); diff != "" {
		t.Errorf("another layer is a change:\n%s", diff)
	}
	if len(Records(nil, up("w Enable Watch", 19), up("v View", 19)).Changes) != 1 {
		t.Error("another menu is no change")
	}
	if len(Records(nil, recordOf("a", "", "b"), recordOf("a", "b")).Changes) != 1 {
		t.Error("an empty line is no change")
	}
}
