package verify

import (
	"cmp"

	"handbook/content"
	"handbook/content/record"
	"handbook/verify/plans"
)

// weights asks the machine how much of the images is downloaded of which the
// page shows it. That takes a while, so it is asked while the lab goes on.
type weights struct {
	machine Machine
	beside  *beside
	record  *content.Record // where the answers go
	bind    func(string) string
	shown   map[string]bool // the images, by name as the record has it
	open    []func() error  // wait for the answers to open questions
}

func newWeights(m Machine, b *beside, p *plans.Plan, record *content.Record, bind func(string) string) *weights {
	w := &weights{machine: m, beside: b, record: record, bind: bind, shown: map[string]bool{}}
	w.show(p)
	return w
}

// show adds the images that the page of a plan shows.
func (w *weights) show(p *plans.Plan) {
	for _, step := range p.Steps {
		if step.Snippet.Lang != "image-sizes" {
			continue
		}
		for _, row := range step.Snippet.Rows {
			for _, ref := range row.Refs {
				w.shown[record.CanonicalRef(w.bind(ref))] = true
			}
		}
	}
	for _, m := range p.Measures {
		if m.Scheme == "download" {
			w.shown[record.CanonicalRef(w.bind(m.Ref))] = true
		}
	}
}

// expect lets the machine weigh a new image if it will be asked about it. The
// machine remembers the answer; an image that is gone when it is asked is not
// weighed, even if it was weighed here.
func (w *weights) expect(image content.Image) {
	if w.shown[image.Ref] {
		w.beside.Go(func() { _, _ = w.machine.Weigh(w.beside.ctx, []string{image.ID}) })
	}
}

// report asks about the images of a report on sizes, while they are there: the
// next command, which has to wait, may remove them.
func (w *weights) report(s *content.Snippet) {
	if s.Lang != "image-sizes" {
		return
	}
	var images []*content.Image
	for _, row := range s.Rows {
		for _, ref := range row.Refs {
			images = append(images, w.record.ImageAt(w.bind(ref), s.Number))
		}
	}
	w.ask(images)
}

// finish asks about the images whose download the text speaks of, and waits
// for all answers.
func (w *weights) finish(measures []*content.Measure) error {
	if err := w.wait(); err != nil {
		return err
	}
	var images []*content.Image
	for _, m := range measures {
		if m.Scheme == "download" {
			images = append(images, w.record.ImageAt(w.bind(m.Ref), m.After))
		}
	}
	w.ask(images)
	return w.wait()
}

// ask asks about images that have not been weighed; nil stands for none.
func (w *weights) ask(images []*content.Image) {
	var ids []string
	for _, image := range images {
		if image != nil && image.Download == 0 {
			ids = append(ids, image.ID)
		}
	}
	if len(ids) == 0 {
		return
	}
	var weighed map[string]int64
	var err error
	done := make(chan struct{})
	w.beside.Go(func() {
		defer close(done)
		weighed, err = w.machine.Weigh(w.beside.ctx, ids)
	})
	w.open = append(w.open, func() error {
		<-done
		for i := range w.record.Images {
			if n, ok := weighed[w.record.Images[i].ID]; ok {
				w.record.Images[i].Download = n
			}
		}
		return err
	})
}

// wait waits for the answers to open questions, and puts them into the record.
func (w *weights) wait() (err error) {
	for _, answer := range w.open {
		err = cmp.Or(err, answer())
	}
	w.open = nil
	return err
}
