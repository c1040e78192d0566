// Package doctor checks whether this computer can verify labs: it tries
// everything that a lab needs, up to a container on a machine, and says what
// to do about whatever is missing.
package doctor

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"slices"
	"strings"
	"time"

	"handbook/cmd/handbook/hints"
	"handbook/cmd/handbook/labs"
	"handbook/cmd/handbook/project"
	"handbook/cmd/handbook/tty"
	"handbook/content"
	"handbook/content/config"
	"handbook/content/wording"
	"handbook/verify"
	"handbook/verify/docker"
	"handbook/verify/docker/daemon"
	"handbook/verify/docker/hub"
	"handbook/verify/docker/machine"
	"handbook/verify/docker/rights"
	"handbook/verify/pool"
)

// ErrUnfit says that labs can't be verified on this computer; the reasons are
// printed.
var ErrUnfit = errors.New("labs can't be verified here")

// A Doctor tries what a lab needs. When something fails, everything that does not
// depend on it is still tried.
type Doctor struct {
	Open      labs.Opener
	Engine    string // as the user named it; "" for the default
	Strangers bool   // try the machines for labs of strangers
	Out       io.Writer
	Log       io.Writer // receives progress

	problems []content.Reason // why labs can't be verified here
}

// Run tries everything and prints what it finds. It returns ErrUnfit if labs
// can't be verified.
func (d *Doctor) Run(ctx context.Context) error {
	s, err := d.site()
	if err != nil {
		return err
	}
	s.Strangers = d.Strangers
	d.programs()
	if err := d.registries(ctx, s); err != nil {
		return err
	}
	if err := d.engine(ctx, s); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if len(d.problems) > 0 {
		return ErrUnfit
	}
	_, err = fmt.Fprintln(d.Out, "labs can be verified here")
	return err
}

// site loads the site here, for its settings. There need not be one.
func (d *Doctor) site() (*labs.Site, error) {
	s, err := labs.Here()
	switch {
	case err != nil:
		return nil, err
	case s.Dir == "":
		d.note("", "no site here: the default settings are tried")
	default:
		d.fine("site %s", project.Short(s.Dir))
	}
	return s, nil
}

// programs checks the programs of this computer that some commands need.
func (d *Doctor) programs() {
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

// registries checks the registries that base images come from.
func (d *Doctor) registries(ctx context.Context, s *labs.Site) error {
	ca, err := s.Certificates()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, 15*time.Second)
	defer cancel()
	mirror := s.Mirror()
	if mirror != "" {
		if err := hub.CheckMirror(ctx, mirror, hub.Client(ca)); err != nil {
			d.problem(err)
			mirror = ""
		} else {
			d.fine("mirror of Docker Hub at %s", mirror)
		}
	}
	switch {
	case hub.Check(ctx, hub.Client(ca)) == nil:
		d.fine("Docker Hub can be reached")
	case mirror != "":
		d.note("", "Docker Hub can't be reached from here: base images come from the mirror only")
	default:
		d.note("is this computer online? HANDBOOK_CA names the certificates of a network that re-signs TLS, HANDBOOK_MIRROR a mirror",
			"Docker Hub can't be reached from here, so base images have to be on the engine already")
	}
	return nil
}

// engine checks the engine and starts a machine on it.
func (d *Doctor) engine(ctx context.Context, s *labs.Site) error {
	endpoint, err := labs.FindEndpoint(d.Engine)
	if err != nil {
		d.problem(err)
		return nil
	}
	e, err := d.Open(ctx, s, d.Engine, func(line string) { fmt.Fprintln(d.Log, line) })
	if _, ok := errors.AsType[*daemon.Error](err); ok {
		d.problem(err)
		return nil
	}
	if err != nil {
		return err
	}
	defer e.Close()
	if engine, ok := e.(*docker.Engine); ok {
		d.facts(engine.Facts(ctx), endpoint)
		if !d.room(engine, endpoint) {
			return nil // a machine would fail for the same reason
		}
		d.image(ctx, engine, s.Config)
	}
	if err := d.machine(ctx, e, s.Config); ctx.Err() == nil && err != nil {
		if reason, _ := hints.ReasonOf(err); reason != "" && slices.Contains(d.problems, reason) {
			d.note("", "no machine was tried, because of that")
		} else {
			d.problem(err)
		}
	}
	return nil
}

func (d *Doctor) facts(f daemon.Facts, endpoint daemon.Endpoint) {
	d.fine("%s at %s (API %s)", f.Product, endpoint, f.API)
	cgroup := ""
	if f.Cgroup != "" {
		cgroup = ", cgroup v" + f.Cgroup
	}
	d.fine("%s, storage driver %s%s", f.System, f.Storage, cgroup)
	if f.Rootless {
		d.note("", "the engine runs without root's rights: machines may lack some")
	}
	if f.Memory < 2*(1<<30) {
		d.note("one lab at a time may do; give the engine more", "%s of memory, %s: little for labs", wording.BinarySize(f.Memory), wording.Count(f.CPUs, "processor"))
	} else {
		d.fine("%s of memory, %s", wording.BinarySize(f.Memory), wording.Count(f.CPUs, "processor"))
	}
	if len(f.Unlimited) > 0 {
		d.note("the kernel's control groups lack it", "no limits on %s: a lab may use up all of them", strings.Join(f.Unlimited, ", "))
	}
}

// room checks whether the engine's disk has room for a machine.
func (d *Doctor) room(e *docker.Engine, endpoint daemon.Endpoint) bool {
	free, known := e.FreeDisk()
	switch {
	case !known:
		d.note("", "how much disk is free there is not known from here")
	case free < pool.LeastDisk:
		d.problem(pool.NoRoom("the Docker Engine at "+endpoint.String(), free))
		return false
	case free < 5*(1<<30):
		d.note(`"docker system df" shows what takes the room`, "%s of disk are free: little for images", wording.BinarySize(free))
	default:
		d.fine("%s of disk are free", wording.BinarySize(free))
	}
	return true
}

// image checks whether the engine has the machine images for all Docker
// Engines that the site's labs run on.
func (d *Doctor) image(ctx context.Context, e *docker.Engine, c *config.Config) {
	for i, name := range c.Docker {
		switch ref, there, err := e.Images().Find(ctx, name); {
		case err != nil: // starting the machine will report it
		case there:
			d.fine("the machines' image %s", ref)
		case c.Engines[name].Image != "":
			d.note("", "the machines' image %s is not there yet: the first lab that runs on it pulls it", ref)
		case i == 0:
			d.note("", "the machines' image %s is not there yet: it is built now, once, which takes a minute or two", ref)
		default:
			d.note("", "the machines' image %s is not there yet: the first lab that runs on %s builds it", ref, config.DockerName(name))
		}
	}
}

// machine starts a machine, which shows whatever is missing.
func (d *Doctor) machine(ctx context.Context, e verify.Engine, c *config.Config) (err error) {
	start, limits := time.Now(), c.Machine
	m, err := e.Start(ctx, verify.Spec{Page: "doctor", Image: config.DockerMachine, Docker: c.Docker[0], Network: limits.Network, Limits: limits})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, m.Close()) }()
	about, _, err := m.About(ctx)
	if err != nil {
		return err
	}
	d.fine("a machine started in %s: %s, Docker Engine %s, %s, %s",
		wording.Duration(time.Since(start)), about.Image, about.Engine, about.Storage, about.Platform)
	if engine, ok := e.(*docker.Engine); ok {
		d.fine("its rights: %s", engine.Rights(c.Docker[0]))
	}
	return d.walls(ctx, m)
}

// walls checks what a stranger's lab could do on such a machine.
func (d *Doctor) walls(ctx context.Context, m verify.Machine) error {
	own, ok := m.(*machine.Machine)
	if !ok {
		return nil
	}
	found, err := own.Escapes(ctx)
	if err != nil {
		return err
	}
	if len(found) > 0 {
		d.note("verify --strangers makes other machines for them; doctor --strangers tries these", "root on such a machine can %s: do not run strangers' labs on it", rights.Ways(found))
	} else {
		d.fine("no way out of it was found, of those in the guide on isolation")
	}
	return nil
}

func (d *Doctor) fine(format string, args ...any) {
	d.say(tty.Green, "ok", fmt.Sprintf(format, args...), "")
}

// note prints something that does not keep labs from being verified.
func (d *Doctor) note(hint, format string, args ...any) {
	d.say(tty.Yellow, "note", fmt.Sprintf(format, args...), hint)
}

// problem prints something that does.
func (d *Doctor) problem(err error) {
	reason, _ := hints.ReasonOf(err)
	d.problems = append(d.problems, reason)
	d.say(tty.Red, "problem", err.Error(), hints.For(err))
}

func (d *Doctor) say(c tty.Colour, word, text, hint string) {
	const indent = "         " // aligned with the text above
	fmt.Fprintf(d.Out, "%s%s%s\n", tty.Paint(d.Out, c, word), indent[len(word):], strings.ReplaceAll(text, "\n", "\n"+indent))
	if hint != "" {
		fmt.Fprintf(d.Out, "%s%s %s\n", indent, tty.Paint(d.Out, tty.Cyan, "hint:"), hint)
	}
}
