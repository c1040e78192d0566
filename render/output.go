package render

import (
	"maps"
	"slices"
	"sync"
)

// A Put receives a file of the site as soon as it is made. It is called by
// several goroutines at once. In a site without problems each name is put
// once, except for generated pages, of which the last one counts.
type Put func(name string, b []byte) error

// An output puts files until the first error. That error is reported only if
// the site itself has no problems.
type output struct {
	to  Put
	mu  sync.Mutex
	err error // the first one
}

func (o *output) put(name string, b []byte) {
	if o.failed() != nil {
		return
	}
	if err := o.to(name, b); err != nil {
		o.mu.Lock()
		defer o.mu.Unlock()
		if o.err == nil {
			o.err = err
		}
	}
}

func (o *output) failed() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.err
}

// A named output remembers the names of the files that it has put. It must be
// used by one goroutine at a time.
type named struct {
	*output
	names []string
}

func (n *named) put(name string, b []byte) {
	n.names = append(n.names, name)
	n.output.put(name, b)
}

func (n *named) putAll(files map[string][]byte) {
	for _, name := range slices.Sorted(maps.Keys(files)) {
		n.put(name, files[name])
	}
}

// taken returns the names, each once.
func (n *named) taken() []string {
	names := slices.Sorted(slices.Values(n.names))
	return slices.Compact(names)
}

// Files are the contents of published files by name: "labs/04-flask/index.html".
// Names use slashes and never start with one.
type Files map[string][]byte

// Names returns the sorted names.
func (f Files) Names() []string { return slices.Sorted(maps.Keys(f)) }

// collect returns a Put that adds to the files.
func (f Files) collect() Put {
	var mu sync.Mutex
	return func(name string, b []byte) error {
		mu.Lock()
		defer mu.Unlock()
		f[name] = b
		return nil
	}
}
