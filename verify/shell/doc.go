// Package shell runs commands in interactive shells, as a reader types them at
// the terminals of a computer. What a command leaves in its shell (its
// directory, variables, functions, jobs) is there for the next one.
//
// The computer is a Host: anything that can start processes. Terminals are the
// windows that are open on it:
//
//	t := &shell.Terminals{Host: machine, Dir: "~/lab"}
//	defer t.Close()
//	r, err := t.Run(ctx, 1, shell.Command{Text: "docker run -it alpine sh", Stay: true})
//	r, err = t.Run(ctx, 1, shell.Command{Text: "ls"}) // typed to the container's shell
//	r, err = t.Run(ctx, 2, shell.Command{Text: "docker ps"})
//
// Commands run at a terminal of Columns × Rows. A Result has the screen that
// they leave, colours kept, and the exit status.
//
// How it is done: a shell is the machine's own, started as a reader starts it
// (start.sh). Marks in its prompts, control strings (OSC) that a terminal does
// not show, tell where a prompt begins and ends and with which status the
// command before it ended (shell.go, scan.go); no command of ours is run. A
// line is typed as a paste, so tabs stay what they are (commandline.go), and what
// is printed until the next prompt is its output (output.go).
//
// A watch follows a command until it has ended (watch.go). A program can print what
// a prompt looks like, so the host is asked whether the shell really waits there
// (prompt.go, questions.go). Prompts that a lab has changed are found that way, too
// (changedprompt.go); the shell is then asked how the command has ended (status.go).
// Answers are typed (input.go) when the command waits for them (reader.go). Shells
// that a command starts are in nested.go, programs that keep the terminal in
// program.go, and when these are ready in stay.go.
//
// Package oracle below it compares all this with a shell in tmux.
package shell
