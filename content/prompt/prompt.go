package prompt

// An Input is what is typed at one prompt.
type Input struct {
	Text   string // without the newline at its end
	Offset int    // of Text in the code; -1 if it does not stand there
	End    int    // offset in the code after Text and its expected output

	// Parts are the commands of the pipeline if the last statement of Text is
	// one, each of which must succeed. Otherwise there are none.
	Parts []Part
	// Stay says that the command is expected to stay in its terminal: the
	// commands that follow there are typed to it.
	Stay bool
	// Prompt is the prompt of the program to which Text is typed ("/ # "),
	// with wildcards as in expected output. It is empty at the shell's prompt,
	// and where the code shows none.
	Prompt string
	// Key says that Text is a key to press ("^C") and not a line to type.
	Key bool
}

// A Part is a command of a pipeline.
type Part struct {
	Name   string // its first word; "" if that is not plain text
	ToFile bool   // its output, or some of it, may go to a file
}

// A Command is an Input with its expected output.
type Command struct {
	Input
	Expect *Expect // nil if the code has none
}

// An Expect is expected output.
type Expect struct {
	Lines  []string // trailing white space dropped
	Offset int      // in the code: of the first line, or of the command if there is none
}

// An Error is a mistake in the code.
type Error struct {
	Offset int
	Msg    string
}
