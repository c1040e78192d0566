//go:build unix

package verify_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"

	"handbook/verify"
	"handbook/verify/shell"
)

// A sharing engine has labs use machines one after the other, as if each were
// fresh: for those that only run processes and write into their directory.
type sharing struct {
	verify.Engine

	mu   sync.Mutex
	free map[string][]*shared // by what was asked for
}

// share makes an engine whose machines go at the end of the test.
func share(t *testing.T, engine verify.Engine) *sharing {
	s := &sharing{Engine: engine, free: map[string][]*shared{}}
	t.Cleanup(func() {
		for _, machines := range s.free {
			for _, m := range machines {
				if err := m.Machine.Close(); err != nil {
					t.Error(err)
				}
			}
		}
	})
	return s
}

// A shared machine remembers the processes that it had when it was fresh.
type shared struct {
	verify.Machine
	engine    *sharing
	key       string
	processes string
}

// remember keeps the home as it is, and prints the processes that there are.
const remember = `cp -a /root /opt/fresh && cd /proc && echo [0-9]*`

// reset ends all processes but those that are told, and makes the folders that
// labs may write to what they were. It prints what it could not remove.
const reset = `cd /proc
for p in [0-9]*; do
	case " $1 $$ " in *" $p "*) ;; *) kill -9 "$p" 2> /dev/null ;; esac
done
find /root /tmp -mindepth 1 -delete
find /root /tmp -mindepth 1
cp -a /opt/fresh/. /root`

func (s *sharing) Start(ctx context.Context, spec verify.Spec) (verify.Machine, error) {
	anyPage := spec
	anyPage.Page = ""
	key := fmt.Sprint(anyPage)
	s.mu.Lock()
	if free := s.free[key]; len(free) > 0 {
		s.free[key] = free[1:]
		s.mu.Unlock()
		return free[0], nil
	}
	s.mu.Unlock()
	machine, err := s.Engine.Start(ctx, spec)
	if err != nil {
		return nil, err
	}
	m := &shared{Machine: machine, engine: s, key: key}
	if m.processes, err = m.run(ctx, remember); err != nil {
		machine.Close()
		return nil, err
	}
	return m, nil
}

// Close hands the machine to the next lab.
func (m *shared) Close() error {
	left, err := m.run(context.Background(), reset, m.processes)
	if err == nil && left != "" {
		err = fmt.Errorf("the machine can't be used again: %s", left)
	}
	if err != nil {
		return errors.Join(err, m.Machine.Close())
	}
	m.engine.mu.Lock()
	defer m.engine.mu.Unlock()
	m.engine.free[m.key] = append(m.engine.free[m.key], m)
	return nil
}

func (m *shared) run(ctx context.Context, script string, args ...string) (string, error) {
	stream, err := m.Exec(ctx, shell.Process{Args: append([]string{"sh", "-c", script, "sh"}, args...), Dir: "/"})
	if err != nil {
		return "", err
	}
	defer stream.Close()
	out, err := io.ReadAll(stream)
	return strings.TrimSpace(string(out)), err
}
