package docker

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/events"
	"github.com/docker/docker/api/types/filters"

	"handbook/content"
	"handbook/verify"
)

// What a machine may use where the settings do not say: enough for most labs,
// and an end to bombs before the computer feels them.
const (
	pidsDefault   = 4096
	memoryDefault = 4 << 30
	diskDefault   = 20 << 30
)

// Limits fills in what the settings leave open. A small computer's memory is
// not all given to one machine.
func (e *Engine) Limits(c content.MachineConfig) content.MachineConfig {
	if c.Pids == 0 {
		c.Pids = pidsDefault
	}
	if c.Disk == 0 {
		c.Disk = diskDefault
	}
	if c.Memory == 0 {
		c.Memory = memoryDefault
		if all := e.info.MemTotal; all > 0 {
			c.Memory = min(c.Memory, all/4*3)
		}
	}
	return c
}

// limited is what is known of a machine's limits and what became of them.
type limited struct {
	content.MachineConfig // with nothing left open

	hungry atomic.Bool // memory has run out since the last Settle
}

// usedUp says what the lab has used up of its machine since the last Settle,
// nil if nothing.
func (m *Machine) usedUp(ctx context.Context) error {
	// What ends a machine, or a process of it, is told a moment later.
	select {
	case <-m.control.ended:
	case <-time.After(200 * time.Millisecond):
	}
	switch {
	case m.control.hasExceeded() == "disk":
		return m.exceeded("disk")
	case m.outOfMemory(ctx):
		return m.exceeded("memory")
	case m.crowded(ctx):
		return m.exceeded("pids")
	}
	return nil
}

// exceeded says that a limit, as settings call it, was run into.
func (m *Machine) exceeded(setting string) *verify.LabError {
	what := map[string]string{
		"disk":   binary(m.limited.Disk) + " of disk",
		"memory": binary(m.limited.Memory) + " of memory",
		"pids":   strconv.FormatInt(m.limited.Pids, 10) + " processes",
	}[setting]
	return &verify.LabError{
		Msg:  "the machine's " + what + " were used up",
		Hint: "machine." + setting + " in handbook.yaml says how much there is",
	}
}

// watchMemory remembers when the kernel has ended a process of the machine
// for want of memory, until ctx ends.
func (m *Machine) watchMemory(ctx context.Context) {
	messages, errs := m.engine.client.Events(ctx, events.ListOptions{Filters: filters.NewArgs(
		filters.Arg("type", string(events.ContainerEventType)), filters.Arg("container", m.id), filters.Arg("event", string(events.ActionOOM)))})
	for {
		select {
		case <-messages:
			m.limited.hungry.Store(true)
		case <-errs:
			return
		}
	}
}

// ownMemory tells, with cgroup v2, whether it was the machine's own limit
// that was reached: there the engine also tells of limits that the lab has
// given to its containers.
const ownMemory = `f=/sys/fs/cgroup/memory.events.local; [ ! -e $f ] || grep -q '^oom [1-9]' $f`

func (m *Machine) outOfMemory(ctx context.Context) bool {
	if !m.limited.hungry.Load() {
		return false
	}
	_, exit, err := m.output(ctx, "sh", "-c", ownMemory)
	return err != nil || exit == 0
}

// pidsEvents tells how often the machine's own limit was in the way of a new
// process: with cgroup v1, v2, and v2 before Linux 6.11. It makes none.
const pidsEvents = `line=
for f in pids/pids.events pids.events.local pids.events; do
	if [ -r /sys/fs/cgroup/$f ]; then
		read -r line </sys/fs/cgroup/$f
		break
	fi
done
echo "$line"`

// crowded tells whether the machine has, or had, as many processes as it may
// have.
func (m *Machine) crowded(ctx context.Context) bool {
	if _, ended := m.hasEnded(); ended {
		return false
	}
	if now, err := m.processes(ctx); err == nil && now >= m.limited.Pids-m.limited.Pids/20 {
		return true
	}
	return m.wasCrowded(ctx)
}

// wasCrowded tells whether the machine's own limit was ever in the way of a
// new process. A shell tries again and may get through in the end, but what
// it has printed meanwhile is not what a reader would see.
func (m *Machine) wasCrowded(ctx context.Context) bool {
	var said string
	var err error
	if m.inner == nil {
		said, _, err = m.output(ctx, "sh", "-c", pidsEvents)
	} else {
		err = m.answers.Use(ctx, func(s *verify.Script) (err error) {
			if _, err = io.WriteString(s, "pids\n"); err == nil {
				said, err = s.Out.ReadString('\n')
			}
			return err
		})
	}
	var times int64
	n, _ := fmt.Sscanf(said, "max %d", &times)
	return err == nil && n == 1 && times > 0
}

// processes asks the engine outside how many there are: inside, there may be
// no room for a process that counts.
func (m *Machine) processes(ctx context.Context) (int64, error) {
	answer, err := m.engine.client.ContainerStatsOneShot(ctx, m.id)
	if err != nil {
		return 0, err
	}
	defer answer.Body.Close()
	var stats container.StatsResponse
	err = json.NewDecoder(answer.Body).Decode(&stats)
	return int64(stats.PidsStats.Current), err
}

// watchDisk ends a plain machine that has written more than it may: its layer
// has no size of its own, so that what fills it fills the computer. To add up
// what is in it takes the engine a while, and so it is asked the more rarely
// the longer that takes. (A machine with an engine watches itself, see
// machine/init.)
func (m *Machine) watchDisk(ctx context.Context) {
	pause := time.Second
	for sleep(ctx, pause) == nil {
		begin := time.Now()
		used, err := m.written(ctx)
		if err != nil {
			return // it has ended
		}
		if used > m.limited.Disk {
			m.control.exceed("disk")
			m.engine.removeLater(m.id)
			return
		}
		pause = max(time.Second, 20*time.Since(begin))
	}
}

// written adds up the machine's own layer and the volumes that its image
// asks for.
func (m *Machine) written(ctx context.Context) (int64, error) {
	found, _, err := m.engine.client.ContainerInspectWithRaw(ctx, m.id, true)
	if err != nil {
		return 0, err
	}
	var all int64
	if found.SizeRw != nil {
		all = *found.SizeRw
	}
	args := []string{"du", "-s", "-k"}
	for _, mount := range found.Mounts {
		args = append(args, mount.Destination)
	}
	if len(args) == 3 {
		return all, nil
	}
	said, _, err := m.output(ctx, args...)
	for line := range strings.Lines(said) {
		var kilobytes int64
		if n, _ := fmt.Sscan(line, &kilobytes); n == 1 {
			all += kilobytes << 10
		}
	}
	return all, err
}

// binary writes a number of bytes in the unit that the settings have.
func binary(n int64) string {
	units := []string{"bytes", "KiB", "MiB", "GiB", "TiB"}
	v, unit := float64(n), 0
	for v >= 1024 && unit < len(units)-1 {
		v, unit = v/1024, unit+1
	}
	return strconv.FormatFloat(v, 'g', 4, 64) + " " + units[unit]
}
