package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"handbook/content"
	"handbook/render"
)

func newCheck() *cobra.Command {
	return &cobra.Command{
		Use:   "check",
		Short: "Check links, anchors, images and the freshness of records",
		Long: `check looks at all pages, drafts too, and tells everything that would keep the
site from being built. It writes nothing and needs no Docker. The exit status is
1 if something is wrong with a page, and 3 if only results are stale.`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			n, err := check()
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s: nothing is wrong\n", count(n, "page"))
			return err
		},
	}
}

// check returns how many pages it has looked at, and all that is wrong.
func check() (int, error) {
	home, err := findHome(".")
	if err != nil {
		return 0, err
	}
	site, err := home.load()
	if err != nil {
		return 0, home.readable(err)
	}
	_, err = judge(site)
	_, links := render.Site(site, render.Options{Drafts: true, Theme: home.theme()})
	return len(site.Pages), errors.Join(err, links, staleRecords(home, site))
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
