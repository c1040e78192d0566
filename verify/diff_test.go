package verify

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"handbook/content"
)

func TestSettle(t *testing.T) {
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
		{"CONTAINER ID   IMAGE    STATUS", "CONTAINER ID IMAGE STATUS"},
		{"  0.4s     a  b", "  <duration> a b"},
		{"app.py  requirements.txt", "app.py  requirements.txt"},
	}
	for _, tt := range tests {
		if got := Settle(tt.in); got != tt.want {
			t.Errorf("Settle(%q) = %q, want %q", tt.in, got, tt.want)
		}
	}
}

func TestDiff(t *testing.T) {
	record := func(output ...string) *content.Record {
		return &content.Record{Snippets: []content.SnippetResult{{Line: 7, Kind: "shell", Verdict: content.Passed,
			Commands: []content.CommandResult{{Text: "docker ps", Output: output}}}}}
	}
	if c := Diff(record("5f0a1b2c3d4e  Up 2 seconds"), record("aa0a1b2c3d41  Up 9 minutes")); len(c) != 0 {
		t.Errorf("volatile text is a change: %v", c)
	}
	c := Diff(record("Up 2 seconds (healthy)"), record("Up 2 seconds (unhealthy)"))
	if len(c) != 1 || c[0].Line != 7 || len(c[0].Details) != 2 {
		t.Errorf("got %v", c)
	}
	n := record("x")
	n.Snippets[0].Commands[0].Exit = 1
	n.Bases = []content.Base{{Image: "a", Digest: "sha256:2"}}
	o := record("x")
	o.Bases = []content.Base{{Image: "a", Digest: "sha256:1"}}
	if c := Diff(o, n); len(c) != 2 || c[0].Msg != "base image a has moved from sha256:1 to sha256:2" || c[1].Msg != "exited with 0, now with 1" {
		t.Errorf("got %v", c)
	}
}

// What goes on at once has no order, but all of it counts.
func TestSettleAtOnce(t *testing.T) {
	a := []string{"[+] Building 6.1s (10/10) FINISHED   docker:default", " => [1/2] FROM x   5.1s", " => => sha256:5e36e7f1bb6b 31MB / 31MB  0.1s", " => => extracting sha256:5e36e7f1bb6b  2.6s",
		" => [internal] load build context   0.0s", " => CACHED [2/2] WORKDIR /app  0.0s", "5f0a1b2c3d4e: Pushed", "aa0a1b2c3d4e: Layer already exists", "done"}
	b := []string{"[+] Building 9.1s (10/10) FINISHED   docker:default", " => [internal] load build context      0.0s", " => [1/2] FROM x  15.1s",
		" => CACHED [2/2] WORKDIR /app  0.0s", "aa0a1b2c3d4e: Layer already exists", "5f0a1b2c3d4e: Pushed", "done"}
	if diff := cmp.Diff(settle(a), settle(b)); diff != "" {
		t.Errorf("an order is a change:\n%s", diff)
	}
	b[3] = " => [2/2] WORKDIR /app  0.0s"
	if cmp.Equal(settle(a), settle(b)) {
		t.Error("a step that is not cached any more is no change")
	}
}
