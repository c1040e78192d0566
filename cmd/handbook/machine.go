package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"handbook/cmd/handbook/labs"
	"handbook/cmd/handbook/machines"
)

func newMachine() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "machine",
		Short: "Make, show and carry the images of labs' machines",
		Long: `machine is about the images of the machines that labs with a Docker Engine run on.
They are made when a lab first needs them, which takes minutes. Saved to a file
or pushed to a registry once, they are on other computers, such as the runners of
a CI, in seconds. NAME is that of a Docker Engine, such as 29; none means those
that the labs here run on.`,
		Args: noSuchCommand,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(
		onImages("show [NAME ...]", "List the images, and whether the engine has them",
			func(ctx context.Context, i *machines.Images, _ string) error { return i.Show(ctx) }),
		onImages("build [NAME ...]", "Make the images that the engine does not have",
			func(ctx context.Context, i *machines.Images, _ string) error { return i.Build(ctx) }),
		onImages("push REPOSITORY [NAME ...]", "Give the images to a registry, made if need be",
			func(ctx context.Context, i *machines.Images, to string) error { return i.Push(ctx, to) }),
		onImages("pull REPOSITORY [NAME ...]", "Give the engine the images from a registry",
			func(ctx context.Context, i *machines.Images, from string) error { return i.Pull(ctx, from) }),
		onImages("save FILE [NAME ...]", "Write the images to a file, made if need be",
			func(ctx context.Context, i *machines.Images, file string) error { return i.Save(ctx, file) }),
		onImages("load FILE", "Give the engine the images in a file",
			func(ctx context.Context, i *machines.Images, file string) error { return i.Load(ctx, file) }),
	)
	return cmd
}

// onImages returns a command that does something with the machine images of
// the labs here. If its usage has an argument, that is passed to do.
func onImages(usage, short string, do func(context.Context, *machines.Images, string) error) *cobra.Command {
	_, words, _ := strings.Cut(strings.TrimSuffix(usage, " [NAME ...]"), " ")
	var choice string
	cmd := &cobra.Command{Use: usage, Short: short, RunE: func(cmd *cobra.Command, args []string) error {
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
		i, where := &machines.Images{Set: e.Images(), Names: machines.Names(site.Site), Out: cmd.OutOrStdout(), Log: log}, ""
		if words != "" {
			where, args = args[0], args[1:]
		}
		if len(args) > 0 {
			if err := i.Choose(args); err != nil {
				return err
			}
		}
		return do(cmd.Context(), i, where)
	}}
	cmd.Args = func(cmd *cobra.Command, args []string) error {
		if words == "" {
			return nil
		}
		if strings.HasSuffix(usage, "]") {
			args = args[:min(1, len(args))]
		}
		return oneArg(words, map[string]string{"REPOSITORY": "registry.example.org/machines", "FILE": "machines.tar"}[words])(cmd, args)
	}
	cmd.Flags().StringVar(&choice, "engine", "", engineUsage)
	return cmd
}
