package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

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
	cmd.AddCommand(&cobra.Command{
		Use:   "lab PATH",
		Short: "Make a new lab, e.g. labs/05-volumes.md",
		Args:  oneArg("PATH"),
		RunE: func(cmd *cobra.Command, args []string) error {
			file, err := makeLab(args[0])
			if err != nil {
				return err
			}
			_, err = fmt.Fprintln(cmd.OutOrStdout(), display(file))
			return err
		},
	})
	return cmd
}

// makeLab writes a lab to begin with. The path is that of a file, or the way
// from the content root, as pages are called in messages and in links.
func makeLab(arg string) (file string, err error) {
	home, err := findHome(".")
	if err != nil {
		return "", err
	}
	if path.Ext(arg) != ".md" {
		arg += ".md"
	}
	if file, err = filepath.Abs(arg); err != nil {
		return "", err
	}
	if !home.inside(file) {
		if filepath.IsAbs(arg) || !filepath.IsLocal(filepath.FromSlash(arg)) {
			return "", misused(fmt.Errorf("%s is not in the site's content, %s", arg, display(home.content)), "")
		}
		file = filepath.Join(home.content, filepath.FromSlash(arg))
	}
	name := strings.TrimSuffix(filepath.Base(file), ".md")
	if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
		return "", err
	}
	err = writeNew(file, fmt.Sprintf(labText, yamlText(titleOf(name)), yamlText("~/"+name), titleOf(name)))
	if errors.Is(err, fs.ErrExist) {
		return "", misused(fmt.Errorf("%s is there already", display(file)), "")
	}
	return file, err
}

const labText = `---
title: %s
lab:
  dir: %s
---

# %s

## First step

` + "```bash\necho hello  # -> hello\n```\n"
