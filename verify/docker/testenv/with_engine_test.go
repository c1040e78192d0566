package testenv

import (
	"bufio"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
)

// TestAtOnce starts with-engine several times at once. Each one has a mirror of
// its own, which it keeps when others end.
func TestAtOnce(t *testing.T) {
	if !strings.HasPrefix(os.Getenv("HANDBOOK_MIRROR"), "http://127.0.0.1:") {
		t.Skip("with-engine has no reason to run a mirror here")
	}
	env := append(os.Environ(), "HANDBOOK_MIRROR=", "HANDBOOK_CA=")
	var group sync.WaitGroup
	mirrors, ends := make([]string, 4), make([]io.Closer, 4)
	for i := range mirrors {
		cmd := exec.CommandContext(t.Context(), "./with-engine", "sh", "-c", "echo $HANDBOOK_MIRROR; read -r line")
		cmd.Env = env
		in, err := cmd.StdinPipe()
		if err != nil {
			t.Fatal(err)
		}
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			in.Close()
			cmd.Wait()
		})
		ends[i] = in
		group.Go(func() {
			line, _ := bufio.NewReader(out).ReadString('\n')
			mirrors[i] = strings.TrimSpace(line)
		})
	}
	group.Wait()
	seen := map[string]bool{}
	for i := range mirrors {
		if seen[mirrors[i]] {
			t.Errorf("two have the mirror %q", mirrors[i])
		}
		seen[mirrors[i]] = true
		for _, mirror := range mirrors[i:] {
			answer, err := http.Get(mirror + "/v2/")
			if err != nil {
				t.Fatal(err)
			}
			answer.Body.Close()
			if answer.StatusCode != http.StatusOK {
				t.Errorf("%s: %s", mirror, answer.Status)
			}
		}
		ends[i].Close()
	}
}
