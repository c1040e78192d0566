package images

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/docker/docker/client"
)

// A registry that never answers, or stops in the middle, does not hold a pull or a
// push for ever. What it says of an error is told, up to a size.
func TestHostileRegistry(t *testing.T) {
	for _, c := range []struct {
		name, says string
		ends       bool
		want       string
	}{
		{"never answers", "", false, "the registry has sent nothing for 50ms"},
		{"stops", `{"status":"Downloading","id":"1"}`, false, "the registry has sent nothing for 50ms"},
		{"goes on about its errors", `{"error":"` + strings.Repeat("denied ", 1<<20) + `"}`, true, "denied denied"},
	} {
		engine := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			if strings.HasSuffix(r.URL.Path, "/tag") {
				w.WriteHeader(http.StatusCreated)
				return
			}
			if r.Method == http.MethodPost && c.says != "" {
				_, _ = io.WriteString(w, c.says)
				_ = http.NewResponseController(w).Flush()
			}
			if r.Method == http.MethodPost && !c.ends {
				<-r.Context().Done()
			}
		}))
		defer engine.Close()
		docker, err := client.NewClientWithOpts(client.WithHost(strings.Replace(engine.URL, "http", "tcp", 1)), client.WithVersion("1.41"))
		if err != nil {
			t.Fatal(err)
		}
		p := &Puller{Client: docker, Progress: func(string) {}, Platform: "linux/amd64"}
		if !c.ends {
			p.Patience = 50 * time.Millisecond
		}
		_, pushed := p.Push(t.Context(), "a", "registry.example.org/machines:1")
		for what, err := range map[string]error{"pull": p.Fetch(t.Context(), "registry.example.org/machines:1", "a"), "push": pushed} {
			if err == nil || !strings.Contains(err.Error(), c.want) || len(err.Error()) > 2*maxError {
				t.Errorf("%s of one that %s: %.200q, want %q", what, c.name, err, c.want)
			}
		}
	}
}
