package shell

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"time"

	"handbook/verify/screen"
)

// pipeScript makes a named pipe, says so, and passes on what is written to it.
// The name goes as soon as the pipe is open.
const pipeScript = `mkfifo -m 600 "$1" || exit
echo ready
exec 3<"$1"
rm -f "$1"
exec cat <&3`

// A pipe takes the output of a command that is to have no terminal.
type pipe struct {
	name   string // on the host
	stream Stream
	chunks chan []byte // closed when all writers have ended
}

func openPipe(ctx context.Context, h Host, key string) (*pipe, error) {
	p := &pipe{name: "/tmp/.pipe-" + key[:8], chunks: make(chan []byte, 64)}
	var err error
	if p.stream, err = h.Exec(ctx, Process{Args: []string{"sh", "-c", pipeScript, "sh", p.name}}); err != nil {
		return nil, err
	}
	buf := make([]byte, 256)
	n, _ := p.stream.Read(buf)
	if said := string(buf[:n]); said != "ready\n" {
		p.stream.Close()
		return nil, fmt.Errorf("no pipe on the machine: %s", strings.TrimSpace(said))
	}
	go func() {
		defer close(p.chunks)
		for {
			buf := make([]byte, 32<<10)
			n, err := p.stream.Read(buf)
			if n > 0 {
				// A terminal would begin each line at its first column.
				p.chunks <- bytes.ReplaceAll(buf[:n], []byte("\n"), []byte("\r\n"))
			}
			if err != nil {
				return
			}
		}
	}()
	return p, nil
}

// output is where the output comes; nil if there is no pipe.
func (p *pipe) output() <-chan []byte {
	if p == nil {
		return nil
	}
	return p.chunks
}

// drain takes what is left of the output. A process in the background may hold
// the pipe, so that is not waited for long.
func (p *pipe) drain(ctx context.Context, s *screen.Screen) {
	for {
		select {
		case chunk, ok := <-p.chunks:
			if !ok {
				return
			}
			s.Write(chunk)
		case <-ctx.Done():
			return
		case <-time.After(300 * time.Millisecond):
			return
		}
	}
}

func (p *pipe) close() {
	p.stream.Close()
	go func() {
		for range p.chunks {
		}
	}()
}
