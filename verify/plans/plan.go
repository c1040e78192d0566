package plans

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"handbook/content"
	"handbook/content/config"
	"handbook/content/info"
	"handbook/content/labfiles"
	"handbook/content/wording"
)

// Version is the version of the way in which labs are run. It is part of every
// digest: raise it when the same page would give another record than before.
const Version = 5

// Reasons of an error of a plan.
const (
	ReasonLanguage        content.Reason = "unverified-language" // nothing verifies snippets of this language
	ReasonNothingVerified content.Reason = "nothing-verified"    // a lab without anything that is verified
	ReasonNothingRuns     content.Reason = "nothing-runs"        // the same on a file that is not a page of a site
)

// A Plan is what a lab does, in order. It depends on nothing but the site and
// the machine.
type Plan struct {
	Page        *content.Page
	Tree        *content.Tree // of the page
	Lab         *config.Lab
	Limits      config.Machine
	MachineKind               // the one that the plan is for
	Kinds       []MachineKind // all that the lab runs on, the one that its page shows first
	Before      []*Plan       // the labs whose end state it starts from, the first one first
	Steps       []Step        // of every snippet that has a role on the lab
	// Pinned are base images that the lab gets as they were; see verify.Spec. They are not
	// part of the plan of a page, nor of its digest.
	Pinned []content.Base
	// Clones are the repositories that it clones from elsewhere than from their
	// addresses.
	Clones []labfiles.Clone
	// Measures are the measured values in the text that are checked.
	Measures []*content.Measure
	Cut      bool   // it ends before a line of the page; see Until
	Enter    string // the machine of what stands at that line, of a lab with several
	// Digest covers all that can change the result: what runs, with which
	// options and values, what is expected of it, on what machine, and the
	// way in which this version runs it. Lines are not part of it: prose may
	// grow.
	Digest string
}

// A MachineKind says what a machine is.
type MachineKind struct {
	Docker  string // name of its Docker Engine; "" if that has none
	Machine string // what it is made of: the image's reference, or what the caller says of a built-in one
}

// On returns the plan for another kind of machine.
func (p *Plan) On(kind MachineKind) *Plan {
	on := *p
	on.MachineKind = kind
	on.Steps, on.Measures = nil, nil
	bind := p.Lab.Placeholders.Binder()
	for _, s := range p.Tree.Snippets {
		if s.Number > 0 {
			next := step(s, kind.Docker, bind)
			next.Source = p.isSource(s)
			on.Steps = append(on.Steps, next)
		}
	}
	for _, m := range p.Tree.Measures {
		if m.About(kind.Docker) {
			on.Measures = append(on.Measures, m)
		}
	}
	on.Before = make([]*Plan, len(p.Before))
	for i, before := range p.Before {
		on.Before[i] = before.On(kind)
	}
	return &on
}

// Name is what messages call the plan: the page's file, and the engine if the
// lab runs on several.
func (p *Plan) Name() string {
	if len(p.Kinds) < 2 {
		return p.Page.File()
	}
	return p.Page.File() + " on " + config.DockerName(p.Docker)
}

// A Step is what is done with one snippet.
type Step struct {
	Snippet *content.Snippet
	Text    string    // of a file or a diff, placeholders filled in
	Run     []Command // what is run, in order
	Typed   string    // lines and keys for whichever of these waits for input, in order; placeholders filled in
	Source  bool      // it prints the value of a placeholder
	More    bool      // the snippet has more commands, which are not run: the plan was cut here
}

// A Command is one command as it is run: with the placeholders filled in.
type Command struct {
	*content.Command
	Shell string   // Text
	Lines []string // those of Expect
	Until string
}

// step returns what is done with a snippet on a machine with the engine of that
// name.
func step(s *content.Snippet, docker string, bind func(string) string) Step {
	step := Step{Snippet: s}
	if !s.Runs() {
		return step
	}
	if s.Role == info.File || s.Role == info.Diff {
		step.Text = bind(s.Code)
	}
	for _, c := range s.Commands {
		run := Command{Command: c, Shell: bind(c.Text), Until: bind(c.Until)}
		if on := c.ExpectOn[docker]; on != nil {
			its := *c
			its.Expect = on
			c, run.Command = &its, &its
		}
		if c.Expect != nil {
			for _, line := range c.Expect.Lines {
				run.Lines = append(run.Lines, bind(line))
			}
		}
		step.Run = append(step.Run, run)
	}
	if s.Role != info.Shell || strings.TrimSpace(s.Code) != "" { // otherwise that is the command
		step.Typed = bind(s.Options.Type)
	}
	return step
}

// census refuses labs that would look verified although some of their snippets,
// or all, are not.
func (p *Plan) census() (errs content.Errors) {
	verified := 0
	for _, s := range p.Tree.Snippets {
		switch {
		case s.Role == info.Unknown && s.Options.Skip == "":
			errs = append(errs, &content.Error{
				Pos:    s.Pos,
				Msg:    fmt.Sprintf("language %q is not verified on a lab%s", s.Lang, info.SuggestLanguage(s.Lang)),
				Reason: ReasonLanguage,
			})
		case s.Role == info.Diff || s.Role == info.File || len(s.Commands) > 0 || s.Role == info.Report:
			if s.Runs() {
				verified++
			}
		}
	}
	if verified == 0 && len(errs) == 0 {
		reason := ReasonNothingVerified
		if !p.Page.Front.IsLab { // a README, say
			reason = ReasonNothingRuns
		}
		errs = append(errs, &content.Error{Pos: p.Lab.Pos, Msg: "a lab on which nothing is verified", Reason: reason})
	}
	return append(errs, p.misfits()...)
}

// hash returns the hash of what is written.
func hash(of func(write func(v ...any))) string {
	h := sha256.New()
	e := json.NewEncoder(h)
	of(func(v ...any) {
		if err := e.Encode(v); err != nil {
			panic("plans: digest: " + err.Error()) // only plain values go in
		}
	})
	return "sha256:" + hex.EncodeToString(h.Sum(nil))
}

// digest hashes what can change the result.
func (p *Plan) digest() string { return hash(p.write) }

func (p *Plan) write(write func(v ...any)) {
	used := maps.Clone(p.Lab.Placeholders)
	maps.DeleteFunc(used, func(name, _ string) bool { return !p.uses(name) })
	if used == nil {
		used = map[string]string{}
	}
	write("handbook", Version, p.Kinds, p.Lab.Dir, p.Lab.Hub, p.Lab.Network, p.Lab.Timeout, used, p.Lab.Env)
	for _, b := range p.Before {
		write("after", b.Digest)
	}
	if len(p.Lab.Machines) > 0 {
		write("machines", p.Lab.Machines)
	}
	for _, name := range slices.Sorted(maps.Keys(p.Lab.From)) {
		write("from", name, p.Lab.From[name].Snippet, p.Lab.From[name].Match)
	}
	if !p.Lab.Cleanup {
		write("cleanup", "off")
	}
	for _, f := range p.Page.Files {
		write("file", f.Path, f.Exec, f.Digest)
	}
	for _, c := range p.Clones {
		write("clone", c.URL, c.Mirror)
		for _, f := range c.Files {
			write(f.Path, f.Exec, f.Digest)
		}
	}
	for _, step := range p.Steps {
		step.digest(write)
	}
	for _, m := range p.Tree.Measures {
		write(m.Scheme, m.Ref, m.Docker, m.Text, m.After-1)
	}
}

// digest writes what of a step can change the result.
func (step *Step) digest(write func(v ...any)) {
	s, o := step.Snippet, step.Snippet.Options
	write(s.Role.String(), o.Skip)
	if !s.Runs() {
		return
	}
	write(o.File, o.Mode, o.Append, o.Exit, o.Timeout, o.Retry, o.Type, o.NoTTY, o.Varies, o.Term, o.Stay, o.Until)
	if o.On != "" {
		write("on", o.On)
	}
	if step.Source {
		write("name", o.Name)
	}
	if o.Ready > 0 || o.Unready || len(o.Ends) > 0 {
		write("starts", o.Ready, o.Unready, o.Ends)
	}
	if o.Include != "" {
		write("include", o.Include, o.Lines, s.Beside)
	}
	// What an Included snippet shows is for the run to say.
	if s.Role != info.Shell && s.Role != info.Console && s.Role != info.Included {
		write(s.Lang, s.Code)
	}
	for _, c := range step.Run {
		write(c.Text)
		if c.Stay || c.Prompt != "" {
			write("typed", c.Stay, c.Prompt)
		}
		if c.Expect != nil {
			write(c.Expect.Lines)
		}
		for _, docker := range slices.Sorted(maps.Keys(c.ExpectOn)) {
			write("prints on", docker, c.ExpectOn[docker].Lines)
		}
	}
}

// isSource reports whether a placeholder gets its value from a snippet.
func (p *Plan) isSource(s *content.Snippet) bool {
	for _, from := range p.Lab.From {
		if p.Tree.Named(from.Snippet) == s {
			return true
		}
	}
	return false
}

// uses reports whether a placeholder stands where its value is filled in.
func (p *Plan) uses(name string) bool {
	return slices.ContainsFunc(p.Tree.Snippets, func(s *content.Snippet) bool {
		return strings.Contains(s.Code, name) || strings.Contains(s.Options.Run, name) || strings.Contains(s.Options.Type, name) ||
			strings.Contains(s.Options.Until, name)
	}) || slices.ContainsFunc(p.Tree.Measures, func(m *content.Measure) bool { return strings.Contains(m.Ref, name) })
}

// CommandsAfter counts a plan's commands behind a place.
func (p *Plan) CommandsAfter(at content.Pos) (n int) {
	for _, step := range p.Steps {
		for _, c := range step.Run {
			if c.Pos.Line > at.Line {
				n++
			}
		}
	}
	return n
}

// Until returns the plan cut before a line of the page: of what stands there or
// below nothing is run, and nothing is checked. It has no digest.
func (p *Plan) Until(line int) *Plan {
	part := *p
	part.Steps, part.Measures, part.Digest, part.Cut = nil, nil, "", true
	part.Enter = p.enterAt(line)
	for _, step := range p.Steps {
		if step.Snippet.Pos.Line >= line {
			break
		}
		for i, c := range step.Run {
			if c.Pos.Line >= line {
				step.Run, step.More = step.Run[:i:i], true
				break
			}
		}
		part.Steps = append(part.Steps, step)
	}
	for _, m := range p.Measures {
		if m.Pos.Line < line {
			part.Measures = append(part.Measures, m)
		}
	}
	return &part
}

// enterAt returns the machine of what stands at a line of the page: of the last
// snippet that begins there or above.
func (p *Plan) enterAt(line int) (machine string) {
	for _, step := range p.Steps {
		if step.Snippet.Pos.Line <= line {
			machine = p.Lab.MachineOf(step.Snippet.Options.On)
		}
	}
	return machine
}

// Print writes the plan for a person.
func (p *Plan) Print(w io.Writer) error {
	var b strings.Builder
	var made []string
	for _, kind := range p.Kinds {
		made = append(made, kind.Machine)
	}
	fmt.Fprintf(&b, "%s\n  machine %s, in %s, at most %v\n", p.Page.File(), strings.Join(made, " and "), p.Lab.Dir, p.Lab.Timeout)
	margin := "\n" + strings.Repeat(" ", 16) // of lines that go on
	for _, name := range slices.Sorted(maps.Keys(p.Lab.Env)) {
		fmt.Fprintf(&b, "        set     %s=%s\n", name, strings.ReplaceAll(p.Lab.Env[name], "\n", margin))
	}
	for _, before := range p.Before {
		fmt.Fprintf(&b, "  after   %s\n", before.Page.File())
	}
	for _, f := range p.Page.Files {
		fmt.Fprintf(&b, "  bring   %s (%s)\n", f.Path, wording.Count(int(f.Size), "byte"))
	}
	for _, c := range p.Clones {
		from := c.Mirror
		if from == "" {
			from = fmt.Sprintf("%s (%s)", c.Folder, wording.Count(len(c.Files), "file"))
		}
		fmt.Fprintf(&b, "  clone   %s from %s\n", c.URL, from)
	}
	on := "" // the machine
	for _, step := range p.Steps {
		s := step.Snippet
		at := fmt.Sprintf("  %4d  ", s.Pos.Line)
		if machine := p.Lab.MachineOf(s.Options.On); machine != on && s.Runs() {
			fmt.Fprintf(&b, "%son      %s\n", at, machine)
			on = machine
		}
		switch {
		case s.Options.Skip != "":
			fmt.Fprintf(&b, "%sskip    %s: %s\n", at, s.Lang, s.Options.Skip)
		case s.Role == info.File:
			verb := "write"
			if s.Options.Append {
				verb = "append"
			}
			fmt.Fprintf(&b, "%s%-7s %s (%s)\n", at, verb, s.Options.File, wording.Count(len(step.Text), "byte"))
		case s.Role == info.Diff:
			fmt.Fprintf(&b, "%spatch   %s\n", at, s.Options.File)
		case s.Role == info.Included:
			fmt.Fprintf(&b, "%sshow    %s\n", at, s.Options.Include)
		case s.Role == info.Report:
			fmt.Fprintf(&b, "%sreport  %s\n", at, s.Lang)
		}
		for _, c := range step.Run {
			text := strings.ReplaceAll(strings.TrimRight(c.Shell, "\n"), "\n", margin)
			fmt.Fprintf(&b, "  %4d  run     %s\n", c.Pos.Line, text)
			if c.Exit != 0 {
				fmt.Fprintf(&b, "                exit status %d\n", c.Exit)
			}
			if c.Expect != nil {
				fmt.Fprintf(&b, "  %4d          prints %s\n", c.Expect.Pos.Line, wording.Count(len(c.Expect.Lines), "line"))
			}
		}
		if s.Options.Type != "" && len(step.Run) > 0 {
			fmt.Fprintf(&b, "                typed there: %q\n", s.Options.Type)
		}
	}
	fmt.Fprintf(&b, "  digest %s\n", p.Digest)
	_, err := io.WriteString(w, b.String())
	return err
}
