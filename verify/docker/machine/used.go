package machine

import (
	"context"
	"time"

	"github.com/docker/docker/api/types/container"

	"handbook/verify"
)

// Used returns what was used of the engine's computer; see verify.Machine.
func (m *Machine) Used(ctx context.Context) (verify.Usage, error) {
	stats, err := m.usage.look(ctx)
	return verify.Usage{CPU: time.Duration(stats.CPUStats.CPUUsage.TotalUsage), Memory: m.usage.peak.Load()}, m.failure(ctx, err)
}

// lookPause lies between two looks at the memory in use. The kernel's own peak
// would count files that are kept in memory as long as there is room.
const lookPause = 3 * time.Second

// watchUse looks, until ctx ends, at the memory in use.
func (u *usage) watchUse(ctx context.Context) {
	for sleep(ctx, lookPause) == nil {
		if _, err := u.look(ctx); err != nil {
			return // the machine has ended
		}
	}
}

func (u *usage) look(ctx context.Context) (container.StatsResponse, error) {
	stats, err := u.stats(ctx)
	if err == nil {
		now := inUse(stats.MemoryStats)
		for peak := u.peak.Load(); now > peak && !u.peak.CompareAndSwap(peak, now); peak = u.peak.Load() {
		}
	}
	return stats, err
}

// inUse is the memory without files that nobody has used lately, as "docker stats"
// shows it, with control groups of either version.
func inUse(m container.MemoryStats) int64 {
	files := m.Stats["inactive_file"]
	if v1, ok := m.Stats["total_inactive_file"]; ok {
		files = v1
	}
	if files > m.Usage {
		return 0
	}
	return int64(m.Usage - files)
}
