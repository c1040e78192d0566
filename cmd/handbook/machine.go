package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"handbook/cmd/handbook/labs"
	"handbook/content"
	"handbook/content/wording"
	"handbook/verify/docker"
)

func newMachine() *cobra.Command {
	m := &machine{}
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
	add := func(use, short string, args cobra.PositionalArgs, do func(ctx context.Context, args []string) error) {
		sub := &cobra.Command{Use: use, Short: short, Args: args}
		sub.RunE = func(cmd *cobra.Command, args []string) error {
			m.out, m.err = cmd.OutOrStdout(), cmd.ErrOrStderr()
			return do(cmd.Context(), args)
		}
		sub.Flags().StringVar(&m.choice, "engine", "", engineUsage)
		cmd.AddCommand(sub)
	}
	add("show [NAME ...]", "List the images, and whether the engine has them", cobra.ArbitraryArgs, m.show)
	add("build [NAME ...]", "Make the images that the engine does not have", cobra.ArbitraryArgs, m.build)
	add("save FILE [NAME ...]", "Write the images to a file, made if need be", someArgs("FILE"), m.save)
	add("load FILE", "Give the engine the images in a file", oneArg("FILE"), m.load)
	return cmd
}

// someArgs is for commands that take one argument, which is called name, or more.
func someArgs(name string) cobra.PositionalArgs {
	one := oneArg(name)
	return func(cmd *cobra.Command, args []string) error { return one(cmd, args[:min(1, len(args))]) }
}

// A machine is what the machine command was told.
type machine struct {
	choice   string
	out, err io.Writer
}

// open opens the engine, and returns the names of the Docker Engines that it is
// about.
func (m *machine) open(ctx context.Context, names []string) (*docker.Engine, []string, error) {
	site, err := siteHere()
	if err != nil {
		return nil, nil, err
	}
	e, err := labs.OpenEngine(ctx, site, m.choice, func(line string) { fmt.Fprintln(m.err, line) })
	if err != nil {
		return nil, nil, err
	}
	if len(names) == 0 {
		names = enginesOf(site.Site)
	}
	return e, names, nil
}

// enginesOf names the Docker Engines that a site's labs run on, those of its
// settings first.
func enginesOf(site *content.Site) []string {
	names := slices.Clone(site.Config.Docker)
	for _, page := range site.Pages {
		if page.Lab == nil {
			continue
		}
		for _, name := range page.Lab.Docker {
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	return names
}

func (m *machine) show(ctx context.Context, names []string) error {
	e, names, err := m.open(ctx, names)
	if err != nil {
		return err
	}
	defer e.Close()
	for _, name := range names {
		ref, there, err := e.MachineImage(ctx, name)
		if err != nil {
			return err
		}
		state := "not there yet"
		if there {
			bytes, err := e.MachineSize(ctx, ref)
			if err != nil {
				return err
			}
			state = wording.DecimalSize(bytes)
		}
		fmt.Fprintf(m.out, "%-6s  %s  %s\n", name, ref, state)
	}
	return nil
}

func (m *machine) build(ctx context.Context, names []string) error {
	e, names, err := m.open(ctx, names)
	if err != nil {
		return err
	}
	defer e.Close()
	_, err = m.made(ctx, e, names)
	return err
}

// made makes images that the engine does not have.
func (m *machine) made(ctx context.Context, e *docker.Engine, names []string) (refs []string, err error) {
	for _, name := range names {
		ref, there, err := e.MachineImage(ctx, name)
		if err != nil {
			return nil, err
		}
		what := "already there"
		if !there {
			what = "made"
			if _, err := e.BuildMachine(ctx, name); err != nil {
				return nil, err
			}
		}
		fmt.Fprintf(m.err, "%s: %s\n", ref, what)
		refs = append(refs, ref)
	}
	return refs, nil
}

func (m *machine) save(ctx context.Context, args []string) (err error) {
	name := args[0]
	// The file is there whole, or not at all.
	f, err := os.CreateTemp(filepath.Dir(name), filepath.Base(name)+".*")
	if err != nil {
		return withStatus(misuse, err)
	}
	defer func() {
		f.Close()
		os.Remove(f.Name()) // nothing, if it has its name
	}()
	e, names, err := m.open(ctx, args[1:])
	if err != nil {
		return err
	}
	defer e.Close()
	refs, err := m.made(ctx, e, names)
	if err != nil {
		return err
	}
	if err := e.SaveMachines(ctx, f, refs); err != nil {
		return err
	}
	if err := errors.Join(f.Chmod(0o644), f.Close(), os.Rename(f.Name(), name)); err != nil {
		return err
	}
	info, err := os.Stat(name)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(m.out, "%s: %s, %s\n", name, strings.Join(refs, ", "), wording.DecimalSize(info.Size()))
	return err
}

func (m *machine) load(ctx context.Context, args []string) error {
	f, err := os.Open(args[0])
	if err != nil {
		return withStatus(misuse, err)
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		return withStatus(misuse, errors.Join(err, &fs.PathError{Op: "load", Path: args[0], Err: errors.New("not a file")}))
	}
	e, names, err := m.open(ctx, nil)
	if err != nil {
		return err
	}
	defer e.Close()
	refs, err := e.LoadMachines(ctx, f)
	if _, engine := errors.AsType[*docker.EngineError](err); err != nil && !engine && ctx.Err() == nil {
		return withStatus(misuse, fmt.Errorf("%s: %w", args[0], err))
	}
	if err != nil {
		return err
	}
	var needed []string
	for _, name := range names {
		ref, _, err := e.MachineImage(ctx, name)
		if err != nil {
			return err
		}
		needed = append(needed, ref)
	}
	for _, ref := range refs {
		use := ""
		if !slices.Contains(needed, ref) {
			use = ", which the labs here do not run on"
		}
		fmt.Fprintf(m.out, "loaded %s%s\n", ref, use)
	}
	return nil
}
