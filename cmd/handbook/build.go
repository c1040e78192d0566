package main

import (
	"context"
	"fmt"
	"math"
	"net/url"
	"path/filepath"
	"runtime/debug"
	"time"

	"github.com/spf13/cobra"

	"handbook/cmd/handbook/cache"
	"handbook/cmd/handbook/publish"
	"handbook/content"
	"handbook/render"
	"handbook/verify/docker"
)

// A build is what the build command was told.
type build struct {
	out        string
	baseURL    string
	drafts     bool
	noVerify   bool
	allowStale bool
	compress   bool
	running    running
}

func newBuild(open opener) *cobra.Command {
	b := &build{running: running{open: open}}
	cmd := &cobra.Command{
		Use:   "build",
		Short: "Verify what is stale, render, and write public/",
		Long: `build runs the labs whose pages have changed since they were verified (only then
does it need Docker), renders the site, and puts it into public/ in one step:
readers see the old site until the new one is whole. If anything is wrong, the
old site stays.`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			b.running.streams(cmd)
			return b.run(cmd.Context())
		},
	}
	f := cmd.Flags()
	f.StringVarP(&b.out, "output", "o", "", "write the site into `DIR` instead of public")
	f.StringVar(&b.baseURL, "base-url", "", "`URL` that the site will have, instead of the one in "+content.ConfigFile)
	f.BoolVar(&b.drafts, "drafts", false, "publish drafts too")
	f.BoolVar(&b.noVerify, "no-verify", false, "run no labs; stale results are an error")
	f.BoolVar(&b.allowStale, "allow-stale", false, "run no labs; publish stale results, marked as such")
	f.BoolVar(&b.compress, "compress", false, "write a .gz and a .br beside every file, not only the theme's, for servers that send them")
	b.running.flags(f)
	return cmd
}

// run is the whole way of a page, from its Markdown to the published file.
func (b *build) run(ctx context.Context) error {
	start := time.Now()
	home, err := b.prepare()
	if err != nil {
		return err
	}
	seal := b.seal(ctx, home)
	if note, ok := seal.Holds(cache.Tree{Dir: b.out}); ok && publish.Sweep(b.out) == nil && !docker.Abandoned(cacheDir()) {
		cache.Sweep(home.cacheFolder())
		return b.unchanged(note, time.Since(start))
	}
	seal.Break()
	kept := cache.Open(home.cacheFolder(), cache.Program())
	defer kept.Close()
	pages := &render.Cache{Store: kept}
	loader := &content.Loader{Store: kept, Light: true, Visit: pages.Visit}
	site, err := loader.Load(home.fs(b.out), home.name)
	if err != nil {
		return home.readable(err)
	}
	spareMemory(site)
	if _, err := judge(site, kept); err != nil {
		return err
	}
	if err := b.verify(ctx, home, site, kept); err != nil {
		return err
	}
	o := b.options(ctx, home)
	o.Cache = pages
	files, err := render.Site(site, o)
	if err != nil {
		return err
	}
	if err := addCompressed(files, b.out, b.compress); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil { // from here on it takes no time
		return err
	}
	result, err := publish.Dir(b.out, files)
	if err != nil {
		return fmt.Errorf("the site was not published: %w", err)
	}
	if err := b.summary(site, result, time.Since(start)); err != nil {
		return err
	}
	_ = kept.Close() // without it the next build takes longer; whoever is killed in it has not sealed
	seal.Close(fmt.Sprintf("%d %d", b.pages(site), result.Written+result.Same), cache.Tree{Dir: b.out})
	return nil
}

// seal looks at all that a build is made from.
func (b *build) seal(ctx context.Context, home *home) *cache.Seal {
	head, _ := git(ctx, home.content, historyQuery...)
	words := []string{"build", home.root, b.out, b.baseURL, fmt.Sprint(b.drafts, b.noVerify, b.allowStale, b.compress), version(), string(head)}
	return cache.NewSeal(home.cacheFolder(), "build-"+cache.Name(b.out), words, home.trees(b.out)...)
}

// unchanged ends a build that had nothing to do.
func (b *build) unchanged(note string, took time.Duration) error {
	var pages, files int
	if _, err := fmt.Sscan(note, &pages, &files); err != nil {
		return err
	}
	return b.sum(pages, publish.Result{Same: files}, took)
}

// spareMemory has garbage collected before it is as much as what is in use: a
// published site takes some seven times the memory of its pages' text.
func spareMemory(site *content.Site) {
	if debug.SetMemoryLimit(-1) != math.MaxInt64 {
		return // GOMEMLIMIT says otherwise
	}
	var size int64
	for _, p := range site.Pages {
		size += int64(len(p.Source))
	}
	debug.SetMemoryLimit(64<<20 + 8*size)
}

// prepare finds the site and looks at what can be wrong before any work is
// done.
func (b *build) prepare() (*home, error) {
	if err := b.running.valid(); err != nil {
		return nil, err
	}
	home, err := findHome(".")
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
		b.out = home.public()
	}
	if b.out, err = filepath.Abs(b.out); err != nil {
		return nil, err
	}
	if b.out != home.public() && home.inside(b.out) {
		return nil, misused(fmt.Errorf("%s is a part of the site's content", b.out), "choose another folder with -o")
	}
	if err := publish.Ours(b.out); err != nil {
		return nil, misused(err, advice(err))
	}
	// What an earlier build that was killed has left goes even if this one fails.
	if err := publish.Sweep(b.out); err != nil {
		return nil, err
	}
	return home, nil
}

// verify leaves every lab that will be published with results that belong to
// the page as it is.
func (b *build) verify(ctx context.Context, home *home, site *content.Site, kept content.Store) error {
	var labs, stale []*lab
	for _, p := range site.Pages {
		if p.Lab == nil {
			continue
		}
		labs = append(labs, &lab{site: site, dir: home.content, page: p})
		if p.State != content.Fresh && b.publishes(p) {
			*p = *p.Parsed() // running it takes all of it
			stale = append(stale, labs[len(labs)-1])
		}
	}
	sweepRecords(labs)
	if len(stale) == 0 {
		b.running.sweepEngine(ctx, labs)
	}
	switch {
	case len(stale) == 0 || b.allowStale:
		return nil
	case b.noVerify:
		return staleErrors(stale).Sorted()
	}
	if err := failures(b.running.run(ctx, stale)); err != nil {
		return err
	}
	_, err := judge(site, kept)
	return err
}

func staleErrors(labs []*lab) content.Errors {
	var errs content.Errors
	for _, l := range labs {
		errs = append(errs, &content.Error{
			Pos:  l.page.Lab.Pos,
			Msg:  l.staleness(),
			Hint: `"handbook verify" runs such labs and writes their records, which are committed; --allow-stale publishes without`,
		})
	}
	return errs
}

func (b *build) options(ctx context.Context, home *home) render.Options {
	known := home.history(ctx)
	return render.Options{BaseURL: b.baseURL, Drafts: b.drafts, Theme: home.theme(), Version: version(),
		Folder: known.folder, Updated: known.updated}
}

func (b *build) summary(site *content.Site, r publish.Result, took time.Duration) error {
	return b.sum(b.pages(site), r, took)
}

func (b *build) pages(site *content.Site) (n int) {
	for _, p := range site.Pages {
		if b.publishes(p) {
			n++
		}
	}
	return n
}

func (b *build) sum(pages int, r publish.Result, took time.Duration) error {
	_, err := fmt.Fprintf(b.running.out, "%s: %s, %s written, %d removed, %d unchanged, in %s\n",
		display(b.out), count(pages, "page"), count(r.Written, "file"), r.Removed, r.Same, seconds(took))
	return err
}

func (b *build) publishes(p *content.Page) bool { return b.drafts || !p.Front.Draft }
