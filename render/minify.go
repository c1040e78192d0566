package render

import (
	"bytes"
	"path"

	"github.com/tdewolff/minify/v2"
	"github.com/tdewolff/minify/v2/css"
	"github.com/tdewolff/minify/v2/js"
	"github.com/tdewolff/minify/v2/svg"
)

// minifiable are the kinds of assets that can be made smaller, by the ends of
// their names. Pages are not among them: it would take longer than rendering
// them, and save less than one byte in a hundred.
var minifiable = map[string]minify.MinifierFunc{
	".css": css.Minify, ".js": js.Minify, ".mjs": js.Minify, ".svg": svg.Minify,
}

// minified is an asset without what only its author needs. What the minifier
// can't read is published as it is: a theme may use a language that is newer.
func minified(name string, b []byte) []byte {
	f, ok := minifiable[path.Ext(name)]
	if !ok {
		return b
	}
	var small bytes.Buffer
	// It writes over what it reads.
	if err := f(minify.New(), &small, bytes.NewReader(bytes.Clone(b)), nil); err != nil || small.Len() > len(b) {
		return b
	}
	return small.Bytes()
}
