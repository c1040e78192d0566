package main

import (
	"crypto/sha256"
	"fmt"
	"html"
	"math/rand/v2"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"handbook/content"
	"handbook/content/info"
	"handbook/content/record"
	"handbook/render"
	"handbook/verify/compare"
	"handbook/verify/plans"
)

// editedPage is what TestEdits starts from: a lab with snippets of every role.
const editedPage = `---
lab:
  placeholders: {YOUR_NAME: ann}
---

# A lab

Prose before it begins.

'''bash
# a note
echo one
# -> [..]
echo one  # -> [..]
echo two
'''

'''output
[..]
'''

'''python file=app.py
print("YOUR_NAME")
'''

'''python file=app.py append
print(2)
'''

## Step

'''diff file=app.py
@@
-print(2)
+print(3)
'''

'''include=app.py
'''

- A list.

  '''bash exit=3
  echo YOUR_NAME | cat
  (exit 3)
  '''

'''console
$ echo one
...
$ echo \
> two
...
$ python3
>>> print(1)
...
>>> exit()
'''

'''python skip="shown only"
print(1)
'''

'''bash hide
docker build -t app:1 .
echo hidden
'''

'''image-sizes
app:1
'''

It has [?](size:app:1) and some prose.

'''text
no code
'''

'''bash term=2 stay until="ready"
serve
'''

'''bash type="a\n" timeout=5s
docker build -t app:1 .
read name
'''

'''bash term=2 type="^C"
'''

'''text file=out run="cat out"
echo one
'''

'''output
[..]
'''

'''console
$ docker build -t app:2 .
'''

'''image-layers
app:1
app:2
'''

'''text include=app.py lines=1
'''

    indented code

'''bash
echo three  # -> [..]
'''

The end. Measured values, which notice what is put before them, are above only.
`

// TestEdits edits a verified page at random. An edit that changes what runs, or has
// something expected that was not printed, makes it stale. While it counts as fresh,
// it shows the same as if it had run as it is now, and no command has the result of
// another.
func TestEdits(t *testing.T) {
	seed := uint64(1)
	if s, err := strconv.ParseUint(os.Getenv("HANDBOOK_SEED"), 10, 64); err == nil {
		seed = s
	}
	base := strings.ReplaceAll(editedPage, "'''", "```")
	_, verified, err := planOf(base)
	if err != nil {
		t.Fatal(err)
	}
	committed := simulate(verified)
	fresh, judged, stale, wrong := 0, 0, 0, 0
	for i := range 800 {
		e := &editor{rand.New(rand.NewPCG(seed, uint64(i))), strings.Split(base, "\n")}
		for range 1 + e.IntN(2) {
			e.edit()
		}
		text := strings.Join(e.lines, "\n")
		site, plan, err := planOf(text)
		switch {
		case err != nil:
			wrong++
			continue
		}
		site.Pages[0].Record = committed
		status, err := (&plans.Planner{Site: site, Machines: plans.Same("test")}).Check()
		switch same := plan.Digest == verified.Digest; {
		case err != nil:
			t.Fatal(err)
		case status.Of(site.Pages[0]).State != content.Fresh:
			stale++
			continue
		case same:
			fresh++
		default:
			judged++
			if problem := unexpected(plan, committed); problem != "" {
				t.Errorf("HANDBOOK_SEED=%d, edit %d: fresh, though %s\n%s", seed, i, problem, cmp.Diff(base, text))
			}
		}
		expects := plan.Digest == verified.Digest
		if diff := cmp.Diff(traceOf(verified, expects), traceOf(plan, expects)); diff != "" {
			t.Errorf("HANDBOOK_SEED=%d, edit %d: fresh, though it runs something else (-want +got):\n%s\n%s", seed, i, diff, cmp.Diff(base, text))
			continue
		}
		ran := simulate(plan)
		ran.Digest, ran.Ran = committed.Digest, committed.Ran
		got, own := shownWith(t, site, committed), shownWith(t, site, ran)
		if diff := cmp.Diff(own, got); diff != "" {
			t.Errorf("HANDBOOK_SEED=%d, edit %d: shows what it would not show had it run (-want +got):\n%s\n%s", seed, i, diff, cmp.Diff(base, text))
		}
		if problem := misplaced(got); problem != "" {
			t.Errorf("HANDBOOK_SEED=%d, edit %d: %s\n%s", seed, i, problem, cmp.Diff(base, text))
		}
	}
	if t.Logf("%d fresh, %d by what was printed, %d stale, %d with errors", fresh, judged, stale, wrong); fresh < 50 || judged < 8 || stale < 250 { // far from what any seed gives
		t.Errorf("%d and %d fresh and %d stale pages: too few to tell anything", fresh, judged, stale)
	}
}

// unexpected says what a page expects that its record does not have, or "".
func unexpected(p *plans.Plan, r *content.Record) string {
	for _, step := range p.Steps {
		for i, c := range step.Run {
			printed := r.Of(step.Snippet.Number, step.Snippet.Role).Command(i)
			if printed == nil || printed.Text != c.Text {
				return fmt.Sprintf("%q was not run", c.Text)
			}
			if c.Expect != nil && !compare.Match(c.Lines, printed.Output) {
				return fmt.Sprintf("%q has printed %q", c.Text, printed.Output)
			}
		}
	}
	return ""
}

// planOf loads a page and plans its lab.
func planOf(page string) (*content.Site, *plans.Plan, error) {
	site, err := content.Load(fstest.MapFS{"p.md": {Data: []byte(page)}}, "")
	if err != nil {
		return nil, nil, err
	}
	if site.Pages[0].Lab == nil {
		return nil, nil, fmt.Errorf("no lab")
	}
	plan, err := plans.New(site, site.Pages[0], "test")
	return site, plan, err
}

// shownWith returns the page, its twin and its script with a record.
func shownWith(t *testing.T, site *content.Site, r *content.Record) string {
	t.Helper()
	site.Pages[0].Record = r
	files, err := render.Site(site, content.Freshness{"p.md": {State: content.Fresh}}, render.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return string(files["p/index.html"]) + string(files["p.md"]) + string(files["p/lab.sh"])
}

// An editor edits the lines of a page.
type editor struct {
	*rand.Rand
	lines []string
}

// What is put into a page.
var (
	newLines = []string{"", "Prose.", "# a comment", "# -> [..]", "# ->", "echo one", "echo new", "$ echo one", "$ echo new", "> more", "...", "    code",
		"```", "```bash", "```output", "```console", "```text", "````", "- item", "## Heading", "<!--", "-->"}
	newBlocks = []string{"```bash\necho one\n```", "```output\n[..]\n```", "```output\n```", "```text\nx\n```", "```python skip=x\n1\n```", "```bash\n```",
		"```include=app.py\n```", "```output skip=x\n[..]\n```", "```text file=app.py\nx\n```", "```image-sizes\napp:1\n```", "```console\n$ echo one\n...\n```", "```bash skip=x\necho one\n```"}
	newOptions = []string{"hide", "quiet", "fold=3", "name=x", "title=x", "varies", "exit=1", "timeout=9s", "retry=1s", "skip=x", "term=2", "stay", "until=x",
		`type="b\n"`, "tty=no", "append", "mode=0700", "file=other", "nums", "tab=x", "lines=1-2", "{1}"}
	newExpected  = []string{"ran: [..]", "...", "ran: echo one [..]", "ran: echo two [..]", "ran", "(as after [..])", "[..])"}
	newLanguages = []string{"bash", "sh", "console", "output", "text", "python skip=x", "", "image-sizes", "image-layers"}
)

func (e *editor) line() int { return 5 + e.IntN(len(e.lines)-5) }

func (e *editor) one(of []string) string { return of[e.IntN(len(of))] }

// block returns the lines of one of the fenced blocks, the last one excluded.
func (e *editor) block() (first, last int) {
	for first = e.line(); first < len(e.lines) && !strings.Contains(e.lines[first], "```"); first++ {
	}
	for last = first + 1; last < len(e.lines) && !strings.Contains(e.lines[last], "```"); last++ {
	}
	return min(first, len(e.lines)), min(last+1, len(e.lines))
}

func (e *editor) edit() {
	at := e.line()
	switch first, last := e.block(); e.IntN(16) {
	case 0:
		e.lines = slices.Delete(e.lines, at, at+1)
	case 1:
		e.lines = slices.Insert(e.lines, at, e.one(newLines))
	case 2:
		e.lines = slices.Insert(e.lines, at, strings.Split(e.one(newBlocks), "\n")...)
	case 3:
		e.lines = slices.Insert(e.lines, at, e.lines[e.line()])
	case 4:
		to := e.line()
		e.lines[at], e.lines[to] = e.lines[to], e.lines[at]
	case 5: // a block is copied
		e.lines = slices.Insert(e.lines, at, slices.Clone(e.lines[first:last])...)
	case 6:
		e.lines = slices.Delete(e.lines, first, last)
	case 7: // a block is moved
		block := slices.Clone(e.lines[first:last])
		e.lines = slices.Delete(e.lines, first, last)
		e.lines = slices.Insert(e.lines, min(at, len(e.lines)), block...)
	case 8, 9:
		if first < len(e.lines) {
			e.lines[first] += " " + e.one(newOptions)
		}
	case 10:
		if first < len(e.lines) {
			fence, info, _ := strings.Cut(e.lines[first], "```")
			_, options, _ := strings.Cut(info, " ")
			e.lines[first] = strings.TrimSpace(fence + "```" + e.one(newLanguages) + " " + options)
		}
	case 11: // a word is lost or doubled
		words := strings.Split(e.lines[at], " ")
		i := e.IntN(len(words))
		if e.IntN(2) == 0 {
			words = slices.Delete(words, i, i+1)
		} else {
			words = slices.Insert(words, i, words[i])
		}
		e.lines[at] = strings.Join(words, " ")
	case 12: // an option is lost
		if first < len(e.lines) {
			words := strings.Split(e.lines[first], " ")
			i := e.IntN(len(words))
			e.lines[first] = strings.Join(slices.Delete(words, i, i+1), " ")
		}
	case 14, 15: // what is expected
		for n, from := len(e.lines), e.line(); n > 0; n-- {
			if i := 5 + (from+n)%(len(e.lines)-5); strings.HasSuffix(e.lines[i], "[..]") {
				e.lines[i] = strings.TrimSuffix(e.lines[i], "[..]") + e.one(newExpected)
				break
			}
		}
	case 13: // what a comment expects is expected by a fence
		for i := first; i < last; i++ {
			if before, claim, found := strings.Cut(e.lines[i], "# -> "); found {
				e.lines[i] = before
				e.lines = slices.Insert(e.lines, last, "```output", claim, "```")
				break
			}
		}
	}
}

// shownOnly are the options that change nothing about a run.
var shownOnly = []string{"Hide", "Name", "Fold", "Quiet", "Annotate", "Title", "Nums", "Wrap", "Marked", "Ins", "Del", "Tab"}

// fieldsOf dumps the exported fields of a struct that hold something.
func fieldsOf(v any, but ...string) string {
	var b strings.Builder
	s := reflect.Indirect(reflect.ValueOf(v))
	for i := range s.NumField() {
		if f := s.Type().Field(i); f.IsExported() && !slices.Contains(but, f.Name) && !s.Field(i).IsZero() {
			fmt.Fprintf(&b, " %s=%+v", f.Name, s.Field(i).Interface())
		}
	}
	return b.String()
}

// traceOf says in order what a plan runs and, if that is wanted, expects, and nothing
// else.
func traceOf(p *plans.Plan, expects bool) (trace []string) {
	for _, step := range p.Steps {
		trace = append(trace, traceOfStep(&step, expects))
	}
	for _, m := range p.Measures {
		trace = append(trace, "measure"+fieldsOf(m, "Pos", "Node"))
	}
	return trace
}

func traceOfStep(step *plans.Step, expects bool) string {
	s := step.Snippet
	trace := s.Role.String() + fieldsOf(s.Options, shownOnly...)
	if !s.Runs() {
		return s.Role.String() + " " + s.Options.Skip
	}
	if step.Text != "" || step.Typed != "" {
		trace += fmt.Sprintf(" %q, types %q", step.Text, step.Typed)
	}
	for _, c := range step.Run {
		trace += "\n" + fieldsOf(c.Input, "Offset", "End") + fieldsOf(c.Command, "Input", "Pos", "Expect") + fmt.Sprintf(" %q", c.Shell)
		if c.Expect != nil && expects {
			trace += fmt.Sprintf(" expects %q", c.Lines)
		}
	}
	for _, row := range s.Rows {
		trace += "\n" + fieldsOf(row, "Pos")
	}
	return trace
}

// simulate returns the record of a run on a machine on which everything depends
// on all that was done before.
func simulate(p *plans.Plan) *content.Record {
	r := &content.Record{Format: record.Format, Page: p.Page.Path, Results: content.Results{Digest: p.Digest, Ran: p.Ran(), Machine: content.RecordMachine{Docker: p.Docker}}}
	state := ""
	for _, step := range p.Steps {
		s := step.Snippet
		state = fmt.Sprintf("%x", sha256.Sum256([]byte(state+traceOfStep(&step, false))))[:12]
		result := content.SnippetResult{Number: s.Number, Kind: s.Role.String(), Verdict: content.Passed}
		switch {
		case s.Options.Skip != "":
			result.Verdict, result.Reason = content.Skipped, s.Options.Skip
		case s.Role == info.Included:
			result.File, result.Text = s.IncludedFile(), "as after "+state+"\n"
		case s.Role == info.Diff:
			result.Text = "as after " + state + "\n"
		}
		for k, c := range step.Run {
			first, _, _ := strings.Cut(c.Text, "\n")
			result.Commands = append(result.Commands, content.CommandResult{
				Text: c.Text, Exit: c.Exit, Prompt: c.Prompt, Output: []string{fmt.Sprintf("ran: %s (%s)", first, state)},
			})
			if ref, ok := strings.CutPrefix(c.Text, "docker build -t "); ok {
				bytes, _ := strconv.ParseInt(state[:8], 16, 64)
				r.Images = append(r.Images, content.Image{Ref: strings.TrimSuffix(ref, " ."), Unpacked: bytes,
					Layers: []content.Layer{{Instruction: state, Bytes: bytes}}, Origin: content.Origin{Snippet: s.Number, Command: k}})
			}
		}
		r.Snippets = append(r.Snippets, result)
	}
	return r
}

var (
	runRE = regexp.MustCompile(`(?s)<pre class="cmd">(.*?)</pre>|<pre class="out">(.*?)</pre>`)
	tagRE = regexp.MustCompile(`<[^>]*>`)
)

// misplaced looks at a page of a simulated run for output under a command that
// has not printed it.
func misplaced(page string) string {
	command, outputs := "", 0
	for _, m := range runRE.FindAllStringSubmatch(page, -1) {
		text := html.UnescapeString(tagRE.ReplaceAllString(m[1]+m[2], ""))
		first, _, _ := strings.Cut(text, "\n")
		if m[1] != "" {
			command = first
			continue
		}
		if outputs++; !strings.HasPrefix(first, "ran: "+command+" (") {
			return fmt.Sprintf("under %q stands %q", command, first)
		}
	}
	if outputs < 10 {
		return fmt.Sprintf("only %d outputs are shown", outputs)
	}
	return ""
}
