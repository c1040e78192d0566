// Package files reads and writes the files of a lab, as its user, on the
// machine that the lab runs on.
package files

import (
	"context"
	"crypto/rand"
	_ "embed"
	"fmt"
	"io"
	"strconv"
	"strings"

	"handbook/content"
	"handbook/content/info"
	"handbook/verify/shell"
)

var (
	// fileScript reads and writes files of the lab's directory. It refuses
	// symbolic links on the way, which would lead out of that directory.
	//
	//go:embed file.sh
	fileScript string
	// collectScript lists all files of the lab's directory, with what they hold.
	//
	//go:embed collect.sh
	collectScript string
	// inventoryScript lists all files that a lab may have made or changed.
	//
	//go:embed inventory.sh
	inventoryScript string
	// bringScript writes several files of the lab's directory.
	//
	//go:embed bring.sh
	bringScript string
	// clonesScript makes Git repositories that stand in for others.
	//
	//go:embed clones.sh
	clonesScript string
	// serverScript has the functions that these are made into called.
	//
	//go:embed server.sh
	serverScript string
)

// fileProblems are the exit statuses of fileScript for problems of the page.
var fileProblems = map[int]string{
	81: "a symbolic link is on the way to %q",
	82: "%q is a directory",
	83: "there is no file %q",
	84: "a file is on the way to %q",
}

// MaxFile is the size in bytes up to which a file is shown, and its contents are
// kept in a record.
const MaxFile = 64 << 10

// A Server is a process on a machine that reads and writes the lab's files, as
// the lab's user. It is started beside the lab's shell, before it is needed.
type Server struct{ *shell.KeptScript }

// NewServer returns the server of a machine. The first call, or Start, starts it.
func NewServer(m shell.Host) Server {
	return Server{shell.KeepScript(m, "file() (\n"+fileScript+")\ncollect() (\n"+collectScript+")\ninventory () (\n"+inventoryScript+")\nbring() (\n"+bringScript+")\nclones() (\n"+clonesScript+")\n"+serverScript, "sh")}
}

// list returns what collectScript prints of a directory.
func (f Server) list(ctx context.Context, dir string) ([]byte, error) {
	out, exit, err := f.ask(ctx, "collect", "", dir, strconv.Itoa(MaxFile))
	if err == nil && exit != 0 {
		err = fmt.Errorf("the lab's files can't be read: %s", strings.TrimSpace(string(out)))
	}
	return out, err
}

// Read returns the contents of a file of the lab's directory. A problem of the
// page is returned as a sentence.
func (f Server) Read(ctx context.Context, dir, name string) (text []byte, problem string, err error) {
	return f.do(ctx, "read", dir, name, "", "")
}

// do carries out one action of fileScript and returns what it printed. A
// problem of the page is returned as a sentence.
func (f Server) do(ctx context.Context, action, dir, name, mode, text string) (out []byte, problem string, err error) {
	out, exit, err := f.ask(ctx, "file", text, action, dir, name, mode)
	if err != nil {
		return nil, "", err
	}
	if exit != 0 {
		return nil, unwritten(exit, name, string(out)), nil
	}
	return out, "", nil
}

// unwritten says why a file could not be written or read.
func unwritten(exit int, name, printed string) string {
	if problem, ok := fileProblems[exit]; ok {
		return fmt.Sprintf(problem, name)
	}
	return fmt.Sprintf("%q can't be written: %s", name, strings.TrimSpace(printed))
}

// Put writes, appends to or patches the file of a snippet in the lab's directory,
// and returns its new contents. written is the snippet's code with placeholders
// filled in. A failure is the page's.
func (f Server) Put(ctx context.Context, dir string, s *content.Snippet, written string) (whole []byte, failure *content.Error, err error) {
	o := s.Options
	mode := ""
	if o.Mode != 0 {
		mode = fmt.Sprintf("%04o", o.Mode)
	}
	action, text := "write", written
	if o.Append {
		action = "append"
	}
	if s.Role == info.Diff {
		old, problem, err := f.Read(ctx, dir, o.File)
		if err != nil || problem != "" {
			return nil, failureAt(s.OptionAt("file"), problem), err
		}
		var misfit *content.Error
		if text, misfit = Patch(string(old), s, written); misfit != nil {
			return nil, misfit, nil
		}
	}
	out, problem, err := f.do(ctx, action, dir, o.File, mode, text)
	if err != nil || problem != "" {
		return nil, failureAt(s.OptionAt("file"), problem), err
	}
	if o.Append {
		return out, nil, nil
	}
	return []byte(text), nil, nil
}

func failureAt(pos content.Pos, problem string) *content.Error {
	if problem == "" {
		return nil
	}
	return &content.Error{Pos: pos, Msg: problem}
}

// ask asks one question, and returns what was printed and the exit status.
func (f Server) ask(ctx context.Context, function, input string, args ...string) (out []byte, exit int, err error) {
	err = f.Use(ctx, func(s *shell.Script) (err error) {
		out, exit, err = exchange(s, function, input, args)
		if err != nil && len(out) > 0 { // it has ended while it was at it
			exit, err = s.Wait(ctx)
			exit = max(exit, 1)
		}
		return err
	})
	if err != nil && ctx.Err() == nil {
		err = fmt.Errorf("files can't be written on the machine: %w", err)
	}
	return out, exit, err
}

// exchange sends a question and reads its answer. The error is io.EOF if the
// process has ended.
func exchange(s *shell.Script, function, input string, args []string) (out []byte, exit int, err error) {
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
