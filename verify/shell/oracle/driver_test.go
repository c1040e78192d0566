//go:build unix

package oracle

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"handbook/content/sgr"
	"handbook/verify/local"
	"handbook/verify/shell"
)

// newDriver makes the driver under test, for a shell of a place: a fresh shell
// with a fresh home folder for each Run, TERM=xterm-256color, LANG=C.UTF-8, TZ=UTC,
// 100 columns by 30 lines. While it is nil, the oracle is compared with itself.
var newDriver = func(t testing.TB, place Place) Driver { return typing{place} }

// keyReaches reports whether a key that is typed now reaches what runs in the
// shell with this home folder, which was found at its prompt when this was asked.
func (d typing) keyReaches(home string) func(context.Context) (ready, known bool) {
	among := pids()
	if d.place.Host == nil {
		among = family(os.Getpid())
	}
	pid := findShell(home, among)
	before, asleep := spent(pid), 0
	return func(context.Context) (ready, known bool) {
		w := foreground(pid)
		if asleep++; !w.shell || w.kind != waitAsleep {
			asleep = 0
		}
		return w.launched || asleep >= 3 || w.shell && w.kind != waitSelect && spent(pid) >= before+keyTicks, true
	}
}

// typing types lines by way of package shell.
type typing struct{ place Place }

// programs are those that the snippets for sh need, on a computer without bash.
var programs = []string{
	"awk", "basename", "clear", "cp", "cut", "date", "echo", "expr", "find", "grep", "gzip", "od", "printenv", "pwd", "python3=/usr/bin/python3", "sed", "sort",
	"tail", "tar", "tee", "touch", "tr", "tty", "wc", "xargs", "zcat",
}

// endLimit is for a line after which nothing may come.
const endLimit = 8 * time.Second

// terminals opens a fresh home at the place.
func (d typing) terminals() (terms *shell.Terminals, home string, done func(), err error) {
	if d.place.Host != nil {
		home = fmt.Sprint(d.place.Homes, "/driver-", homeNumber.Add(1))
		terms = &shell.Terminals{Host: d.place.Host, Dir: home, Env: []string{"HOME=" + home}}
		return terms, home, func() { terms.Close(); d.place.exec("rm -rf "+home, "") }, nil
	}
	e, env := local.Engine{}, []string{"PATH=" + searchPath}
	if d.place.Sh != "" {
		posix := slices.DeleteFunc(slices.Clone(local.POSIX), func(name string) bool { return name == "sh" })
		e.Programs = slices.Concat(posix, programs, []string{"sh=" + d.place.Sh})
		env = nil
	}
	m, err := e.Machine()
	if err != nil {
		return nil, "", nil, err
	}
	terms = &shell.Terminals{Host: m, Dir: "~", Env: env}
	return terms, m.Home, func() { terms.Close(); m.Close() }, nil
}

func (d typing) Run(ctx context.Context, lines []string) ([]Result, error) {
	terms, home, done, err := d.terminals()
	if err != nil {
		return nil, err
	}
	defer done()
	if err := terms.Open(ctx, 1); err != nil {
		return nil, err
	}
	var all []Result
	for i, line := range lines {
		c := shell.Command{Text: line, Timeout: lineLimit, Stay: i+1 < len(lines)}
		if _, c.Key = key(line); c.Key || !c.Stay { // which a shell may not show, or which may go on for ever
			c.Timeout = endLimit
		}
		c.Ready = func(context.Context) (ready, known bool) { return false, true }
		if i+1 < len(lines) {
			if _, next := key(lines[i+1]); next && lines[i+1] != "^D" { // which comes while the command runs
				c.Ready = d.keyReaches(home)
			}
		}
		r, err := terms.Run(ctx, 1, c)
		if err != nil {
			return all, err
		}
		if *show && r.Seconds > 2 {
			fmt.Fprintf(os.Stderr, "%q took %.1f s, ended as %d, waits at %q\n", line, r.Seconds, r.Ending, r.Waiting)
		}
		if n := len(all); n > 0 {
			all[n-1].Lines = append(all[n-1].Lines, r.Before...)
		}
		res := Result{Exit: r.Exit, ExitKnown: r.Exit >= 0}
		for i, l := range r.Lines {
			if i == 0 && c.Key { // which is typed, not printed
				l = strings.TrimPrefix(l, line)
			}
			if i == 0 && c.Key && l == "" {
				continue
			}
			res.Lines = append(res.Lines, sgr.Unstyled(l))
		}
		if n := len(res.Lines); (r.Ending == shell.Waits || r.Ending == shell.TimedOut) && n > 0 && strings.TrimSpace(res.Lines[n-1]) == r.Waiting {
			res.Lines = res.Lines[:n-1]
		}
		more := r.Waiting == ">" // the shell's own prompt, for more of the command or of a line to read
		if (r.Ending == shell.Stays || r.Ending == shell.Waits && !c.Stay) && !more && r.Waiting != "" && !strings.ContainsAny(r.Waiting[len(r.Waiting)-1:], "#$%") {
			res.Lines = append(res.Lines, r.Waiting)
		}
		all = append(all, res)
		if r.Ending == shell.ShellEnded || r.Ending == shell.Stopped {
			break
		}
	}
	return all, nil
}
