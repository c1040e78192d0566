package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"sync"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"handbook/cmd/handbook/hints"
	"handbook/cmd/handbook/labs"
	"handbook/cmd/handbook/live"
	"handbook/cmd/handbook/live/edit"
	"handbook/cmd/handbook/preview"
	"handbook/cmd/handbook/progress"
	"handbook/cmd/handbook/project"
	"handbook/cmd/handbook/tell"
	"handbook/cmd/handbook/watch"
	"handbook/content"
	"handbook/content/mistake"
)

// A serve has the flags of the serve command.
type serve struct {
	port   int
	open   bool
	verify bool
	engine string
	hosts  []string
	follow bool
	editor string        // the editor that opens snippets, "" for none
	poll   time.Duration // how often to look at files; 0: the system reports changes
	chosen bool          // the user chose the port
	runner labs.Runner
}

func newServe(open labs.Opener) *cobra.Command {
	s := &serve{runner: labs.Runner{Open: open, Jobs: 1}}
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Preview the site while writing",
		Long: `serve shows the site, drafts and stale results too, on this computer only. Pages
in the browser reload when what they show is saved. While something is wrong the
last good page stays, with the problems over it. A lab is run when its page's
button is pressed, and with --verify whenever it is saved; its record is written
then, and nothing else. Other buttons open a terminal in the page, on a machine of
the lab.`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			s.runner.Out, s.runner.Err = cmd.OutOrStdout(), cmd.ErrOrStderr()
			s.chosen = cmd.Flags().Changed("port")
			err := s.run(cmd.Context())
			if errors.Is(err, context.Canceled) { // Ctrl-C is the way to end a preview
				return nil
			}
			return err
		},
	}
	f := cmd.Flags()
	f.IntVarP(&s.port, "port", "p", 1314, "listen on `PORT`, and on no other; 0 takes any that is free")
	f.DurationVar(&s.poll, "poll", 0, "look for changes each `TIME`, 500ms if it is left out, where the system does not tell of them")
	f.Lookup("poll").NoOptDefVal = "500ms"
	f.StringArrayVar(&s.hosts, "allow-host", nil, "answer for `NAME` too, a forwarded port's host; .NAME is all names below it")
	f.BoolVar(&s.open, "open", false, "open the site in the browser")
	f.BoolVar(&s.verify, "verify", false, "run labs as they are saved, and write their records")
	f.BoolVar(&s.follow, "follow", false, "go where a page is edited, in the browser")
	f.StringVar(&s.editor, "editor", "", "open a snippet that is clicked with `COMMAND`: code, or \"my-editor +LINE FILE\"")
	f.StringVar(&s.engine, "engine", "", engineUsage)
	return cmd
}

func (s *serve) run(ctx context.Context) error {
	here, err := project.Find(".")
	if err != nil {
		return err
	}
	command, err := edit.ParseFlag(s.editor)
	if err != nil {
		return misused(err, "")
	}
	listener, err := s.listen()
	if err != nil {
		return err
	}
	defer listener.Close()
	changes, err := s.watch(ctx, here.Content, here.ThemeDir())
	if err != nil {
		return err
	}
	show := progress.New(s.runner.Out, s.runner.Err)
	defer show.End()
	log := show.Aside()
	tellError := func(err error) { tell.Error(log, err) }
	site := live.New(live.Options{
		Here:     here,
		URL:      "http://" + listener.Addr().String() + "/",
		Server:   &preview.Server{First: int(time.Now().UnixMilli()), Hosts: s.hosts},
		Version:  version(),
		History:  here.History(ctx),
		Changes:  changes,
		Follows:  s.follow,
		Editor:   command,
		Log:      log,
		Tell:     tellError,
		Note:     func(notes content.Errors) { tell.Notes(log, notes) },
		Problems: problemsOf,
	})
	s.runner.Engines = []string{s.engine}
	site.Labs = labs.NewAutoRunner(s.runner, show, tellError, site.UpdateThen)
	site.Labs.Saved, site.Labs.Stage = s.verify, site.Board
	if _, err := until(ctx, func() (bool, error) { site.Update(); return true, nil }); err != nil {
		return err
	}
	if _, err := fmt.Fprintf(s.runner.Out, "%s shows %s\n", site.URL, project.Short(here.Content)); err != nil {
		return err
	}
	if s.open {
		live.Browse(site.URL)
	}
	var background sync.WaitGroup
	defer background.Wait() // until machines are removed
	background.Go(func() { _, _ = until(ctx, func() (bool, error) { site.Follow(); return true, nil }) })
	background.Go(func() { site.Labs.Run(ctx) })
	return serveUntil(ctx, listener, site.Server)
}

// watch reports changes in folders.
func (s *serve) watch(ctx context.Context, folders ...string) (<-chan struct{}, error) {
	const least = 10 * time.Millisecond
	switch {
	case s.poll == 0:
		return watch.Folders(ctx, folders...)
	case s.poll < least:
		return nil, misused(fmt.Errorf("--poll %v: expected %v or more", s.poll, least), "")
	}
	return watch.Poll(ctx, s.poll, folders...), nil
}

// listen listens on the port, or on the next one that is not in use if the user
// did not choose it.
func (s *serve) listen() (net.Listener, error) {
	if s.port < 0 || s.port > 65535 {
		return nil, misused(fmt.Errorf("-p %d: expected a port, from 0 to 65535", s.port), "")
	}
	l, err := net.Listen("tcp", addressOf(s.port))
	switch {
	case isInUse(err) && !s.chosen:
		return s.listenNext()
	case isInUse(err):
		return nil, misused(fmt.Errorf("%s is in use: another handbook serve, perhaps", addressOf(s.port)),
			"choose another port with -p; -p 0 takes any that is free")
	case errors.Is(err, syscall.EACCES):
		return nil, misused(fmt.Errorf("no permission to listen on %s", addressOf(s.port)), "choose a port above 1023 with -p")
	}
	return l, err
}

// nextPorts is how many ports after one that is in use are tried.
const nextPorts = 20

// listenNext listens on a port after the one that is in use.
func (s *serve) listenNext() (net.Listener, error) {
	for port := s.port + 1; port <= min(s.port+nextPorts, 65535); port++ {
		if l, err := net.Listen("tcp", addressOf(port)); err == nil {
			fmt.Fprintf(s.runner.Err, "handbook: %s is in use: another handbook serve, perhaps\n", addressOf(s.port))
			return l, nil
		}
	}
	return nil, misused(fmt.Errorf("%s and the %d ports behind it are in use", addressOf(s.port), nextPorts), "-p 0 takes any port that is free")
}

func addressOf(port int) string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(port)) }

func isInUse(err error) bool {
	return errors.Is(err, syscall.EADDRINUSE) || errors.Is(err, errWindowsInUse)
}

// errWindowsInUse is WSAEADDRINUSE. Package syscall only has a name for it on
// Windows.
const errWindowsInUse = syscall.Errno(10048)

// serveUntil serves until the context ends; open event streams end with it.
func serveUntil(ctx context.Context, l net.Listener, h http.Handler) error {
	server := &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 10 * time.Second,
		BaseContext:       func(net.Listener) context.Context { return ctx },
	}
	context.AfterFunc(ctx, func() { server.Close() })
	if err := server.Serve(l); ctx.Err() == nil {
		return err
	}
	return ctx.Err()
}

// problemsOf lists all problems in an error.
func problemsOf(err error) (all []live.Problem) {
	for _, part := range parts(err) {
		placed := mistake.All(part)
		for _, e := range placed {
			all = append(all, live.Problem{Pos: e.Pos, Text: e.Msg, Hint: hints.For(e)})
		}
		if placed == nil {
			all = append(all, live.Problem{Text: part.Error(), Hint: hints.For(part)})
		}
	}
	return all
}
