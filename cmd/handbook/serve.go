package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os/exec"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"handbook/cmd/handbook/cache"
	"handbook/cmd/handbook/git"
	"handbook/cmd/handbook/labs"
	"handbook/cmd/handbook/preview"
	"handbook/cmd/handbook/progress"
	"handbook/cmd/handbook/project"
	"handbook/cmd/handbook/watch"
	"handbook/content"
	"handbook/content/wording"
	"handbook/render"
)

// A serve is what the serve command was told.
type serve struct {
	port   int
	open   bool
	verify bool
	engine string
	hosts  []string
	runner labs.Runner
}

func newServe(open labs.Opener) *cobra.Command {
	s := &serve{runner: labs.Runner{Open: open, Jobs: 1}}
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Preview the site while writing",
		Long: `serve shows the site, drafts and stale results too, on this computer only. Pages
in the browser reload when what they show is saved. While something is wrong the
last good page stays, with the problems over it. Nothing is written and no lab
is run, unless --verify says so.`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			s.runner.Out, s.runner.Err = cmd.OutOrStdout(), cmd.ErrOrStderr()
			return s.run(cmd.Context())
		},
	}
	f := cmd.Flags()
	f.IntVarP(&s.port, "port", "p", 1314, "listen on `PORT`; 0 takes any that is free")
	f.StringArrayVar(&s.hosts, "allow-host", nil, "answer for `NAME` too, a forwarded port's host; .NAME is all names below it")
	f.BoolVar(&s.open, "open", false, "open the site in the browser")
	f.BoolVar(&s.verify, "verify", false, "run labs as they are saved, and write their records")
	f.StringVar(&s.engine, "engine", "", engineUsage)
	return cmd
}

func (s *serve) run(ctx context.Context) error {
	here, err := project.Find(".")
	if err != nil {
		return err
	}
	listener, err := s.listen()
	if err != nil {
		return err
	}
	defer listener.Close()
	changes, err := watch.Folders(ctx, here.Content, here.ThemeDir())
	if err != nil {
		return err
	}
	show := progress.New(s.runner.Out, s.runner.Err)
	defer show.End()
	site := &sitePreview{
		here:    here,
		url:     "http://" + listener.Addr().String() + "/",
		server:  &preview.Server{First: int(time.Now().UnixMilli()), Hosts: s.hosts},
		log:     show.Aside(),
		history: here.History(ctx),

		changes: changes,
		program: cache.Program(),
	}
	site.saveResults()
	if s.verify {
		s.runner.Engines = []string{s.engine}
		site.labs = labs.NewAutoRunner(s.runner, show, func(err error) { tell(site.log, err) }, site.update)
	}
	if _, err := until(ctx, func() (bool, error) { site.update(); return true, nil }); err != nil {
		return err
	}
	if _, err := fmt.Fprintf(s.runner.Out, "%s shows %s\n", site.url, project.Short(here.Content)); err != nil {
		return err
	}
	if s.open {
		openBrowser(site.url)
	}
	var background sync.WaitGroup
	defer background.Wait() // machines are removed
	background.Go(func() { _, _ = until(ctx, func() (bool, error) { site.follow(); return true, nil }) })
	if s.verify {
		background.Go(func() { site.labs.Run(ctx) })
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
	here    *project.Project
	url     string
	server  *preview.Server
	labs    *labs.AutoRunner // nil if labs are not run
	log     io.Writer
	history *git.History // as it was when the preview began

	program string // its digest: see cache.Program

	changes <-chan struct{}

	mu       sync.Mutex // one update at a time
	broken   bool
	noted    string // what was told of what is left out or shown otherwise than written
	complete bool   // the whole site was rendered once
	// Results of earlier renderings, so that only what has changed takes time. Most
	// of them are in the store, on the disk.
	loader content.Loader
	pages  render.Cache
	store  *cache.Cache
}

// saveResults writes the results of renderings to the disk, where the next start
// finds them, too.
func (s *sitePreview) saveResults() {
	if s.store != nil {
		_ = s.store.Close() // without it the next start takes longer
	}
	s.store = cache.Open(s.here.CacheDir(), s.program)
	s.pages.Store = s.store
	s.loader.Store, s.loader.Light, s.loader.Visit = s.store, true, s.pages.Visit
}

// follow renders the site anew after each change.
func (s *sitePreview) follow() {
	for range s.changes {
		s.update()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.saveResults()
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
		s.server.Fail(s.problems(err))
		return
	}
	s.server.Show(files)
	if !s.complete {
		s.complete = true
		s.saveResults()
	}
	if took := time.Since(start); s.broken || took > 100*time.Millisecond {
		fmt.Fprintf(s.log, "rendered in %s\n", wording.Duration(took))
	}
	s.broken = false
}

// browserTime is how long the browser has the computer to itself to show what was
// edited, before the rest of the site is rendered and checked.
const browserTime = 150 * time.Millisecond

// render renders and shows the pages that are open in browsers, then renders all.
func (s *sitePreview) render() (render.Files, error) {
	site, err := s.loader.Load(s.here.FS(), s.here.Name)
	if err != nil {
		return nil, s.here.Readable(err)
	}
	checked, err := labs.Check(site, s.here.Content, s.store)
	if err != nil {
		return nil, err
	}
	var notes content.Errors
	fresh := checked.Fresh
	if s.labs != nil {
		var stale []*labs.Lab
		stale, fresh = s.labs.Choose(checked)
		defer s.labs.Want(stale)
	}
	r, err := render.New(site, fresh, render.Options{
		BaseURL: s.url,
		Drafts:  true,
		Preview: true,
		Theme:   s.here.Theme(),
		Version: version(),
		Folder:  s.history.Folder,
		Updated: s.history.Updated,

		Cache: &s.pages,
		Notes: &notes,
	})
	if err != nil {
		return nil, err
	}
	shown := false
	for _, name := range s.server.Open() {
		p := r.At(name)
		if p == nil || s.broken { // the problems may not be over
			continue
		}
		if files, err := r.Page(p); err == nil { // an error is told with all the others, below
			shown = s.server.ShowFirst(files) || shown
		}
	}
	for start := time.Now(); shown && time.Since(start) < browserTime && len(s.changes) == 0; {
		time.Sleep(browserTime / 10)
	}
	files, err := r.All(func() bool { return len(s.changes) > 0 })
	if !errors.Is(err, render.ErrStopped) {
		s.note(slices.Concat(site.LeftOut, notes))
	}
	return files, err
}

// note tells notes that were not told at the last change.
func (s *sitePreview) note(notes content.Errors) {
	if noted := fmt.Sprint(notes); noted != s.noted {
		s.noted = noted
		tellNotes(s.log, notes)
	}
}

func (s *sitePreview) problems(err error) []preview.Problem {
	var all []preview.Problem
	for _, part := range parts(err) {
		placed := content.AllErrors(part)
		for _, e := range placed {
			all = append(all, preview.Problem{Place: e.Pos.String(), Text: e.Msg, Lines: s.linesAt(e.Pos), Hint: hintFor(e)})
		}
		if placed == nil {
			all = append(all, preview.Problem{Text: part.Error(), Hint: hintFor(part)})
		}
	}
	return all
}

// linesAt returns the lines of a file of the content around a place.
func (s *sitePreview) linesAt(at content.Pos) (lines []preview.Line) {
	const around = 2
	name, ok := strings.CutPrefix(at.File, s.here.Name+"/")
	if !ok || at.Line == 0 {
		return nil
	}
	b, err := fs.ReadFile(s.here.FS(), name)
	if err != nil {
		return nil
	}
	all := strings.Split(strings.TrimSuffix(string(b), "\n"), "\n")
	for n := max(at.Line-around, 1); n <= min(at.Line+around, len(all)); n++ {
		lines = append(lines, preview.Line{Number: n, Text: wording.Shorten(strings.TrimRight(all[n-1], "\r"), 200), Here: n == at.Line})
	}
	return lines
}

// openBrowser opens a page in the user's browser. If there is none, the
// address stands on the terminal.
func openBrowser(url string) {
	var cmd *exec.Cmd
	switch runtime.GOOS {
	case "darwin":
		cmd = exec.Command("open", url)
	case "windows":
		cmd = exec.Command("rundll32", "url.dll,FileProtocolHandler", url)
	default:
		cmd = exec.Command("xdg-open", url)
	}
	if cmd.Start() == nil {
		go cmd.Wait()
	}
}
