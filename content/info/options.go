package info

import (
	"io/fs"
	"maps"
	"slices"
	"strings"
	"time"
)

// Options are the words of an info string after the language.
type Options struct {
	// Options of snippets that run.
	File     string        // file=
	Mode     fs.FileMode   // mode=, 0 if not given
	Append   bool          // append
	Run      string        // run=
	Exit     int           // exit=, the wanted exit status of the last command
	Timeout  time.Duration // timeout=, per command, 0 if not given
	Retry    time.Duration // retry=
	Skip     string        // skip=, the reason
	Hide     bool          // hide
	Name     string        // name=
	Type     string        // type=, escapes resolved
	Ready    time.Duration // ready=, how long what it starts may take, 0 if not given
	Unready  bool          // ready=no
	Ends     []string      // dies, which is "", and dies=NAME,NAME
	NoTTY    bool          // tty=no
	Fold     int           // fold=, lines of output shown before folding; 0 if not given
	Quiet    bool          // quiet
	Varies   bool          // varies
	Docker   string        // docker=, of expected output: the engine that prints it
	Annotate bool          // annotate
	On       string        // on=, the machine, "" if not given
	Term     int           // term=, 1 if not given
	Stay     bool          // stay
	Until    string        // until=

	// Options of how snippets are shown.
	Title   string
	Nums    bool
	Wrap    bool
	Marked  []LineRange // {1,3-5}
	Ins     []LineRange
	Del     []LineRange
	Tab     string
	Include string    // include=, "app.py" or "app.py#region"
	Lines   LineRange // lines=, zero if not given

	at map[string]int // offsets in the info string at which the options stand
}

// At returns the offset of an option in the info string; ok is false if the option
// is not given.
func (o *Options) At(name string) (offset int, ok bool) {
	offset, ok = o.at[name]
	return offset, ok
}

func (o *Options) has(name string) bool { _, ok := o.at[name]; return ok }

// A LineRange is a range of a snippet's lines, both ends included, from 1.
type LineRange struct{ First, Last int }

// Names returns the options that a snippet with a role can have, sorted.
func Names(r Role) (names []string) {
	for _, name := range optionNames {
		if strings.ContainsRune(options[name].roles, r.letter()) {
			names = append(names, name)
		}
	}
	return names
}

// IsFlag reports whether an option can stand without a value.
func IsFlag(name string) bool {
	o, ok := options[name]
	return ok && o.set(&Options{at: map[string]int{}}, Word{Key: name}) == ""
}

// Languages returns the languages that have a role of their own, sorted.
func Languages() []string {
	return append(slices.Sorted(maps.Keys(languages)), "diff")
}
