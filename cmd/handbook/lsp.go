package main

import (
	"github.com/spf13/cobra"

	"handbook/cmd/handbook/hints"
	"handbook/cmd/handbook/lsp"
	"handbook/cmd/handbook/tty"
)

func newLSP() *cobra.Command {
	return &cobra.Command{
		Use:   "lsp",
		Short: "Serve editors over the Language Server Protocol",
		Long: `lsp is started by editors, and talks to them over its standard input and output.
While a page is written, it tells what "handbook check" would tell of it. It runs
no lab and needs no Docker.`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			o := lsp.Options{Version: version(), Hint: hints.For, Log: cmd.ErrOrStderr()}
			return lsp.Serve(cmd.Context(), cmd.InOrStdin(), tty.Unwrap(cmd.OutOrStdout()), o)
		},
	}
}
