package hints

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"handbook/content"
	"handbook/verify/report"
)

// TestHints makes sure that there is a hint about each Reason that a package
// declares, and that each is about one.
func TestHints(t *testing.T) {
	declared := map[content.Reason]string{}
	for _, root := range []string{"content", "verify", "render", "cmd"} {
		for name, value := range reasons(t, os.DirFS("../../.."), root) {
			if other := declared[value]; other != "" {
				t.Errorf("%s and %s are the same", other, name)
			}
			declared[value] = name
			if _, ok := hints[value]; !ok {
				t.Errorf("there is no row for %s", name)
			}
		}
	}
	for reason := range hints {
		if declared[reason] == "" {
			t.Errorf("no package declares the Reason %q", reason)
		}
	}
	if len(declared) == 0 {
		t.Error("no Reasons were found")
	}
}

// TestChangedHint makes sure that a command that a hint has to copy does
// nothing but what it says, whatever the page is called.
func TestChangedHint(t *testing.T) {
	site, err := content.Load(fstest.MapFS{"a;$(touch owned) 'b.md": {Data: []byte("# A\n")}}, "content")
	if err != nil {
		t.Fatal(err)
	}
	got := changedHint(&report.ChangedError{Page: site.Pages[0]})
	if want := `"handbook verify --all "content/a;\$(touch owned) 'b.md"" accepts the new results`; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// reasons finds the constants of type content.Reason that Go files declare.
func reasons(t *testing.T, fsys fs.FS, root string) map[string]content.Reason {
	t.Helper()
	found := map[string]content.Reason{}
	err := fs.WalkDir(fsys, root, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && slices.Contains([]string{"content/guides", "content/labs"}, name) {
			return fs.SkipDir
		}
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return nil
		}
		b, err := fs.ReadFile(fsys, name)
		if err != nil {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, b, 0)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			spec, ok := n.(*ast.ValueSpec)
			if !ok || !isReason(spec.Type) {
				return true
			}
			for i, value := range spec.Values {
				if text, ok := value.(*ast.BasicLit); ok {
					reason, _ := strconv.Unquote(text.Value)
					found[path.Dir(name)+"."+spec.Names[i].Name] = content.Reason(reason)
				}
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func isReason(typ ast.Expr) bool {
	switch typ := typ.(type) {
	case *ast.Ident:
		return typ.Name == "Reason"
	case *ast.SelectorExpr:
		return typ.Sel.Name == "Reason"
	}
	return false
}
