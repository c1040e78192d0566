// Package machines lists the images of the machines that labs run on, makes
// them, and transfers them from one Docker Engine to another in a file or
// through a registry.
package machines

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"handbook/cmd/handbook/usage"
	"handbook/content"
	"handbook/content/wording"
	"handbook/verify/docker/daemon"
	"handbook/verify/docker/machineimage"
)

// Images are the images of machines on an engine.
type Images struct {
	Set   *machineimage.Set
	Names []string  // names of the Docker Engines in the images
	Out   io.Writer // receives the result
	Log   io.Writer // receives progress
}

// Names returns the names of the Docker Engines that a site's labs run on, those
// of its settings first.
func Names(site *content.Site) []string {
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

// Choose takes other images: those with the named Docker Engines.
func (i *Images) Choose(names []string) error {
	for _, name := range names {
		if _, err := i.Set.Get(name); err != nil {
			return usage.Errorf("", "%v", err) // the command line is wrong, not an engine
		}
	}
	i.Names = names
	return nil
}

// Show lists the images, and prints for those that the engine has their sizes,
// which depend on its storage, and the digests of their contents, which do
// not.
func (i *Images) Show(ctx context.Context) error {
	for _, name := range i.Names {
		ref, there, err := i.Set.Find(ctx, name)
		if err != nil {
			return err
		}
		state := "not there yet"
		if there {
			bytes, digest, err := i.Set.Size(ctx, ref)
			if err != nil {
				return err
			}
			state = wording.DecimalSize(bytes) + "  " + digest
		}
		if _, err := fmt.Fprintf(i.Out, "%-6s  %s  %s\n", name, ref, state); err != nil {
			return err
		}
	}
	return nil
}

// Build makes the images that the engine does not have.
func (i *Images) Build(ctx context.Context) error {
	_, err := i.build(ctx)
	return err
}

// build is Build, and returns the references of all.
func (i *Images) build(ctx context.Context) (refs []string, err error) {
	for _, name := range i.Names {
		ref, there, err := i.Set.Find(ctx, name)
		if err != nil {
			return nil, err
		}
		what := "already there"
		if !there {
			what = "made"
			if _, err := i.Set.Build(ctx, name); err != nil {
				return nil, err
			}
		}
		fmt.Fprintf(i.Log, "%s: %s\n", ref, what)
		refs = append(refs, ref)
	}
	return refs, nil
}

// Push pushes the images to a repository of a registry, and makes missing ones
// first. It prints their references there, with digests.
func (i *Images) Push(ctx context.Context, repository string) error {
	return i.each(func(name string) (string, error) { return i.Set.Push(ctx, name, repository) })
}

// Pull pulls the images from a repository to which Push has pushed them.
func (i *Images) Pull(ctx context.Context, repository string) error {
	return i.each(func(name string) (string, error) { return i.Set.Pull(ctx, name, repository) })
}

// each calls do for each image, and prints the references that it returns.
func (i *Images) each(do func(name string) (ref string, err error)) error {
	for _, name := range i.Names {
		ref, err := do(name)
		if err != nil {
			return err
		}
		if _, err := fmt.Fprintln(i.Out, ref); err != nil {
			return err
		}
	}
	return nil
}

// Save atomically writes the images to a file. It makes those that the engine
// does not have.
func (i *Images) Save(ctx context.Context, file string) error {
	f, err := os.CreateTemp(filepath.Dir(file), filepath.Base(file)+".*")
	if err != nil {
		return usage.Errorf("", "%w", err)
	}
	defer func() {
		f.Close()
		os.Remove(f.Name()) // no effect if it was renamed
	}()
	refs, err := i.build(ctx)
	if err != nil {
		return err
	}
	if err := i.Set.Save(ctx, f, refs); err != nil {
		return err
	}
	info, err := f.Stat()
	if err := errors.Join(err, f.Chmod(0o644), f.Close()); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), file); err != nil {
		return err
	}
	_, err = fmt.Fprintf(i.Out, "%s: %s, %s\n", file, strings.Join(refs, ", "), wording.DecimalSize(info.Size()))
	return err
}

// Load loads the images in a file that Save has written. It reports images
// that are not among Names.
func (i *Images) Load(ctx context.Context, file string) error {
	f, err := os.Open(file)
	if err != nil {
		return usage.Errorf("", "%w", err)
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		return usage.Errorf("", "%s is not a file", file)
	}
	refs, err := i.Set.Load(ctx, f)
	if _, engine := errors.AsType[*daemon.Error](err); err != nil && !engine && ctx.Err() == nil {
		return usage.Errorf("", "%s: %w", file, err)
	}
	if err != nil {
		return err
	}
	var needed []string
	for _, name := range i.Names {
		ref, _, err := i.Set.Find(ctx, name)
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
		if _, err := fmt.Fprintf(i.Out, "loaded %s%s\n", ref, use); err != nil {
			return err
		}
	}
	return nil
}
