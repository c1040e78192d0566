package main

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/spf13/cobra"

	"handbook/content/config"
)

// starter is the site that init makes.
//
//go:embed starter
var starter embed.FS

func newInit() *cobra.Command {
	return &cobra.Command{
		Use:   "init DIR",
		Short: "Make a new site with a first lab",
		Args:  initArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			dir := args[0]
			if err := makeSite(dir); err != nil {
				return err
			}
			is, enter := dir+" is", "  cd "+dir+"\n"
			if filepath.Clean(dir) == "." {
				is, enter = "This folder is", ""
			}
			_, err := fmt.Fprintf(cmd.OutOrStdout(), `%s a handbook now. Go on with:

%s  handbook serve     preview it while you write
  handbook verify    run its lab, on a machine made with Docker
  handbook build     write public/
`, is, enter)
			return err
		},
	}
}

// initArgs wants a folder.
func initArgs(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return misused(errors.New(`"handbook init" takes the folder to make, DIR`), `"handbook init ." makes a handbook of this folder`)
	}
	return oneArg("DIR")(cmd, args)
}

// makeSite writes the starter into a folder that has no site yet. Nothing
// that is there already is changed.
func makeSite(dir string) error {
	if _, err := os.Stat(filepath.Join(dir, "content", config.File)); err == nil {
		return misused(fmt.Errorf("%s is a handbook already", dir), "")
	}
	root, err := filepath.Abs(dir)
	if err != nil {
		return err
	}
	title := titleOf(filepath.Base(root))
	fill := strings.NewReplacer("title: TITLE", "title: "+yamlText(title), "TITLE", title).Replace
	return fs.WalkDir(starter, "starter", func(name string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel := strings.TrimPrefix(strings.TrimPrefix(name, "starter"), "/")
		if rel == "gitignore" { // embed takes hidden files only when all are asked for
			rel = ".gitignore"
		}
		to := filepath.Join(root, filepath.FromSlash(rel))
		if e.IsDir() {
			return os.MkdirAll(to, 0o777)
		}
		b, err := starter.ReadFile(name)
		if err != nil {
			return err
		}
		if err := writeNew(to, fill(string(b))); err != nil && !errors.Is(err, fs.ErrExist) {
			return err
		}
		return nil
	})
}

// titleOf makes a title of a file name: "05-named-volumes" → "Named volumes".
func titleOf(name string) string {
	name = strings.TrimLeft(name, "0123456789-_. ")
	name = strings.TrimSpace(strings.NewReplacer("-", " ", "_", " ").Replace(name))
	if name == "" {
		return "Handbook"
	}
	first := []rune(name)
	return strings.ToUpper(string(first[:1])) + string(first[1:])
}

// plainYAML is text that YAML takes for text without quotes, but for words
// such as "true".
var plainYAML = regexp.MustCompile(`^(?:~/|[\pL_])[\pL\d_./-]*(?: [\pL\d_./-]+)*$`)

// yamlText writes a text so that YAML reads it as it is: names of folders and
// files may have any character.
func yamlText(s string) string {
	switch strings.ToLower(s) {
	case "true", "false", "null", "yes", "no", "on", "off":
	default:
		if plainYAML.MatchString(s) {
			return s
		}
	}
	return "'" + strings.ReplaceAll(s, "'", "''") + "'"
}

// writeNew writes a file that is not there yet.
func writeNew(name, text string) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	return errors.Join(err, f.Close())
}
