package main

import (
	"context"
	"fmt"
	"math"
	"net/url"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"handbook/cmd/handbook/cache"
	"handbook/cmd/handbook/compress"
	"handbook/cmd/handbook/git"
	"handbook/cmd/handbook/labs"
	"handbook/cmd/handbook/project"
	"handbook/cmd/handbook/publish"
	"handbook/cmd/handbook/tell"
	"handbook/content"
	"handbook/content/config"
	"handbook/content/wording"
	"handbook/render"
)

// A build has the flags of the build command.
type build struct {
	out        string
	baseURL    string
	drafts     bool
	noVerify   bool
	allowStale bool
	compress   bool
	runner     labs.Runner
	notes      content.Errors // of the pages
}

func newBuild(open labs.Opener) *cobra.Command {
	b := &build{runner: labs.Runner{Open: open}}
	cmd := &cobra.Command{
		Use:   "build",
		Short: "Verify what is stale, render, and write public/",
		Long: `build runs the labs whose pages have changed since they were verified (only then
does it need Docker), renders the site, and puts it into public/ in one step:
readers see the old site until the new one is whole. If anything is wrong, the
old site stays.`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			b.runner.Out, b.runner.Err = cmd.OutOrStdout(), cmd.ErrOrStderr()
			return b.run(cmd.Context())
		},
	}
	f := cmd.Flags()
	f.StringVarP(&b.out, "output", "o", "", "write the site into `DIR` instead of public")
	f.StringVar(&b.baseURL, "base-url", "", "`URL` that the site will have, instead of the one in "+config.File)
	f.BoolVar(&b.drafts, "drafts", false, "publish drafts too")
	f.BoolVar(&b.noVerify, "no-verify", false, "run no labs; stale results are an error")
	f.BoolVar(&b.allowStale, "allow-stale", false, "run no labs; publish stale results, marked as such")
	f.BoolVar(&b.compress, "compress", false, "write a .gz and a .br beside every file, not only the theme's, for servers that send them")
	runnerFlags(f, &b.runner)
	return cmd
}

// run builds the site, unless nothing has changed since it was built.
func (b *build) run(ctx context.Context) error {
	start := time.Now()
	here, err := b.prepare()
	if err != nil {
		return err
	}
	seal := b.seal(ctx, here)
	if note, ok := seal.Holds(cache.Tree{Dir: b.out}); ok && publish.Sweep(b.out) == nil && !labs.Abandoned() {
		cache.Sweep(here.CacheDir())
		return b.unchanged(note, time.Since(start))
	}
	seal.Break()
	store := cache.Open(here.CacheDir(), cache.Program())
	defer func() {
		if ctx.Err() == nil { // otherwise it may still be in use: see until
			store.Close()
		}
	}()
	site, result, err := b.publishPages(ctx, here, store)
	if site != nil {
		labs.SweepRecords(site.Labs("."))
		b.runner.SweepEngine(ctx, site.Labs("."))
	}
	if err != nil {
		return err
	}
	tell.Notes(b.runner.Err, slices.Concat(site.LeftOut, b.notes))
	pages := len(b.published(site.Site))
	if err := b.summary(pages, result, time.Since(start)); err != nil {
		return err
	}
	_ = store.Close() // an error only makes the next build slower; the seal comes last, so a build killed here has none
	if !site.Elsewhere() {
		seal.Close(fmt.Sprintf("%d %d", pages, result.Written+result.Same), cache.Tree{Dir: b.out})
	}
	return nil
}

// publishPages does everything from Markdown to published files: load, check,
// run, render, publish.
func (b *build) publishPages(ctx context.Context, here *project.Project, store content.Store) (*labs.Site, publish.Result, error) {
	rendered := &render.Cache{Store: store}
	loader := &content.Loader{Store: store, Light: true, Visit: rendered.Visit}
	load := func() (*labs.Site, error) { return b.load(here, loader) }
	site, err := until(ctx, load)
	if err != nil {
		return nil, publish.Result{}, err
	}
	if stale := b.stale(site); len(stale) > 0 {
		if err := labs.Failures(b.runner.Run(ctx, stale)); err != nil {
			return site, publish.Result{}, err
		}
		if site, err = until(ctx, load); err != nil { // with the new records
			return nil, publish.Result{}, err
		}
	}
	if err := b.check(site); err != nil {
		return site, publish.Result{}, err
	}
	history := here.History(ctx)
	stage, err := until(ctx, func() (*publish.Stage, error) { return publish.Begin(b.out, b.spare(here)) })
	if err != nil {
		return site, publish.Result{}, notPublished(err)
	}
	defer stage.Close()
	_, err = until(ctx, func() (_ struct{}, err error) {
		put := func(name string, b []byte) error { return notPublished(stage.Put(name, b)) }
		err = render.Write(site.Site, site.Fresh, render.Options{
			BaseURL: b.baseURL, Drafts: b.drafts, Theme: here.Theme(), Version: version(),
			Folder: history.Folder, Updated: history.Updated, Cache: rendered, Notes: &b.notes,
		}, put)
		if err == nil {
			err = notPublished(compress.Add(stage, b.out, b.compress))
		}
		return struct{}{}, err
	})
	if err != nil {
		return site, publish.Result{}, err
	}
	result, err := b.publish(ctx, stage)
	return site, result, err
}

// load reads the site and checks whether its records are up to date.
func (b *build) load(here *project.Project, loader *content.Loader) (*labs.Site, error) {
	site, err := loader.Load(here.FS(b.out), here.Name)
	if err != nil {
		return nil, here.Readable(err)
	}
	spareMemory(site)
	return labs.Check(site, here.Content, loader.Store)
}

// stale returns the labs that must be run before their pages are published.
func (b *build) stale(site *labs.Site) (stale []*labs.Lab) {
	if b.noVerify || b.allowStale {
		return nil
	}
	return b.notFresh(site)
}

// notFresh returns the labs that will be published and are not fresh.
func (b *build) notFresh(site *labs.Site) []*labs.Lab {
	return slices.DeleteFunc(site.Labs("."), func(l *labs.Lab) bool { return l.IsFresh() || !b.publishes(l.Page) })
}

// check returns an error if labs that are published are not fresh, unless that
// is allowed.
func (b *build) check(site *labs.Site) error {
	if !b.noVerify || b.allowStale {
		return nil
	}
	return staleErrors(b.notFresh(site)).Sorted()
}

// spare returns the folder where the previously published site is kept for the
// next build. It returns "" for folders named on the command line, which may
// be different each time.
func (b *build) spare(here *project.Project) string {
	if b.out != here.Public() {
		return ""
	}
	return filepath.Join(here.CacheDir(), "spare")
}

// publish puts the files into the published folder.
func (b *build) publish(ctx context.Context, stage *publish.Stage) (publish.Result, error) {
	if err := ctx.Err(); err != nil { // the rest is fast
		return publish.Result{}, err
	}
	result, err := stage.Publish()
	return result, notPublished(err)
}

// notPublished explains an error about the published folder.
func notPublished(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("the site was not published: %w", err)
}

// seal takes a snapshot of all inputs of a build.
func (b *build) seal(ctx context.Context, here *project.Project) *cache.Seal {
	words := []string{"build", here.Root, b.out, b.baseURL, fmt.Sprint(b.drafts, b.noVerify, b.allowStale, b.compress), version(), git.Head(ctx, here.Content)}
	return cache.NewSeal(here.CacheDir(), "build-"+cache.Name(b.out), words, here.Trees(b.out)...)
}

// unchanged reports a build that had nothing to do.
func (b *build) unchanged(note string, took time.Duration) error {
	var pages, files int
	if _, err := fmt.Sscan(note, &pages, &files); err != nil {
		return err
	}
	return b.summary(pages, publish.Result{Same: files}, took)
}

// spareMemory limits the memory of a build, and delays garbage collection
// until the limit is near. The memory in use is about twice the text of all
// pages: the text itself, and the search index.
func spareMemory(site *content.Site) {
	if debug.SetMemoryLimit(-1) != math.MaxInt64 || os.Getenv("GOGC") != "" {
		return // the user has set limits
	}
	var size int64
	for _, p := range site.Pages {
		size += int64(len(p.Source))
	}
	debug.SetMemoryLimit(96<<20 + 2*size)
	debug.SetGCPercent(400)
}

// prepare finds the site and checks what can be checked before any work is
// done.
func (b *build) prepare() (*project.Project, error) {
	if err := validRunner(&b.runner); err != nil {
		return nil, err
	}
	here, err := project.Find(".")
	if err != nil {
		return nil, err
	}
	if b.baseURL != "" {
		u, err := url.Parse(b.baseURL)
		if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
			return nil, misused(fmt.Errorf("--base-url: expected an address such as https://example.org/handbook, not %q", b.baseURL), "")
		}
	}
	if b.out == "" {
		b.out = here.Public()
		if err := here.Within(b.out); err != nil {
			return nil, err
		}
	}
	if b.out, err = filepath.Abs(b.out); err != nil {
		return nil, err
	}
	if b.out != here.Public() && here.Contains(b.out) {
		return nil, misused(fmt.Errorf("%s is a part of the site's content", b.out), "choose another folder with -o")
	}
	if err := publish.Ours(b.out); err != nil {
		return nil, withStatus(misuse, err)
	}
	// Remove what a killed build has left, even if this one fails.
	if err := publish.Sweep(b.out); err != nil {
		return nil, err
	}
	return here, nil
}

func staleErrors(stale []*labs.Lab) content.Errors {
	var errs content.Errors
	for _, l := range stale {
		errs = append(errs, l.Status.Err(l.Page))
	}
	return errs
}

// published returns the pages that are published.
func (b *build) published(site *content.Site) []*content.Page {
	return slices.DeleteFunc(slices.Clone(site.Pages), func(p *content.Page) bool { return !b.publishes(p) })
}

func (b *build) publishes(p *content.Page) bool { return b.drafts || !p.Front.Draft }

func (b *build) summary(pages int, r publish.Result, took time.Duration) error {
	_, err := fmt.Fprintf(b.runner.Out, "%s: %s, %s written, %d removed, %d unchanged, in %s\n",
		project.Short(b.out), wording.Count(pages, "page"), wording.Count(r.Written, "file"), r.Removed, r.Same, wording.Duration(took))
	return err
}
