package machine

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// The ranges of a machine's bridges leave out the addresses of what is outside.
func TestRanges(t *testing.T) {
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip(err)
	}
	var functions strings.Builder
	for _, name := range []string{"addresses_outside", "choose_ranges"} {
		_, text, found := strings.Cut(string(Init), "\n"+name+"() {")
		text, _, ended := strings.Cut(text, "\n}\n")
		if !found || !ended {
			t.Fatalf("init has no function %s", name)
		}
		functions.WriteString(name + "() {" + text + "\n}\n")
	}
	script := strings.ReplaceAll(functions.String(), "/etc/resolv.conf", "<(echo \"$servers\")") + `choose_ranges; for r in "${ranges[@]}"; do echo "$r"; done`
	for _, test := range []struct{ mirror, proxy, servers, without string }{
		{"", "", "nameserver 10.0.0.2", ""},
		{"http://10.1.2.3:5000", "", "nameserver 10.0.0.2\nnameserver fe80::1", ""},
		{"http://172.17.0.1:5957", "", "nameserver 10.0.0.2", "172.17."},
		{"", "http://me:secret@172.18.0.9:3128/", "", "172.18."},
		{"", "", "# local\nnameserver 172.31.0.2\nnameserver 192.168.1.1", "172.31. 192.168."},
	} {
		cmd := exec.Command(bash, "-c", script)
		cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "mirror=" + test.mirror, "HTTPS_PROXY=" + test.proxy, "servers=" + test.servers}
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		var without []string
		for _, network := range []string{"172.17.", "172.18.", "172.30.", "172.31.", "192.168."} {
			if !strings.Contains(string(out), "base="+network) {
				without = append(without, network)
			}
		}
		got := strings.Join(without, " ")
		if len(out) == 0 {
			got = ""
		}
		if got != test.without {
			t.Errorf("%v: the ranges leave out %q: %s", test, got, out)
		}
	}
}
