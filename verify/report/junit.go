package report

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"
)

// The JUnit format as CI systems read it: a suite is a lab, a case a snippet.
// What is written conforms to Jenkins' junit-10.xsd (in testdata), the strictest
// of the schemas in use.
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
	File     string      `xml:"file,attr"`
	Tests    int         `xml:"tests,attr"`
	Failures int         `xml:"failures,attr"`
	Errors   int         `xml:"errors,attr"`
	Skipped  int         `xml:"skipped,attr"`
	Time     string      `xml:"time,attr"`
	Cases    []junitCase `xml:"testcase"`
	Out      string      `xml:"system-out,omitempty"`
}

type junitCase struct {
	Name     string         `xml:"name,attr"`
	Class    string         `xml:"classname,attr"`
	Time     string         `xml:"time,attr"`
	Skipped  *junitSkipped  `xml:"skipped"`
	Errors   []junitProblem `xml:"error"`
	Failures []junitProblem `xml:"failure"`
	Out      string         `xml:"system-out,omitempty"`
}

type junitSkipped struct {
	Message string `xml:"message,attr"`
}

type junitProblem struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr"`
	Text    string `xml:",chardata"`
}

// JUnit writes a suite for each lab with a case for each snippet.
func (r *Report) JUnit(w io.Writer) error {
	all := junitSuites{Name: "handbook verify", Time: junitTime(r.Seconds)}
	for _, l := range r.Labs {
		s := suiteOf(&l)
		all.Tests += s.Tests
		all.Failures += s.Failures
		all.Errors += s.Errors
		all.Suites = append(all.Suites, s)
	}
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

func suiteOf(l *Lab) junitSuite {
	s := junitSuite{Name: l.File, File: l.File, Time: junitTime(l.Seconds)}
	for _, c := range l.Cases {
		one := junitCase{Name: fmt.Sprintf("line %d: %s", c.Line, c.Kind), Class: l.File, Time: junitTime(c.Seconds)}
		switch {
		case c.Reason != "":
			one.Skipped = &junitSkipped{xmlText(c.Reason)}
		case c.Unchecked:
			one.Skipped = &junitSkipped{"not checked"}
		}
		one.Out = xmlText(strings.Join(c.Gaps, "\n"))
		s.Cases = append(s.Cases, one)
	}
	for _, p := range l.Failures {
		c := s.caseOf(l, &p)
		one := junitProblem{xmlText(p.Message), string(l.Verdict), xmlText(p.pos().String() + ": " + p.text())}
		if l.Verdict == Error {
			c.Errors = append(c.Errors, one)
		} else {
			c.Failures = append(c.Failures, one)
		}
	}
	var notes []string
	for _, moved := range l.Moved {
		notes = append(notes, moved+onlyMoved)
	}
	for _, p := range l.Warnings {
		notes = append(notes, "warning: "+p.String())
	}
	if text := asideText(l.SetAside, true); text != "" {
		notes = append(notes, "set aside as volatile: "+text)
	}
	s.Out = xmlText(strings.Join(notes, "\n"))
	for _, c := range s.Cases {
		s.Tests++
		switch {
		case c.Errors != nil:
			s.Errors++
		case c.Failures != nil:
			s.Failures++
		case c.Skipped != nil:
			s.Skipped++
		}
	}
	return s
}

// caseOf returns the case that a problem belongs to: that of the snippet that
// holds its line, or a new one.
func (s *junitSuite) caseOf(l *Lab, p *Problem) *junitCase {
	for i := len(l.Cases) - 1; i >= 0; i-- {
		if p.File == l.File && l.Cases[i].Line <= p.Line && l.Cases[i].Reason == "" {
			return &s.Cases[i]
		}
	}
	name := "the lab"
	if p.Line > 0 && len(l.Cases) == 0 {
		name = fmt.Sprintf("line %d", p.Line)
	}
	s.Cases = append(s.Cases, junitCase{Name: name, Class: l.File, Time: junitTime(0)})
	return &s.Cases[len(s.Cases)-1]
}

func junitTime(seconds float64) string { return fmt.Sprintf("%.3f", seconds) }

// xmlText leaves out the characters that XML does not allow: a lab's output may
// have any.
func xmlText(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t' || r == '\r':
			return r
		case r < ' ' || r == 0xFFFE || r == 0xFFFF: // half surrogates are U+FFFD already
			return -1
		}
		return r
	}, s)
}
