// Package theme loads the theme of a site: templates and assets (theme.go), and
// the strings of the site's language (words.go). Files of the site replace those
// of the built-in theme, package templates. Assets are minified (minify.go) and
// get a digest in their names. Errors of html/template become messages for the
// authors of templates (mistake.go).
//
// It does not know what a page is: templates are executed with any value.
package theme
