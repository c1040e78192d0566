package main

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"
)

// JUnit's format as CI systems read it: a suite is a lab, a case a snippet.
// It has no schema of its own; the fields are those of Jenkins' junit-10.xsd.
type junitSuites struct {
	XMLName  xml.Name     `xml:"testsuites"`
	Name     string       `xml:"name,attr"`
	Tests    int          `xml:"tests,attr"`
	Failures int          `xml:"failures,attr"`
	Errors   int          `xml:"errors,attr"`
	Time     string       `xml:"time,attr"`
	Suites   []junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name     string      `xml:"name,attr"`
	Tests    int         `xml:"tests,attr"`
	Failures int         `xml:"failures,attr"`
	Errors   int         `xml:"errors,attr"`
	Skipped  int         `xml:"skipped,attr"`
	Time     string      `xml:"time,attr"`
	Cases    []junitCase `xml:"testcase"`
}

type junitCase struct {
	Name    string        `xml:"name,attr"`
	Class   string        `xml:"classname,attr"`
	Time    string        `xml:"time,attr"`
	Skipped *junitSkipped `xml:"skipped"`
	Error   *junitProblem `xml:"error"`
	Failure *junitProblem `xml:"failure"`
}

type junitSkipped struct {
	Message string `xml:"message,attr"`
}

type junitProblem struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr"`
	Text    string `xml:",chardata"`
}

func writeJUnit(w io.Writer, outcomes []*outcome) error {
	all := junitSuites{Name: "handbook verify"}
	var total float64
	for _, o := range outcomes {
		s := suiteOf(o)
		all.Tests += s.Tests
		all.Failures += s.Failures
		all.Errors += s.Errors
		all.Suites = append(all.Suites, s)
		total += o.took.Seconds()
	}
	all.Time = junitTime(total)
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	enc := xml.NewEncoder(w)
	enc.Indent("", "  ")
	if err := enc.Encode(all); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

func suiteOf(o *outcome) junitSuite {
	s := junitSuite{Name: o.lab.name(), Time: junitTime(o.took.Seconds())}
	if o.record != nil && o.err == nil {
		for _, r := range o.record.Snippets {
			c := junitCase{Name: fmt.Sprintf("line %d: %s", r.Line, r.Kind), Class: o.lab.name()}
			var took float64
			for _, cmd := range r.Commands {
				took += cmd.Seconds
			}
			c.Time = junitTime(took)
			if r.Reason != "" {
				c.Skipped = &junitSkipped{r.Reason}
				s.Skipped++
			}
			s.Cases = append(s.Cases, c)
		}
	}
	for _, f := range o.failures() {
		c := junitCase{Name: fmt.Sprintf("line %d", f.Pos.Line), Class: o.lab.name(), Time: junitTime(0)}
		p := &junitProblem{f.Msg, o.verdict, xmlText(f.Pos.String() + ": " + whole(f))}
		if o.verdict == labError {
			c.Error = p
			s.Errors++
		} else {
			c.Failure = p
			s.Failures++
		}
		s.Cases = append(s.Cases, c)
	}
	s.Tests = len(s.Cases)
	return s
}

func junitTime(seconds float64) string { return fmt.Sprintf("%.3f", seconds) }

// xmlText leaves out what XML can't hold: a lab's output may have any
// character.
func xmlText(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' {
			return -1
		}
		return r
	}, s)
}
