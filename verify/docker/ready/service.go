package ready

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/docker/docker/api/types/events"
	"github.com/docker/docker/api/types/filters"
	"github.com/docker/docker/api/types/swarm"

	"handbook/verify"
)

// A service is one of Swarm's. Its tasks come and go without a command.
type service struct {
	id, name string
	start    verify.Start // of the command that has created or changed it last
	ports    []string     // published, "80/tcp"
	loop     *loop
	fresh    bool // its last change has not been waited for
	gone     bool
	reported bool
}

func (w *Waiter) service(id, name string) *service {
	s := w.services[id]
	if s == nil {
		s = &service{id: id, name: name, loop: &loop{}}
		w.services[id] = s
	}
	return s
}

// applyToService takes over an event about a service.
func (w *Waiter) applyToService(ctx context.Context, m events.Message, last verify.Start) {
	s := w.service(m.Actor.ID, m.Actor.Attributes["name"])
	switch m.Action {
	case events.ActionRemove:
		s.gone = true
		if s.loop.fails() && m.TimeNano-s.loop.begun < int64(steadyTime) {
			w.reportService(ctx, s, s.describeLoop())
		}
	case events.ActionCreate, events.ActionUpdate:
		s.start, s.fresh = last, !last.Unready && !s.reported
		if found, _, err := w.engine.Client.ServiceInspectWithRaw(ctx, s.id, swarm.ServiceInspectOptions{}); err == nil {
			s.ports = nil
			for _, port := range found.Endpoint.Spec.Ports {
				s.ports = append(s.ports, fmt.Sprintf("%d/%s", port.TargetPort, port.Protocol))
			}
		}
	}
}

// A progress says how far services are.
type progress int

const (
	idle     progress = iota // there is none to look at
	starting                 // one has not as many tasks as it should
	started
)

// lookAtServices looks at services that were changed, and at the end at all.
func (w *Waiter) lookAtServices(ctx context.Context, when verify.When, begin time.Time) (progress, error) {
	concerned := map[string]*service{}
	for id, s := range w.services {
		if !s.gone && !s.reported && !s.start.Unready && (s.fresh || when == verify.AtEnd) {
			concerned[id] = s
		}
	}
	if len(concerned) == 0 {
		return idle, nil
	}
	all, err := w.engine.Client.ServiceList(ctx, swarm.ServiceListOptions{Status: true})
	if err != nil {
		return idle, nil // the node has left the swarm, with all services
	}
	now := started
	for _, found := range all {
		s := concerned[found.ID]
		if s == nil || found.Spec.Mode.ReplicatedJob != nil || found.Spec.Mode.GlobalJob != nil || found.ServiceStatus == nil {
			continue
		}
		status := *found.ServiceStatus
		switch {
		case s.start.MeantToEnd([]string{s.name}):
			s.fresh = false
		case status.RunningTasks >= status.DesiredTasks && (s.loop.ends == 0 || when != verify.AtEnd || w.steady(s)):
			s.fresh = false
		case time.Since(begin) < w.timeout(s.start):
			now = starting
		default:
			s.fresh = false
			msg := fmt.Sprintf("the service %q has %d of %d tasks", s.name, status.RunningTasks, status.DesiredTasks)
			if s.loop.ends > 0 {
				msg = s.describeLoop()
			}
			w.reportService(ctx, s, msg)
		}
	}
	return now, nil
}

// steady reports whether tasks of a service run, and none has ended for some
// time.
func (w *Waiter) steady(s *service) bool {
	running := false
	for _, c := range w.order {
		if c.service == s && c.running {
			if !c.steady() {
				return false
			}
			running = true
		}
	}
	return running
}

func (s *service) describeLoop() string {
	return fmt.Sprintf("the tasks of the service %q end again and again, with exit status %d", s.name, s.loop.exit)
}

// reportService reports what is wrong with a service, with what Swarm says of its
// tasks, and the log of the last one.
func (w *Waiter) reportService(ctx context.Context, s *service, msg string) {
	s.reported, s.loop.reported = true, true
	t := verify.Trouble{Kind: verify.Failing, Start: s.start.Number, Names: []string{s.name}, Exit: s.loop.exit, Msg: msg, Reason: verify.ReasonContainerEnded}
	tasks, _ := w.engine.Client.TaskList(ctx, swarm.TaskListOptions{Filters: filters.NewArgs(filters.Arg("service", s.id))})
	var latest swarm.Task
	for _, task := range tasks {
		if task.Status.Err != "" && task.Status.Timestamp.After(latest.Status.Timestamp) {
			latest = task
		}
	}
	if latest.Status.Err != "" {
		t.Log = append(t.Log, strings.Split(latest.Status.Err, "\n")...)
	}
	for i := len(w.order) - 1; i >= 0; i-- {
		if c := w.order[i]; c.service == s {
			c.reported = true
			if log := w.lastLog(ctx, c); len(log) > 0 {
				t.Log = append(t.Log, log...)
				break
			}
		}
	}
	w.troubles = append(w.troubles, t)
}
