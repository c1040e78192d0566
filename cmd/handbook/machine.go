package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"handbook/cmd/handbook/labs"
	"handbook/cmd/handbook/machines"
)

func newMachine() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "machine",
		Short: "Make, show, save and load the images of labs' machines",
		Long: `machine is about the images of the machines that labs with a Docker Engine run on.
They are made when a lab first needs them, which takes minutes. Saved to a file
once, they are loaded on other computers, such as the runners of a CI, in seconds.
NAME is that of a Docker Engine, such as 29; none means those that the labs here
run on.`,
		Args: noSuchCommand,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(
		onImages("show [NAME ...]", "List the images, and whether the engine has them", cobra.ArbitraryArgs,
			func(ctx context.Context, i *machines.Images, names []string) error {
				i.Names = or(names, i.Names)
				return i.Show(ctx)
			}),
		onImages("build [NAME ...]", "Make the images that the engine does not have", cobra.ArbitraryArgs,
			func(ctx context.Context, i *machines.Images, names []string) error {
				i.Names = or(names, i.Names)
				_, err := i.Build(ctx)
				return err
			}),
		onImages("save FILE [NAME ...]", "Write the images to a file, made if need be", someArgs("FILE"),
			func(ctx context.Context, i *machines.Images, args []string) error {
				i.Names = or(args[1:], i.Names)
				return i.Save(ctx, args[0])
			}),
		onImages("load FILE", "Give the engine the images in a file", oneArg("FILE"),
			func(ctx context.Context, i *machines.Images, args []string) error { return i.Load(ctx, args[0]) }),
	)
	return cmd
}

// someArgs is for commands that take one argument, which is called name, or more.
func someArgs(name string) cobra.PositionalArgs {
	one := oneArg(name)
	return func(cmd *cobra.Command, args []string) error { return one(cmd, args[:min(1, len(args))]) }
}

// or returns names, or others if there are none.
func or(names, others []string) []string {
	if len(names) == 0 {
		return others
	}
	return names
}

// onImages is a command that does something with the images of the labs here.
func onImages(use, short string, args cobra.PositionalArgs, do func(context.Context, *machines.Images, []string) error) *cobra.Command {
	var choice string
	cmd := &cobra.Command{Use: use, Short: short, Args: args, RunE: func(cmd *cobra.Command, args []string) error {
		site, err := labs.Here()
		if err != nil {
			return err
		}
		log := cmd.ErrOrStderr()
		e, err := labs.OpenEngine(cmd.Context(), site, choice, func(line string) { fmt.Fprintln(log, line) })
		if err != nil {
			return err
		}
		defer e.Close()
		return do(cmd.Context(), &machines.Images{Engine: e, Names: machines.Names(site.Site), Out: cmd.OutOrStdout(), Log: log}, args)
	}}
	cmd.Flags().StringVar(&choice, "engine", "", engineUsage)
	return cmd
}
