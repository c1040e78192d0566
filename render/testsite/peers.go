package testsite

import (
	"fmt"
	"strings"
)

// A Peer is another generator that can build the same pages.
type Peer struct {
	Name    string
	Program string
	Version []string // arguments
	Build   []string // arguments, in the site's folder
	Out     string   // the folder that it writes
	Leaves  []string // other files that it keeps for the next build
	Modules bool     // it needs the node_modules in which it is installed
	Does    string   // what it does compared to handbook
	Lacks   string

	content string                            // the folder of pages
	page    func(text string) string          // nil: as it is
	files   func(titles []string) [][2]string // settings and templates: names and texts
}

// Pages returns the files of its site of n pages, and the name of the i-th one.
func (p *Peer) Pages(n int) (files map[string]string, nameOf func(i int) string) {
	files = make(map[string]string)
	nameOf = func(i int) string { return p.content + "/" + Name(i) }
	var titles []string
	for i := range n {
		_, text := Page(i, n)
		title, _, _ := strings.Cut(strings.TrimPrefix(text, "---\ntitle: "), "\n")
		titles = append(titles, title)
		files[nameOf(i)] = p.Text(text)
	}
	for _, f := range p.files(titles) {
		files[f[0]] = f[1]
	}
	return files, nameOf
}

// Text is the text of a page as the generator reads it.
func (p *Peer) Text(text string) string {
	if p.page == nil {
		return text
	}
	return p.page(text)
}

// settings are files that are the same whatever the pages are.
func settings(files ...[2]string) func([]string) [][2]string {
	return func([]string) [][2]string { return files }
}

// Handbook is this generator.
var Handbook = &Peer{
	Name: "handbook", Program: "handbook", Version: []string{"version"}, Build: []string{"build"}, Out: "public", Leaves: []string{".cache"},
	content: "content", files: settings([2]string{"content/handbook.yaml", "title: A big site\nurl: https://example.org/big\n"}),
}

// Peers are other generators.
var Peers = []*Peer{
	{
		Name: "Hugo", Program: "hugo", Version: []string{"version"}, Build: []string{"--quiet"}, Out: "hugo-public", Leaves: []string{"resources"},
		Does: "colours, a menu of 30 pages, the table of contents, pages before and after", Lacks: "search, checks of links, the page as Markdown",
		content: "content", files: settings(Hugo...),
	},
	{
		Name: "mdBook", Program: "mdbook", Version: []string{"--version"}, Build: []string{"build"}, Out: "book",
		Does: "a menu of all pages, search, the page to print", Lacks: "colours (the browser adds them), checks of links, the page as Markdown",
		content: "src",
		page: func(text string) string { // without the front matter, which it does not support
			title, rest, _ := strings.Cut(strings.TrimPrefix(text, "---\ntitle: "), "\n---\n")
			return "# " + title + "\n" + rest
		},
		files: func(titles []string) [][2]string {
			var summary strings.Builder
			summary.WriteString("# Summary\n\n")
			for i, title := range titles {
				fmt.Fprintf(&summary, "- [%s](%s)\n", title, Name(i))
			}
			return [][2]string{{"book.toml", "[book]\ntitle = \"A big site\"\n"}, {"src/SUMMARY.md", summary.String()}}
		},
	},
	{
		Name: "MkDocs Material", Program: "mkdocs", Version: []string{"--version"}, Build: []string{"build", "--quiet"}, Out: "site",
		Does: "colours, a menu of all pages, search, checks of links", Lacks: "the page as Markdown, pages in order before and after",
		content: "docs",
		files: settings([2]string{"mkdocs.yml", "site_name: A big site\nsite_url: https://example.org/big/\ntheme:\n  name: material\n  font: false\n" +
			"markdown_extensions:\n  - pymdownx.highlight\n  - pymdownx.superfences\n  - tables\n"}, [2]string{"docs/index.md", "# A big site\n"}),
	},
	{
		Name: "Starlight on Astro", Program: "astro", Version: []string{"--version"}, Build: []string{"build"}, Out: "dist", Leaves: []string{".cache", ".astro"}, Modules: true,
		Does: "colours, a menu of all pages, the table of contents, search, pages before and after", Lacks: "checks of links, the page as Markdown",
		content: "src/content/docs",
		files: settings([2]string{"package.json", "{\"name\": \"site\", \"type\": \"module\"}\n"}, [2]string{"astro.config.mjs", `import { defineConfig } from 'astro/config';
import starlight from '@astrojs/starlight';
export default defineConfig({ site: 'https://example.org', base: '/big', cacheDir: './.cache', integrations: [starlight({ title: 'A big site' })] });
`}, [2]string{"src/content.config.ts", `import { defineCollection } from 'astro:content';
import { docsLoader } from '@astrojs/starlight/loaders';
import { docsSchema } from '@astrojs/starlight/schema';
export const collections = { docs: defineCollection({ loader: docsLoader(), schema: docsSchema() }) };
`}),
	},
}

// Hugo is what Hugo needs to build the same pages: highlighted, with a menu
// of the section, and links to the pages before and after.
var Hugo = [][2]string{
	{"hugo.toml", "baseURL = 'https://example.org/big/'\ntitle = 'A big site'\ndisableKinds = ['taxonomy', 'term', 'RSS']\n" +
		"publishDir = 'hugo-public'\n[markup.highlight]\nnoClasses = false\n"},
	{"layouts/_default/single.html", `<!doctype html><html><head><title>{{.Title}}</title></head><body>` +
		`<nav>{{range first 30 .CurrentSection.RegularPages}}<a href="{{.RelPermalink}}">{{.Title}}</a>{{end}}</nav>` +
		`<h1>{{.Title}}</h1>{{.TableOfContents}}{{.Content}}{{with .Prev}}<a href="{{.RelPermalink}}">{{.Title}}</a>{{end}}` +
		`{{with .Next}}<a href="{{.RelPermalink}}">{{.Title}}</a>{{end}}</body></html>`},
	{"layouts/_default/list.html", `<!doctype html><title>{{.Title}}</title>{{range .Pages}}<a href="{{.RelPermalink}}">{{.Title}}</a>{{end}}`},
}
