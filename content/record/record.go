package record

import (
	"slices"
	"time"

	"handbook/content/info"
)

// Format is the format that this version writes. It reads older ones, too.
//
//	1: results are joined to snippets by their place in the list
//	2: results have the numbers of their snippets; "also"
//	3: "cleanup"
//	4: "digest", "client", "compose", "buildx" and "kernel" of machines
//	5: "ran" and "behind"
const Format = 5

// A Record is what happened when a lab ran. It is committed beside the page: that
// of labs/04-flask.md is labs/04-flask.record.json.
type Record struct {
	Format int    `json:"format"`
	Page   string `json:"page"`
	Results
	Also []Results `json:"also,omitempty"` // of the same lab on other engines and platforms
	Sum  string    `json:"sum"`            // checksum of everything else, "sha256:…"
}

// Results are what happened when a lab ran on one machine.
type Results struct {
	Digest   string          `json:"digest"`        // of the plan, "sha256:…"
	Ran      string          `json:"ran,omitempty"` // digest of the plan without expected output; "" in older records
	Verified time.Time       `json:"verified"`
	Seconds  float64         `json:"seconds"`
	Machine  Machine         `json:"machine"`
	Bases    []Base          `json:"bases,omitempty"`
	Snippets []SnippetResult `json:"snippets"` // of every snippet with a Number, in that order
	Images   []Image         `json:"images,omitempty"`
	Builds   []Build         `json:"builds,omitempty"`
	Removed  []Removal       `json:"removed,omitempty"` // names that images had before
	Files    []File          `json:"files,omitempty"`
	Cleanup  *Cleanup        `json:"cleanup,omitempty"`  // nil in older records, and where the lab has "cleanup: off"
	Cleanups []Cleanup       `json:"cleanups,omitempty"` // those of the lab's other machines, in their order
}

// Machine is the machine on which a lab ran.
type Machine struct {
	Image    string `json:"image"`             // reference of the machine's image
	Digest   string `json:"digest,omitempty"`  // of what is in that image, "sha256:…"
	Docker   string `json:"docker,omitempty"`  // name of the engine in the settings
	Engine   string `json:"engine,omitempty"`  // version of the inner Docker Engine
	Client   string `json:"client,omitempty"`  // versions of the docker command, and of
	Compose  string `json:"compose,omitempty"` // its plugins
	Buildx   string `json:"buildx,omitempty"`
	Storage  string `json:"storage,omitempty"` // the engine's storage driver
	Kernel   string `json:"kernel,omitempty"`  // version of Linux
	Platform string `json:"platform"`          // e.g. "linux/amd64"
}

// A Base is an image that the lab did not make.
type Base struct {
	Image  string `json:"image"`  // as written: "python:3.12-slim"
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

// On returns the results on the machine with the engine of that name, or nil.
// If there are several platforms, it returns the first one.
func (r *Record) On(docker string) *Results {
	if r == nil {
		return nil
	}
	if r.Machine.Docker == docker {
		return &r.Results
	}
	for i := range r.Also {
		if r.Also[i].Machine.Docker == docker {
			return &r.Also[i]
		}
	}
	return nil
}

// OnPlatform returns the results on a platform, on the machine with the engine of
// that name, or nil.
func (r *Record) OnPlatform(docker, platform string) *Results {
	for _, on := range r.All() {
		if on.Machine.Docker == docker && on.Machine.Platform == platform {
			return on
		}
	}
	return nil
}

// All returns the results on all machines, in their order.
func (r *Record) All() []*Results {
	all := []*Results{&r.Results}
	for i := range r.Also {
		all = append(all, &r.Also[i])
	}
	return all
}

// Of returns the result of the snippet with that number and role, or nil if the
// record has none. A nil record has none.
func (r *Record) Of(number int, role info.Role) *SnippetResult {
	if r == nil {
		return nil
	}
	result := r.Numbered(number)
	if result == nil || result.Kind != role.String() { // the record belongs to another page
		return nil
	}
	return result
}

// Numbered returns the result of the snippet with that number, or nil if there
// is none.
func (r *Results) Numbered(n int) *SnippetResult {
	i, found := slices.BinarySearchFunc(r.Snippets, n, func(s SnippetResult, n int) int { return s.Number - n })
	if !found {
		return nil
	}
	return &r.Snippets[i]
}

// A SnippetResult is the result of one snippet.
type SnippetResult struct {
	Number   int             `json:"number,omitempty"` // content.Snippet.Number
	Line     int             `json:"line"`
	Kind     string          `json:"kind"` // Role.String
	Verdict  string          `json:"verdict"`
	Reason   string          `json:"reason,omitempty"` // why it was skipped
	File     string          `json:"file,omitempty"`
	Digest   string          `json:"digest,omitempty"` // of the file after the snippet
	Text     string          `json:"text,omitempty"`   // of a diff, the file after it; of an include, the part of File that is shown
	Commands []CommandResult `json:"commands,omitempty"`
}

// Command returns the result of the snippet's i-th command, or nil if it did
// not run. A nil result has none.
func (r *SnippetResult) Command(i int) *CommandResult {
	if r == nil || i >= len(r.Commands) {
		return nil
	}
	return &r.Commands[i]
}

// A CommandResult is the result of one command.
type CommandResult struct {
	Text string `json:"text"`
	Exit int    `json:"exit"`
	// Unchecked says why it is not known whether the command, or a part of it,
	// failed: UncheckedProgram or UncheckedParts.
	Unchecked string `json:"unchecked,omitempty"`

	Seconds float64 `json:"seconds"`
	Ready   float64 `json:"ready"`          // seconds until what it started was ready
	Late    string  `json:"late,omitempty"` // what was not ready in time
	// Output has the lines that remain on the screen, without trailing white
	// space. Styles are SGR sequences (see package sgr); each line starts and
	// ends in the default style.
	Output []string `json:"output"`
	// Behind is how many of the last lines were printed by background jobs
	// after the command had ended.
	Behind int    `json:"behind,omitempty"`
	Cut    int64  `json:"cut,omitempty"`    // bytes of output left out in the middle
	CutAt  int    `json:"cut_at,omitempty"` // number of lines of Output before the cut
	Prompt string `json:"prompt,omitempty"` // of the program to which it was typed
	Stays  bool   `json:"stays,omitempty"`  // it stays in the terminal; Exit is not known
	Varies bool   `json:"varies,omitempty"` // its output differs each time, says the option varies
	// Differs says that its output or exit status differs from that on the
	// machine of the first results. Text that differs each time is ignored.
	Differs bool `json:"differs,omitempty"`
}

// A File is a file of the lab's directory as it was at the lab's end.
type File struct {
	Path   string  `json:"path"`
	Mode   string  `json:"mode"` // octal, "0644"
	Bytes  int64   `json:"bytes"`
	Digest string  `json:"digest,omitempty"`
	Text   *string `json:"text,omitempty"` // nil if it is no text, or too large
}

// An Origin is the command that made something.
type Origin struct {
	Snippet int `json:"snippet"` // the number of its snippet
	Command int `json:"command"` // its index in the snippet's result, from 0
}

// An Image is an image of the machine's Docker Engine, after the command that made
// it or gave it the name. A name that was given to several images is listed
// several times.
type Image struct {
	Ref      string  `json:"ref"` // as Docker shows it, with the tag: "flask-app:1.0"
	ID       string  `json:"id"`
	Unpacked int64   `json:"unpacked"`           // bytes, sum of the layers
	Download int64   `json:"download,omitempty"` // bytes, sum of the compressed layers; 0 if not known
	Layers   []Layer `json:"layers"`             // the lowest first, empty ones included
	Origin
}

// A Removal says that after a command, no image has a name any more.
type Removal struct {
	Ref string `json:"ref"`
	Origin
}

// A Layer is one step of an image's history.
type Layer struct {
	Instruction string `json:"instruction"`
	Bytes       int64  `json:"bytes"`
}

// A Build is a build as BuildKit recorded it. Builds of the classic builder
// are not recorded.
type Build struct {
	Image   string      `json:"image"`            // its first tag; "" without one
	Tags    []string    `json:"tags,omitempty"`   // the others
	ID      string      `json:"id,omitempty"`     // of the image; "" if there is none, and in older records
	Base    string      `json:"base,omitempty"`   // the image that its last stage starts from; "" if there is none, and in older records
	Failed  string      `json:"failed,omitempty"` // the error of a build that failed
	Seconds float64     `json:"seconds"`
	Context int64       `json:"context"` // bytes of the build context, without what .dockerignore excludes
	Steps   []BuildStep `json:"steps"`
	Origin
}

// A BuildStep is one numbered step of a build.
type BuildStep struct {
	Name    string  `json:"name"` // "[2/5] WORKDIR /app"; "[build 2/5] …" in a named stage
	Seconds float64 `json:"seconds"`
	Cached  bool    `json:"cached"`
}
