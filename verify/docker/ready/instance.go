package ready

import (
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/events"

	"handbook/verify"
)

// An instance is a container as the engine's events tell of it.
type instance struct {
	id, name, image string
	labels          map[string]string
	service         *service     // of which it is a task, or nil
	start           verify.Start // of the command that has started it
	owned           bool         // start is known
	found           *container.InspectResponse
	ports           []string // published, "5000/tcp"
	loop            *loop

	attached bool // somebody sees what it prints, and how it ends
	gone     bool // it was removed
	running  bool
	ended    bool // by itself, at least once
	fresh    bool // its last start has not been waited for
	wasReady bool // after its last start
	reported bool // that it is not as it should be

	since time.Time // when its last start was seen
	lost  time.Time // when it was first seen not to run, without an event
	done            // since its last start
}

// What is done to a container from outside.
type done struct {
	signals []int // that were sent through the engine
	execs   []execution
}

// An execution is a command that was run in a container from outside.
type execution struct {
	id, command string
	ended       int64 // by the engine's clock in ns; 0 if it has not
}

// An end is that of a container.
type end struct {
	of       *instance
	exit     int
	at       int64 // by the engine's clock in ns
	attached bool
	done
}

// instance is the container that an event is about.
func (w *Waiter) instance(m events.Message) *instance {
	c := w.containers[m.Actor.ID]
	if c == nil {
		c = &instance{id: m.Actor.ID, labels: m.Actor.Attributes, image: m.Actor.Attributes["image"], loop: &loop{}}
		if id := c.labels["com.docker.swarm.service.id"]; id != "" {
			c.service = w.service(id, c.labels["com.docker.swarm.service.name"])
			c.loop = c.service.loop
		}
		w.containers[c.id] = c
		w.order = append(w.order, c)
	}
	if name := m.Actor.Attributes["name"]; name != "" {
		c.name = name
	}
	return c
}

// apply takes over an event. It returns how the container has ended if it has.
func (c *instance) apply(m events.Message) (e end, ended bool) {
	action, command, _ := strings.Cut(string(m.Action), ": ")
	switch events.Action(action) {
	case events.ActionAttach:
		c.attached = true
	case events.ActionDetach:
		c.attached = false
	case events.ActionStart:
		c.running, c.wasReady, c.since, c.lost = true, false, time.Now(), time.Time{}
		c.done = done{}
		c.loop.begun = m.TimeNano
	case events.ActionKill:
		signal, _ := strconv.Atoi(m.Actor.Attributes["signal"])
		c.signals = append(c.signals, signal)
	case events.ActionExecStart:
		c.execs = append(c.execs, execution{id: m.Actor.Attributes["execID"], command: command})
	case events.ActionExecDie:
		for i := range c.execs {
			if c.execs[i].id == m.Actor.Attributes["execID"] {
				c.execs[i].ended = m.TimeNano
			}
		}
	case events.ActionDie:
		if !c.running {
			break // it could not be started, as whoever tried was told
		}
		exit, _ := strconv.Atoi(m.Actor.Attributes["exitCode"])
		e = end{of: c, exit: exit, at: m.TimeNano, attached: c.attached && !c.ofCompose(), done: c.done}
		c.running, c.fresh = false, false
		return e, true
	case events.ActionDestroy:
		c.gone = true
	}
	return end{}, false
}

// ofCompose reports whether Compose has started the container, and goes on
// without a word when it ends.
func (c *instance) ofCompose() bool {
	return c.labels["com.docker.compose.project"] != "" && c.labels["com.docker.compose.oneoff"] != "True"
}

// Signals that seldom end a program: SIGHUP, SIGUSR1, SIGUSR2, SIGCHLD,
// SIGCONT, SIGSTOP, SIGTSTP and SIGWINCH.
var harmless = []int{0, 1, 10, 12, 17, 18, 19, 20, 28}

// byLab reports whether the lab has ended the container.
func (e end) byLab() bool { return e.signalled() || e.exit != 0 && e.killed() }

// signalled reports whether a container has ended because of a signal that was
// sent through the engine, by docker stop, say.
func (e end) signalled() bool {
	return slices.ContainsFunc(e.signals, func(signal int) bool { return e.exit == 128+signal || !slices.Contains(harmless, signal) })
}

// killing matches commands that send signals.
var killing = regexp.MustCompile(`(^|[^\w-])(kill|pkill|killall5?)($|[^\w-])`)

// killed reports whether a container has ended because of a signal from a
// command that was run in it: one that sends signals, or one that may have, as
// a shell may, if the exit status says that there was one.
func (e end) killed() bool {
	const sighup, sigint, sigquit, sigkill, sigterm = 128 + 1, 128 + 2, 128 + 3, 128 + 9, 128 + 15
	const grace = int64(10 * time.Second) // of docker stop
	bySignal := slices.Contains([]int{sighup, sigint, sigquit, sigkill, sigterm}, e.exit) && (e.of.found == nil || !e.of.found.State.OOMKilled)
	check := e.of.healthCommand()
	return slices.ContainsFunc(e.execs, func(x execution) bool {
		if check != "" && strings.HasSuffix(x.command, check) {
			return false // nobody has asked for that one
		}
		return killing.MatchString(x.command) || bySignal && (x.ended == 0 || e.at-x.ended < grace)
	})
}

func (c *instance) healthCommand() string {
	if c.found == nil || c.found.Config == nil || c.found.Config.Healthcheck == nil || len(c.found.Config.Healthcheck.Test) < 2 {
		return ""
	}
	return strings.Join(c.found.Config.Healthcheck.Test[1:], " ")
}

// names are those by which a page may name the container.
func (c *instance) names() []string {
	names := []string{c.name}
	if name := c.labels["com.docker.compose.service"]; name != "" {
		names = append(names, name)
	}
	if c.service != nil {
		names = append(names, c.service.name)
	}
	return names
}

func (c *instance) meantToEnd() bool { return c.start.MeantToEnd(c.names()) }

// restarts reports whether the engine starts the container again.
func (c *instance) restarts() bool {
	if c.service != nil {
		return !c.service.gone
	}
	if c.found == nil || c.gone {
		return false
	}
	policy := c.found.HostConfig.RestartPolicy
	return (policy.IsAlways() || policy.IsUnlessStopped() || policy.IsOnFailure()) && (c.found.State.Restarting || c.found.State.Running)
}

// hasHealthCheck reports whether the engine will ever call the container
// healthy.
func (c *instance) hasHealthCheck() bool {
	return c.found != nil && c.found.State.Health != nil && c.found.State.Health.Status != container.NoHealthcheck
}

func (c *instance) pid() int {
	if c.found == nil {
		return 0
	}
	return c.found.State.Pid
}

// publishedPorts returns the ports that a container publishes. In a network of
// another container, or of the machine, it publishes none.
func publishedPorts(c *container.InspectResponse) []string {
	if c == nil {
		return nil
	}
	mode := c.HostConfig.NetworkMode
	if mode.IsHost() || mode.IsNone() || mode.IsContainer() {
		return nil
	}
	ports := map[string]bool{}
	for port := range c.HostConfig.PortBindings {
		ports[string(port)] = true
	}
	if c.HostConfig.PublishAllPorts && c.Config != nil {
		for port := range c.Config.ExposedPorts {
			ports[string(port)] = true
		}
	}
	return slices.Sorted(maps.Keys(ports))
}

// tcp returns the published TCP ports.
func (c *instance) tcp() []string {
	return slices.DeleteFunc(slices.Clone(c.ports), func(port string) bool { return !strings.HasSuffix(port, "/tcp") })
}

// settled reports whether a container that was looked at is as it should be, or
// has ended, which the events tell.
func (c *instance) settled(p process, when verify.When) bool {
	state := c.found.State
	watched := len(c.ports) > 0 || c.hasHealthCheck()
	switch {
	case c.meantToEnd() && !c.ended:
		return len(c.tcp()) > 0 && len(p.dead(c.tcp())) == 0 // it ends later
	case state.Restarting:
		return c.meantToEnd()
	case !state.Running:
		return !c.running || c.missed()
	case c.meantToEnd():
		return true
	case c.loop.ends > 0 && !watched:
		return when != verify.AtEnd || c.service != nil || c.steady()
	case c.start.Unready:
		return true
	case c.hasHealthCheck():
		c.wasReady = state.Health.Status == container.Healthy
		if when == verify.AtEnd && !c.fresh && state.Health.Status == container.Starting {
			return true
		}
	case len(c.ports) > 0:
		c.wasReady = len(p.dead(c.ports)) == 0
		if tcp := c.tcp(); !c.fresh && len(p.dead(tcp)) < max(len(tcp), 1) {
			return true
		}
	default:
		return when != verify.AtEnd || c.grown(p)
	}
	if c.wasReady {
		c.loop.ends = 0
	}
	return c.wasReady
}

// missed reports whether there will be no event that tells how the container
// has ended: the engine was restarted. An event comes a moment after the end.
func (c *instance) missed() bool {
	if c.lost.IsZero() {
		c.lost = time.Now()
	}
	return time.Since(c.lost) > 10*time.Second
}

// steady reports whether a container has run as long as the engine wants it to
// before it forgets that it had to restart it.
func (c *instance) steady() bool {
	if time.Since(c.since) < steadyTime {
		return false
	}
	c.loop.ends = 0
	return true
}

// grown reports whether a container has run long enough to have done what it
// does first: for a second, and it waits for something, for it may have had no
// processor.
func (c *instance) grown(p process) bool {
	age := time.Since(c.since)
	return age >= time.Second && (p.state == "S" || age >= 10*time.Second)
}
