package inventory

import (
	"net/http"
	"net/http/httptest"
	"path"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/docker/docker/client"
)

// A manager whose swarm has lost the others cannot tell the services. It has
// containers all the same, and goes on being asked while others may choose a leader.
func TestNoLeader(t *testing.T) {
	for _, c := range []struct {
		failures int32 // of the list of services
		leaving  bool  // the container's service is known to be gone
	}{{0, true}, {3, true}, {1000, false}} {
		var asked atomic.Int32
		engine := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			body := "[]"
			switch path.Base(r.URL.Path) {
			case "df":
				body = `{"Containers": [{"Names": ["/web.1.x"], "Labels": {"com.docker.swarm.task.id": "x", "com.docker.swarm.service.id": "s"}}]}`
			case "info":
				body = `{"Swarm": {"LocalNodeState": "active", "ControlAvailable": true}}`
			case "services":
				if asked.Add(1) <= c.failures {
					w.WriteHeader(http.StatusInternalServerError)
					body = `{"message": "rpc error: code = Unknown desc = The swarm does not have a leader."}`
				}
			}
			w.Write([]byte(body))
		}))
		cli, err := client.NewClientWithOpts(client.WithHost(strings.Replace(engine.URL, "http:", "tcp:", 1)), client.WithVersion("1.51"))
		if err != nil {
			t.Fatal(err)
		}
		found, err := Take(t.Context(), cli)
		if err != nil || len(found.Containers) != 1 || !found.Swarm || found.Leaving != c.leaving {
			t.Errorf("%d failures: %+v, %v, want leaving %t", c.failures, found, err, c.leaving)
		}
		cli.Close()
		engine.Close()
	}
}
