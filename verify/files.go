package verify

import (
	"context"
	"crypto/rand"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"handbook/content"
	"handbook/verify/shell"
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
	// inventoryScript lists all files that a lab may have made or changed.
	//
	//go:embed inventory.sh
	inventoryScript string
	// serverScript has the functions that these are made into called.
	//
	//go:embed files_server.sh
	serverScript string
)

// fileProblems are the exit statuses of fileScript for problems of the page.
var fileProblems = map[int]string{
	81: "a symbolic link is on the way to %q",
	82: "%q is a directory",
	83: "there is no file %q",
	84: "a file is on the way to %q",
}

// files is a process on a machine that reads and writes the lab's files, as
// the lab's user. It is started beside the lab's shell, before it is needed.
type files struct{ *shell.KeptScript }

func newFiles(m Machine) files {
	return files{shell.KeepScript(m, "file() (\n"+fileScript+")\ncollect() (\n"+collectScript+")\ninventory () (\n"+inventoryScript+")\n"+serverScript, "sh")}
}

// list returns what collectScript prints of a directory.
func (f files) list(ctx context.Context, dir string) ([]byte, error) {
	out, exit, err := f.ask(ctx, "collect", "", dir, strconv.Itoa(maxFile))
	if err == nil && exit != 0 {
		err = fmt.Errorf("the lab's files can't be read: %s", strings.TrimSpace(string(out)))
	}
	return out, err
}

// do carries out one action of fileScript and returns what it printed. A
// problem of the page is returned as a sentence.
func (f files) do(ctx context.Context, action, dir, name, mode, text string) (out []byte, problem string, err error) {
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

// put writes, appends to or patches a file of the lab's directory, and returns
// its new contents. A failure is the page's.
func (f files) put(ctx context.Context, dir string, step *Step) (whole []byte, failure *Failure, err error) {
	s, o := step.Snippet, step.Snippet.Options
	mode := ""
	if o.Mode != 0 {
		mode = fmt.Sprintf("%04o", o.Mode)
	}
	action, text := "write", step.Text
	if o.Append {
		action = "append"
	}
	if s.Role == content.Diff {
		old, problem, err := f.do(ctx, "read", dir, o.File, "", "")
		if err != nil || problem != "" {
			return nil, failureOf(o.At("file"), problem), err
		}
		if text, err = patch(string(old), step.Text); err != nil {
			at, _ := errors.AsType[*patchError](err)
			return nil, failureOf(content.Pos{File: s.Pos.File, Line: s.Line + at.line, Col: column(s, at.line)}, o.File+": "+at.msg), nil
		}
	}
	out, problem, err := f.do(ctx, action, dir, o.File, mode, text)
	if err != nil || problem != "" {
		return nil, failureOf(o.At("file"), problem), err
	}
	if o.Append {
		return out, nil, nil
	}
	return []byte(text), nil, nil
}

func failureOf(pos content.Pos, msg string) *Failure {
	if msg == "" {
		return nil
	}
	return &Failure{Pos: pos, Msg: msg}
}

func column(s *content.Snippet, line int) int {
	if line < len(s.Cols) {
		return s.Cols[line]
	}
	return 1
}

// ask asks one question, and returns what was printed and the exit status.
func (f files) ask(ctx context.Context, function, input string, args ...string) (out []byte, exit int, err error) {
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
