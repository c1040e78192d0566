package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"handbook/content"
	"handbook/verify"
	"handbook/verify/docker"
)

func newDoctor(open opener) *cobra.Command {
	d := doctor{open: open}
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Tell whether this computer can verify labs, and if not, why",
		Long: `doctor tries all that a lab needs, to a container in a machine, and says of each
thing that is missing what to do about it. Exit status 4 says that labs can't be
verified here.`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			d.out, d.err = cmd.OutOrStdout(), cmd.ErrOrStderr()
			return d.run(cmd.Context())
		},
	}
	cmd.Flags().StringVar(&d.choice, "engine", "", engineUsage)
	return cmd
}

// A doctor tries what a lab needs. What does not depend on something else is
// tried even if that fails.
type doctor struct {
	open     opener
	choice   string
	out, err io.Writer
	problems map[string]bool // that keep labs from being verified here
}

func (d *doctor) run(ctx context.Context) error {
	l, err := d.patient()
	if err != nil {
		return err
	}
	d.programs()
	if err := d.registries(ctx, l); err != nil {
		return err
	}
	if err := d.engine(ctx, l); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if len(d.problems) > 0 {
		return withStatus(noMachine, errors.New("labs can't be verified here"))
	}
	_, err = fmt.Fprintln(d.out, "labs can be verified here")
	return err
}

// patient is a lab of the site here, for its settings; there need not be one.
func (d *doctor) patient() (*lab, error) {
	home, err := findHome(".")
	if err != nil {
		d.note("", "no site here: this is about the settings that handbook has of its own")
		return &lab{site: &content.Site{Config: &content.Config{Machine: content.MachineConfig{Network: "open"}}}}, nil
	}
	site, err := home.load()
	if site == nil || site.Config == nil {
		return nil, home.readable(err)
	}
	d.fine("site %s", display(home.content)) // problems of its pages are not this computer's
	return &lab{site: site, dir: home.content}, nil
}

// programs are those of this computer that some commands need.
func (d *doctor) programs() {
	for _, program := range []struct{ name, use, hint string }{
		{"docker", `"handbook shell" opens its terminals with it`, "install Docker's command line (docker-ce-cli, or docker-cli); labs are verified without"},
		{"git", "the dates of pages come from it", "install git; pages are built without dates of their last change otherwise"},
	} {
		if _, err := exec.LookPath(program.name); err != nil {
			d.note(program.hint, "no %s command: %s", program.name, program.use)
		} else {
			d.fine("%s command", program.name)
		}
	}
}

// registries are where base images come from.
func (d *doctor) registries(ctx context.Context, l *lab) error {
	ca, err := l.certificates()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, 15*time.Second)
	defer cancel()
	mirror := l.mirror()
	if mirror != "" {
		if err := docker.CheckMirror(ctx, mirror, ca); err != nil {
			d.problem(err)
			mirror = ""
		} else {
			d.fine("mirror of Docker Hub at %s", mirror)
		}
	}
	hub := docker.CheckHub(ctx, ca)
	switch {
	case hub == nil:
		d.fine("Docker Hub can be reached")
	case mirror != "":
		d.note("", "Docker Hub can't be reached from here: base images come from the mirror only")
	default:
		d.note("is this computer online? HANDBOOK_CA names the certificates of a network that re-signs TLS, HANDBOOK_MIRROR a mirror",
			"Docker Hub can't be reached from here, so base images have to be on the engine already")
	}
	return nil
}

// engine looks at the engine and starts a machine on it.
func (d *doctor) engine(ctx context.Context, l *lab) error {
	endpoint, err := findEndpoint(d.choice)
	if err != nil {
		d.problem(err)
		return nil
	}
	e, err := d.open(ctx, l, d.choice, func(line string) { fmt.Fprintln(d.err, line) })
	if _, ok := errors.AsType[*docker.EngineError](err); ok {
		d.problem(err)
		return nil
	}
	if err != nil {
		return err
	}
	defer e.Close()
	if engine, ok := e.(*docker.Engine); ok {
		d.facts(engine, endpoint)
		if !d.room(engine, endpoint) {
			return nil // what there is to say of a machine is only that
		}
		d.image(ctx, engine)
	}
	if err := d.machine(ctx, e, l.site.Config.Machine); ctx.Err() == nil && err != nil {
		if d.problems[err.Error()] {
			d.note("", "no machine was tried, because of that")
		} else {
			d.problem(err)
		}
	}
	return nil
}

func (d *doctor) facts(e *docker.Engine, endpoint docker.Endpoint) {
	f := e.Facts()
	d.fine("Docker Engine %s at %s (API %s)", f.Version, endpoint, f.API)
	cgroup := ""
	if f.Cgroup != "" {
		cgroup = ", cgroup v" + f.Cgroup
	}
	d.fine("%s, storage driver %s%s", f.System, f.Storage, cgroup)
	if f.Memory < 2*giga {
		d.note("one lab at a time may do; give the engine more", "%s of memory, %s: little for labs", bytesOf(f.Memory), count(f.CPUs, "processor"))
	} else {
		d.fine("%s of memory, %s", bytesOf(f.Memory), count(f.CPUs, "processor"))
	}
	if len(f.Unlimited) > 0 {
		d.note("the kernel's control groups lack it", "no limits on %s: a lab may take all that there are", strings.Join(f.Unlimited, ", "))
	}
}

// room tells whether there is any for a machine on the engine's disk.
func (d *doctor) room(e *docker.Engine, endpoint docker.Endpoint) bool {
	free, known := e.FreeDisk()
	switch {
	case !known:
		d.note("", "how much disk is free there is not known from here")
	case free < fullDisk:
		d.problem(&docker.EngineError{Msg: fmt.Sprintf("the disk of the Docker Engine at %s is full: %s are free, and a machine needs at least %s",
			endpoint, bytesOf(free), bytesOf(fullDisk))})
		return false
	case free < 5*giga:
		d.note(`"docker system df" shows what takes the room`, "%s of disk are free: little for images", bytesOf(free))
	default:
		d.fine("%s of disk are free", bytesOf(free))
	}
	return true
}

func (d *doctor) image(ctx context.Context, e *docker.Engine) {
	switch ref, there, err := e.MachineImage(ctx); {
	case err != nil: // the machine will say it again
	case there:
		d.fine("the machines' image %s", ref)
	default:
		d.note("", "the machines' image %s is not there yet: it is built now, which takes a minute or two, once", ref)
	}
}

// machine starts one and runs a container on it: the whole of what can be
// missing shows there.
func (d *doctor) machine(ctx context.Context, e engine, limits content.MachineConfig) (err error) {
	start := time.Now()
	m, err := e.Start(ctx, verify.Spec{Page: "doctor", Image: content.DockerMachine, Network: limits.Network, Limits: limits})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, m.Close()) }()
	about, _, err := m.About(ctx)
	if err != nil {
		return err
	}
	d.fine("a machine started in %s: %s, Docker Engine %s, %s, %s",
		seconds(time.Since(start)), about.Image, about.Engine, about.Storage, about.Platform)
	if engine, ok := e.(*docker.Engine); ok {
		d.fine("its rights: %s", engine.Rights())
	}
	return nil
}

func (d *doctor) fine(format string, args ...any) {
	d.say(green, "ok", fmt.Sprintf(format, args...), "")
}

// note is something to know, but no reason for not verifying labs.
func (d *doctor) note(hint, format string, args ...any) {
	d.say(yellow, "note", fmt.Sprintf(format, args...), hint)
}

// problem is a reason for it.
func (d *doctor) problem(err error) {
	if d.problems == nil {
		d.problems = map[string]bool{}
	}
	d.problems[err.Error()] = true
	d.say(red, "problem", err.Error(), advice(err))
}

func (d *doctor) say(c colour, word, text, hint string) {
	const indent = "         " // below the text
	fmt.Fprintf(d.out, "%s%s%s\n", paint(d.out, c, word), indent[len(word):], strings.ReplaceAll(text, "\n", "\n"+indent))
	if hint != "" {
		fmt.Fprintf(d.out, "%s%s %s\n", indent, paint(d.out, cyan, "hint:"), hint)
	}
}
