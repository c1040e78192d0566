package record

import (
	"strings"
	"unicode"

	"handbook/content/wording"
)

// texts are the strings of a record that pages show as they are, beside what was
// printed: names, versions, digests.
type texts struct {
	name func(what string, s *string) // of a line
	text func(what string, s *string) // of one or more
}

func (t texts) of(r *Results) {
	t.name("a digest", &r.Digest)
	t.name("a digest", &r.Ran)
	m := &r.Machine
	for _, s := range []*string{&m.Image, &m.Digest, &m.Docker, &m.Engine, &m.Client, &m.Compose, &m.Buildx, &m.Storage, &m.Kernel, &m.Platform} {
		t.name("what is said of a machine", s)
	}
	for i := range r.Bases {
		b := &r.Bases[i]
		for _, s := range []*string{&b.Image, &b.Digest, &b.From, &b.Note} {
			t.name("what is said of a base image", s)
		}
	}
	for i := range r.Snippets {
		t.snippet(&r.Snippets[i])
	}
	for i := range r.Images {
		image := &r.Images[i]
		t.name("the name of an image", &image.Ref)
		t.name("the id of an image", &image.ID)
		for j := range image.Layers {
			t.text("an instruction", &image.Layers[j].Instruction)
		}
	}
	for i := range r.Builds {
		t.build(&r.Builds[i])
	}
	for i := range r.Removed {
		t.name("the name of an image", &r.Removed[i].Ref)
	}
	for i := range r.Files {
		t.name("the digest of a file", &r.Files[i].Digest)
	}
	for _, c := range r.AllCleanups() {
		t.cleanup(c)
	}
}

func (t texts) snippet(s *SnippetResult) {
	t.name("why a snippet was skipped", &s.Reason)
	t.name("the digest of a file", &s.Digest)
	for i := range s.Commands {
		c := &s.Commands[i]
		t.text("what was not ready", &c.Late)
		t.name("a prompt", &c.Prompt)
	}
}

func (t texts) build(b *Build) {
	for _, s := range []*string{&b.Image, &b.ID, &b.Base} {
		t.name("the name of an image", s)
	}
	for i := range b.Tags {
		t.name("the name of an image", &b.Tags[i])
	}
	t.text("why a build failed", &b.Failed)
	for i := range b.Steps {
		t.text("the name of a step", &b.Steps[i].Name)
	}
}

func (t texts) cleanup(c *Cleanup) {
	left := func(l *Left) {
		for i := range l.Names {
			t.name("the name of what is left", &l.Names[i])
		}
	}
	for i := range c.Left {
		left(&c.Left[i])
	}
	for i := range c.Choices {
		left(&c.Choices[i].Left)
		for j := range c.Choices[i].Commands { // readers paste it
			t.name("a command that cleans up", &c.Choices[i].Commands[j])
		}
	}
	for i := range c.Commands {
		t.name("a command that cleans up", &c.Commands[i])
	}
	for _, names := range [][]string{c.Outside, c.Changed} {
		for i := range names {
			t.name("the name of a file", &names[i])
		}
	}
}

// isObeyed tells characters that do something instead of being shown.
func isObeyed(r rune) bool { return unicode.IsControl(r) || wording.Turns(r) }

// ShowControls has pictures stand for the control characters in the names and
// words of the results, which programs, images and engines of a lab have made up.
// What commands printed, and the texts of files, stay as they are. A record that
// is read has no others.
func (r *Results) ShowControls() {
	show := func(obeyed func(rune) bool) func(string, *string) {
		return func(_ string, s *string) {
			if strings.ContainsFunc(*s, obeyed) {
				*s = shown(*s, obeyed)
			}
		}
	}
	texts{show(isObeyed), show(wording.Obeyed)}.of(r)
}

func shown(s string, obeyed func(rune) bool) string {
	var b strings.Builder
	for _, c := range s {
		switch {
		case !obeyed(c):
			b.WriteRune(c)
		case c < ' ':
			b.WriteRune(c + '\u2400')
		default:
			b.WriteString(wording.Shown(c))
		}
	}
	return b.String()
}
