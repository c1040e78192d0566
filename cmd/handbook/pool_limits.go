package main

import (
	"fmt"
	"strconv"

	"handbook/content"
)

// A capacity is what an engine's computer has for machines.
type capacity struct {
	memory int64 // bytes; 0: not known
	disk   int64 // bytes that are free; 0: not known
}

// A measured engine knows what its computer has.
type measured interface {
	Memory() int64
	FreeDisk() (int64, bool)
}

func capacityOf(e engine) capacity {
	m, ok := e.(measured)
	if !ok {
		return capacity{}
	}
	disk, _ := m.FreeDisk()
	return capacity{m.Memory(), disk}
}

const (
	mega = 1 << 20
	giga = 1 << 30

	waitingMemory = 256 * mega // what a machine takes that waits for its lab
	leastMemory   = 512 * mega // below it even a small lab's machine does not do
	leastDisk     = giga       // likewise
	fullDisk      = 256 * mega // with less, no machine is started
)

// A share is what the machines of one engine get of its computer, so that
// they can't take it down together.
type share struct {
	labs   int   // that run at a time
	memory int64 // of each machine whose site does not say; 0: no limit
	disk   int64 // likewise
	ahead  bool  // the next lab's machine may wait beside them
	lack   string
}

// shares divides a computer among so many labs at a time, or fewer where it
// has too little for them. limits are what the site says. Limits are caps:
// no machine is refused what it needs because others might want it, too.
func shares(c capacity, jobs int, limits content.MachineConfig) share {
	s := share{labs: max(jobs, 1), ahead: true}
	if c.memory > 0 {
		s.divideMemory(c.memory, limits.Memory)
	}
	if c.disk > 0 {
		s.divideDisk(c.disk, limits.Disk)
	}
	return s
}

func (s *share) divideMemory(all, each int64) {
	usable := all - max(leastMemory, all/8) // the rest is for everything else
	need := each
	if need == 0 {
		need = leastMemory
	}
	s.fewer(usable/need, bytesOf(all)+" of memory")
	rest := usable - int64(s.labs)*need
	s.ahead = rest >= waitingMemory
	if each > 0 {
		return
	}
	if s.ahead {
		usable -= waitingMemory
	}
	s.memory = max(usable/int64(s.labs), leastMemory)
}

func (s *share) divideDisk(free, each int64) {
	usable := free - leastDisk // the rest is for everything else
	s.fewer(usable/max(each, leastDisk), bytesOf(free)+" of free disk")
	if each == 0 && usable >= leastDisk {
		s.disk = usable / int64(s.labs)
	}
}

// fewer lowers the number of labs to what there is room for, one at least.
func (s *share) fewer(room int64, lack string) {
	if room >= int64(s.labs) {
		return
	}
	labs := int(max(room, 1))
	if labs < s.labs {
		s.labs, s.lack = labs, lack
	}
}

// limits are those of a machine: what the site does not say is its share.
func (s share) limits(l content.MachineConfig) content.MachineConfig {
	if l.Memory == 0 {
		l.Memory = s.memory
	}
	if l.Disk == 0 {
		l.Disk = s.disk
	}
	return l
}

// largest returns limits that leave room for the machines of all labs.
func largest(labs []*task) content.MachineConfig {
	var l content.MachineConfig
	for _, t := range labs {
		l.Memory, l.Disk = max(l.Memory, t.plan.Limits.Memory), max(l.Disk, t.plan.Limits.Disk)
	}
	return l
}

// bytesOf is a size as people say it: "512 MB", "3.8 GB".
func bytesOf(n int64) string {
	if n < giga {
		return strconv.FormatInt(n/mega, 10) + " MB"
	}
	return fmt.Sprintf("%.1f GB", float64(n)/giga)
}
