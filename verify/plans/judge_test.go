//go:build unix

package plans_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"handbook/content"
	"handbook/verify"
	"handbook/verify/local"
	"handbook/verify/plans"
)

// A judged is a lab that is run, and then changed.
type judged struct {
	name     string
	lab      string // more settings
	page     string
	old, new string // the change
	fresh    bool   // it needs no run
}

const plain = "```bash\necho one\n# -> one\necho two\n```\n\n```output\ntwo\n```\n\n```console\n$ echo three\nthree\n$ seq 3\n```\n"

var judgedLabs = []judged{
	{"nothing", "", plain, "", "", true},
	{"a wildcard", "", plain, "# -> one", "# -> o[..]", true},
	{"other lines", "", plain, "```bash", "More text.\n\n```bash", true},
	{"no expectation any more", "", plain, "# -> one\n", "", true},
	{"a new one", "", plain, "$ seq 3\n", "$ seq 3\n1\n...\n3\n", true},
	{"in a fence", "", plain, "two\n```\n\n```console", "...\n```\n\n```console", true},
	{"in a session", "", plain, "\nthree\n", "\nth[..]\n", true},
	{"silence", "", plain, "# -> one", "# ->", false},
	{"other text", "", plain, "# -> one", "# -> One", false},
	{"that of another command", "", plain, "$ echo three\nthree\n$ seq 3\n", "$ echo three\n$ seq 3\nthree\n", false},
	{"another command", "", plain, "echo two", "echo  two", false},
	{"another status", "", plain, "```bash\necho one", "```bash exit=1\necho one", false},
	{"another option", "", plain, "```bash\necho one", "```bash varies\necho one", false},
	{"settings", "", plain, "cleanup: off", "cleanup: off, env: {A: b}", false},
	{"a command less", "", plain, "echo two\n```\n\n```output\ntwo\n```\n", "```\n", false},
	{"of what fails, its text", "", "```bash exit=1\nfalse\n# ->\n```\n", "# ->\n", "", true},
	// The first try would have done.
	{"until it is so", "", "```bash retry=30s\necho x >> a; wc -l < a\n# -> 2\n```\n\n```bash\ncat a\n```\n", "# -> 2", "# -> [..]", false},
	{"above what is tried again", "", "```bash\necho 1\n# -> 1\n```\n\n```bash retry=30s\necho x >> a; wc -l < a\n# -> 2\n```\n", "echo 1\n# -> 1", "echo 1\n# -> [..]", true},
	// Jobs print behind the prompt. That is shown with the command, but not expected of it.
	{"a job", "", "```bash\nlate() { until [ -e go ]; do sleep 0.1; done; echo late; }\nlate & true\n```\n\n```bash\necho > go; wait\n```\n\n```bash\ntrue\n```\n", "; wait\n", "; wait\n# -> late\n# -> [1]+  Done[..]\n", true},
	{"behind the prompt", "", "```bash\n(sleep 0.2; echo late) & true\n```\n\n```bash\nsleep 0.8\n```\n", "true\n", "true\n# -> ...\n# -> late\n", false},
	// A program's lines are judged by what it is expected to print, too.
	{"of a program", "", "```bash stay\nsh\n```\n\n```bash\necho in\n# -> in\n```\n\n```bash\nexit\n```\n\n```console\n$ echo out\nout\n```\n", "# -> in", "# -> [..]", false},
	{"behind a program", "", "```bash stay\nsh\n```\n\n```bash\necho in\n# -> in\n```\n\n```bash\nexit\n```\n\n```console\n$ echo out\nout\n```\n", "\nout\n", "\no[..]\n", true},
	{"a value", "placeholders: {TOKEN: {from: make, match: 'token (.+)'}}", "```bash name=make\necho token 17\n```\n\n```bash\necho TOKEN, 18\n# -> 17, 18\n```\n", "# -> 17, 18", "# -> TOKEN, 18", true},
	{"another value", "placeholders: {TOKEN: {from: make, match: 'token (.+)'}}", "```bash name=make\necho token 17\n```\n\n```bash\necho TOKEN, 18\n# -> 17, 18\n```\n", "# -> 17, 18", "# -> 17, TOKEN", false},
	{"given values", "placeholders: {YOUR_NAME: student}", "```bash\necho by YOUR_NAME\n# -> [..]\n```\n", "# -> [..]", "# -> by YOUR_NAME", true},
}

func (j judged) text(changed bool) string {
	text := "---\nlab:\n  {machine: x, cleanup: off}\n---\n# A\n\n" + j.page
	if j.lab != "" {
		text = strings.Replace(text, "cleanup: off", "cleanup: off, "+j.lab, 1)
	}
	if changed {
		text = strings.Replace(text, j.old, j.new, 1)
	}
	return text
}

// planner plans the lab.
func (j judged) planner(t *testing.T, changed bool, r *content.Record) (*plans.Planner, *plans.Plan) {
	t.Helper()
	site, err := content.Load(fstest.MapFS{"p.md": {Data: []byte(j.text(changed))}}, "")
	if err != nil {
		t.Fatal(err)
	}
	site.Pages[0].Record = r
	planner := &plans.Planner{Site: site, Machines: plans.Same("x")}
	plan, err := planner.Plan(site.Pages[0])
	if err != nil {
		t.Fatal(err)
	}
	return planner, plan
}

// A page of which only an expectation has changed is fresh if that is what was
// printed, and then a run passes, too.
func TestJudge(t *testing.T) {
	for _, j := range judgedLabs {
		t.Run(j.name, func(t *testing.T) {
			t.Parallel()
			_, plan := j.planner(t, false, nil)
			record, err := (&verify.Runner{Engine: local.Engine{}}).Run(t.Context(), plan)
			if err != nil {
				t.Fatal(err)
			}
			planner, plan := j.planner(t, true, record)
			fresh, err := planner.Check()
			if err != nil {
				t.Fatal(err)
			}
			status := fresh.Of(planner.Site.Pages[0])
			if is := status.State == content.Fresh; is != j.fresh || status.Digest != plan.Digest {
				t.Fatalf("%+v", status)
			}
			if !j.fresh {
				return
			}
			now, err := (&verify.Runner{Engine: local.Engine{}}).Run(t.Context(), plan)
			if err != nil {
				t.Fatal(err)
			}
			if same, ok := planner.Judge(plan.Page, record); !ok || same.Digest != now.Digest || same.Ran != now.Ran || places(same) != places(now) {
				t.Errorf("%v: %s of %s, want %s of %s", ok, same.Digest, places(same), now.Digest, places(now))
			}
		})
	}
}

// places lists the lines of snippets.
func places(r *content.Record) (all string) {
	for _, s := range r.Snippets {
		all += fmt.Sprint(s.Number, ":", s.Line, " ")
	}
	return all
}

// The record of a lab that fails in what is printed, and in nothing else, is kept for
// a page that expects that.
func TestJudgeFailed(t *testing.T) {
	const page = "```bash\necho one\n# -> uno\necho two\n# -> due\n```\n"
	all := strings.NewReplacer("uno", "one", "due", "two").Replace(page)
	for _, c := range []struct {
		page, new string
		kept      bool
		passes    bool
	}{
		{page, all, true, true},
		{page, strings.Replace(page, "uno", "one", 1), true, false},
		{page, strings.Replace(all, "echo two", "echo 2", 1), true, false},
		{page, strings.Replace(all, "# -> one\n", "", 1), true, true},
		{page + "\n```bash\nfalse\n```\n", all, false, false},
		{page + "\n[5 MB](size:none)\n", all, false, false}, // known when all is done
		{strings.Replace(page, "bash", "bash type=\"x\\n\"", 1), all, false, false},
	} {
		before, after := judged{page: c.page}, judged{page: c.new}
		planner, plan := before.planner(t, false, nil)
		record, err := (&verify.Runner{Engine: local.Engine{}, Judges: true}).Run(t.Context(), plan)
		failed, ok := errors.AsType[*verify.Failures](err)
		if !ok || record != nil || len(failed.All) < 2 || (failed.Record != nil) != c.kept {
			t.Errorf("%q: %v, kept: %v", c.page, err, ok && failed.Record != nil)
			continue
		}
		if !c.kept {
			continue
		}
		if failed.Record.Verified.IsZero() || failed.Record.Machine.Platform == "" {
			t.Errorf("%q: not all is in the record: %+v", c.page, failed.Record.Results)
		}
		if _, ok := planner.Judge(plan.Page, failed.Record); ok {
			t.Errorf("%q passes as it is", c.page)
		}
		planner, plan = after.planner(t, false, nil)
		if r, ok := planner.Judge(plan.Page, failed.Record); ok != c.passes || ok && r.Digest != plan.Digest {
			t.Errorf("%q: passes: %v", c.new, ok)
		}
	}
	// Nobody else waits for what is not needed.
	_, plan := judged{page: page}.planner(t, false, nil)
	_, err := (&verify.Runner{Engine: local.Engine{}}).Run(t.Context(), plan)
	if failed, ok := errors.AsType[*verify.Failures](err); !ok || failed.Record != nil {
		t.Errorf("%v", err)
	}
}

// What is expected has to agree with what every engine has printed.
func TestJudgeSeveral(t *testing.T) {
	page := func(expected string) judged {
		return judged{page: "```bash\necho engine\n```\n\n" + expected}
	}
	const one, other = "```output\n%s\n```\n\n", "```output docker=28\n%s\n```\n"
	both := fmt.Sprintf(one+other, "engine", "engine")
	run := func(j judged) (*plans.Planner, *plans.Plan) {
		site, err := content.Load(fstest.MapFS{"p.md": {Data: []byte("---\nlab: {docker: [29, 28], cleanup: off}\n---\n" + j.page)}}, "")
		if err != nil {
			t.Fatal(err)
		}
		planner := &plans.Planner{Site: site, Machines: plans.Same("x")}
		plan, err := planner.Plan(site.Pages[0])
		if err != nil {
			t.Fatal(err)
		}
		return planner, plan
	}
	_, plan := run(page(both))
	var ran []verify.Ran
	for _, kind := range plan.Kinds {
		on := plan.On(kind)
		r, err := (&verify.Runner{Engine: local.Engine{}}).Run(t.Context(), on)
		ran = append(ran, verify.Ran{Plan: on, Record: r, Err: err})
	}
	record, err := verify.Join(ran)
	if err != nil {
		t.Fatal(err)
	}
	for expected, passes := range map[string]bool{
		both: true, fmt.Sprintf(one+other, "[..]", "eng[..]"): true, fmt.Sprintf(one+other, "engine", "28"): false, fmt.Sprintf(one+other, "29", "engine"): false,
		fmt.Sprintf(one, "engine"): false, // other snippets have their results
	} {
		planner, plan := run(page(expected))
		r, ok := planner.Judge(plan.Page, record)
		if ok != passes || ok && (len(r.Also) != 1 || r.Also[0].Digest != plan.Digest || record.Also[0].Digest == plan.Digest && expected != both) {
			t.Errorf("%q: %v, %+v", expected, ok, r)
		}
	}
}
