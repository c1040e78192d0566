package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"handbook/cmd/handbook/project"

	"github.com/spf13/cobra"
)

func newNew() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "new",
		Short: "Make a new page",
		Args:  noSuchCommand,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },

		SuggestionsMinimumDistance: 2,
	}
	add := func(use, short string, text func(name string) string) {
		cmd.AddCommand(&cobra.Command{
			Use:   use,
			Short: short,
			Args:  oneArg("PATH"),
			RunE: func(cmd *cobra.Command, args []string) error {
				file, err := makePage(args[0], text)
				if err != nil {
					return err
				}
				_, err = fmt.Fprintln(cmd.OutOrStdout(), project.Short(file))
				return err
			},
		})
	}
	add("lab PATH", "Make a new lab, e.g. labs/05-volumes.md", func(name string) string {
		return fmt.Sprintf(labText, yamlText(titleOf(name)), yamlText("~/"+name), titleOf(name))
	})
	add("page PATH", "Make a new page, e.g. guides/faq.md", func(name string) string {
		return fmt.Sprintf(pageText, yamlText(titleOf(name)), titleOf(name))
	})
	return cmd
}

// makePage writes a page to begin with, whose text depends on its name. The path
// is that of a file, or the way from the content root, as pages are called in
// messages and in links.
func makePage(arg string, text func(name string) string) (file string, err error) {
	here, err := project.Find(".")
	if err != nil {
		return "", err
	}
	if path.Ext(arg) != ".md" {
		arg += ".md"
	}
	if file, err = filepath.Abs(arg); err != nil {
		return "", err
	}
	if !here.Contains(file) {
		if filepath.IsAbs(arg) || !filepath.IsLocal(filepath.FromSlash(arg)) {
			return "", misused(fmt.Errorf("%s is not in the site's content, %s", arg, project.Short(here.Content)), "")
		}
		file = filepath.Join(here.Content, filepath.FromSlash(arg))
	}
	name := strings.TrimSuffix(filepath.Base(file), ".md")
	if err := makeFolder(here.Content, filepath.Dir(file)); err != nil {
		return "", err
	}
	err = writeNew(file, text(name))
	if errors.Is(err, fs.ErrExist) {
		return "", misused(fmt.Errorf("%s is there already", project.Short(file)), "")
	}
	return file, err
}

// makeFolder makes a folder in root, to which no link leads out of it.
func makeFolder(root, dir string) error {
	rel, err := filepath.Rel(root, dir)
	if err != nil {
		return err
	}
	r, err := os.OpenRoot(root)
	if err != nil {
		return err
	}
	defer r.Close()
	if err := r.MkdirAll(rel, 0o777); err != nil {
		return err
	}
	_, err = r.Stat(rel)
	return err
}

const pageText = `---
title: %s
---

# %s

`

const labText = `---
title: %s
lab:
  dir: %s
---

# %s

## First step

` + "```bash\necho hello  # -> hello\n```\n"
