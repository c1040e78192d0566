package docker_test

import (
	"context"
	"errors"
	"runtime"
	"testing"
	"time"

	"handbook/verify"
	"handbook/verify/docker/testenv"
)

// TestHostileMachine checks that a lab which stops its engine, or puts something
// in its place or in that of the shell whose answers do not end, takes neither
// memory nor more time than there is. Its process is its own, since the memory of
// tests beside it would count.
func TestHostileMachine(t *testing.T) {
	if !testenv.Apart(t) {
		return
	}
	e := testenv.Engine(t)
	for _, test := range []struct {
		name   string
		engine bool // it is the engine that does not answer
		script string
	}{
		{"a stopped engine", true, "kill -STOP $(pidof dockerd)"},
		{"an engine without an end", true, `kill -9 $(pidof dockerd); rm /var/run/docker.sock; cat > /tmp/engine <<'X'
use IO::Socket::UNIX;
$SIG{CHLD} = $SIG{PIPE} = "IGNORE";
my $s = IO::Socket::UNIX->new(Local => "/var/run/docker.sock", Listen => 50) or die;
while (my $c = $s->accept) {
	next if fork;
	while (<$c>) { last if /^\r?$/ }
	print $c "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n{\"ID\":\"";
	1 while print $c "A" x 65536;
	exit;
}
X
setsid perl /tmp/engine > /dev/null 2>&1 & sleep 1`},
		{"a shell without an end", false, `printf '#!/bin/bash\ncat /dev/zero\n' > /tmp/sh; chmod +x /tmp/sh; mv /tmp/sh /usr/bin/dash; for p in $(pidof -x sh dash); do [ $p = $$ ] || kill -9 $p; done; true`},
	} {
		t.Run(test.name, func(t *testing.T) {
			m := testenv.Start(t, e, verify.Spec{})
			testenv.Run(t, m, test.script)
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			defer cancel()
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			done := make(chan error)
			go func() {
				_, _, about := m.About(ctx)
				_, observe := m.Observe(ctx)
				_, settle := m.Settle(ctx, verify.Start{}, verify.Between)
				done <- errors.Join(about, observe, settle)
			}()
			select {
			case err := <-done:
				if err == nil && test.engine {
					t.Error("its engine answers")
				}
			case <-time.After(2 * time.Minute):
				t.Fatal("it is waited for beyond its time")
			}
			runtime.ReadMemStats(&after)
			got := int64(after.HeapSys-before.HeapSys) >> 20
			t.Logf("%d MB of memory", got)
			if got > 500 {
				t.Errorf("%d MB of memory", got)
			}
		})
	}
}
