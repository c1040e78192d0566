package machine_test

import (
	"testing"

	"handbook/verify"
	"handbook/verify/docker/testenv"
)

// A machine knows what was used on it: what was in use once counts for ever.
func TestUsed(t *testing.T) {
	t.Parallel()
	m := testenv.Start(t, testenv.Engine(t), verify.Spec{Image: "busybox"})
	used := func() verify.Usage {
		t.Helper()
		u, err := m.Used(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return u
	}
	do := func(script string) {
		t.Helper()
		if out, exit := testenv.Run(t, m, script); exit != 0 {
			t.Fatalf("%s: exit status %d, %q", script, exit, out)
		}
	}
	before := used()
	do("dd if=/dev/zero of=/dev/shm/x bs=1M count=48 2>/dev/null")
	full := used()
	if full.Memory < before.Memory+40<<20 {
		t.Errorf("48 MiB were used, but the peak has gone from %d to %d", before.Memory, full.Memory)
	}
	do("rm /dev/shm/x; i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done")
	after := used()
	if after.Memory < full.Memory {
		t.Errorf("the peak has fallen from %d to %d", full.Memory, after.Memory)
	}
	if after.CPU <= full.CPU {
		t.Errorf("CPU time was %v and is %v", full.CPU, after.CPU)
	}
}
