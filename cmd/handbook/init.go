package main

import (
	"errors"
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"handbook/cmd/handbook/starter"
)

func newInit() *cobra.Command {
	return &cobra.Command{
		Use:   "init DIR",
		Short: "Make a new site with a first lab",
		Args:  initArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			dir := args[0]
			if err := starter.Site(dir); err != nil {
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

// initArgs requires a folder.
func initArgs(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return misused(errors.New(`"handbook init" takes the folder to make, DIR`), `"handbook init ." makes a handbook of this folder`)
	}
	return oneArg("DIR", "my-course")(cmd, args)
}
