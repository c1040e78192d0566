package machine

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
	"handbook/content/wording"
	"handbook/verify"
	"handbook/verify/shell"
)

// A usage knows which limits of a machine a lab has reached.
type usage struct {
	instance *instance
	answers  *shell.KeptScript // runs machine/answer; nil on a plain machine
	oom      atomic.Bool       // memory has run out since the last reset
	peak     atomic.Int64      // bytes of memory that were in use when somebody looked
}

// reset forgets what was reached before the next command.
func (u *usage) reset() { u.oom.Store(false) }

// reached returns an error for the limit that was reached since the last
// reset, nil if none was.
func (u *usage) reached(ctx context.Context) error {
	// The engine tells a moment later of a process that was killed.
	select {
	case <-u.instance.control.ended:
	case <-time.After(200 * time.Millisecond):
	}
	switch {
	case u.instance.control.exceeded() == "disk":
		return u.diskError()
	case u.outOfMemory(ctx):
		return u.memoryError()
	case u.outOfProcesses(ctx):
		return u.processError()
	}
	return nil
}

func (u *usage) diskError() error {
	return limitError(wording.BinarySize(u.instance.limits.Disk)+" of disk", ReasonDiskLimit)
}

func (u *usage) memoryError() error {
	return limitError(wording.BinarySize(u.instance.limits.Memory)+" of memory", ReasonMemoryLimit)
}

func (u *usage) processError() error {
	return limitError(strconv.FormatInt(u.instance.limits.Pids, 10)+" processes", ReasonProcessLimit)
}

func limitError(limit string, reason content.Reason) error {
	return &verify.LabError{Msg: "the machine's " + limit + " were used up", Reason: reason}
}

// watchMemory notes, until ctx ends, when the kernel kills a process of the
// machine because memory has run out.
func (u *usage) watchMemory(ctx context.Context) {
	filter := filters.NewArgs(filters.Arg("type", string(events.ContainerEventType)),
		filters.Arg("container", u.instance.id), filters.Arg("event", string(events.ActionOOM)))
	const ever = "0.0" // before all events, as the API has it
	messages, errs := u.instance.daemon.Client.Events(ctx, events.ListOptions{Since: ever, Filters: filter})
	for {
		select {
		case <-messages:
			u.oom.Store(true)
		case <-errs:
			return
		}
	}
}

// ownMemory tells, with cgroup v2, whether the machine's own limit was reached.
// The engine also sends events for the limits of the lab's containers.
const ownMemory = `f=/sys/fs/cgroup/memory.events.local; [ ! -e $f ] || grep -q '^oom [1-9]' $f`

func (u *usage) outOfMemory(ctx context.Context) bool {
	if !u.oom.Load() {
		return false
	}
	_, exit, err := u.instance.output(ctx, "sh", "-c", ownMemory)
	return err != nil || exit == 0
}

// pidsEvents prints how often the machine's own limit has prevented a new
// process: with cgroup v1, v2, and v2 before Linux 6.11. It starts none itself.
const pidsEvents = `line=
for f in pids/pids.events pids.events.local pids.events; do
	if [ -r /sys/fs/cgroup/$f ]; then
		read -r line </sys/fs/cgroup/$f
		break
	fi
done
echo "$line"`

// outOfProcesses reports whether the machine has, or had, as many processes as
// it may have.
func (u *usage) outOfProcesses(ctx context.Context) bool {
	if _, ended := u.instance.hasEnded(); ended {
		return false
	}
	limit := u.instance.limits.Pids
	if now, err := u.processes(ctx); err == nil && now >= limit-limit/20 {
		return true
	}
	return u.lackedProcesses(ctx)
}

// lackedProcesses reports whether the machine's own limit has ever prevented a
// new process. A shell tries again and may succeed, but a reader would not see
// what it prints meanwhile.
func (u *usage) lackedProcesses(ctx context.Context) bool {
	var line string
	var err error
	if u.answers == nil {
		line, _, err = u.instance.output(ctx, "sh", "-c", pidsEvents)
	} else {
		err = u.answers.Use(ctx, func(s *shell.Script) (err error) {
			if _, err = io.WriteString(s, "pids\n"); err == nil {
				line, err = s.Out.ReadString('\n')
			}
			return err
		})
	}
	var times int64
	n, _ := fmt.Sscanf(line, "max %d", &times)
	return err == nil && n == 1 && times > 0
}

// processes asks the engine outside for the number of processes: on the
// machine there may be no room for a process that counts them.
func (u *usage) processes(ctx context.Context) (int64, error) {
	stats, err := u.stats(ctx)
	return int64(stats.PidsStats.Current), err
}

func (u *usage) stats(ctx context.Context) (stats container.StatsResponse, err error) {
	answer, err := u.instance.daemon.Client.ContainerStatsOneShot(ctx, u.instance.id)
	if err != nil {
		return stats, err
	}
	defer answer.Body.Close()
	return stats, json.NewDecoder(answer.Body).Decode(&stats)
}

// watchDisk ends a plain machine that has written more than it may. The layer
// of its container has no size limit, so what fills it fills the computer. The
// longer the engine takes to add up what is in it, the more rarely it is asked.
// (A machine with an engine watches itself, see machine/init.)
func (u *usage) watchDisk(ctx context.Context) {
	pause := time.Second
	for sleep(ctx, pause) == nil {
		begin := time.Now()
		used, err := u.written(ctx)
		if err != nil {
			return // the machine has ended
		}
		if used > u.instance.limits.Disk {
			u.instance.control.setExceeded("disk")
			u.instance.daemon.Discard(u.instance.id)
			return
		}
		pause = max(time.Second, 20*time.Since(begin))
	}
}

// written returns the bytes in the machine's own layer and in the volumes that
// its image has.
func (u *usage) written(ctx context.Context) (int64, error) {
	found, _, err := u.instance.daemon.Client.ContainerInspectWithRaw(ctx, u.instance.id, true)
	if err != nil {
		return 0, err
	}
	var sum int64
	if found.SizeRw != nil {
		sum = *found.SizeRw
	}
	if len(found.Mounts) == 0 {
		return sum, nil
	}
	args := []string{"du", "-s", "-k"}
	for _, mount := range found.Mounts {
		args = append(args, mount.Destination)
	}
	out, _, err := u.instance.output(ctx, args...)
	for line := range strings.Lines(out) {
		var kilobytes int64
		if n, _ := fmt.Sscan(line, &kilobytes); n == 1 {
			sum += kilobytes << 10
		}
	}
	return sum, err
}
