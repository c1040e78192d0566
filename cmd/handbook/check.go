package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"handbook/content"
	"handbook/render"
)

func newCheck() *cobra.Command {
	external := false
	cmd := &cobra.Command{
		Use:   "check",
		Short: "Check links, anchors, images and the freshness of records",
		Long: `check looks at all pages, drafts too, and tells everything that would keep the
site from being built. It writes nothing and needs no Docker. The exit status is
1 if something is wrong with a page, and 3 if only results are stale.

With --external it also asks other hosts for what the pages link to, politely:
one request at a time to each, good answers kept for a day. What is gone, or has
a host that does not exist, is wrong; what has moved for good, or gives no clear
answer, is told as a note.`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			var links *linkCheck
			if external {
				links = newLinkCheck()
			}
			n, err := check(cmd.Context(), links, cmd.OutOrStdout())
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s: nothing is wrong\n", count(n, "page"))
			return err
		},
	}
	cmd.Flags().BoolVar(&external, "external", false, "ask other hosts for what pages link to")
	return cmd
}

// check returns how many pages it has looked at, and all that is wrong. Links
// to other hosts are left out if links is nil.
func check(ctx context.Context, links *linkCheck, out io.Writer) (int, error) {
	home, err := findHome(".")
	if err != nil {
		return 0, err
	}
	site, err := home.load()
	if err != nil {
		return 0, home.readable(err)
	}
	_, err = judge(site, nil)
	_, rendered := render.Site(site, render.Options{Drafts: true, Theme: home.theme()})
	err = errors.Join(err, rendered, staleRecords(home, site))
	if links != nil {
		err = errors.Join(err, links.run(ctx, render.Outwards(site), out))
	}
	return len(site.Pages), err
}

func staleRecords(home *home, site *content.Site) error {
	var stale []*lab
	for _, p := range site.Pages {
		if p.Lab != nil && p.State != content.Fresh {
			stale = append(stale, &lab{site, home.content, p})
		}
	}
	if len(stale) == 0 {
		return nil
	}
	return withStatus(changed, staleErrors(stale).Sorted())
}
