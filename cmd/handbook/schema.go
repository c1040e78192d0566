package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"handbook/cmd/handbook/schema"
	"handbook/content/wording"
)

func newSchema() *cobra.Command {
	return &cobra.Command{
		Use:       "schema " + strings.Join(schema.Names(), "|"),
		Short:     "Print a JSON schema, for editors and other programs",
		Long:      "schema prints the JSON schema of handbook.yaml (settings), of the front matter of\npages, of records, or of what --report json=FILE writes.",
		Args:      oneArg("the name of a schema", schema.Names()[0]),
		ValidArgs: schema.Names(),
		RunE: func(cmd *cobra.Command, args []string) error {
			text, ok := schema.Of(args[0])
			if !ok {
				return misused(fmt.Errorf("no schema is called %q%s", args[0], wording.DidYouMean(args[0], schema.Names())), "there are "+strings.Join(schema.Names(), ", "))
			}
			_, err := cmd.OutOrStdout().Write(text)
			return err
		},
	}
}
