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

// A row says what a package imports, each a list of words.
type row struct {
	module string // packages of this module
	system string // packages of the standard library that reach files, processes or the network (see reaches)
	others string // other modules
}

// imports has a row for each package. content is the noun, verify and render
// are verbs that do not know each other, verify/docker is the only one that
// knows Docker, and cmd is the sentence. A package without a row fails the
// test, and so does a row that says more than what is so.
var imports = map[string]row{
	"content":          {module: "content/config content/file content/info content/labfiles content/markdown content/mistake content/prompt content/record content/wording", others: "github.com/yuin/goldmark golang.org/x/sync"},
	"content/config":   {module: "content/mistake content/settings content/wording"},
	"content/file":     {module: "content/wording"},
	"content/info":     {module: "content/settings content/wording"},
	"content/labfiles": {module: "content/config content/file content/mistake content/record content/wording"},
	"content/markdown": {others: "github.com/yuin/goldmark"},
	"content/mistake":  {},
	"content/prompt":   {others: "mvdan.cc/sh/v3"},
	"content/record":   {module: "content/config content/file content/info content/wording"},
	"content/settings": {module: "content/wording", others: "github.com/goccy/go-yaml"},
	"content/sgr":      {},
	"content/wording":  {},
	"verify": {
		module: "content content/config content/file content/info content/record content/sgr content/wording verify/cleanup verify/compare verify/files verify/plans verify/programs verify/screen verify/secrets verify/shell",
		others: "golang.org/x/sync",
	},
	"verify/cleanup": {module: "content content/record content/wording", others: "mvdan.cc/sh/v3"},
	"verify/compare": {module: "content content/config content/info content/sgr content/wording verify/docker/names", others: "github.com/mattn/go-runewidth"},
	"verify/docker": {
		module: "content content/config content/file verify verify/docker/daemon verify/docker/hub verify/docker/images verify/docker/machine verify/docker/machineimage verify/docker/once verify/docker/rights verify/docker/sweep verify/several",
		system: "net/http os path/filepath",
		others: "github.com/containerd/errdefs github.com/docker/docker",
	},
	"verify/docker/daemon": {
		module: "content verify verify/docker/hub verify/docker/images verify/docker/sweep",
		system: "net net/http os path/filepath syscall",
		others: "github.com/containerd/errdefs github.com/docker/cli github.com/docker/docker",
	},
	"verify/docker/hub": {
		module: "content",
		system: "net net/http",
		others: "github.com/containerd/errdefs github.com/distribution/reference github.com/docker/docker github.com/opencontainers/go-digest github.com/opencontainers/image-spec",
	},
	"verify/docker/images": {
		module: "content content/record verify/cleanup verify/docker/hub verify/shell",
		system: "net net/http",
		others: "github.com/containerd/errdefs github.com/distribution/reference github.com/docker/docker github.com/moby/buildkit github.com/moby/patternmatcher github.com/opencontainers/go-digest github.com/opencontainers/image-spec golang.org/x/sync google.golang.org/grpc google.golang.org/protobuf",
	},
	"verify/docker/inventory": {module: "verify/cleanup verify/docker/images", others: "github.com/docker/docker golang.org/x/sync"},
	"verify/docker/machine": {
		module: "content content/config content/wording verify verify/cleanup verify/docker/daemon verify/docker/hub verify/docker/images verify/docker/inventory verify/docker/ready verify/docker/rights verify/shell",
		system: "net net/http",
		others: "github.com/containerd/errdefs github.com/docker/docker golang.org/x/sync",
	},
	"verify/docker/machineimage": {
		module: "content content/config verify/docker/daemon verify/docker/images verify/docker/once verify/docker/sweep",
		others: "github.com/distribution/reference github.com/docker/cli github.com/docker/docker",
	},
	"verify/docker/names":  {others: "github.com/docker/docker"},
	"verify/docker/once":   {},
	"verify/docker/ready":  {module: "verify verify/shell", others: "github.com/containerd/errdefs github.com/docker/docker"},
	"verify/docker/rights": {system: "os path/filepath", others: "github.com/docker/docker"},
	"verify/docker/sweep":  {system: "os path/filepath syscall", others: "github.com/containerd/errdefs github.com/docker/docker"},
	"verify/docker/testenv": {
		module: "content verify verify/docker verify/docker/daemon verify/docker/machine verify/docker/testenv/need verify/shell",
		system: "net net/http net/http/httptest os os/exec path/filepath syscall testing",
		others: "golang.org/x/sys",
	},
	"verify/docker/testenv/need": {system: "os os/exec testing"},
	"verify/files":               {module: "content content/file content/info content/labfiles verify/cleanup verify/compare verify/shell"},
	"verify/local": {
		module: "content verify verify/cleanup verify/several verify/shell",
		system: "os os/exec path/filepath syscall",
		others: "github.com/creack/pty",
	},
	"verify/plans":        {module: "content content/config content/file content/info content/labfiles content/mistake content/sgr content/wording verify/compare verify/files"},
	"verify/pool":         {module: "content content/config content/mistake content/wording verify verify/plans verify/secrets"},
	"verify/programs":     {module: "content/sgr verify/compare"},
	"verify/report":       {module: "content content/info content/mistake content/wording verify verify/compare"},
	"verify/screen":       {module: "content/sgr", others: "github.com/mattn/go-runewidth"},
	"verify/secrets":      {},
	"verify/several":      {module: "content verify verify/cleanup verify/shell", others: "golang.org/x/sync"},
	"verify/shell":        {module: "content/sgr verify/screen", others: "mvdan.cc/sh/v3"},
	"verify/shell/oracle": {},
	"render":              {module: "content content/config content/markdown content/mistake content/record render/calls render/cleanup render/html render/indexes render/link render/locale render/look render/outline render/place render/results render/rewrite render/sandbox render/search render/theme render/tree"},
	"render/calls":        {},
	"render/cleanup":      {module: "content content/wording render/highlight render/locale render/outline render/results"},
	"render/html": {
		module: "content content/config content/info content/markdown content/wording render/cleanup render/highlight render/locale render/outline render/placeholder render/plain render/report render/results render/rewrite render/script",
		others: "github.com/yuin/goldmark",
	},
	"render/look":        {module: "content content/config content/markdown render/highlight", others: "github.com/tdewolff/parse/v2 github.com/yuin/goldmark golang.org/x/net"},
	"render/place":       {module: "content", others: "golang.org/x/text"},
	"render/imagesize":   {module: "render/rewrite"},
	"render/indexes":     {module: "content content/config content/wording render/locale render/place render/tree"},
	"render/link":        {module: "content content/config content/wording render/imagesize render/outline render/place render/tree"},
	"render/outline":     {module: "content content/info content/markdown content/mistake", others: "github.com/yuin/goldmark golang.org/x/net"},
	"render/placeholder": {module: "content/config render/rewrite", others: "github.com/yuin/goldmark"},
	"render/plain":       {module: "content content/info content/markdown content/wording render/highlight render/outline render/report render/results", others: "github.com/yuin/goldmark"},
	"render/report":      {module: "content content/config content/record render/locale render/results render/rewrite", others: "github.com/yuin/goldmark"},
	"render/results":     {module: "content content/config content/info render/locale render/outline"},
	"render/highlight":   {module: "content/sgr content/wording render/tokens", others: "github.com/alecthomas/chroma/v2"},
	"render/locale":      {module: "content content/settings content/wording", others: "golang.org/x/text"},
	"render/rewrite":     {others: "golang.org/x/net"},
	"render/sandbox":     {module: "content render/place"},
	"render/script":      {module: "content content/config content/info content/wording render/locale"},
	"render/search":      {module: "render/calls render/plain", others: "golang.org/x/text"},
	"render/testsite":    {},
	"render/theme":       {module: "content content/wording render/locale render/look render/place templates", others: "github.com/tdewolff/minify/v2"},
	"render/tokens":      {others: "github.com/alecthomas/chroma/v2 github.com/dlclark/regexp2/v2"},
	"render/tree":        {module: "content"},
	"templates":          {},
	"cmd/handbook": {
		module: "cmd/handbook/adopt cmd/handbook/adopt/course cmd/handbook/adopt/keep cmd/handbook/cache cmd/handbook/compress cmd/handbook/doctor cmd/handbook/git cmd/handbook/hints cmd/handbook/labs cmd/handbook/links cmd/handbook/live cmd/handbook/live/edit cmd/handbook/lsp cmd/handbook/machines cmd/handbook/preview cmd/handbook/progress cmd/handbook/project cmd/handbook/publish cmd/handbook/schema cmd/handbook/starter cmd/handbook/tell cmd/handbook/tty cmd/handbook/usage cmd/handbook/watch content content/config content/mistake content/wording render render/outline verify verify/docker verify/docker/daemon verify/plans verify/pool verify/report verify/shell",
		system: "net net/http os os/exec os/signal path/filepath syscall",
		others: "github.com/spf13/cobra github.com/spf13/pflag golang.org/x/term",
	},
	"cmd/handbook/adopt":              {module: "cmd/handbook/adopt/classify cmd/handbook/adopt/clicks cmd/handbook/adopt/drift cmd/handbook/adopt/files cmd/handbook/adopt/foreign cmd/handbook/adopt/hosts cmd/handbook/adopt/layout cmd/handbook/adopt/needs cmd/handbook/adopt/notes cmd/handbook/adopt/placeholders cmd/handbook/adopt/plain cmd/handbook/adopt/prose cmd/handbook/adopt/repair cmd/handbook/adopt/session cmd/handbook/adopt/sources cmd/handbook/adopt/terminals content/settings content/wording"},
	"cmd/handbook/adopt/files":        {module: "cmd/handbook/adopt/classify cmd/handbook/adopt/foreign cmd/handbook/adopt/layout cmd/handbook/adopt/notes cmd/handbook/adopt/repair cmd/handbook/adopt/session cmd/handbook/adopt/sources cmd/handbook/adopt/terminals content/config"},
	"cmd/handbook/adopt/layout":       {module: "cmd/handbook/adopt/foreign cmd/handbook/adopt/needs cmd/handbook/adopt/notes cmd/handbook/adopt/prose content content/settings content/wording", others: "golang.org/x/tools"},
	"cmd/handbook/adopt/notes":        {module: "cmd/handbook/adopt/foreign"},
	"cmd/handbook/adopt/sources":      {module: "cmd/handbook/adopt/foreign cmd/handbook/adopt/plain content/config content/labfiles content/wording"},
	"cmd/handbook/adopt/terminals":    {module: "cmd/handbook/adopt/classify cmd/handbook/adopt/layout cmd/handbook/adopt/needs cmd/handbook/adopt/notes cmd/handbook/adopt/session"},
	"cmd/handbook/adopt/hosts":        {module: "cmd/handbook/adopt/classify cmd/handbook/adopt/foreign cmd/handbook/adopt/needs cmd/handbook/adopt/session"},
	"cmd/handbook/adopt/clicks":       {module: "cmd/handbook/adopt/classify cmd/handbook/adopt/foreign cmd/handbook/adopt/session"},
	"cmd/handbook/adopt/prose":        {module: "cmd/handbook/adopt/foreign content/markdown"},
	"cmd/handbook/adopt/summary":      {module: "cmd/handbook/adopt cmd/handbook/adopt/needs cmd/handbook/adopt/notes cmd/handbook/adopt/repair cmd/handbook/adopt/session content content/sgr content/wording"},
	"cmd/handbook/adopt/classify":     {module: "cmd/handbook/adopt/foreign cmd/handbook/adopt/session"},
	"cmd/handbook/adopt/course":       {module: "cmd/handbook/adopt cmd/handbook/adopt/keep cmd/handbook/adopt/repair cmd/handbook/adopt/summary cmd/handbook/labs verify verify/report"},
	"cmd/handbook/adopt/drift":        {},
	"cmd/handbook/adopt/foreign":      {},
	"cmd/handbook/adopt/placeholders": {module: "cmd/handbook/adopt/classify cmd/handbook/adopt/hosts cmd/handbook/adopt/needs cmd/handbook/adopt/session"},
	"cmd/handbook/adopt/repair":       {module: "cmd/handbook/adopt/needs cmd/handbook/adopt/session"},
	"cmd/handbook/adopt/keep":         {module: "cmd/handbook/adopt cmd/handbook/adopt/repair cmd/handbook/adopt/summary cmd/handbook/publish cmd/handbook/usage content/wording", system: "os path/filepath", others: "golang.org/x/tools"},
	"cmd/handbook/adopt/needs":        {module: "cmd/handbook/adopt/classify cmd/handbook/adopt/session"},
	"cmd/handbook/adopt/plain":        {module: "cmd/handbook/adopt/classify"},
	"cmd/handbook/adopt/session":      {others: "mvdan.cc/sh/v3"},
	"cmd/handbook/browser":            {},
	"cmd/handbook/doctor": {
		module: "cmd/handbook/hints cmd/handbook/labs cmd/handbook/project cmd/handbook/tty content content/config content/wording verify verify/docker verify/docker/daemon verify/docker/hub verify/docker/machine verify/docker/rights verify/pool",
		system: "os/exec",
	},
	"cmd/handbook/hints": {
		module: "cmd/handbook/labs cmd/handbook/project cmd/handbook/publish cmd/handbook/usage cmd/handbook/watch content content/config render/link render/place render/sandbox verify verify/docker verify/docker/daemon verify/docker/hub verify/docker/images verify/docker/machine verify/plans verify/pool verify/report",
		system: "syscall",
		others: "mvdan.cc/sh/v3",
	},
	"cmd/handbook/starter": {
		module: "cmd/handbook/project cmd/handbook/usage content/config content/settings content/wording",
		system: "os path/filepath",
	},
	"cmd/handbook/tell": {
		module: "cmd/handbook/hints cmd/handbook/tty content content/mistake content/wording verify verify/report",
	},
	"cmd/handbook/cache": {
		module: "cmd/handbook/publish content",
		system: "os path/filepath syscall",
		others: "golang.org/x/sync",
	},
	"cmd/handbook/compress": {system: "os", others: "github.com/andybalholm/brotli golang.org/x/sync"},
	"cmd/handbook/draft": {
		module: "cmd/handbook/cache cmd/handbook/labs cmd/handbook/project content content/config content/info content/labfiles content/mistake render render/link verify/plans",
	},
	"cmd/handbook/lsp": {
		module: "cmd/handbook/draft cmd/handbook/labs cmd/handbook/lsp/assist cmd/handbook/lsp/rpc cmd/handbook/project cmd/handbook/watch content/config content/wording",
		system: "path/filepath",
	},
	"cmd/handbook/lsp/assist": {
		module: "cmd/handbook/manual content content/config content/info content/markdown content/mistake content/record content/settings content/sgr content/wording",
		others: "github.com/yuin/goldmark",
	},
	"cmd/handbook/lsp/rpc": {},
	"cmd/handbook/folder":  {module: "content/wording", system: "os path/filepath syscall"},
	"cmd/handbook/repository": {
		module: "cmd/handbook/git content/labfiles content/record",
		system: "os path/filepath syscall",
	},
	"cmd/handbook/git": {module: "cmd/handbook/cache", system: "os os/exec path/filepath"},
	"cmd/handbook/labs": {
		module: "cmd/handbook/cache cmd/handbook/folder cmd/handbook/git cmd/handbook/live/accept cmd/handbook/progress cmd/handbook/project cmd/handbook/publish cmd/handbook/repository cmd/handbook/tty cmd/handbook/usage content content/config content/record content/wording verify verify/compare verify/docker verify/docker/daemon verify/docker/hub verify/docker/machineimage verify/docker/sweep verify/plans verify/pool verify/report",
		system: "net os path/filepath",
		others: "golang.org/x/sync",
	},
	"cmd/handbook/links": {
		module: "cmd/handbook/cache content content/wording render/outline",
		system: "net net/http path/filepath syscall",
		others: "golang.org/x/sync",
	},
	"cmd/handbook/manual":   {module: "content"},
	"cmd/handbook/schema":   {module: "cmd/handbook/manual content content/config content/settings verify/report"},
	"cmd/handbook/machines": {module: "cmd/handbook/usage content content/wording verify/docker/daemon verify/docker/machineimage", system: "os path/filepath"},
	"cmd/handbook/live": {
		module: "cmd/handbook/cache cmd/handbook/git cmd/handbook/labs cmd/handbook/live/accept cmd/handbook/live/edit cmd/handbook/live/runs cmd/handbook/live/terminal cmd/handbook/preview cmd/handbook/project cmd/handbook/publish content content/record content/wording render render/place",
		system: "os os/exec path/filepath",
	},
	"cmd/handbook/live/accept": {module: "content/prompt verify/compare verify/plans"},
	"cmd/handbook/live/edit":   {module: "content content/markdown render/outline", system: "os/exec path/filepath", others: "github.com/yuin/goldmark"},
	"cmd/handbook/live/runs": {
		module: "cmd/handbook/labs cmd/handbook/live/accept content content/info content/sgr content/wording render/highlight render/outline render/place verify verify/compare verify/plans verify/report",
	},
	"cmd/handbook/live/terminal": {module: "content/sgr content/wording verify verify/plans verify/screen verify/shell"},
	"cmd/handbook/preview":       {system: "net net/http"},
	"cmd/handbook/progress":      {module: "cmd/handbook/tty content/wording verify", others: "golang.org/x/term"},
	"cmd/handbook/project": {
		module: "cmd/handbook/cache cmd/handbook/folder cmd/handbook/git cmd/handbook/repository cmd/handbook/usage content content/config content/mistake",
		system: "os path/filepath",
	},
	"cmd/handbook/publish": {
		module: "content",
		system: "os path/filepath syscall",
		others: "github.com/rogpeppe/go-internal golang.org/x/sys",
	},
	"cmd/handbook/tty":   {module: "content/wording", system: "os", others: "golang.org/x/sys golang.org/x/term"},
	"cmd/handbook/usage": {module: "content"},
	"cmd/handbook/watch": {module: "content", system: "os path/filepath syscall", others: "github.com/fsnotify/fsnotify"},
}

// reaches tells whether a package of the standard library can reach something
// outside of the program's memory.
func reaches(imported string) bool {
	switch imported {
	case "net/url", "net/netip", "net/textproto", "net/mail":
		return false // they only parse
	case "path/filepath", "io/ioutil", "syscall", "plugin", "unsafe", "log", "log/syslog", "expvar", "database/sql", "testing":
		return true
	}
	root, _, _ := strings.Cut(imported, "/")
	return root == "os" || root == "net"
}

// calls are what only cmd does: print and exit.
var calls = []string{
	"os.Exit", "os.Stdout", "os.Stderr", "os.Stdin", "fmt.Print", "fmt.Println", "fmt.Printf",
	"log.Fatal", "log.Fatalf", "log.Print", "log.Printf", "log.Println", "slog.Default",
}

func TestImports(t *testing.T) {
	root := filepath.Join("..", "..")
	modules := modules(t, root)
	packages := goFiles(t, root)
	for dir := range imports {
		if _, ok := packages[dir]; !ok {
			t.Errorf("imports has a row for %s, which is no package", dir)
		}
	}
	for dir, files := range packages {
		row, ok := imports[dir]
		if !ok {
			t.Errorf("%s has no row in imports", dir)
			continue
		}
		unused := map[string]bool{}
		for name := range strings.FieldsSeq(row.module + " " + row.system + " " + row.others) {
			unused[name] = true
		}
		for _, name := range files {
			file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(root, name), nil, 0)
			if err != nil {
				t.Fatal(err)
			}
			for _, spec := range file.Imports {
				imported, _ := strconv.Unquote(spec.Path.Value)
				word := rowWord(imported, modules)
				if word == "" {
					continue
				}
				if _, ok := unused[word]; !ok {
					t.Errorf("%s imports %s, which the row of %s does not have", name, word, dir)
				} else {
					unused[word] = false
				}
			}
			if !strings.HasPrefix(dir, "cmd/") {
				checkCalls(t, name, file)
			}
		}
		for name, is := range unused {
			if is {
				t.Errorf("the row of %s has %s, which it does not import", dir, name)
			}
		}
	}
}

// rowWord is how a row names an import: a package of this module by its
// folder, another module's by the module. It is "" for what needs no naming.
func rowWord(imported string, modules []string) string {
	if own, ok := strings.CutPrefix(imported, "handbook/"); ok {
		return own
	}
	if first, _, _ := strings.Cut(imported, "/"); !strings.Contains(first, ".") {
		if reaches(imported) {
			return imported
		}
		return ""
	}
	for _, module := range modules {
		if imported == module || strings.HasPrefix(imported, module+"/") {
			return module
		}
	}
	return imported
}

// modules are those that go.mod requires, the longest first.
func modules(t *testing.T, root string) (all []string) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(b)) {
		fields := strings.Fields(strings.TrimPrefix(line, "require "))
		if len(fields) >= 2 && strings.HasPrefix(fields[1], "v") {
			all = append(all, fields[0])
		}
	}
	slices.SortFunc(all, func(a, b string) int { return len(b) - len(a) })
	return all
}

func checkCalls(t *testing.T, name string, file *ast.File) {
	ast.Inspect(file, func(n ast.Node) bool {
		s, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		if pkg, ok := s.X.(*ast.Ident); ok && slices.Contains(calls, pkg.Name+"."+s.Sel.Name) {
			t.Errorf("%s: only cmd may use %s.%s", name, pkg.Name, s.Sel.Name)
		}
		return true
	})
}

// goFiles are the Go files of the module by folder, for every system. Tests
// and the labs' sample programs are left out; a folder with tests alone has
// none.
func goFiles(t *testing.T, root string) map[string][]string {
	t.Helper()
	files := map[string][]string{}
	err := fs.WalkDir(os.DirFS(root), ".", func(name string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case e.IsDir() && (name == "content/labs" || name == "content/guides" || e.Name() == "testdata" || strings.HasPrefix(e.Name(), ".") && name != "."):
			return fs.SkipDir
		case strings.HasSuffix(name, "_test.go"):
			files[path.Dir(name)] = slices.Clip(files[path.Dir(name)]) // there, even if it has no other files
		case strings.HasSuffix(name, ".go"):
			files[path.Dir(name)] = append(files[path.Dir(name)], name)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// TestReadmeNamesPackages wants README's table to name every package's folder,
// and no other.
func TestReadmeNamesPackages(t *testing.T) {
	root := filepath.Join("..", "..")
	b, err := os.ReadFile(filepath.Join(root, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	named := map[string]bool{}
	for line := range strings.Lines(string(b)) {
		if !strings.HasPrefix(line, "| `") {
			continue
		}
		cell, _, _ := strings.Cut(line[2:], " |")
		for i, part := range strings.Split(cell, "`") {
			if i%2 == 1 {
				named[strings.TrimSuffix(part, "/")] = true
			}
		}
	}
	for dir := range goFiles(t, root) {
		if !named[dir] {
			t.Errorf("README's table does not name %s", dir)
		}
	}
	for dir := range named {
		if _, err := os.Stat(filepath.Join(root, dir)); err != nil {
			t.Errorf("README's table names %s: %v", dir, err)
		}
	}
}
