// Package oracle holds the differential test of the shell: what a [Driver]
// reports of typed lines is compared with what stands on a reader's terminal.
// It is made of tests, but for the guide's table of [Differences]; only tests import
// it.
//
// The snippets are in testdata/bash and testdata/sh. A file holds snippets
// one after another:
//
//	=== name option option
//	first typed line
//	second typed line
//
// Each line is typed as it stands, followed by Enter, when the shell or the
// program that runs waits for one; an empty line is typed, too, unless it ends
// the snippet. Lines that are ^C, ^D, ^Z or ^\ are that key, without Enter.
// Text before the first === is a comment. The options are
//
//	needs:git   the snippet is left out where there is no command git
//	collapse    equal lines one below the other are compared as one, and keys left out
//	linux       the snippet needs what only a full system has (skipped on machines of an image)
//
// The terminal is tmux, 100 columns by 30 lines. Its prompt holds the exit
// status, so nothing but the snippet's lines is run by the shell. For each
// typed line the oracle knows
//
//   - the lines that stand under it when the next one can be typed, without
//     the typed text itself, without prompts of shells, and without trailing
//     spaces. A question on which a program waits (read -p, >>> of Python)
//     is the last of the lines. What a background job prints at the prompt
//     belongs to the line typed before it.
//   - the exit status, if a prompt with the mark came back. There is none for a line
//     that continues (PS2), that leaves a program running, or that comes back
//     to a prompt that the snippet changed or a nested shell made.
//
// A shell that ends gives a last result with its own status; lines after it have none.
//
// The oracle reads no source of the driver and none of its marks. On Linux it
// finds out from /proc whether a program waits for input; elsewhere it waits until the
// screen is quiet.
package oracle
