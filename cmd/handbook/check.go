package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/spf13/cobra"

	"handbook/cmd/handbook/labs"
	"handbook/cmd/handbook/links"
	"handbook/cmd/handbook/project"
	"handbook/cmd/handbook/tell"
	"handbook/content"
	"handbook/content/wording"
	"handbook/render"
	"handbook/render/outline"
)

func newCheck() *cobra.Command {
	outwards := false
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
			var external *links.Check
			if outwards {
				external = links.New(version(), labs.CacheDir())
			}
			ctx, out := cmd.Context(), cmd.OutOrStdout()
			n, err := until(ctx, func() (int, error) { return check(ctx, external, out) })
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s: nothing is wrong\n", wording.Count(n, "page"))
			return err
		},
	}
	cmd.Flags().BoolVar(&outwards, "external", false, "ask other hosts for what pages link to")
	return cmd
}

// check checks all pages. It returns how many there are, and an error with all
// problems. It checks links to other hosts unless external is nil.
func check(ctx context.Context, external *links.Check, out io.Writer) (int, error) {
	here, err := project.Find(".")
	if err != nil {
		return 0, err
	}
	site, err := here.Load()
	if err != nil {
		return 0, here.Readable(err)
	}
	tell.Notes(out, site.LeftOut)
	var notes content.Errors
	checked, err := labs.Check(site, here.Content, nil)
	rendered := render.Write(site, checked.Fresh, render.Options{Drafts: true, Theme: here.Theme(), Notes: &notes},
		func(string, []byte) error { return nil })
	tell.Notes(out, notes)
	err = errors.Join(err, rendered, staleRecords(checked))
	if external != nil {
		err = errors.Join(err, external.Run(ctx, outline.Outwards(site), out))
	}
	return len(site.Pages), err
}

func staleRecords(site *labs.Site) error {
	stale := slices.DeleteFunc(site.Labs("."), (*labs.Lab).IsFresh)
	if len(stale) == 0 {
		return nil
	}
	return withStatus(changed, staleErrors(stale).Sorted())
}
