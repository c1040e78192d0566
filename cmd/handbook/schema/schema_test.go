package schema

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"handbook/content/config"
	"handbook/verify/report"
)

// compiled returns a schema, by a validator of somebody else's.
func compiled(t *testing.T, name string) *jsonschema.Schema {
	t.Helper()
	text, ok := Of(name)
	if !ok {
		t.Fatalf("no schema %q", name)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource(name, doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile(name)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// valid holds JSON against a schema.
func valid(t *testing.T, s *jsonschema.Schema, text []byte) error {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return s.Validate(doc)
}

func fromYAML(t *testing.T, text string) []byte {
	t.Helper()
	b, err := yaml.YAMLToJSON([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestOwnFiles holds all settings, front matter and records of the repository
// against the schemas.
func TestOwnFiles(t *testing.T) {
	of := map[string]*jsonschema.Schema{}
	for _, name := range Names() {
		of[name] = compiled(t, name)
	}
	seen := map[string]int{}
	root := os.DirFS("../../..")
	err := fs.WalkDir(root, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (strings.HasPrefix(d.Name(), ".") && name != "." || d.Name() == "node_modules" || name == "public") {
			return fs.SkipDir
		}
		inContent := strings.HasPrefix(name, "content/") || strings.HasPrefix(name, "cmd/handbook/starter/") || strings.HasPrefix(name, "render/testdata/site/")
		if d.IsDir() || !inContent {
			return nil
		}
		b, err := fs.ReadFile(root, name)
		if err != nil {
			return err
		}
		kind := ""
		switch {
		case d.Name() == config.File:
			kind, b = "settings", fromYAML(t, string(b))
		case strings.HasSuffix(name, ".record.json"):
			kind = "record"
		case strings.HasSuffix(name, ".md") && bytes.HasPrefix(b, []byte("---\n")):
			front, _, _ := strings.Cut(string(b[4:]), "\n---\n")
			kind, b = "front-matter", fromYAML(t, front)
		default:
			return nil
		}
		seen[kind]++
		if err := valid(t, of[kind], b); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, kind := range []string{"settings", "record", "front-matter"} {
		if seen[kind] == 0 {
			t.Errorf("there was no %s", kind)
		}
	}
}

// TestSettings wants the schemas to say of settings what their reader says.
func TestSettings(t *testing.T) {
	site, front := compiled(t, "settings"), compiled(t, "front-matter")
	guide, err := os.ReadFile("../../../content/guides/settings.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(guide), "```yaml\n")
	example, _, _ := strings.Cut(rest, "```")
	for _, key := range []string{"  image:", "  dockerfile:"} { // they exclude engines, and each other
		before, line, _ := strings.Cut(example, key)
		_, after, _ := strings.Cut(line, "\n")
		example = before + after
	}
	for _, c := range []struct {
		text string
		ok   bool
	}{
		{"titel: x", false}, {"title: 1.10", true}, {"title: [x]", false},
		{"machine: {memory: 4g, cpus: 1.5, pids: 10, disk: 20GiB, timeout: 1h30m}", true},
		{"machine: {memory: much}", false}, {"machine: {memroy: 4g}", false}, {"machine: {cpus: 0}", false}, {"machine: {timeout: 5}", false},
		{"machine: {docker: 28}", true}, {"machine: {docker: [28, 29]}", true}, {"machine: {engines: {27: {image: x}}}", true},
		{"html: safe", false}, {"nav: [{title: x, url: y}]", true}, {"nav: [{titel: x}]", false},
		{"colors: {accent: '#123456'}", true}, {"colors: {accent: {light: '#123456', dark: '#123456'}}", true}, {"colors: {acent: '#123456'}", false},
		{"css: [a.css, b.css]", true}, {"css: a.css", true}, {"contents: x", false}, {"env: {A: b}", true},
		{"machine:", true}, {example, true},
	} {
		_, errs := config.Read([]byte(c.text), config.File)
		if (len(errs) == 0) != c.ok {
			t.Errorf("%s: the reader says %v", c.text, errs)
		}
		if err := valid(t, site, fromYAML(t, c.text)); (err == nil) != c.ok {
			t.Errorf("%s: %v", c.text, err)
		}
	}
	for _, c := range []struct {
		text string
		ok   bool
	}{
		{"lab:", true}, {"lab: {}", true}, {"lab: {dri: ~/x}", false}, {"lab: {cleanup: off}", true}, {"lab: {network: closed}", false},
		{"draft: yes", false}, {"draft: true", true}, {"tags: x", true}, {"tags: [x]", true}, {"weight: 1", true}, {"wieght: 1", false},
	} {
		_, _, errs := config.ReadFront([]byte("---\n"+c.text+"\n---\n"), "x.md", config.Default())
		if (len(errs) == 0) != c.ok {
			t.Errorf("%s: the reader says %v", c.text, errs)
		}
		if err := valid(t, front, fromYAML(t, c.text)); (err == nil) != c.ok {
			t.Errorf("%s: %v", c.text, err)
		}
	}
}

func TestReport(t *testing.T) {
	s := compiled(t, "report")
	b, err := json.Marshal(report.Report{Seconds: 1, Labs: []report.Lab{{Page: "x.md", Verdict: report.Passed, Failures: []report.Problem{{Message: "x"}}, Cases: []report.Case{{Kind: "shell"}}}}})
	if err != nil {
		t.Fatal(err)
	}
	if err := valid(t, s, b); err != nil {
		t.Error(err)
	}
	if err := valid(t, s, bytes.Replace(b, []byte(`"page"`), []byte(`"paeg"`), 1)); err == nil {
		t.Error("a misspelt key is valid")
	}
	r := compiled(t, "record")
	for _, text := range []string{`{}`, `{"format": "1"}`, `{"verified": "` + time.Now().Format(time.Kitchen) + `"}`} {
		if err := valid(t, r, []byte(text)); err == nil {
			t.Errorf("%s is a record", text)
		}
	}
}
