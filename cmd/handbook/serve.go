package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"sync"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"handbook/cmd/handbook/cache"
	"handbook/cmd/handbook/preview"
	"handbook/content"
	"handbook/render"
)

// A serve is what the serve command was told.
type serve struct {
	port    int
	open    bool
	verify  bool
	engine  string
	running running
}

func newServe(open opener) *cobra.Command {
	s := &serve{running: running{open: open}}
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Preview the site while writing",
		Long: `serve shows the site, drafts and stale results too, on this computer only. Pages
in the browser reload when what they show is saved. While something is wrong the
last good page stays, with the problems over it. Nothing is written and no lab
is run, unless --verify says so.`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			s.running.streams(cmd)
			return s.run(cmd.Context())
		},
	}
	f := cmd.Flags()
	f.IntVarP(&s.port, "port", "p", 1314, "listen on `PORT`; 0 takes any that is free")
	f.BoolVar(&s.open, "open", false, "open the site in the browser")
	f.BoolVar(&s.verify, "verify", false, "run labs as they are saved, and write their records")
	f.StringVar(&s.engine, "engine", "", engineUsage)
	return cmd
}

func (s *serve) run(ctx context.Context) error {
	home, err := findHome(".")
	if err != nil {
		return err
	}
	listener, err := s.listen()
	if err != nil {
		return err
	}
	defer listener.Close()
	changes, err := watch(ctx, home.content, home.themeDir())
	if err != nil {
		return err
	}
	show := newProgress(s.running.out, s.running.err)
	defer show.end()
	site := &sitePreview{
		home:   home,
		url:    "http://" + listener.Addr().String() + "/",
		server: &preview.Server{First: int(time.Now().UnixMilli())},
		log:    show.aside(),
		known:  home.history(ctx),

		changes: changes,
		program: cache.Program(),
	}
	site.keep()
	if s.verify {
		s.running.engines = []string{s.engine}
		site.labs = newLabRunner(s.running, show, site.update)
	}
	site.update()
	if _, err := fmt.Fprintf(s.running.out, "%s shows %s\n", site.url, display(home.content)); err != nil {
		return err
	}
	if s.open {
		openBrowser(site.url)
	}
	var background sync.WaitGroup
	defer background.Wait() // machines are removed
	background.Go(func() { site.follow() })
	if s.verify {
		background.Go(func() { site.labs.run(ctx) })
	}
	return serveUntil(ctx, listener, site.server)
}

func (s *serve) listen() (net.Listener, error) {
	if s.port < 0 || s.port > 65535 {
		return nil, misused(fmt.Errorf("-p %d: not a port", s.port), "")
	}
	address := net.JoinHostPort("127.0.0.1", strconv.Itoa(s.port))
	l, err := net.Listen("tcp", address)
	switch {
	case errors.Is(err, syscall.EADDRINUSE) || errors.Is(err, errWindowsInUse):
		return nil, misused(fmt.Errorf("%s is in use: another handbook serve, perhaps", address),
			"choose another port with -p; -p 0 takes any that is free")
	case errors.Is(err, syscall.EACCES):
		return nil, misused(fmt.Errorf("no permission to listen on %s", address), "choose a port above 1023 with -p")
	}
	return l, err
}

// errWindowsInUse is WSAEADDRINUSE, which package syscall does not call by a
// name that it has on other systems too.
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

// A sitePreview keeps a preview the same as the files on the disk.
type sitePreview struct {
	home   *home
	url    string
	server *preview.Server
	labs   *labRunner // nil if labs are not run
	log    io.Writer
	known  *history // as it was when the preview began

	program string // digest of it

	changes <-chan struct{}

	mu     sync.Mutex // one update at a time
	broken bool
	warm   bool // the site was rendered as a whole
	// Of the renderings before: only what is new takes time. All but what is
	// needed at once is on the disk.
	loader content.Loader
	pages  render.Cache
	kept   *cache.Cache
}

// keep puts what was made to where the next start finds it.
func (s *sitePreview) keep() {
	if s.kept != nil {
		_ = s.kept.Close() // without it the next start takes longer
	}
	s.kept = cache.Open(s.home.cacheFolder(), s.program)
	s.pages.Store = s.kept
	s.loader.Store, s.loader.Light, s.loader.Visit = s.kept, true, s.pages.Visit
}

// follow renders the site anew after each change.
func (s *sitePreview) follow() {
	for range s.changes {
		s.update()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.keep()
}

// update renders the site, and shows it or what is wrong with it.
func (s *sitePreview) update() {
	s.mu.Lock()
	defer s.mu.Unlock()
	start := time.Now()
	files, err := s.render()
	if errors.Is(err, render.ErrStopped) {
		return // the next update is due
	}
	if err != nil {
		s.broken = true
		tell(s.log, err)
		s.server.Fail(problemsOf(err))
		return
	}
	s.server.Show(files)
	if !s.warm {
		s.warm = true
		s.keep()
	}
	if took := time.Since(start); s.broken || took > 100*time.Millisecond {
		fmt.Fprintf(s.log, "rendered in %s\n", seconds(took))
	}
	s.broken = false
}

// forBrowser is how long the browser has the computer to itself to show what
// was edited, before the rest of the site is rendered and checked.
const forBrowser = 150 * time.Millisecond

// render renders the pages that are looked at and shows them, then all.
func (s *sitePreview) render() (render.Files, error) {
	site, err := s.loader.Load(s.home.fs(), s.home.name)
	if err != nil {
		return nil, s.home.readable(err)
	}
	digests, err := judge(site, s.kept)
	if err != nil {
		return nil, err
	}
	if s.labs != nil {
		jobs := s.labs.judge(site, s.home.content, digests)
		defer s.labs.take(jobs)
	}
	r, err := render.New(site, render.Options{
		BaseURL: s.url,
		Drafts:  true,
		Preview: true,
		Theme:   s.home.theme(),
		Version: version(),
		Folder:  s.known.folder,
		Updated: s.known.updated,

		Cache: &s.pages,
	})
	if err != nil {
		return nil, err
	}
	shown := false
	for _, name := range s.server.Open() {
		p := r.At(name)
		if p == nil || s.broken { // whether the problems are over is not known yet
			continue
		}
		if files, err := r.Page(p); err == nil { // else it is told with all that is wrong
			shown = s.server.ShowFirst(files) || shown
		}
	}
	for begun := time.Now(); shown && time.Since(begun) < forBrowser && len(s.changes) == 0; {
		time.Sleep(forBrowser / 10)
	}
	return r.All(func() bool { return len(s.changes) > 0 })
}

func problemsOf(err error) []preview.Problem {
	var all []preview.Problem
	for _, part := range parts(err) {
		placed := content.AllErrors(part)
		for _, e := range placed {
			all = append(all, preview.Problem{Place: e.Pos.String(), Text: e.Msg, Hint: e.Hint})
		}
		if placed == nil {
			all = append(all, preview.Problem{Text: part.Error(), Hint: advice(part)})
		}
	}
	return all
}
