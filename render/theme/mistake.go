package theme

import (
	"fmt"
	"reflect"
	"regexp"

	"handbook/content/wording"
)

// A Mistake is a mistake in a template. It may occur on each page; Text is the
// same for all of them.
type Mistake struct {
	Text string
	page string // where it occurred, if that may matter
}

func (e *Mistake) Error() string {
	if e.page == "" {
		return e.Text
	}
	return e.Text + " (on " + e.page + ")"
}

var (
	// templateErrorRE splits a message of html/template into its place and its text.
	templateErrorRE = regexp.MustCompile(`(?s)^(?:html/)?template: ?([^:]+:\d+(?::\d+)?): (.*)$`)
	// executingRE splits an error in executing an action.
	executingRE = regexp.MustCompile(`(?s)^executing "[^"]*" at <(.*?)>: (.*)$`)
	callingRE   = regexp.MustCompile(`^error calling \w+: `)
	// Messages of html/template about unknown fields, about values that are
	// nil on some pages, and about quotation marks in the HTML around actions.
	noFieldRE    = regexp.MustCompile(`^can't evaluate field (\w+) in type \*?(\w+\.\w+)$`)
	nothingRE    = regexp.MustCompile(`^nil pointer evaluating `)
	noFunctionRE = regexp.MustCompile(`^function "(.*)" not defined$`)
	quoteRE      = regexp.MustCompile(`^html/template:([^:]+): "\\"" in attribute name: (".*")$`)
	inActionRE   = regexp.MustCompile(`^unexpected .* in (operand|command)$|^unclosed action`)
)

// functions are the names of the functions that templates can call, those of
// html/template and those of the theme.
var functions = []string{
	"and", "call", "eq", "ge", "gt", "html", "index", "js", "le", "len", "lt", "ne", "not", "or", "print", "printf", "println",
	"say", "slice", "urlquery",
}

// explain returns an error of html/template as a Mistake, with the template,
// its line, and the page. v is the value that the template was executed for.
func explain(err error, page string, v any) error {
	place, msg := "templates", err.Error()
	if m := templateErrorRE.FindStringSubmatch(msg); m != nil {
		place, msg = "templates/"+m[1], m[2]
	}
	action := ""
	if m := executingRE.FindStringSubmatch(msg); m != nil {
		action, msg = "{{"+m[1]+"}}: ", callingRE.ReplaceAllString(m[2], "")
	}
	if m := noFieldRE.FindStringSubmatch(msg); m != nil {
		if t := typeNamed(m[2], reflect.TypeOf(v)); t != nil {
			msg, page = fmt.Sprintf("there is no %q%s", m[1], wording.DidYouMean(m[1], fieldsOf(t))), ""
		}
	} else if m := noFunctionRE.FindStringSubmatch(msg); m != nil {
		msg = fmt.Sprintf("there is no function %q%s", m[1], wording.DidYouMean(m[1], functions))
	} else if m := quoteRE.FindStringSubmatch(msg); m != nil {
		place = "templates/" + m[1]
		msg = "the quotation mark of an attribute is never closed, there or in a template that it calls; it ends before " + m[2]
	}
	switch {
	case nothingRE.MatchString(msg):
		msg = "not every page has that, so it stands between {{with …}} and {{end}}"
	case inActionRE.MatchString(msg):
		msg += ": an action that begins with {{ ends with }}"
	case msg == "unexpected EOF":
		msg = "the template ends without an {{end}} for its {{if}}, {{with}}, {{range}} or {{define}}"
	}
	return &Mistake{place + ": " + action + msg, page}
}

// typeNamed returns the struct with that name, as in "render.View", among the
// type of a view and the types of its fields, as far as these are of the same
// package. It returns nil if there is none.
func typeNamed(name string, view reflect.Type) reflect.Type {
	seen := map[reflect.Type]bool{}
	var home string
	var find func(t reflect.Type) reflect.Type
	find = func(t reflect.Type) reflect.Type {
		for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
			t = t.Elem()
		}
		if home == "" {
			home = t.PkgPath()
		}
		if t.Kind() != reflect.Struct || t.PkgPath() != home || seen[t] {
			return nil
		}
		if t.String() == name {
			return t
		}
		seen[t] = true
		for f := range t.Fields() {
			if found := find(f.Type); found != nil {
				return found
			}
		}
		return nil
	}
	if view == nil {
		return nil
	}
	return find(view)
}

// fieldsOf lists the fields and methods of a struct that templates can use.
func fieldsOf(t reflect.Type) (all []string) {
	for _, f := range reflect.VisibleFields(t) {
		if f.IsExported() {
			all = append(all, f.Name)
		}
	}
	for m := range reflect.PointerTo(t).Methods() {
		all = append(all, m.Name)
	}
	return all
}
