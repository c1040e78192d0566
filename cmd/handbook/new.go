package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"handbook/cmd/handbook/project"
	"handbook/cmd/handbook/starter"
)

func newNew() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "new",
		Short: "Make a new page",
		Args:  noSuchCommand,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },

		SuggestionsMinimumDistance: 2,
	}
	add := func(use, short, example string, write func(path string) (string, error)) {
		cmd.AddCommand(&cobra.Command{
			Use:   use,
			Short: short + ", e.g. " + example,
			Args:  oneArg("PATH", example),
			RunE: func(cmd *cobra.Command, args []string) error {
				file, err := write(args[0])
				if err != nil {
					return err
				}
				_, err = fmt.Fprintln(cmd.OutOrStdout(), project.Short(file))
				return err
			},
		})
	}
	add("lab PATH", "Make a new lab", "labs/05-volumes.md", starter.Lab)
	add("page PATH", "Make a new page", "guides/faq.md", starter.Page)
	return cmd
}
