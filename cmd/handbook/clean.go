package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"handbook/cmd/handbook/labs"
	"handbook/cmd/handbook/project"
	"handbook/verify/docker"
)

func newClean() *cobra.Command {
	var engine string
	cmd := &cobra.Command{
		Use:   "clean",
		Short: "Remove what handbook has made on this computer and its engine",
		Long: `clean removes caches, and from the Docker Engine all that handbook has made there:
machines (kept ones, and those of a verify that runs now), their volumes and
networks, the machines' images. It leaves pages, records, the published site, and
images that were made from a machine's.`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return clean(cmd.Context(), engine, cmd.OutOrStdout())
		},
	}
	cmd.Flags().StringVar(&engine, "engine", "", engineUsage)
	return cmd
}

func clean(ctx context.Context, choice string, out io.Writer) error {
	return errors.Join(cleanCaches(out), cleanEngine(ctx, choice, out))
}

func cleanCaches(out io.Writer) error {
	dirs := []string{labs.CacheDir()}
	if here, err := project.Find("."); err == nil {
		dirs = append(dirs, here.CacheDir())
	}
	for _, dir := range dirs {
		if _, err := os.Stat(dir); dir == "" || err != nil {
			continue
		}
		if err := os.RemoveAll(dir); err != nil {
			return err
		}
		fmt.Fprintf(out, "removed %s\n", project.Short(dir))
	}
	return nil
}

func cleanEngine(ctx context.Context, choice string, out io.Writer) error {
	endpoint, err := labs.FindEndpoint(choice)
	if err != nil {
		return err
	}
	e, err := docker.Open(ctx, docker.Options{Endpoint: endpoint})
	if err != nil {
		return err
	}
	defer e.Close()
	if err := e.Clean(ctx); err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "cleaned the Docker Engine at %s\n", endpoint)
	return err
}
