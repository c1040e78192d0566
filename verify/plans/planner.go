package plans

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"

	"handbook/content"
	"handbook/content/config"
	"handbook/content/file"
	"handbook/content/mistake"
)

// A Planner plans the labs of a site, each once. It may be used by several
// goroutines at once.
type Planner struct {
	Site *content.Site
	// Machines returns the image of built-in machines with the engine of a name,
	// tagged by the digest of what it is made of.
	Machines func(engine string) string
	Store    content.Store // keeps digests of plans; may be nil
	Digests  *Digests      // of earlier planners of the same settings; may be nil

	mu    sync.Mutex
	plans map[string]planned // by the page's path and the engines
}

type planned struct {
	plan *Plan
	errs content.Errors
}

// New plans a single lab, whose built-in machines are of that image: see
// Planner.
func New(site *content.Site, page *content.Page, machine string) (*Plan, error) {
	return (&Planner{Site: site, Machines: Same(machine)}).Plan(page)
}

// Same returns what Planner.Machines is where machines with all engines are of
// one image.
func Same(image string) func(engine string) string {
	return func(string) string { return image }
}

// Plan returns the plan of a lab, for the machine that its page shows. The error, content.Errors, has everything on
// the page that keeps the lab from being verified.
func (p *Planner) Plan(page *content.Page) (*Plan, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	plan, errs := p.plan(page, page.Lab.Docker)
	return plan, errs.Sorted()
}

// plan plans a lab for machines with these engines: its own, or those of a lab
// that starts from it.
func (p *Planner) plan(page *content.Page, engines []string) (*Plan, content.Errors) {
	key := strings.Join(append([]string{page.Path}, engines...), "\x00")
	if known, ok := p.plans[key]; ok {
		return known.plan, known.errs
	}
	plan := &Plan{Page: page, Tree: page.Tree(), Lab: page.Lab, Limits: p.Site.Config.Machine}
	plan.Clones = page.Cloned(plan.Tree)
	var errs content.Errors
	plan.Kinds, errs = p.kinds(page, engines)
	if before := page.Lab.After; before != "" {
		b, found := p.plan(p.Site.Page(before), engines)
		errs = append(errs, found...)
		plan.Before = append(b.Before[:len(b.Before):len(b.Before)], b)
	}
	plan = plan.On(plan.Kinds[0])
	errs = append(errs, plan.census()...)
	plan.Digest = plan.digest()
	if p.plans == nil {
		p.plans = map[string]planned{}
	}
	p.plans[key] = planned{plan, errs}
	return plan, errs
}

// kinds lists the kinds of machines that a lab runs on: those with the engines.
func (p *Planner) kinds(page *content.Page, engines []string) (all []MachineKind, errs content.Errors) {
	if page.Lab.Machine != config.DockerMachine {
		return []MachineKind{{Machine: page.Lab.Machine}}, nil
	}
	if len(engines) == 0 { // those of a lab whose machine has none, which starts from this one
		engines = []string{""}
	}
	for _, name := range engines {
		kind := MachineKind{Docker: name}
		own := p.Site.Config.Engines[name]
		if name == "" {
			own.Dockerfile = p.Site.Config.Machine.Dockerfile
		}
		switch {
		case own.Dockerfile != "":
			var err error
			if kind.Machine, err = dockerfile(p.Site, own.Dockerfile); err != nil {
				if own.Pos.File == "" {
					own.Pos.File = path.Join(p.Site.Name, config.File)
				}
				errs = append(errs, &content.Error{Pos: own.Pos, Msg: fmt.Sprintf("machine: dockerfile: no file %q", own.Dockerfile)})
			}
		case own.Image != "":
			kind.Machine = own.Image
		default:
			kind.Machine = p.Machines(name)
		}
		all = append(all, kind)
	}
	return all, errs
}

// dockerfile names a Dockerfile of the site's by what is in it.
func dockerfile(site *content.Site, name string) (string, error) {
	b, err := fs.ReadFile(site.FS, name)
	return name + "@" + file.Digest(b), err
}

// machinesOf returns the images of machines as a record has them, by the names
// of their engines.
func machinesOf(r *content.Record) func(engine string) string {
	return func(engine string) string {
		if on := r.On(engine); on != nil {
			return on.Machine.Image
		}
		return ""
	}
}

// Check holds the record of every lab of the site against the lab's plan. The
// error, content.Errors, has all that keeps labs from being planned. With a
// Store, pages that have not changed are not planned again, and plans that
// were made are not kept.
func (p *Planner) Check() (content.Freshness, error) {
	fresh := content.Freshness{}
	var errs content.Errors
	for _, page := range p.Site.Pages {
		if page.Lab != nil {
			status, found := p.check(page)
			fresh[page.Path] = status
			errs = append(errs, found...)
		}
	}
	return fresh, errs.Sorted()
}

// IsOf reports whether results are of a lab with a digest, and of an engine that it
// runs on. All results of an honest record are.
func IsOf(on *content.Results, l *config.Lab, digest string) bool {
	names := l.Docker
	if l.Machine != config.DockerMachine || len(names) == 0 {
		names = []string{""}
	}
	return on.Digest == digest && slices.Contains(names, on.Machine.Docker)
}

// otherMachine returns the name of a machine on which something is left by a record,
// and which the lab does not have: it would stand in the lab's script.
func otherMachine(r *content.Record, l *config.Lab) (name string, other bool) {
	for _, on := range r.All() {
		for _, c := range on.AllCleanups() {
			if one := len(l.Machines) == 0 && c.Machine == ""; !one && !slices.Contains(l.Machines, c.Machine) {
				return c.Machine, true
			}
		}
	}
	return "", false
}

func (p *Planner) check(page *content.Page) (content.Status, content.Errors) {
	digest, errs := p.digest(page, p.Machines)
	status := content.Status{Digest: digest}
	switch r := page.Record; {
	case r == nil && page.Unusable != nil:
		status.State, status.Cause, status.Detail = content.None, content.RecordUnusable, page.Unusable.Error()
	case r == nil:
		status.State, status.Cause = content.None, content.NeverVerified
	case r.Digest == digest:
		status.State = content.Fresh
		if i := slices.IndexFunc(r.All(), func(on *content.Results) bool { return !IsOf(on, page.Lab, digest) }); i >= 0 {
			status.State, status.Cause = content.None, content.RecordUnusable
			status.Detail = "that of another lab: it has results on " + config.DockerName(r.All()[i].Machine.Docker)
		} else if name, other := otherMachine(r, page.Lab); other {
			status.State, status.Cause = content.None, content.RecordUnusable
			status.Detail = fmt.Sprintf("that of another lab: it tells what is left on the machine %q", name)
		}
	case p.isJudged(page):
		status.State = content.Fresh
	default:
		status.State, status.Cause = content.Stale, content.PageChanged
		// Is all as it was, but for the image of the machine?
		if before, _ := p.digest(page, machinesOf(r)); before == r.Digest {
			status.Cause = content.MachineChanged
		}
	}
	return status, errs
}

// digest is the digest of a page's plan on machines of these images.
func (p *Planner) digest(page *content.Page, machines func(engine string) string) (string, content.Errors) {
	planner := &Planner{Site: p.Site, Machines: machines}
	kinds, _ := planner.kinds(page, page.Lab.Docker)
	if now, _ := p.kinds(page, page.Lab.Docker); p.Store == nil && slices.Equal(now, kinds) {
		planner = p
	}
	var errs content.Errors
	key := planKey(p.Site, page, kinds)
	if known, ok := p.Digests.of(key); ok {
		return known.digest, known.errs
	}
	b, err := content.Cached(p.Store, key, func() ([]byte, error) {
		planner.mu.Lock()
		defer planner.mu.Unlock()
		plan, found := planner.plan(page, page.Lab.Docker)
		errs = found
		return []byte(plan.Digest), found.Sorted()
	})
	if err != nil && errs == nil {
		errs = mistake.All(err)
	}
	p.Digests.keep(key, digested{string(b), errs})
	return string(b), errs
}

// Digests are those of plans that were made, and the mistakes that were found,
// which a Store does not keep. The zero value is ready to use.
type Digests struct {
	mu    sync.Mutex
	known map[content.Key]digested
}

type digested struct {
	digest string
	errs   content.Errors
}

// most is how many are kept.
const most = 20_000

func (d *Digests) of(key content.Key) (digested, bool) {
	if d == nil {
		return digested{}, false
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	known, ok := d.known[key]
	return known, ok
}

func (d *Digests) keep(key content.Key, one digested) {
	if d == nil {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.known == nil || len(d.known) >= most {
		d.known = map[content.Key]digested{}
	}
	d.known[key] = one
}

// planKey digests all that a plan is made from.
func planKey(site *content.Site, page *content.Page, kinds []MachineKind) content.Key {
	before := ""
	if page.Lab.After != "" {
		key := planKey(site, site.Page(page.Lab.After), kinds)
		before = string(key[:])
	}
	return content.KeyOf("plan", string(page.Key[:]), fmt.Sprintf("%q", kinds), fmt.Sprintf("%+v", site.Config.Machine), before)
}
