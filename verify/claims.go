package verify

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"handbook/content"
	"handbook/content/info"
	"handbook/content/wording"
	"handbook/verify/compare"
)

// claims holds what a page claims of images and builds against what was
// measured.
type claims struct {
	record *content.Record
	docker string              // name of the machine's engine
	bind   func(string) string // fills in placeholders
}

// report checks a report's claims against what was measured up to there.
func (c claims) report(s *content.Snippet) (failures []*Failure) {
	for _, row := range s.Rows {
		problem := ""
		if !row.About(c.docker) {
			continue
		}
		if s.Lang == "build-steps" {
			problem = c.steps(s, row)
		} else {
			problem = c.sizes(s, row)
		}
		if problem != "" {
			failures = append(failures, &Failure{Pos: row.Pos, Msg: problem, Reason: ReasonClaim})
		}
	}
	return failures
}

// steps checks which steps of a build came from the cache.
func (c claims) steps(s *content.Snippet, row content.Row) string {
	b := c.record.BuildAt(c.bind(row.Refs[0]), s.Number)
	if b == nil || b.Snippet > s.Number {
		return row.Refs[0] + ": " + c.unbuilt(row.Refs[0], s.Number)
	}
	want, got := compare.Ranges(expand(row.Cached)), compare.CachedSteps(b)
	if row.Claims && got != want {
		return fmt.Sprintf("%s: claimed cached steps %s, measured %s", row.Refs[0], want, got)
	}
	return ""
}

// unbuilt says why there is no build of an image up to the snippet with that
// number.
func (c claims) unbuilt(ref string, number int) string {
	image := c.record.ImageAt(c.bind(ref), number)
	if image == nil || image.Snippet > number {
		return cmp.Or(c.gone(ref, number), "nothing has built this image yet")
	}
	return notBuilt
}

const notBuilt = "BuildKit has not built this image, so nothing is known of its steps: " +
	"it was pulled, loaded or committed, or the classic builder made it (DOCKER_BUILDKIT=0)"

// gone says what has removed an image before the snippet with that number ends,
// or "".
func (c claims) gone(ref string, number int) string {
	removed := c.record.RemovalAt(c.bind(ref), number)
	if removed == nil {
		return ""
	}
	return fmt.Sprintf("the image is gone here, the snippet in line %d has removed it", c.record.Numbered(removed.Snippet).Line)
}

// sizes checks which image is the smaller one.
func (c claims) sizes(s *content.Snippet, row content.Row) string {
	var sizes []int64
	for _, ref := range row.Refs {
		image := c.record.ImageAt(c.bind(ref), s.Number)
		if image == nil || image.Snippet > s.Number {
			return ref + ": " + cmp.Or(c.gone(ref, s.Number), "there is no such image yet")
		}
		sizes = append(sizes, image.Unpacked)
	}
	for i, less := range row.Less {
		a, b := sizes[i], sizes[i+1]
		if less && a >= b || !less && a <= b {
			sign := map[bool]string{true: "<", false: ">"}[less]
			return fmt.Sprintf("claimed %s %s %s, measured %s and %s", row.Refs[i], sign, row.Refs[i+1], wording.DecimalSize(a), wording.DecimalSize(b))
		}
	}
	return ""
}

func expand(ranges []info.LineRange) (all []int) {
	for _, r := range ranges {
		for n := r.First; n <= min(r.Last, r.First+1000); n++ {
			all = append(all, n)
		}
	}
	return all
}

// tolerance is how far a number in the text may be from the measured one.
const tolerance = 0.1

// measures checks the measured values in the text. Where a plan has been cut,
// values that are not there may come later.
func (c claims) measures(all []*content.Measure, cut bool) (failures []*Failure) {
	for _, m := range all {
		value, text, ok := m.Value(c.record, c.bind)
		msg := ""
		var reason content.Reason
		switch {
		case !ok && m.OfImage() && c.gone(m.Ref, m.After) != "":
			msg = fmt.Sprintf("%s:%s: %s", m.Scheme, m.Ref, c.gone(m.Ref, m.After))
		case !ok && !m.OfImage() && c.record.ImageAt(c.bind(m.Ref), m.After) != nil:
			msg = fmt.Sprintf("%s:%s: %s", m.Scheme, m.Ref, notBuilt)
		case !ok && !cut:
			msg = fmt.Sprintf("%s:%s: the lab has no such image or build%s", m.Scheme, m.Ref, c.images())
		case ok && m.Claims() && math.Abs(m.Claimed()-value) > tolerance*math.Abs(value):
			reason = ReasonClaim
			msg = fmt.Sprintf("claimed %q, measured %s (%s of %s)", m.Text, text, content.Schemes[m.Scheme], m.Ref)
		}
		if msg != "" {
			failures = append(failures, &Failure{Pos: m.Pos, Msg: msg, Reason: reason})
		}
	}
	return failures
}

// images lists the lab's images, for a message about a name that is not among
// them.
func (c claims) images() string {
	var refs []string
	for _, image := range c.record.Images {
		if !slices.Contains(refs, image.Ref) {
			refs = append(refs, image.Ref)
		}
	}
	if refs == nil {
		return ""
	}
	return "; there are " + strings.Join(refs, ", ")
}
