package machine

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/client"

	"handbook/content/config"
	"handbook/content/wording"
	"handbook/verify"
	"handbook/verify/docker/daemon"
	"handbook/verify/docker/images"
)

// An instance is the running container of a machine, as the engine outside
// sees it. It is a shell.Host.
type instance struct {
	daemon  *daemon.Daemon
	id      string
	name    string
	image   string // reference, as the page has it
	imageID string // the reference or id by which the engine has it
	limits  config.Machine
	control *control
	inside  bool // in a user namespace of its own; see machine/enter
}

// firstUser is the user outside who is root on a machine with a user namespace.
const firstUser = 100000

// command returns a command that is run on the machine, and as whom. On one with
// a user namespace only the namespace's owner, who has no rights outside, enters
// it: nothing that a lab has put in the place of a program runs with more.
func (i *instance) command(args []string) (user string, command []string) {
	if !i.inside {
		return "", args
	}
	return fmt.Sprintf("%d:%d", firstUser, firstUser), append([]string{"nsenter", "--user=/proc/1/ns/user", "--"}, args...)
}

// newInstance creates the container of a machine, copies files to it, starts
// it, and returns it when its process 1 says that it is ready.
func newInstance(ctx context.Context, d *daemon.Daemon, c Container) (*instance, error) {
	i := &instance{daemon: d, name: c.Name, image: c.Image, imageID: c.Config.Image, limits: c.Limits, inside: c.UserNS}
	// An engine finishes what it has begun when the request is cancelled, and
	// nobody would know of the container.
	whole, cancel := context.WithTimeout(context.WithoutCancel(ctx), daemon.CleanupTime)
	defer cancel()
	created, err := d.Client.ContainerCreate(whole, c.Config, c.Host, nil, nil, c.Name)
	if err != nil {
		return nil, d.Failure("cannot make a machine", err)
	}
	i.id = created.ID
	if err := i.start(ctx, c.Files); err != nil {
		if i.control != nil {
			i.control.close()
		}
		d.Discard(i.id)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, d.Failure("cannot start a machine", err)
	}
	return i, nil
}

// owner is root on the machine as seen from outside.
func (i *instance) owner() int {
	if i.inside {
		return firstUser
	}
	return 0
}

func (i *instance) start(ctx context.Context, files map[string][]byte) error {
	cli := i.daemon.Client
	if err := i.daemon.CopyFilesAs(ctx, i.id, files, i.owner()); err != nil {
		return err
	}
	conn, err := cli.ContainerAttach(ctx, i.id, container.AttachOptions{Stream: true, Stdin: true, Stdout: true, Stderr: true})
	if err != nil {
		return i.daemon.CannotAttach(ctx, err)
	}
	i.control = newControl(conn)
	err = cli.ContainerStart(ctx, i.id, container.StartOptions{})
	switch {
	case err == nil:
		return i.control.ready(ctx)
	case noShell(err):
		return &verify.LabError{Msg: fmt.Sprintf("the image %q has no shell, so no lab can run on it", i.imageID), Reason: ReasonNoShell}
	}
	return err
}

// failure is daemon.failure for what is done on the machine. It says so if the
// machine is not there any more.
func (i *instance) failure(op string, err error) error {
	if err == nil || errors.Is(err, context.Canceled) {
		return err
	}
	if asked, ok := errors.AsType[*images.Error](err); ok {
		op, err = asked.Op, asked.Err
	}
	why, ended := i.hasEnded()
	switch {
	case !ended && client.IsErrConnectionFailed(err) && i.outsideAnswers():
		return &daemon.Error{Msg: op + ": " + err.Error(), Err: err} // it is the machine's engine that does not
	case !ended:
		return i.daemon.Failure(op, err)
	case i.control.exceeded() == "disk":
		why = ": its " + wording.BinarySize(i.limits.Disk) + " of disk were used up"
	case why != "":
		why = ": " + why
	}
	return &daemon.Error{Msg: op + ": the machine has ended" + why, Err: err}
}

// outsideAnswers reports whether the engine outside answers.
func (i *instance) outsideAnswers() bool {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	return i.daemon.Ping(ctx) == nil
}

// hasEnded reports whether the machine has ended, and why if it has said so.
// The engine outside may know before the machine's last words arrive.
func (i *instance) hasEnded() (why string, ended bool) {
	if why, ended = i.control.hasEnded(); ended {
		return why, ended
	}
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	found, err := i.daemon.Client.ContainerInspect(ctx, i.id)
	if !errdefs.IsNotFound(err) && (err != nil || found.State.Running) {
		return "", false
	}
	select {
	case <-i.control.ended:
	case <-ctx.Done():
	}
	why, _ = i.control.hasEnded()
	return why, true
}

// enter returns the command with which a person gets a shell on the machine.
func (i *instance) enter(shell string) string {
	user, command := i.command([]string{shell})
	exec := "exec -it "
	if user != "" {
		exec += "--user " + user + " "
	}
	exec += i.name + " " + strings.Join(command, " ")
	switch {
	case i.daemon.At.Context != "":
		return fmt.Sprintf("docker --context %s %s", i.daemon.At.Context, exec)
	case i.daemon.At.Host != "":
		return fmt.Sprintf("docker -H %s %s", i.daemon.At.Host, exec)
	}
	return "docker " + exec
}
