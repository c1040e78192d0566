package content

import "time"

// RecordFormat is the format that this version reads and writes.
const RecordFormat = 1

// A Record is what happened when a lab was run, committed beside its page
// (labs/04-flask.md → labs/04-flask.record.json).
type Record struct {
	Format   int             `json:"format"`
	Page     string          `json:"page"`
	Digest   string          `json:"digest"` // of the plan, "sha256:…"
	Verified time.Time       `json:"verified"`
	Seconds  float64         `json:"seconds"`
	Machine  RecordMachine   `json:"machine"`
	Bases    []Base          `json:"bases,omitempty"`
	Snippets []SnippetResult `json:"snippets"` // of every snippet that has a role on the lab, in the page's order
	Images   []Image         `json:"images,omitempty"`
	Builds   []Build         `json:"builds,omitempty"`
	Files    []RecordFile    `json:"files,omitempty"`
	Sum      string          `json:"sum"` // over all the rest, "sha256:…"
}

// RecordMachine tells on what a lab ran.
type RecordMachine struct {
	Image    string `json:"image"`             // reference of the machine's image
	Engine   string `json:"engine,omitempty"`  // version of the inner Docker Engine
	Storage  string `json:"storage,omitempty"` // its storage driver
	Platform string `json:"platform"`          // e.g. "linux/amd64"
}

// A Base is an image that was not made by the lab.
type Base struct {
	Image  string `json:"image"`  // as written, e.g. "python:3.12-slim"
	Digest string `json:"digest"` // of the manifest it was pulled by
	From   string `json:"from"`   // "docker.io", or the mirror's URL
	Note   string `json:"note"`   // the image's label handbook.standin
}

// Verdicts of a snippet.
const (
	Passed   = "passed"
	Skipped  = "skipped"
	Mismatch = "failed"
)

// A SnippetResult is what became of one snippet.
type SnippetResult struct {
	Line     int             `json:"line"`
	Kind     string          `json:"kind"` // Role.String
	Verdict  string          `json:"verdict"`
	Reason   string          `json:"reason,omitempty"` // of a skipped one
	File     string          `json:"file,omitempty"`
	Digest   string          `json:"digest,omitempty"` // of the file as it then was
	Text     string          `json:"text,omitempty"`   // of a diff: the file as it then was
	Commands []CommandResult `json:"commands,omitempty"`
}

// A CommandResult is one run of one command.
type CommandResult struct {
	Text    string  `json:"text"`
	Exit    int     `json:"exit"`
	Seconds float64 `json:"seconds"`
	Ready   float64 `json:"ready"`          // seconds waited, after it, for what it started to listen
	Late    string  `json:"late,omitempty"` // what did not listen in time
	// Output is the settled screen, a line each, trailing white space
	// dropped; colours and styles are kept as SGR sequences (ECMA-48), every
	// line starting and ending with the default style.
	Output []string `json:"output"`
	Cut    int64    `json:"cut,omitempty"`    // bytes of output left out in the middle
	CutAt  int      `json:"cut_at,omitempty"` // how many lines of Output stand before the cut
	Prompt string   `json:"prompt,omitempty"` // of the program that kept the terminal and that it was typed to
	Stays  bool     `json:"stays,omitempty"`  // it keeps the terminal; Exit is not known
	Varies bool     `json:"varies,omitempty"` // the author says that the output is another one each time
}

// A RecordFile is a file of the lab's directory as it was at the lab's end.
type RecordFile struct {
	Path   string  `json:"path"`
	Mode   string  `json:"mode"` // octal, "0644"
	Bytes  int64   `json:"bytes"`
	Digest string  `json:"digest,omitempty"`
	Text   *string `json:"text,omitempty"` // left out if it is no text, or too large
}

// A Cause names the command that something came of, by its place in the
// record, counted from 0.
type Cause struct {
	Snippet int `json:"snippet"`
	Command int `json:"command"`
}

// An Image is an image of the inner engine as it was after the command that
// made it, or that gave this name to it. A name that has been moved to
// another image stands several times.
type Image struct {
	Ref      string  `json:"ref"` // as Docker shows it, with the tag: "flask-app:1.0"
	ID       string  `json:"id"`
	Unpacked int64   `json:"unpacked"`           // bytes, sum of the layers
	Download int64   `json:"download,omitempty"` // bytes, sum of the compressed layers; 0 if not known
	Layers   []Layer `json:"layers"`             // first one first, those without a file too
	Cause
}

// A Layer is one step of an image's history.
type Layer struct {
	Instruction string `json:"instruction"`
	Bytes       int64  `json:"bytes"`
}

// A Build is one build as BuildKit recorded it.
type Build struct {
	Image   string      `json:"image"`            // its first tag; "" without one
	Tags    []string    `json:"tags,omitempty"`   // the others
	Failed  string      `json:"failed,omitempty"` // the error of a build that failed
	Seconds float64     `json:"seconds"`
	Context int64       `json:"context"` // bytes that belong to the build context, .dockerignore applied
	Steps   []BuildStep `json:"steps"`
	Cause
}

// A BuildStep is one numbered step of a build.
type BuildStep struct {
	Name    string  `json:"name"` // "[2/5] WORKDIR /app"; "[build 2/5] …" in a named stage
	Seconds float64 `json:"seconds"`
	Cached  bool    `json:"cached"`
}
