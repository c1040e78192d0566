package ready

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/pkg/stdcopy"

	"handbook/verify"
)

// called is how messages name a container.
func (c *instance) called() string {
	image, _, _ := strings.Cut(c.image, "@sha256:") // Swarm adds it
	return fmt.Sprintf("the container %q (%s)", c.name, image)
}

// describeEnd says how a container has ended.
func (c *instance) describeEnd(exit int) string {
	if c.found != nil && c.found.State.OOMKilled {
		return c.called() + " was ended because it used too much memory"
	}
	return fmt.Sprintf("%s ended with exit status %d", c.called(), exit)
}

func (c *instance) describeLoop() string {
	return fmt.Sprintf("%s restarts again and again, with exit status %d", c.called(), c.loop.exit)
}

// late tells what is wrong with a container that is not ready in time.
func (w *Waiter) late(ctx context.Context, c *instance, p process) {
	state := c.found.State
	if c.meantToEnd() || !state.Running && !state.Restarting {
		return // what the lab says of it is not true, or its end is reported
	}
	if state.Restarting || c.loop.ends > 0 {
		if !c.loop.reported && c.service == nil {
			w.reportLoop(ctx, c)
		}
		return
	}
	within := "within " + w.timeout(c.start).Round(time.Millisecond).String()
	t := verify.Trouble{Kind: verify.Failing, Start: c.start.Number, Names: c.names(), Reason: verify.ReasonNotListening}
	tcp, dead := c.tcp(), p.dead(c.ports)
	nowhere := len(tcp) > 0 && len(p.dead(tcp)) == len(tcp)
	switch {
	case c.hasHealthCheck() && (state.Health.Status == container.Unhealthy || !nowhere):
		t.Msg = fmt.Sprintf("%s is not healthy %s, but %s", c.called(), within, state.Health.Status)
		if t.Reason = verify.ReasonUnhealthy; state.Health.Status != container.Unhealthy {
			t.Kind = verify.Partly
		}
		if n := len(state.Health.Log); n > 0 {
			t.Log = lines(state.Health.Log[n-1].Output)
		}
	default:
		t.Msg = fmt.Sprintf("%s does not listen on %s %s", c.called(), list(dead), within)
		if slices.ContainsFunc(dead, func(port string) bool { return slices.Contains(p.local, port) }) {
			t.Msg += ", but on 127.0.0.1, where only the container itself reaches it"
		}
		if !nowhere {
			t.Kind = verify.Partly
			break
		}
		t.Log = w.lastLog(ctx, c)
	}
	c.reported = t.Kind == verify.Failing
	w.troubles = append(w.troubles, t)
}

func list(ports []string) string { return strings.Join(ports, ", ") }

// lastLog returns the last lines of a container's log, as far as there is one.
func (w *Waiter) lastLog(ctx context.Context, c *instance) []string {
	body, err := w.engine.Client.ContainerLogs(ctx, c.id, container.LogsOptions{ShowStdout: true, ShowStderr: true, Tail: "12"})
	if err != nil {
		return nil
	}
	defer body.Close()
	const most = 64 << 10
	var log bytes.Buffer
	if in := io.LimitReader(body, most); c.found != nil && c.found.Config.Tty {
		io.Copy(&log, in)
	} else {
		stdcopy.StdCopy(&log, &log, in)
	}
	return lines(log.String())
}

func lines(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return r == '\n' || r == '\r' })
}
