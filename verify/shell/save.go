package shell

import (
	"context"
	_ "embed"
	"path"
	"strings"
	"time"
)

//go:embed save.sh
var saveScript string

// Save writes down, in a file on the host, the state of the shell that ran the
// last command: its directory, variables, functions, aliases and options. It
// returns the file's name, for EnterAs, or "" if the shell has ended or is
// busy.
func (t *Terminals) Save(ctx context.Context) string {
	if len(t.open) == 0 {
		_ = t.Open(ctx, 1) // which is free then, if it could be opened
	}
	if t.free == nil || ctx.Err() != nil {
		return ""
	}
	name, err := t.writeScript(ctx, saveScript)
	if err != nil {
		return ""
	}
	r, err := t.free.run(ctx, Command{Text: ". " + name, Timeout: 10 * time.Second}, nil, nil)
	if err != nil || r.Ending != Ended || r.Exit != 0 || len(r.Lines) == 0 {
		return ""
	}
	return strings.TrimSpace(r.Lines[len(r.Lines)-1])
}

// writeScript writes a script to a file on the host that removes itself when
// it is read.
func (t *Terminals) writeScript(ctx context.Context, script string) (name string, err error) {
	s, err := StartScript(ctx, t.Host, "echo ready\nf=${TMPDIR:-/tmp}/.state-$$\ncat >\"$f\" <<'END OF SCRIPT'\nrm -f \"$f\"\n"+script+"\nEND OF SCRIPT\necho \"$f\"\n", "sh")
	if err != nil {
		return "", err
	}
	defer s.Close()
	name, err = s.Out.ReadString('\n')
	return strings.TrimSpace(name), err
}

// EnterAs changes a command that ends with the name of a shell, so that the
// shell starts with the state that Save has written to a file. Without a file
// the command stays as it is.
func EnterAs(command, file string) string {
	before := command[:strings.LastIndexByte(command, ' ')+1]
	switch path.Ext(file) { // names the shell that can read it
	case ".bash":
		return before + "bash --rcfile " + file
	case ".sh":
		return before + "env ENV=" + file + " sh"
	}
	return command
}
