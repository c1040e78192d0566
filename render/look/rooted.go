package look

import (
	"html/template"
	"strings"
)

// Rooted is HTML with URLs relative to the root of the site, each marked by a
// zero byte.
type Rooted string

const root = "\x00"

// At returns the HTML for a page from which the site's root is at root.
func (h Rooted) At(to string) template.HTML {
	return template.HTML(strings.ReplaceAll(string(h), root, template.HTMLEscapeString(to)))
}
