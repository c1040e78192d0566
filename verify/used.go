package verify

import (
	"context"
	"time"
)

// A Usage is what a lab has used of its engine's computer.
type Usage struct {
	CPU    time.Duration // of all processors together
	Took   time.Duration // meanwhile
	Memory int64         // bytes, at its peak as far as that was seen; 0: not known
}

// Busy is how many processors the lab kept busy, 0 if that is not known.
func (u Usage) Busy() float64 {
	if u.CPU <= 0 || u.Took <= 0 {
		return 0
	}
	return u.CPU.Seconds() / u.Took.Seconds()
}

// After returns what is known of a lab that has used u, after what was known
// before. On a computer that is busy with other things, such as more labs at a
// time, a lab takes longer. So the shortest time counts, and the highest peak, as
// long as the lab takes about as much CPU time: else it is another one by now.
func (u Usage) After(before Usage) Usage {
	if before.Busy() == 0 || (u.CPU-before.CPU).Abs() > before.CPU/4 {
		return u
	}
	u.Took, u.Memory = min(u.Took, before.Took), max(u.Memory, before.Memory)
	return u
}

// meterTime is how long a machine may take to say what was used.
const meterTime = 5 * time.Second

// measure tells what a lab that has passed has used.
func (r *run) measure(ctx context.Context, began time.Time) {
	if r.Used == nil || r.waited > time.Second { // a machine that waits is not idle
		return
	}
	took := time.Since(began)
	ctx, cancel := context.WithTimeout(ctx, meterTime)
	defer cancel()
	if u, err := r.machine.Used(ctx); err == nil { // else it is not known, which the next run can bear
		u.Took = took
		r.Used(u)
	}
}
