package main

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"handbook/content"
)

// A lab is a page to verify, with the site that it belongs to.
type lab struct {
	site *content.Site
	dir  string // the content root on the disk
	page *content.Page
}

// name is how reports and progress call the lab.
func (l *lab) name() string { return l.page.Path }

// staleness says why the lab has to be run.
func (l *lab) staleness() string {
	why := l.page.Problem // "it has …", "its record …"
	if rest, ok := strings.CutPrefix(why, "it "); ok {
		return "the lab " + rest
	}
	if rest, ok := strings.CutPrefix(why, "its "); ok {
		return "the lab's " + rest
	}
	return why
}

// findLabs returns the labs that the arguments name, all of the site here if
// there are none. An argument is a page, a folder of pages, or a Markdown file
// outside the site.
func findLabs(args []string) ([]*lab, error) {
	f := new(finder)
	if len(args) == 0 {
		if err := f.open(); err != nil {
			return nil, err
		}
		return f.labsBelow("."), nil
	}
	var all []*lab
	seen := map[string]bool{}
	for _, arg := range args {
		labs, err := f.find(arg)
		if err != nil {
			return nil, err
		}
		for _, l := range labs {
			if key := filepath.Join(l.dir, l.page.Path); !seen[key] {
				seen[key] = true
				all = append(all, l)
			}
		}
	}
	return all, nil
}

// A finder loads the site here when it is first asked for it: a README can be
// verified where there is none.
type finder struct {
	home *home
	site *content.Site
}

func (f *finder) open() error {
	if f.site != nil {
		return nil
	}
	home, err := findHome(".")
	if err != nil {
		return err
	}
	site, err := home.load()
	if err != nil {
		return home.readable(err)
	}
	judge(site, nil) // what is wrong with a lab is told when it is its turn
	f.home, f.site = home, site
	sweepRecords(f.labsBelow("."))
	return nil
}

func (f *finder) find(arg string) ([]*lab, error) {
	file, err := filepath.Abs(arg)
	if err != nil {
		return nil, err
	}
	info, err := os.Stat(file)
	home, homeErr := findHome(".")
	if homeErr == nil {
		if err != nil { // as pages are called in messages and reports
			file = filepath.Join(home.content, filepath.FromSlash(arg))
			info, err = os.Stat(file)
		}
		if err == nil && home.inside(file) {
			return f.findInSite(home, arg, file)
		}
	}
	switch {
	case err != nil:
		return nil, misused(fmt.Errorf("no page or folder %q", arg), "")
	case info.IsDir():
		return nil, misused(fmt.Errorf("%q is not a folder of the site", arg), "")
	case filepath.Ext(file) != ".md":
		return nil, misused(fmt.Errorf("%q is not a Markdown file (.md)", arg), "")
	}
	return fileAsLab(arg, file)
}

func (f *finder) findInSite(home *home, arg, file string) ([]*lab, error) {
	if err := f.open(); err != nil {
		return nil, err
	}
	rel, err := filepath.Rel(home.content, file)
	if err != nil {
		return nil, err
	}
	rel = filepath.ToSlash(rel)
	if page := f.site.Page(rel); page != nil && page.Lab == nil {
		return nil, misused(fmt.Errorf("%s is not a lab", page.File()), `a lab has "lab:" in its front matter`)
	}
	labs := f.labsBelow(rel)
	if len(labs) == 0 {
		return nil, misused(fmt.Errorf("no lab in %q", arg), `a lab is a page with "lab:" in its front matter`)
	}
	return labs, nil
}

// labsBelow returns the labs of a folder, or the one of that path.
func (f *finder) labsBelow(rel string) []*lab {
	var labs []*lab
	for _, p := range f.site.Pages {
		if p.Lab != nil && (rel == "." || p.Path == rel || strings.HasPrefix(p.Path, rel+"/")) {
			labs = append(labs, &lab{f.site, f.home.content, p})
		}
	}
	return labs
}

// fileAsLab loads a Markdown file outside the site.
func fileAsLab(arg, file string) ([]*lab, error) {
	dir, base := filepath.Split(file)
	name := path.Dir(filepath.ToSlash(filepath.Clean(arg)))
	if name == "." {
		name = ""
	}
	site, err := content.LoadFile(os.DirFS(dir), base, name)
	if err != nil {
		return nil, err
	}
	judge(site, nil) // what is wrong with it is told when it is its turn
	page := site.Page(base)
	if page == nil || page.Lab == nil {
		return nil, misused(fmt.Errorf("%s is not a lab", arg), `its front matter says so: "lab: {}" makes it one`)
	}
	labs := []*lab{{site, dir, page}}
	sweepRecords(labs)
	return labs, nil
}

// certificates reads the PEM bundle that machines of the site trust. It may
// be a matter of this computer's network and not of the site: then HANDBOOK_CA
// names it.
func (l *lab) certificates() ([]byte, error) {
	if name := os.Getenv("HANDBOOK_CA"); name != "" {
		b, err := os.ReadFile(name)
		if err != nil {
			return nil, misused(fmt.Errorf("HANDBOOK_CA: %w", err), "")
		}
		return b, nil
	}
	name := l.site.Config.Machine.CA
	if name == "" {
		return nil, nil
	}
	if !filepath.IsAbs(name) {
		name = filepath.Join(l.dir, filepath.FromSlash(name))
	}
	b, err := os.ReadFile(name)
	if err != nil {
		return nil, l.badSetting("ca", err)
	}
	return b, nil
}

// mirror is the URL of the mirror that the user or the site names, or "".
func (l *lab) mirror() string {
	return firstOf(os.Getenv("HANDBOOK_MIRROR"), l.site.Config.Machine.Mirror)
}

// dockerfile reads the site's own Dockerfile for machines.
func (l *lab) dockerfile() ([]byte, error) {
	name := l.site.Config.Machine.Dockerfile
	if name == "" {
		return nil, nil
	}
	b, err := fs.ReadFile(l.site.FS, path.Clean(name))
	if err != nil {
		return nil, l.badSetting("dockerfile", err)
	}
	return b, nil
}

func (l *lab) badSetting(key string, err error) error {
	return &content.Error{
		Pos: content.Pos{File: path.Join(l.site.Name, content.ConfigFile)},
		Msg: fmt.Sprintf("machine.%s: %v", key, err),
	}
}
