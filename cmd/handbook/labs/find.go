package labs

import (
	"errors"
	"os"
	"path"
	"path/filepath"

	"handbook/cmd/handbook/folder"
	"handbook/cmd/handbook/project"
	"handbook/cmd/handbook/repository"
	"handbook/cmd/handbook/usage"
	"handbook/content"
	"handbook/content/config"
)

// Reasons of errors of Find.
const (
	ReasonNotALab   content.Reason = "the page is not a lab"
	ReasonNoLabHere content.Reason = "there is no lab in the folder"
	ReasonFileNoLab content.Reason = "the file is not a lab"
)

// Find returns the labs named by the arguments of a command, or all labs of
// the site here if there are no arguments. An argument is a page, a folder of
// pages, or a Markdown file outside the site.
func Find(args []string) ([]*Lab, error) {
	f := new(finder)
	if len(args) == 0 {
		if err := f.open(); err != nil {
			return nil, err
		}
		return f.site.Labs("."), nil
	}
	var all []*Lab
	seen := map[string]bool{}
	for _, arg := range args {
		labs, err := f.find(arg)
		if err != nil {
			return nil, err
		}
		for _, l := range labs {
			if key := filepath.Join(l.Site.Dir, l.Page.Path); !seen[key] {
				seen[key] = true
				all = append(all, l)
			}
		}
	}
	return all, nil
}

// Here returns the site here for its settings, even if its pages have
// mistakes. If there is none, it returns a site without a folder and with the
// default settings.
func Here() (*Site, error) {
	here, err := project.Find(".")
	if err != nil {
		return &Site{Site: &content.Site{Config: &config.Config{Docker: config.Engines[:1], Machine: config.Machine{Network: "open"}}}}, nil
	}
	site, err := here.Load()
	if site == nil || site.Config == nil {
		return nil, here.Readable(err)
	}
	return &Site{Site: site, Dir: here.Content}, nil
}

// A finder loads the site here when it is first needed, since a README can be
// verified without a site.
type finder struct {
	here *project.Project
	site *Site
}

func (f *finder) open() error {
	if f.site != nil {
		return nil
	}
	here, err := project.Find(".")
	if err != nil {
		return err
	}
	site, err := here.Load()
	if err != nil {
		return here.Readable(err)
	}
	f.here = here
	f.site, _ = Check(site, here.Content, nil) // mistakes of a lab are reported when it is its turn
	SweepRecords(f.site.Labs("."))
	return nil
}

func (f *finder) find(arg string) ([]*Lab, error) {
	file, err := filepath.Abs(arg)
	if err != nil {
		return nil, err
	}
	info, err := os.Stat(file)
	here, none := project.Find(".")
	if e, ok := errors.AsType[*usage.Error](none); none != nil && (!ok || e.Reason != project.ReasonNotFound) {
		return nil, none
	}
	if none == nil {
		if err != nil { // the form of names in messages and reports
			file = filepath.Join(here.Content, filepath.FromSlash(arg))
			info, err = os.Stat(file)
		}
		if err == nil && here.Contains(file) {
			return f.findInSite(here, arg, file)
		}
	}
	switch {
	case err != nil:
		return nil, usage.Errorf("", "no page or folder %q", arg)
	case info.IsDir():
		return nil, usage.Errorf("", "%q is not a folder of the site", arg)
	case filepath.Ext(file) != ".md":
		return nil, usage.Errorf("", "%q is not a Markdown file (.md)", arg)
	}
	return fileAsLab(arg, file)
}

func (f *finder) findInSite(here *project.Project, arg, file string) ([]*Lab, error) {
	if err := f.open(); err != nil {
		return nil, err
	}
	rel, err := filepath.Rel(here.Content, file)
	if err != nil {
		return nil, err
	}
	rel = filepath.ToSlash(rel)
	if page := f.site.Page(rel); page != nil && page.Lab == nil {
		return nil, usage.Errorf(ReasonNotALab, "%s is not a lab", page.File())
	}
	labs := f.site.Labs(rel)
	if len(labs) == 0 {
		return nil, usage.Errorf(ReasonNoLabHere, "no lab in %q", arg)
	}
	return labs, nil
}

// fileAsLab loads a Markdown file outside the site.
func fileAsLab(arg, file string) ([]*Lab, error) {
	dir, base := filepath.Split(file)
	name := path.Dir(filepath.ToSlash(filepath.Clean(arg)))
	if name == "." {
		name = ""
	}
	site, err := content.LoadFile(repository.New(folder.Open(dir), dir, dir), base, name)
	if err != nil {
		return nil, err
	}
	checked, _ := Check(site, dir, nil) // its mistakes are reported when it is its turn
	labs := checked.Labs(base)
	if len(labs) == 0 {
		return nil, usage.Errorf(ReasonFileNoLab, "%s is not a lab", arg)
	}
	SweepRecords(labs)
	return labs, nil
}
