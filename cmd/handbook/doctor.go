package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"handbook/content"
	"handbook/verify"
)

func newDoctor(open opener) *cobra.Command {
	d := doctor{open: open}
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Tell whether this computer can verify labs, and if not, why",
		Args:  noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			d.out, d.err = cmd.OutOrStdout(), cmd.ErrOrStderr()
			return d.run(cmd.Context())
		},
	}
	cmd.Flags().StringVar(&d.choice, "engine", "", engineUsage)
	return cmd
}

// A doctor tries what a lab needs, one thing after the other.
type doctor struct {
	open     opener
	choice   string
	out, err io.Writer
}

func (d *doctor) run(ctx context.Context) error {
	l, err := d.patient()
	if err != nil {
		return err
	}
	endpoint, err := findEndpoint(d.choice)
	if err != nil {
		return err
	}
	e, err := d.open(ctx, l, d.choice, func(line string) { fmt.Fprintln(d.err, line) })
	if err != nil {
		return err
	}
	defer e.Close()
	if v, ok := e.(interface{ Version() string }); ok {
		d.fine("Docker Engine %s at %s", v.Version(), endpoint)
	}
	return d.machine(ctx, e, l.site.Config.Machine)
}

// patient is a lab of the site here, for its settings; there need not be one.
func (d *doctor) patient() (*lab, error) {
	home, err := findHome(".")
	if err != nil {
		fmt.Fprintln(d.out, "-   no site here: this is about the settings that handbook has of its own")
		return &lab{site: &content.Site{Config: &content.Config{Machine: content.MachineConfig{Network: "open"}}}}, nil
	}
	site, err := home.load()
	if site == nil || site.Config == nil {
		return nil, home.readable(err)
	}
	d.fine("site %s", display(home.content)) // problems of its pages are not this computer's
	return &lab{site: site, dir: home.content}, nil
}

// machine starts one and runs a container on it: the whole of what can be
// missing shows there.
func (d *doctor) machine(ctx context.Context, e engine, limits content.MachineConfig) (err error) {
	start := time.Now()
	m, err := e.Start(ctx, verify.Spec{Page: "doctor", Image: content.DockerMachine, Network: limits.Network, Limits: limits})
	if err != nil {
		return withStatus(noMachine, err)
	}
	defer func() { err = errors.Join(err, m.Close()) }()
	about, _, err := m.About(ctx)
	if err != nil {
		return withStatus(noMachine, err)
	}
	d.fine("a machine started in %s: %s, Docker Engine %s, %s, %s",
		seconds(time.Since(start)), about.Image, about.Engine, about.Storage, about.Platform)
	_, err = fmt.Fprintln(d.out, "labs can be verified here")
	return err
}

func (d *doctor) fine(format string, args ...any) {
	fmt.Fprintf(d.out, "%s  %s\n", paint(d.out, green, "ok"), fmt.Sprintf(format, args...))
}
