package verify

import (
	"context"
	"crypto/rand"
	_ "embed"
	"fmt"
	"io"
	"strconv"
	"strings"
	"sync"
)

var (
	// fileScript reads and writes files of the lab's directory. It refuses
	// symbolic links on the way, which would lead out of that directory.
	//
	//go:embed files.sh
	fileScript string
	// collectScript lists all files of the lab's directory, with what they hold.
	//
	//go:embed collect.sh
	collectScript string
	// serverScript has the functions that these are made into called.
	//
	//go:embed files_server.sh
	serverScript string
)

// Exit statuses of fileScript for what the page is to blame for.
var fileProblems = map[int]string{
	81: "a symbolic link is on the way to %q",
	82: "%q is a directory",
	83: "there is no file %q",
	84: "a file is on the way to %q",
}

// filer is a process on a machine that reads and writes the lab's files, as
// the lab's user. To start one costs tens of milliseconds, so it is started
// beside the lab's shell, before it is needed, and answers one question after
// the other. If a lab ends it, another one takes its place.
type filer struct {
	machine Machine

	mu     sync.Mutex
	script *Script // nil if there is none
}

// open starts the process, if it does not run.
func (f *filer) open(ctx context.Context) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.start(ctx)
}

func (f *filer) start(ctx context.Context) error {
	if f.script != nil {
		return nil
	}
	script := "file() (\n" + fileScript + ")\ncollect() (\n" + collectScript + ")\n" + serverScript
	s, err := StartScript(ctx, f.machine, script, "sh")
	if err != nil {
		return fmt.Errorf("files can't be written on the machine: %w", err)
	}
	f.script = s
	return nil
}

// close gives the process up, which ends it.
func (f *filer) close() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.script != nil {
		f.script.Close()
		f.script = nil
	}
}

// list returns what collectScript prints of a directory.
func (f *filer) list(ctx context.Context, dir string) ([]byte, error) {
	out, exit, err := f.ask(ctx, "collect", "", dir, strconv.Itoa(maxFile))
	if err == nil && exit != 0 {
		err = fmt.Errorf("the lab's files can't be read: %s", strings.TrimSpace(string(out)))
	}
	return out, err
}

// do carries out one action of fileScript and returns what it printed. A
// problem that the page is to blame for comes as a sentence.
func (f *filer) do(ctx context.Context, action, dir, name, mode, text string) (out []byte, problem string, err error) {
	out, exit, err := f.ask(ctx, "file", text, action, dir, name, mode)
	if err != nil {
		return nil, "", err
	}
	if problem, ok := fileProblems[exit]; ok {
		return nil, fmt.Sprintf(problem, name), nil
	}
	if exit != 0 {
		return nil, fmt.Sprintf("%q can't be written: %s", name, strings.TrimSpace(string(out))), nil
	}
	return out, "", nil
}

// ask asks one question, and returns what was printed and the exit status.
func (f *filer) ask(ctx context.Context, function, input string, args ...string) (out []byte, exit int, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for again := f.script != nil; ; again = false {
		if err := f.start(ctx); err != nil {
			return nil, 0, err
		}
		out, exit, err = f.exchange(ctx, function, input, args)
		if err == nil && exit == 0 {
			return out, exit, nil
		}
		ended := f.script
		f.script = nil
		defer ended.Close()
		switch {
		case ctx.Err() != nil:
			return nil, 0, ctx.Err()
		case err == nil:
			return out, exit, nil
		case len(out) > 0 || !again: // it has ended while it was at it
			exit, gone := ended.Wait(ctx)
			if gone != nil {
				return nil, 0, gone
			}
			return out, max(exit, 1), nil
		}
	}
}

// exchange sends a question and reads its answer. The error is io.EOF if the
// process has ended.
func (f *filer) exchange(ctx context.Context, function, input string, args []string) (out []byte, exit int, err error) {
	s := f.script
	defer context.AfterFunc(ctx, func() { s.Close() })()
	mark := rand.Text() // no file has it
	question := fmt.Sprintf("%s %s %d %d\n", function, mark, len(args), len(input))
	for _, arg := range args {
		question += arg + "\n"
	}
	// An answer may come before all is written. A write fails only where the
	// process has ended, and that ends the answer.
	go io.Copy(s, io.MultiReader(strings.NewReader(question), strings.NewReader(input)))
	for {
		line, err := s.Out.ReadString('\n')
		if status, ok := strings.CutPrefix(line, mark+" "); ok && err == nil {
			exit, err = strconv.Atoi(strings.TrimSuffix(status, "\n"))
			return out[:len(out)-1], exit, err // without the line break before the mark
		}
		out = append(out, line...)
		if err != nil {
			return out, 0, err
		}
	}
}
