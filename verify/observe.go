package verify

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"handbook/content"
)

// observe puts what a command has brought about into the record.
func (l *lab) observe(ctx context.Context, command int) error {
	o, ok := l.m.(Observer)
	if !ok {
		return nil
	}
	seen, err := o.Observe(ctx)
	if err != nil {
		return err
	}
	cause := content.Cause{Snippet: len(l.record.Snippets) - 1, Command: command}
	for _, image := range seen.Images {
		image.Cause = cause
		l.record.Images = append(l.record.Images, image)
		if w, ok := l.m.(Weigher); ok && l.shown[image.Ref] {
			// It is asked again when all is done, and remembers. An image
			// that is gone by then is not weighed, however fast it was here.
			l.aside.Go(func() { _, _ = w.Weigh(l.aside.ctx, []string{image.ID}) })
		}
	}
	for _, build := range seen.Builds {
		build.Cause = cause
		l.record.Builds = append(l.record.Builds, build)
	}
	return nil
}

// weigh asks how much is downloaded for images, while the lab goes on. What it
// returns waits for the answer and puts it into the record.
func (l *lab) weigh(images []*content.Image) (finish func() error) {
	w, ok := l.m.(Weigher)
	var ids []string
	for _, image := range images {
		if image != nil && image.Download == 0 {
			ids = append(ids, image.ID)
		}
	}
	if !ok || len(ids) == 0 {
		return func() error { return nil }
	}
	var weights map[string]int64
	var err error
	done := make(chan struct{})
	l.aside.Go(func() {
		defer close(done)
		weights, err = w.Weigh(l.aside.ctx, ids)
	})
	return func() error {
		<-done
		for i := range l.record.Images {
			if n, ok := weights[l.record.Images[i].ID]; ok {
				l.record.Images[i].Download = n
			}
		}
		return err
	}
}

// weighReport weighs the images of a report on sizes while they are there:
// before the next command, which may remove them.
func (l *lab) weighReport(s *content.Snippet) {
	if s.Lang != "image-sizes" {
		return
	}
	bind := binder(l.plan.Lab.Placeholders)
	var images []*content.Image
	for _, row := range s.Rows {
		for _, ref := range row.Refs {
			images = append(images, l.record.ImageAt(bind(ref), len(l.record.Snippets)-1))
		}
	}
	l.weighing = append(l.weighing, l.weigh(images))
}

// weighed waits for what is being weighed.
func (l *lab) weighed() error {
	var err error
	for _, finish := range l.weighing {
		err = cmp.Or(err, finish())
	}
	l.weighing = nil
	return err
}

// weighMeasures weighs the images whose download the text speaks of, when all
// is done.
func (l *lab) weighMeasures(context.Context) error {
	bind := binder(l.plan.Lab.Placeholders)
	var images []*content.Image
	for _, m := range l.plan.Page.Measures {
		if m.Scheme == "download" {
			images = append(images, l.record.ImageAt(bind(m.Ref), l.plan.Page.ResultIndex(m.Before)))
		}
	}
	return cmp.Or(l.weighed(), l.weigh(images)())
}

// downloadsShown returns the images that weighReport and weighMeasures will
// weigh, as the record names them.
func (l *lab) downloadsShown() map[string]bool {
	bind := binder(l.plan.Lab.Placeholders)
	shown := map[string]bool{}
	for _, step := range l.plan.Steps {
		if step.Snippet.Lang != "image-sizes" {
			continue
		}
		for _, row := range step.Snippet.Rows {
			for _, ref := range row.Refs {
				shown[content.CanonicalRef(bind(ref))] = true
			}
		}
	}
	for _, m := range l.plan.Page.Measures {
		if m.Scheme == "download" {
			shown[content.CanonicalRef(bind(m.Ref))] = true
		}
	}
	return shown
}

// checkReport holds the claims of a report against what was measured up to
// now.
func (l *lab) checkReport(s *content.Snippet) {
	at := len(l.record.Snippets) - 1
	bind := binder(l.plan.Lab.Placeholders)
	for _, row := range s.Rows {
		fail := func(format string, args ...any) {
			l.fail(&Failure{Pos: row.Pos, Msg: fmt.Sprintf(format, args...)})
		}
		if s.Lang == "build-steps" {
			b := l.record.BuildAt(bind(row.Refs[0]), at)
			switch {
			case b == nil || b.Snippet > at:
				fail("%s: nothing has built this image yet", row.Refs[0])
			case row.Claims:
				if got := cachedSteps(b); got != rangesOf(expand(row.Cached)) {
					fail("%s: claimed cached steps %s, measured %s", row.Refs[0], rangesOf(expand(row.Cached)), got)
				}
			}
			continue
		}
		var sizes []*content.Image
		for _, ref := range row.Refs {
			image := l.record.ImageAt(bind(ref), at)
			if image == nil || image.Snippet > at {
				fail("%s: there is no such image yet", ref)
				break
			}
			sizes = append(sizes, image)
		}
		for i, less := range row.Less {
			if len(sizes) < len(row.Refs) {
				break
			}
			a, b := sizes[i].Unpacked, sizes[i+1].Unpacked
			if less && a >= b || !less && a <= b {
				sign := map[bool]string{true: "<", false: ">"}[less]
				fail("claimed %s %s %s, measured %s and %s", row.Refs[i], sign, row.Refs[i+1], content.FormatSize(a), content.FormatSize(b))
			}
		}
	}
}

// stepNumber takes a step's name apart: "[2/5] …", "[build 2/5] …".
var stepNumber = regexp.MustCompile(`^\[(?:([^\]]+) )?(\d+)/\d+\]`)

// cachedSteps writes which steps of a build's last stage were cached, FROM,
// which is step 1, left out: "2-4", or "none".
func cachedSteps(b *content.Build) string {
	stage := ""
	for _, step := range b.Steps {
		if m := stepNumber.FindStringSubmatch(step.Name); m != nil {
			stage = m[1]
		}
	}
	var cached []int
	for _, step := range b.Steps {
		m := stepNumber.FindStringSubmatch(step.Name)
		if m == nil || m[1] != stage || !step.Cached {
			continue
		}
		if n, _ := strconv.Atoi(m[2]); n > 1 {
			cached = append(cached, n)
		}
	}
	return rangesOf(cached)
}

func expand(ranges []content.LineRange) (all []int) {
	for _, r := range ranges {
		for n := r.First; n <= min(r.Last, r.First+1000); n++ {
			all = append(all, n)
		}
	}
	return all
}

// rangesOf writes numbers as ranges: "2-4, 6", or "none".
func rangesOf(numbers []int) string {
	slices.Sort(numbers)
	numbers = slices.Compact(numbers)
	var parts []string
	for i := 0; i < len(numbers); {
		j := i
		for j+1 < len(numbers) && numbers[j+1] == numbers[j]+1 {
			j++
		}
		if i == j {
			parts = append(parts, strconv.Itoa(numbers[i]))
		} else {
			parts = append(parts, fmt.Sprintf("%d-%d", numbers[i], numbers[j]))
		}
		i = j + 1
	}
	if parts == nil {
		return "none"
	}
	return strings.Join(parts, ", ")
}

// tolerance is how far a number in the text may be from the measured one.
const tolerance = 0.1

// checkMeasures holds the measured values in the text against the record.
func (l *lab) checkMeasures() {
	bind := binder(l.plan.Lab.Placeholders)
	for _, m := range l.plan.Page.Measures {
		value, text, ok := m.Value(l.record, bind, l.plan.Page.ResultIndex(m.Before))
		switch {
		case !ok:
			l.fail(&Failure{Pos: m.Pos, Msg: fmt.Sprintf("%s:%s: the lab has no such image or build%s", m.Scheme, m.Ref, l.known())})
		case m.Claims() && math.Abs(m.Claimed()-value) > tolerance*math.Abs(value):
			l.fail(&Failure{Pos: m.Pos, Msg: fmt.Sprintf("claimed %q, measured %s (%s of %s)", m.Text, text, content.Schemes[m.Scheme], m.Ref)})
		}
	}
}

// known names the images that there are, for who has mistyped one.
func (l *lab) known() string {
	var refs []string
	for _, image := range l.record.Images {
		if !slices.Contains(refs, image.Ref) {
			refs = append(refs, image.Ref)
		}
	}
	if refs == nil {
		return ""
	}
	return "; there are " + strings.Join(refs, ", ")
}

// tokenVariable is where a lab's shell has the password of the stand-in hub.
const tokenVariable = "DOCKERHUB_TOKEN"

// newToken makes a password that looks like Docker Hub's access tokens.
func newToken() string { return "dckr_pat_" + rand.Text() }

// redact takes the password out of what is published: as it is, and as
// ~/.docker/config.json has it (base64 of "user:password").
func (l *lab) redact(lines []string) {
	if l.token == "" {
		return
	}
	secrets := l.secrets()
	for i, line := range lines {
		lines[i] = secrets.Replace(line)
	}
}

func (l *lab) secrets() *strings.Replacer {
	if l.token == "" {
		return strings.NewReplacer()
	}
	login := base64.StdEncoding.EncodeToString([]byte(l.plan.Lab.Hub + ":" + l.token))
	return strings.NewReplacer(l.token, "$"+tokenVariable, login, "$"+tokenVariable+"_BASE64")
}
