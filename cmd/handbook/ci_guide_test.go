package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"mvdan.cc/sh/v3/syntax"

	"handbook/content"
	"handbook/verify/docker/testenv/need"
)

// guideFences are the guide's fences of a language.
func guideFences(t *testing.T, lang string) (all []*content.Snippet) {
	t.Helper()
	site, err := content.Load(os.DirFS("../../content"), "content")
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range site.Page("guides/ci.md").Tree().Snippets {
		if s.Lang == lang {
			all = append(all, s)
		}
	}
	if len(all) == 0 {
		t.Fatalf("the guide has no %s", lang)
	}
	return all
}

// What people copy is right: YAML that parses, and workflows without a
// complaint of actionlint's, which knows GitHub's schema, the inputs of the
// actions, and shellcheck.
func TestGuideWorkflows(t *testing.T) {
	lint := need.Program.Has(t, "actionlint") && need.Program.Has(t, "shellcheck")
	workflows := 0
	for _, s := range guideFences(t, "yaml") {
		var doc map[string]any
		if err := yaml.UnmarshalWithOptions([]byte(s.Code), &doc, yaml.Strict()); err != nil {
			t.Errorf("%v: %v", s.Pos, err)
		}
		if !strings.HasPrefix(s.Options.Title, ".github/workflows/") {
			continue
		}
		workflows++
		if !lint {
			continue
		}
		name := filepath.Join(t.TempDir(), "workflow.yml")
		if err := os.WriteFile(name, []byte(s.Code), 0o666); err != nil {
			t.Fatal(err)
		}
		if out, err := exec.Command("actionlint", "-no-color", name).CombinedOutput(); err != nil {
			t.Errorf("%v: %v\n%s", s.Pos, err, out)
		}
	}
	if workflows < 5 {
		t.Errorf("%d workflows", workflows)
	}
}

// GitLab has no checker that runs offline: what its YAML needs to hang
// together is looked at here.
func TestGuideGitLab(t *testing.T) {
	var doc map[string]any
	for _, s := range guideFences(t, "yaml") {
		if s.Options.Title == ".gitlab-ci.yml" {
			if err := yaml.Unmarshal([]byte(s.Code), &doc); err != nil {
				t.Fatal(err)
			}
		}
	}
	stages, _ := doc["stages"].([]any)
	if len(stages) == 0 {
		t.Fatal("no stages")
	}
	known := []string{"environment", "extends", "stage", "rules", "script", "before_script", "artifacts", "parallel", "image", "services", "variables"}
	for name, v := range doc {
		job, ok := v.(map[string]any)
		if !ok {
			continue
		}
		for key := range job {
			if !slices.Contains(known, key) {
				t.Errorf("%s: key %q", name, key)
			}
		}
		if base, ok := job["extends"].(string); ok && doc[base] == nil {
			t.Errorf("%s extends %q, which is not there", name, base)
		}
		if !strings.HasPrefix(name, ".") && (job["script"] == nil || !slices.Contains(stages, job["stage"])) {
			t.Errorf("%s has no script, or stage %v, which is not there", name, job["stage"])
		}
	}
}

// The Indexed Job has as many pods as its command line has shards.
func TestGuideJob(t *testing.T) {
	for _, s := range guideFences(t, "yaml") {
		if s.Options.Title != "verify-job.yaml" {
			continue
		}
		var job struct {
			APIVersion string `yaml:"apiVersion"`
			Kind       string
			Metadata   map[string]any
			Spec       struct {
				CompletionMode string `yaml:"completionMode"`
				Completions    int
				Parallelism    int
				BackoffLimit   int `yaml:"backoffLimit"`
				Template       struct {
					Spec struct {
						RestartPolicy  string           `yaml:"restartPolicy"`
						InitContainers []map[string]any `yaml:"initContainers"`
						Containers     []struct {
							Name, Image   string
							Env           []struct{ Name, Value string }
							Command, Args []string
							VolumeMounts  []map[string]any `yaml:"volumeMounts"`
						}
						Volumes []map[string]any
					}
				}
			}
		}
		if err := yaml.UnmarshalWithOptions([]byte(s.Code), &job, yaml.Strict()); err != nil {
			t.Fatal(err)
		}
		shards := ""
		for _, e := range job.Spec.Template.Spec.Containers[0].Env {
			if e.Name == "SHARDS" {
				shards = e.Value
			}
		}
		if job.Spec.CompletionMode != "Indexed" || job.Spec.Completions != 5 || shards != "5" || job.Spec.Parallelism != 5 {
			t.Errorf("%+v, %q shards", job.Spec, shards)
		}
		return
	}
	t.Error("no job")
}

// Every command line of handbook's in the guide is one that handbook takes.
func TestGuideCommands(t *testing.T) {
	var scripts []string
	for _, s := range guideFences(t, "yaml") {
		var doc any
		if err := yaml.Unmarshal([]byte(s.Code), &doc); err != nil {
			t.Fatal(err)
		}
		scripts = append(scripts, handbookScripts(doc)...)
	}
	for _, s := range guideFences(t, "bash") {
		scripts = append(scripts, s.Code)
	}
	commands := 0
	for _, script := range scripts {
		for _, args := range handbookCalls(t, script) {
			commands++
			if err := takes(args); err != nil {
				t.Errorf("handbook %s: %v", strings.Join(args, " "), err)
			}
		}
	}
	if commands < 13 {
		t.Errorf("only %d command lines were looked at", commands)
	}
	for _, wrong := range []string{"verify --chekc", "verify --shard 6/5", "verify --report junit", "chekc", "build --base-url"} {
		if takes(strings.Fields(wrong)) == nil {
			t.Errorf("handbook %s is taken", wrong)
		}
	}
}

var callsHandbook = regexp.MustCompile(`(?m)^\s*handbook [a-z]`)

// handbookScripts are the texts in a document that are shell and call
// handbook.
func handbookScripts(v any) (all []string) {
	switch v := v.(type) {
	case string:
		if callsHandbook.MatchString(v) {
			all = append(all, v)
		}
	case []any:
		for _, one := range v {
			all = append(all, handbookScripts(one)...)
		}
	case map[string]any:
		for _, one := range v {
			all = append(all, handbookScripts(one)...)
		}
	}
	return all
}

var workflowExpression = regexp.MustCompile(`\$\{\{[^}]*\}\}`)

// handbookCalls are the arguments of each call, with 1 for what only the shell
// or GitHub knows.
func handbookCalls(t *testing.T, script string) (calls [][]string) {
	t.Helper()
	file, err := syntax.NewParser().Parse(strings.NewReader(workflowExpression.ReplaceAllString(script, "1")), "")
	if err != nil {
		t.Fatalf("%v in\n%s", err, script)
	}
	syntax.Walk(file, func(n syntax.Node) bool {
		if call, ok := n.(*syntax.CallExpr); ok && len(call.Args) > 0 && call.Args[0].Lit() == "handbook" {
			var args []string
			for _, word := range call.Args[1:] {
				args = append(args, guessed(word.Parts))
			}
			calls = append(calls, args)
		}
		return true
	})
	return calls
}

func guessed(parts []syntax.WordPart) string {
	var b strings.Builder
	for _, p := range parts {
		switch p := p.(type) {
		case *syntax.Lit:
			b.WriteString(p.Value)
		case *syntax.SglQuoted:
			b.WriteString(p.Value)
		case *syntax.DblQuoted:
			b.WriteString(guessed(p.Parts))
		default:
			b.WriteString("1")
		}
	}
	return b.String()
}

// takes tells what is wrong with a command line, without doing what it says.
func takes(args []string) error {
	cmd, rest, err := newRoot(nil).Find(args)
	if err != nil {
		return err
	}
	if cmd == cmd.Root() {
		return noSuchCommand(cmd, rest)
	}
	if err := cmd.ParseFlags(rest); err != nil {
		return err
	}
	if err := cmd.ValidateArgs(cmd.Flags().Args()); err != nil {
		return err
	}
	if f := cmd.Flags().Lookup("report"); f != nil {
		specs, _ := cmd.Flags().GetStringArray("report")
		if _, err := parseTargets(specs); err != nil {
			return err
		}
	}
	if f := cmd.Flags().Lookup("shard"); f != nil && f.Changed {
		if _, err := parseShard(f.Value.String()); err != nil {
			return err
		}
	}
	return nil
}

// No job in which labs run has a token that can write anything: a base image may have
// become hostile since anybody looked at it.
func TestGuideTokens(t *testing.T) {
	runs := regexp.MustCompile(`handbook verify --(?:all|check|refresh)`)
	jobs := 0
	for _, s := range guideFences(t, "yaml") {
		var doc map[string]any
		if err := yaml.Unmarshal([]byte(s.Code), &doc); err != nil {
			t.Fatal(err)
		}
		text := func(v any) string {
			b, err := yaml.Marshal(v)
			if err != nil {
				t.Fatal(err)
			}
			return string(b)
		}
		github := strings.HasPrefix(s.Options.Title, ".github/workflows/")
		all, _ := doc["jobs"].(map[string]any)
		if s.Options.Title == ".gitlab-ci.yml" {
			all = doc
		}
		for name, job := range all {
			whole := text(job)
			if !runs.MatchString(whole) {
				continue
			}
			jobs++
			for _, secret := range []string{"TOKEN", "token", "secrets.", "environment"} {
				if strings.Contains(whole, secret) {
					t.Errorf("%v: labs run in %s, which has a %s", s.Pos, name, secret)
				}
			}
			rights := text(doc["permissions"]) + text(job.(map[string]any)["permissions"])
			if github && (strings.Contains(rights, "write") || !strings.Contains(rights, "contents: read") || !strings.Contains(whole, "persist-credentials: false")) {
				t.Errorf("%v: labs run in %s, which has a token for %s", s.Pos, name, rights)
			}
		}
	}
	if jobs < 7 {
		t.Errorf("labs run in %d jobs", jobs)
	}
}
