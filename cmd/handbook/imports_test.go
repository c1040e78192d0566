package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// allowed is who may know whom: content is the noun, verify and render are
// the verbs that do not know each other, the technology is behind them, and
// cmd is the sentence.
var allowed = map[string][]string{
	"content":       {},
	"templates":     {},
	"verify":        {"content"},
	"verify/docker": {"content", "verify"},
	"render":        {"content", "templates", "render/tokens"},
}

// only is who may use a package of somebody else's.
var only = map[string][]string{
	"github.com/docker/":           {"verify/docker"},
	"github.com/moby/":             {"verify/docker"},
	"github.com/spf13/":            {"cmd/"},
	"github.com/fsnotify/fsnotify": {"cmd/"},
	"github.com/alecthomas/chroma": {"render"},
	"net/http":                     {"verify/docker", "cmd/"},
	"os/exec":                      {"cmd/", "verify/docker"},
	"os/signal":                    {"cmd/"},
}

// calls are what only cmd does: opening, writing, printing, exiting.
var calls = []string{
	"os.Exit", "os.Open", "os.Create", "os.ReadFile", "os.WriteFile", "os.Stdout", "os.Stderr", "os.Stdin",
	"fmt.Print", "fmt.Println", "fmt.Printf", "log.Fatal", "log.Print", "log.Printf",
}

// mayOpen are packages below cmd that read files of this computer: the docker
// command's settings, and what was found out about engines.
var mayOpen = map[string][]string{"verify/docker": {"os.ReadFile", "os.WriteFile", "os.Open", "os.Create"}}

func TestImports(t *testing.T) {
	root := filepath.Join("..", "..")
	for dir, files := range goFiles(t, root) {
		for _, name := range files {
			file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(root, name), nil, 0)
			if err != nil {
				t.Fatal(err)
			}
			for _, spec := range file.Imports {
				imported, _ := strconv.Unquote(spec.Path.Value)
				if problem := misplaced(dir, imported); problem != "" {
					t.Errorf("%s: %s", name, problem)
				}
			}
			if !strings.HasPrefix(dir, "cmd/") {
				checkCalls(t, dir, name, file)
			}
		}
	}
}

func misplaced(dir, imported string) string {
	if own, ok := strings.CutPrefix(imported, "handbook/"); ok && !strings.HasPrefix(dir, "cmd/") {
		list, known := allowed[layer(dir)]
		if known && own != dir && !slices.Contains(list, own) {
			return dir + " must not know " + own
		}
	}
	for prefix, users := range only {
		if imported != prefix && !strings.HasPrefix(imported, prefix) {
			continue
		}
		if !slices.ContainsFunc(users, func(u string) bool { return dir == u || strings.HasPrefix(dir+"/", u) }) {
			return dir + " must not use " + imported
		}
	}
	return ""
}

// layer is the nearest folder around dir, or itself, that the picture names.
func layer(dir string) string {
	for d := dir; d != "."; d = path.Dir(d) {
		if _, ok := allowed[d]; ok {
			return d
		}
	}
	return dir
}

func checkCalls(t *testing.T, dir, name string, file *ast.File) {
	ast.Inspect(file, func(n ast.Node) bool {
		s, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		pkg, ok := s.X.(*ast.Ident)
		if !ok {
			return true
		}
		call := pkg.Name + "." + s.Sel.Name
		if slices.Contains(calls, call) && !slices.Contains(mayOpen[dir], call) {
			t.Errorf("%s: only cmd may use %s", name, call)
		}
		return true
	})
}

// goFiles are the Go files of the module by folder, tests and the labs' sample
// programs left out.
func goFiles(t *testing.T, root string) map[string][]string {
	t.Helper()
	files := map[string][]string{}
	err := fs.WalkDir(os.DirFS(root), ".", func(name string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case e.IsDir() && (name == "content/labs" || name == "content/guides" || e.Name() == "testdata" || e.Name() == "testenv" || strings.HasPrefix(e.Name(), ".") && name != "."):
			return fs.SkipDir
		case strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, "_test.go"):
			files[path.Dir(name)] = append(files[path.Dir(name)], name)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{"content", "verify", "verify/docker", "render", "templates", "cmd/handbook"} {
		if len(files[dir]) == 0 {
			t.Errorf("no Go files in %s: has it moved?", dir)
		}
	}
	return files
}
