package ready

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"handbook/verify/shell"
)

// A process is the first one of a container, seen from the machine.
type process struct {
	state   string   // "R", "S" …; see proc(5)
	listens []string // ports that lead to it, "5000/tcp"
	local   []string // ports that it listens on for itself only
}

// dead returns which of some ports lead nowhere. Of SCTP nothing is known.
func (p process) dead(ports []string) []string {
	return slices.DeleteFunc(slices.Clone(ports), func(port string) bool {
		return strings.HasSuffix(port, "/sctp") || slices.Contains(p.listens, port)
	})
}

// processes returns the processes of containers, by their ids.
func (w *Waiter) processes(ctx context.Context, of []*instance) (map[int]process, error) {
	question := "net"
	for _, c := range of {
		if pid := c.pid(); pid > 0 && !c.gone {
			question += " " + strconv.Itoa(pid)
		}
	}
	if question == "net" {
		return nil, nil
	}
	var all map[int]process
	err := w.engine.Answers.Use(ctx, func(s *shell.Script) (err error) {
		if _, err := io.WriteString(s, question+"\n"); err != nil {
			return err
		}
		answer, err := s.Out.ReadString(0)
		if err == nil {
			_, err = s.Out.ReadString('\n')
		}
		all = readProcesses(answer)
		return err
	})
	if err != nil {
		return nil, w.engine.Fail("cannot see which ports are listened on in the machine", err)
	}
	return all, nil
}

// readProcesses reads what verify/docker/machine/answer says.
func readProcesses(answer string) map[int]process {
	all := map[int]process{}
	var pid int
	protocol := ""
	for line := range strings.Lines(answer) {
		words := strings.Fields(line)
		switch {
		case len(words) > 1 && words[0] == "process":
			pid, _ = strconv.Atoi(words[1])
			all[pid] = process{state: strings.Join(words[2:], " ")}
		case len(words) == 1:
			protocol = words[0]
		case len(words) > 3:
			// proc_net_tcp(5): sl local_address rem_address st; 0A is LISTEN.
			// UDP has no such state.
			address, port, _ := strings.Cut(words[1], ":")
			n, err := strconv.ParseUint(port, 16, 16)
			if err != nil || protocol == "tcp" && words[3] != "0A" {
				continue
			}
			p := all[pid]
			if name := fmt.Sprintf("%d/%s", n, protocol); isLoopback(address) {
				p.local = append(p.local, name)
			} else {
				p.listens = append(p.listens, name)
			}
			all[pid] = p
		}
	}
	return all
}

// isLoopback reports whether an address, as /proc/net has it, is 127.0.0.0/8 or
// ::1. Its words of 32 bits are in the byte order of the processor, which is
// little-endian wherever Docker is common.
func isLoopback(address string) bool {
	const one, mapped = "00000000000000000000000001000000", "0000000000000000FFFF0000"
	v4, ofV6 := strings.CutPrefix(address, mapped)
	return address == one || (len(address) == 8 || ofV6) && strings.HasSuffix(v4, "7F")
}
