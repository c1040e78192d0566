package theme

import (
	"bytes"
	"path"

	"github.com/tdewolff/minify/v2"
	"github.com/tdewolff/minify/v2/css"
	"github.com/tdewolff/minify/v2/js"
	"github.com/tdewolff/minify/v2/svg"
)

// minifiable are the minifiers by the extension of an asset. Pages are not
// minified, since that takes longer than rendering them and saves less than
// 1 %.
var minifiable = map[string]minify.MinifierFunc{
	".css": css.Minify, ".js": js.Minify, ".mjs": js.Minify, ".svg": svg.Minify,
}

// minified minifies an asset. What the minifier cannot read, such as newer
// syntax, stays as it is.
func minified(name string, b []byte) []byte {
	f, ok := minifiable[path.Ext(name)]
	if !ok {
		return b
	}
	var small bytes.Buffer
	// The minifier overwrites its input.
	if err := f(minify.New(), &small, bytes.NewReader(bytes.Clone(b)), nil); err != nil || small.Len() > len(b) {
		return b
	}
	return small.Bytes()
}
