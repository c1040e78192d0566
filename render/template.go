package render

import (
	"fmt"
	"reflect"
	"regexp"

	"handbook/content/wording"
)

// A templateMistake is a mistake in a template. It occurs on each page and is
// reported once.
type templateMistake struct {
	msg  string
	page string // the page where it occurred first, if that may matter
}

func (e *templateMistake) Error() string {
	if e.page == "" {
		return e.msg
	}
	return e.msg + " (on " + e.page + ")"
}

var (
	// templateErrorRE splits a message of html/template into its place and its text.
	templateErrorRE = regexp.MustCompile(`(?s)^(?:html/)?template: ?([^:]+:\d+(?::\d+)?): (.*)$`)
	// executingRE splits an error in executing an action.
	executingRE = regexp.MustCompile(`(?s)^executing "[^"]*" at <(.*?)>: (.*)$`)
	callingRE   = regexp.MustCompile(`^error calling \w+: `)
	// Messages of html/template about unknown fields, about values that are
	// nil on some pages, and about quotation marks in the HTML around actions.
	noFieldRE    = regexp.MustCompile(`^can't evaluate field (\w+) in type \*?render\.(\w+)$`)
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

// templateError names the template, its line, and the page.
func templateError(err error, page string) error {
	place, msg := "templates", err.Error()
	if m := templateErrorRE.FindStringSubmatch(msg); m != nil {
		place, msg = "templates/"+m[1], m[2]
	}
	action := ""
	if m := executingRE.FindStringSubmatch(msg); m != nil {
		action, msg = "{{"+m[1]+"}}: ", callingRE.ReplaceAllString(m[2], "")
	}
	if m := noFieldRE.FindStringSubmatch(msg); m != nil {
		msg, page = fmt.Sprintf("there is no %q%s", m[1], wording.DidYouMean(m[1], fieldsOf(m[2]))), ""
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
	return &templateMistake{place + ": " + action + msg, page}
}

// fieldsOf lists the fields and methods of a type that templates can use.
func fieldsOf(name string) (all []string) {
	for _, v := range []any{View{}, SiteView{}, Link{}, LabView{}, Proof{}} {
		t := reflect.TypeOf(v)
		if t.Name() != name {
			continue
		}
		for _, f := range reflect.VisibleFields(t) {
			if f.IsExported() {
				all = append(all, f.Name)
			}
		}
		for m := range reflect.PointerTo(t).Methods() {
			all = append(all, m.Name)
		}
	}
	return all
}
