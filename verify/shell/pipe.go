package shell

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"strings"
	"time"

	"handbook/verify/screen"
)

// pipeScript makes a named pipe, says which process it is, and passes on what is
// written to the pipe. The name goes as soon as the pipe is open.
const pipeScript = `mkfifo -m 600 "$1" || exit
echo ready $$
exec 3<"$1"
rm -f "$1"
exec cat <&3`

// A pipe takes the output of a command that is to have no terminal.
type pipe struct {
	name   string // on the host
	pid    string // of the process that reads it
	key    string // of marks in it
	stream Stream
	chunks chan []byte // closed when all writers have ended
}

func openPipe(ctx context.Context, h Host, key string) (*pipe, error) {
	p := &pipe{name: "/tmp/.pipe-" + key[:8], key: key, chunks: make(chan []byte, 64)}
	var err error
	if p.stream, err = h.Exec(ctx, Process{Args: []string{"sh", "-c", pipeScript, "sh", p.name}}); err != nil {
		return nil, err
	}
	out := bufio.NewReader(p.stream)
	said, _ := out.ReadString('\n')
	var ready bool
	if p.pid, ready = strings.CutPrefix(strings.TrimSpace(said), "ready "); !ready {
		p.stream.Close()
		return nil, fmt.Errorf("no pipe on the machine: %s", strings.TrimSpace(said))
	}
	go func() {
		defer close(p.chunks)
		for {
			buf := make([]byte, 32<<10)
			n, err := out.Read(buf)
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

// drain reads the rest of the output after the command has ended. It reads up to a mark
// that the host writes into the pipe, behind all that the command has written. It can't
// wait for the end of the pipe, since a process in the background may hold it open. It
// reads while the host writes: a full pipe has no room for the mark.
func (p *pipe) drain(ctx context.Context, q *questions, s *screen.Screen) {
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	scan := scanner{key: p.key}
	defer func() { s.Write(scan.flush()) }()
	mark, whole := newHostMark(), false
	var late <-chan time.Time // set if no mark will come
	marked := make(chan bool, 1)
	go func() { marked <- p.mark(ctx, q, mark) }()
	for !whole {
		select {
		case chunk, ok := <-p.chunks:
			if !ok {
				return
			}
			scan.scan(chunk, func(tok token) {
				switch {
				case whole: // a process in the background has printed it
				case tok.kind == markToken:
					whole = string(tok.text) == mark
				default:
					s.Write(tok.raw())
				}
			})
		case will := <-marked:
			if !will {
				late = time.After(surePause)
			}
		case <-late:
			return
		case <-ctx.Done():
			return
		}
	}
}

// mark asks the host to write a mark into the pipe. It reports whether drain will see
// the mark or the end of the pipe.
func (p *pipe) mark(ctx context.Context, q *questions, mark string) bool {
	for {
		switch q.pipe(ctx, p.pid, p.name, p.key+";"+mark) {
		case pipeMarked, pipeClosed:
			return true
		case pipeUnknown:
			return false
		}
		select {
		case <-ctx.Done():
			return false
		case <-time.After(questionPause):
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
