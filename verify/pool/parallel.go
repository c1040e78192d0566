package pool

import (
	"math"

	"handbook/content/wording"
)

// What a lab may need whose use is not known. A machine that gets less than that
// because others run beside it might fail where it would not alone.
const (
	unknownBusy   = 1 // processors
	unknownMemory = 4 * wording.GiB
	unknownDisk   = 5 * wording.GiB // of all labs: nobody keeps what they write
)

const (
	// leastBusy is what a lab is taken to keep busy that only waits: what it
	// waits for, such as the network, is shared, too.
	leastBusy = 0.25
	// spareMemory is how many times the memory that it has used a lab may need.
	spareMemory = 1.5
)

// A Choice is how many labs an engine runs at a time, where nobody has said how
// many, and why.
type Choice struct {
	Labs int
	CPUs int      // of the engine's computer; 0: not known, so labs run one at a time
	Busy float64  // processors that a lab keeps busy, on average
	For  Resource // that leaves no room for more; "" if that is the processors, or no lab waits
	Has  int64    // bytes of it
	Each int64    // bytes of it that a lab may need
}

// choose chooses how many of the labs run at a time: as many as keep the
// processors busy, if there is memory and disk for the one that needs most.
func choose(c capacity, labs []*task) Choice {
	choice := Choice{Labs: 1, CPUs: c.cpus, Busy: busy(labs)}
	if c.cpus == 0 || len(labs) == 0 {
		return choice
	}
	choice.Labs = max(1, int(math.Round(float64(c.cpus)/choice.Busy)))
	choice.Labs = min(choice.Labs, len(labs))
	if c.memory > 0 {
		choice.reduce(c.memory-reserved(c.memory), memoryOf(labs), Memory, c.memory)
	}
	if c.disk > 0 {
		choice.reduce(c.disk-leastDisk, diskOf(labs), Disk, c.disk)
	}
	return choice
}

// reduce lowers the number of labs to what there is room for, one at least.
func (c *Choice) reduce(usable, each int64, short Resource, has int64) {
	if room := max(usable/each, 1); room < int64(c.Labs) {
		c.Labs, c.For, c.Has, c.Each = int(room), short, has, each
	}
}

// busy is how many processors a lab keeps busy, on average.
func busy(labs []*task) float64 {
	sum := 0.0
	for _, t := range labs {
		if b := t.Used.Busy(); b > 0 {
			sum += max(b, leastBusy)
		} else {
			sum += unknownBusy
		}
	}
	return sum / float64(max(len(labs), 1))
}

// memoryOf is what the lab may need that needs most, on all its machines: what its
// site says, or else more than it has used.
func memoryOf(labs []*task) (most int64) {
	for _, t := range labs {
		need := int64(unknownMemory) * machines(t)
		switch {
		case t.Plan.Limits.Memory > 0:
			need = t.Plan.Limits.Memory * machines(t)
		case t.Used.Memory > 0:
			need = max(int64(spareMemory*float64(t.Used.Memory)), leastMemory)
		}
		most = max(most, need)
	}
	return most
}

func diskOf(labs []*task) (most int64) {
	for _, t := range labs {
		need := int64(unknownDisk) * machines(t)
		if t.Plan.Limits.Disk > 0 {
			need = t.Plan.Limits.Disk * machines(t)
		}
		most = max(most, need)
	}
	return most
}

// machines is how many machines a lab has.
func machines(t *task) int64 { return int64(max(len(t.spec.Names), 1)) }
