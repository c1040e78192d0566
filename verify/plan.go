package verify

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"time"

	"handbook/content"
)

// Version stands for the way in which labs are run. It is part of every
// digest: raise it when the same page would now give another record.
const Version = 1

// A Plan is what a lab does, in order. It is a pure function of the site.
type Plan struct {
	Page    *content.Page
	Lab     *content.Lab
	Limits  content.MachineConfig
	Machine string  // what the machine is made of: the image's reference, or what the caller says of the built-in one
	Before  []*Plan // the labs whose end state it starts from, the first one first
	Steps   []Step  // of every snippet that has a role on the lab
	// Digest covers all that can change the result: what runs, with which
	// options and values, what is expected of it, on what machine, and the
	// way in which this version runs it. Lines are not part of it: prose may
	// grow.
	Digest string
}

// A Step is what is done with one snippet.
type Step struct {
	Snippet *content.Snippet
	Text    string    // of a file or a diff, placeholders filled in
	Run     []Command // what is run, in order
}

// A Command is one command as it is run.
type Command struct {
	*content.Command
	Shell   string // Text with the placeholders filled in
	Typed   string // at its prompts, placeholders filled in
	Until   string // what shows that a command that stays is ready; "" is a prompt, or a port that listens
	AtShell bool   // it stands behind the shell's own prompt on the page
	Exit    int    // the exit status that is wanted
	Timeout time.Duration
}

// NewPlan plans a lab. The machine is a word for what the built-in machine's
// image is made of, which every digest covers. The error, content.Errors, has
// everything on the page that keeps the lab from being verified.
func NewPlan(site *content.Site, page *content.Page, machine string) (*Plan, error) {
	p, errs := newPlan(site, page, machine)
	return p, errs.Sorted()
}

func newPlan(site *content.Site, page *content.Page, machine string) (*Plan, content.Errors) {
	page = page.Parsed()
	p := &Plan{Page: page, Lab: page.Lab, Limits: site.Config.Machine, Machine: machine}
	var errs content.Errors
	if page.Lab.Machine != content.DockerMachine {
		p.Machine = page.Lab.Machine
	} else if file, err := dockerfile(site, page); file != "" {
		if err != nil {
			errs = append(errs, &content.Error{Pos: content.Pos{File: path.Join(site.Name, content.ConfigFile)}, Msg: fmt.Sprintf("machine: dockerfile: no file %q", site.Config.Machine.Dockerfile)})
		}
		p.Machine = file
	}
	if before := page.Lab.After; before != "" {
		b, found := newPlan(site, site.Page(before), machine)
		errs = append(errs, found...)
		p.Before = append(b.Before, b)
	}
	bind := binder(page.Lab.Placeholders)
	for _, s := range page.Snippets {
		if s.Role == content.Shown {
			continue
		}
		p.Steps = append(p.Steps, p.step(s, bind))
	}
	errs = append(errs, p.census()...)
	p.Digest = p.digest()
	return p, errs
}

// dockerfile names what a lab's machine is made of where the site has a
// Dockerfile of its own, "" elsewhere.
func dockerfile(site *content.Site, page *content.Page) (string, error) {
	file := site.Config.Machine.Dockerfile
	if file == "" || page.Lab.Machine != content.DockerMachine {
		return "", nil
	}
	b, err := fs.ReadFile(site.FS, file)
	return file + "@" + digest(b), err
}

// binder fills in placeholders, the longest names first: YOUR_NAME must not
// break YOUR_NAME_AND_TAG.
func binder(values map[string]string) func(string) string {
	names := slices.SortedFunc(maps.Keys(values), func(a, b string) int { return len(b) - len(a) })
	var pairs []string
	for _, name := range names {
		pairs = append(pairs, name, values[name])
	}
	return strings.NewReplacer(pairs...).Replace
}

func (p *Plan) step(s *content.Snippet, bind func(string) string) Step {
	step := Step{Snippet: s}
	if !s.Runs() {
		return step
	}
	if s.Role == content.File || s.Role == content.Diff {
		step.Text = bind(s.Code)
	}
	for i, c := range s.Commands {
		run := Command{Command: c, Shell: bind(c.Text), Timeout: s.Options.Timeout, AtShell: s.Role == content.Console && c.Prompt == "" && !c.Key}
		if run.Timeout == 0 {
			run.Timeout = content.DefaultCommandTimeout
		}
		if i == len(s.Commands)-1 {
			run.Exit, run.Until = s.Options.Exit, s.Options.Until
			if s.Role != content.Shell || strings.TrimSpace(s.Code) != "" { // otherwise that is the command
				run.Typed = bind(s.Options.Type)
			}
		}
		step.Run = append(step.Run, run)
	}
	return step
}

// census refuses labs that would look verified without being it.
func (p *Plan) census() (errs content.Errors) {
	verified := 0
	for _, s := range p.Page.Snippets {
		switch {
		case s.Role == content.Unknown && s.Options.Skip == "":
			errs = append(errs, &content.Error{
				Pos:  s.Pos,
				Msg:  fmt.Sprintf("language %q is not verified on a lab%s", s.Lang, content.SuggestLanguage(s.Lang)),
				Hint: `make it a file with file=…, give the reason with skip="…", or make it text`,
			})
		case s.Role == content.Diff || s.Role == content.File || len(s.Commands) > 0 || s.Role == content.Report:
			if s.Runs() {
				verified++
			}
		}
	}
	if verified == 0 && len(errs) == 0 {
		hint := "give it snippets that run, or drop the lab key"
		if !p.Page.Front.IsLab { // a README, say
			hint = "what runs are code blocks whose language is bash, sh or console"
		}
		errs = append(errs, &content.Error{Pos: p.Lab.Pos, Msg: "a lab on which nothing is verified", Hint: hint})
	}
	return errs
}

// digest hashes what can change the result.
func (p *Plan) digest() string {
	h := sha256.New()
	e := json.NewEncoder(h)
	write := func(v ...any) {
		if err := e.Encode(v); err != nil {
			panic("verify: digest: " + err.Error()) // only plain values go in
		}
	}
	used := maps.Clone(p.Lab.Placeholders)
	maps.DeleteFunc(used, func(name, _ string) bool { return !p.uses(name) })
	if used == nil {
		used = map[string]string{}
	}
	write("handbook", Version, p.Machine, p.Lab.Dir, p.Lab.Hub, p.Lab.Network, p.Lab.Timeout, used, p.Lab.Env)
	for _, b := range p.Before {
		write("after", b.Digest)
	}
	for _, step := range p.Steps {
		s, o := step.Snippet, step.Snippet.Options
		if s.Role == content.Output { // part of its command
			continue
		}
		write(s.Role.String(), o.Skip)
		if !s.Runs() {
			continue
		}
		write(o.File, o.Mode, o.Append, o.Exit, o.Timeout, o.Retry, o.Type, o.NoTTY, o.Varies, o.Term, o.Stay, o.Until)
		if s.Role != content.Shell && s.Role != content.Console {
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
		}
	}
	for _, m := range p.Page.Measures {
		write(m.Scheme, m.Ref, m.Text, p.Page.ResultIndex(m.Before))
	}
	return "sha256:" + hex.EncodeToString(h.Sum(nil))
}

// uses tells whether a placeholder stands anywhere where its value is put.
func (p *Plan) uses(name string) bool {
	return slices.ContainsFunc(p.Page.Snippets, func(s *content.Snippet) bool {
		return strings.Contains(s.Code, name) || strings.Contains(s.Options.Run, name) || strings.Contains(s.Options.Type, name)
	}) || slices.ContainsFunc(p.Page.Measures, func(m *content.Measure) bool { return strings.Contains(m.Ref, name) })
}

func digest(b []byte) string {
	h := sha256.Sum256(b)
	return "sha256:" + hex.EncodeToString(h[:])
}

// Print writes the plan for a person.
func (p *Plan) Print(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n  machine %s, in %s, at most %v\n", p.Page.File(), p.Machine, p.Lab.Dir, p.Lab.Timeout)
	for _, before := range p.Before {
		fmt.Fprintf(&b, "  after   %s\n", before.Page.File())
	}
	for _, step := range p.Steps {
		s := step.Snippet
		at := fmt.Sprintf("  %4d  ", s.Pos.Line)
		switch {
		case s.Options.Skip != "":
			fmt.Fprintf(&b, "%sskip    %s: %s\n", at, s.Lang, s.Options.Skip)
		case s.Role == content.File:
			verb := "write"
			if s.Options.Append {
				verb = "append"
			}
			fmt.Fprintf(&b, "%s%-7s %s (%s)\n", at, verb, s.Options.File, plural(len(step.Text), "byte"))
		case s.Role == content.Diff:
			fmt.Fprintf(&b, "%spatch   %s\n", at, s.Options.File)
		case s.Role == content.Report:
			fmt.Fprintf(&b, "%sreport  %s\n", at, s.Lang)
		}
		for _, c := range step.Run {
			first, rest, more := strings.Cut(c.Shell, "\n")
			if more {
				first += fmt.Sprintf(" … (%s)", plural(strings.Count(rest, "\n")+1, "more line"))
			}
			fmt.Fprintf(&b, "  %4d  run     %s\n", c.Pos.Line, first)
			if c.Exit != 0 {
				fmt.Fprintf(&b, "                exit status %d\n", c.Exit)
			}
			if c.Expect != nil {
				fmt.Fprintf(&b, "  %4d          prints %s\n", c.Expect.Pos.Line, plural(len(c.Expect.Lines), "line"))
			}
		}
	}
	fmt.Fprintf(&b, "  digest %s\n", p.Digest)
	_, err := io.WriteString(w, b.String())
	return err
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// Judge sets the state of every lab of a site from its plan's digest and its
// record, and returns the digests, with all that keeps labs from being planned.
// The store keeps the digests of pages that are the same; it may be nil.
func Judge(site *content.Site, machine string, store content.Store) (map[*content.Page]string, error) {
	digests := map[*content.Page]string{}
	var errs content.Errors
	for _, page := range site.Pages {
		if page.Lab == nil {
			continue
		}
		digest, found := planDigest(site, page, machine, store)
		errs = append(errs, found...)
		digests[page] = digest
		switch r := page.Record; {
		case r == nil:
			page.State = content.None
			if page.Problem == "" {
				page.Problem = "it has never been verified"
			}
		case r.Digest != digest:
			page.State, page.Problem = content.Stale, "it has changed since it was verified"
			// Is all as it was, but for the image of the machine?
			if then := r.Machine.Image; then != machine {
				if before, _ := planDigest(site, page, then, store); before == r.Digest {
					page.Problem = "its machine has changed since it was verified"
				}
			}
		default:
			page.State, page.Problem = content.Fresh, ""
		}
	}
	return digests, errs.Sorted()
}

// planDigest is the digest of a page's plan.
func planDigest(site *content.Site, page *content.Page, machine string, store content.Store) (string, content.Errors) {
	var errs content.Errors
	b, err := content.Keep(store, planKey(site, page, machine), func() ([]byte, error) {
		p, found := newPlan(site, page, machine)
		errs = found
		return []byte(p.Digest), found.Sorted()
	})
	if err != nil && errs == nil {
		errs = content.AllErrors(err)
	}
	return string(b), errs
}

// planKey digests all that a plan is made from.
func planKey(site *content.Site, page *content.Page, machine string) content.Key {
	before := ""
	if page.Lab.After != "" {
		key := planKey(site, site.Page(page.Lab.After), machine)
		before = string(key[:])
	}
	file, _ := dockerfile(site, page)
	return content.KeyOf("plan", string(page.Key[:]), machine, file, fmt.Sprintf("%+v", site.Config.Machine), before)
}
