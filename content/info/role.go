package info

import (
	"maps"
	"slices"

	"handbook/content/wording"
)

// Role is what a snippet is for.
type Role int

const (
	Shown    Role = iota // shown as it is
	File                 // a real file: file= without a diff language
	Diff                 // a unified diff of a file
	Shell                // commands
	Console              // a session: prompts, commands, and their expected output
	Output               // the expected output of the command before it
	Report               // a measured report: image-sizes, image-layers, build-steps
	Unknown              // on a lab: a language that nothing verifies
	Included             // shows a file, or a part of one: include= without another role
)

func (r Role) String() string {
	return [...]string{"text", "file", "diff", "shell", "console", "output", "report", "unverified", "include"}[r]
}

func (r Role) letter() rune { return rune("TFDSCORUI"[r]) }

// article returns the role with its article, for messages.
func (r Role) article() string {
	return [...]string{
		"text", "a file", "a diff", "a shell snippet", "a console session", "an expected output", "a report", "a snippet that does not run", "an included file",
	}[r]
}

// languages maps the languages that have a role of their own to it.
var languages = map[string]Role{
	"bash": Shell, "sh": Shell, "shell": Shell, "console": Console, "output": Output,
	"image-sizes": Report, "image-layers": Report, "build-steps": Report, "text": Shown,
	"mermaid": Shown, "tree": Shown, // drawn
}

func roleOf(lang string, hasFile, hasInclude bool) Role {
	role, known := languages[lang]
	switch {
	case lang == "diff" && hasFile:
		return Diff
	case hasFile:
		return File
	case hasInclude && role == Shown: // also the role of all other languages
		return Included
	case lang == "" || known:
		return role
	}
	return Unknown
}

// SuggestLanguage returns ` (did you mean "bash"?)` for a language that is
// probably a misspelled one of those with a role, else "".
func SuggestLanguage(lang string) string {
	return wording.DidYouMean(lang, append(slices.Collect(maps.Keys(languages)), "diff"))
}
