package compare

import (
	"slices"
	"time"

	"handbook/content"
)

// Doubts compares what Records leaves out, since no honest record gives reason to
// look at it: what a page shows of a run that nobody here can repeat. The old
// record is one that a stranger may have written.
//
// Results of platforms on which the lab has not run now are held against the new
// ones; what depends on the platform is set aside. Marks of what differs there are
// not believed.
func Doubts(page *content.Page, old, new *content.Record) (all []Change) {
	for _, was := range old.All() {
		now := new.OnPlatform(was.Machine.Docker, was.Machine.Platform)
		switch {
		case now != nil:
			all = append(all, onSame(page, was, now)...)
			continue
		case was == old.On(was.Machine.Docker) && replaces(old, new, was): // Records has compared it
			continue
		}
		if now = new.On(was.Machine.Docker); now == nil {
			continue // told by Records
		}
		d := results(page, &content.Record{Results: *was}, &content.Record{Results: *now})
		for _, c := range d.Changes {
			c.Msg += ", against the record's results of " + was.Machine.Platform
			all = append(all, c)
		}
	}
	return all
}

// replaces reports whether new results were compared with those of another
// platform, as there were none of their own.
func replaces(old, new *content.Record, was *content.Results) bool {
	now := new.On(was.Machine.Docker)
	return now != nil && old.OnPlatform(now.Machine.Docker, now.Machine.Platform) == nil
}

// onSame looks at what results on the same machine say of themselves.
func onSame(page *content.Page, was, now *content.Results) (all []Change) {
	if was.Machine.Engine != now.Machine.Engine {
		all = append(all, Change{Pos: labOf(page), Msg: "the record is of Docker Engine " + orNone(was.Machine.Engine) + ", here it is " + orNone(now.Machine.Engine)})
	}
	if day := 24 * time.Hour; was.Verified.After(now.Verified.Add(day)) {
		all = append(all, Change{Pos: labOf(page), Msg: "the record is of " + was.Verified.UTC().Format(time.DateOnly) + ", which is to come"})
	}
	for _, n := range now.Images {
		i := slices.IndexFunc(was.Images, func(o content.Image) bool { return o.Ref == n.Ref && o.Origin == n.Origin })
		if i >= 0 && !sameSizes(was.Images[i].Layers, n.Layers) {
			all = append(all, Change{Pos: labOf(page), Msg: "the layers of image " + n.Ref + " have other sizes"})
		}
	}
	for _, s := range now.Snippets {
		o := was.Numbered(s.Number)
		for i := range s.Commands {
			if c := o.Command(i); c != nil && (c.Unchecked != s.Commands[i].Unchecked || c.Stays != s.Commands[i].Stays) {
				all = append(all, Change{Pos: labOf(page), Command: c.Text, Msg: "the record says something else of what is known of its exit status"})
			}
		}
	}
	return all
}

// sameSizes reports whether layers have sizes that are near. Times alone can
// change some kilobytes of one.
func sameSizes(was, now []content.Layer) bool {
	const some = 64 << 10
	for i := range min(len(was), len(now)) { // another number of them is told by Records
		if d := was[i].Bytes - now[i].Bytes; !near(was[i].Bytes, now[i].Bytes) && max(d, -d) > some {
			return false
		}
	}
	return true
}
