package pool

import (
	"handbook/content/config"
	"handbook/content/wording"
	"handbook/verify"
)

const (
	waitingMemory = 256 * wording.MiB // what a prestarted machine takes
	leastMemory   = 512 * wording.MiB // of a machine: below it even a small lab fails
	leastDisk     = wording.GiB       // likewise

	// LeastDisk is how many bytes have to be free where a machine is started.
	LeastDisk = 256 * wording.MiB
)

// A capacity is what an engine's computer has for machines.
type capacity struct {
	cpus   int   // 0: not known
	memory int64 // bytes; 0: not known
	disk   int64 // bytes that are free; 0: not known
}

// capacityOf asks an engine, which may be nil.
func capacityOf(e verify.Engine) capacity {
	if e == nil {
		return capacity{}
	}
	disk, _ := e.FreeDisk()
	return capacity{e.CPUs(), e.Memory(), disk}
}

// A share is what each lab of an engine gets of its computer for its machines, so
// that they can't exhaust it together.
type share struct {
	labs     int   // that run at a time
	memory   int64 // of each machine whose site does not say; 0: no limit
	disk     int64 // likewise
	prestart bool  // there is room for the next lab's machine
	short    Resource
	has      int64 // bytes of the resource that is short
}

// divide divides a computer among so many labs at a time, or fewer where it
// has too little. limits are what the site says. They are upper limits: no
// machine is refused what it needs because others might want it, too.
func divide(c capacity, jobs int, limits config.Machine) share {
	s := share{labs: max(jobs, 1), prestart: true}
	if c.memory > 0 {
		s.divideMemory(c.memory, limits.Memory)
	}
	if c.disk > 0 {
		s.divideDisk(c.disk, limits.Disk)
	}
	return s
}

func (s *share) divideMemory(all, each int64) {
	usable := all - reserved(all)
	need := each
	if need == 0 {
		need = leastMemory
	}
	s.reduce(usable/need, Memory, all)
	rest := usable - int64(s.labs)*need
	s.prestart = rest >= waitingMemory
	if each > 0 {
		return
	}
	if s.prestart {
		usable -= waitingMemory
	}
	s.memory = max(usable/int64(s.labs), leastMemory)
}

// reserved is the memory of a computer that is for everything else.
func reserved(all int64) int64 { return max(leastMemory, all/8) }

func (s *share) divideDisk(free, each int64) {
	usable := free - leastDisk // the rest is for everything else
	s.reduce(usable/max(each, leastDisk), Disk, free)
	if each == 0 && usable >= leastDisk {
		s.disk = usable / int64(s.labs)
	}
}

// reduce lowers the number of labs to what there is room for, one at least.
func (s *share) reduce(room int64, short Resource, has int64) {
	if labs := max(room, 1); labs < int64(s.labs) {
		s.labs, s.short, s.has = int(labs), short, has
	}
}

// limits are those of each of so many machines of a lab: what the site does not say
// is their part of the lab's share.
func (s share) limits(l config.Machine, machines int) config.Machine {
	n := int64(max(machines, 1))
	if l.Memory == 0 && s.memory > 0 {
		l.Memory = max(s.memory/n, leastMemory)
	}
	if l.Disk == 0 && s.disk > 0 {
		l.Disk = max(s.disk/n, leastDisk)
	}
	return l
}

// largest returns limits that leave room for the machines of every lab.
func largest(labs []*task) (l config.Machine) {
	for _, t := range labs {
		l.Memory, l.Disk = max(l.Memory, t.Plan.Limits.Memory*machines(t)), max(l.Disk, t.Plan.Limits.Disk*machines(t))
	}
	return l
}
