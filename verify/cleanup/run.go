package cleanup

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	"handbook/content"
	"handbook/content/wording"
)

// A Host is a machine on which a lab has run.
type Host interface {
	// Inventory returns what there is now. An error means that the machine
	// failed.
	Inventory(ctx context.Context) (Inventory, error)
	// Type types a command at a terminal, and then y if it asks. It returns
	// what is wrong with the command, or nil. An error means that the machine
	// failed.
	Type(ctx context.Context, command string, asks bool) (*Problem, error)
}

// A Problem is what keeps commands from removing what they are made for.
type Problem struct {
	Msg     string
	Details []string // lines to print under it
}

// Run takes the inventory of a lab's end, makes commands for what is new in it,
// and runs them. The problems are those of commands that have failed, or that
// have left something; the lab is to blame for them, or this package. If the page
// has a clean-up of its own (own), no commands are made.
func (l Lab) Run(ctx context.Context, h Host, before Inventory, own bool) (*content.Cleanup, []*Problem, error) {
	left, err := since(ctx, h, before)
	if err != nil {
		return nil, nil, err
	}
	c := l.List(left)
	if own && len(left.Containers)+len(left.Networks)+len(keep(left.Volumes, Volume.named)) == 0 {
		c.Own, c.Choices = true, nil
		return c, nil, nil
	}
	for _, commands := range []func(Inventory) []string{l.Groups, l.Names, l.Remove} {
		made := commands(left)
		if problem, err := typeAll(ctx, h, made); problem != nil || err != nil {
			return nil, list(problem), err
		}
		c.Commands = append(c.Commands, made...)
		if len(made) > 0 {
			if left, err = since(ctx, h, before); err != nil {
				return nil, nil, err
			}
		}
	}
	if problems := l.problems(left); len(problems) > 0 {
		return nil, problems, nil
	}
	c.Choices = l.choices(left)
	c.Nameless = len(nameless(left.Containers))
	for _, choice := range c.Choices {
		if problem, err := typeAll(ctx, h, choice.Commands); problem != nil || err != nil {
			return nil, list(problem), err
		}
	}
	if len(c.Choices) > 0 {
		if left, err = since(ctx, h, before); err != nil {
			return nil, nil, err
		}
	}
	return c, l.chosenProblems(left), nil
}

func (v Volume) named() bool { return !v.Anonymous }

func since(ctx context.Context, h Host, before Inventory) (Inventory, error) {
	now, err := h.Inventory(ctx)
	return now.Since(before), err
}

// pruneRE matches the commands that ask whether they shall go on.
var pruneRE = regexp.MustCompile(`^docker (image|volume|builder) prune`)

func typeAll(ctx context.Context, h Host, commands []string) (*Problem, error) {
	for _, command := range commands {
		if problem, err := h.Type(ctx, command, pruneRE.MatchString(command)); problem != nil || err != nil {
			return problem, err
		}
	}
	return nil, nil
}

func list(problem *Problem) []*Problem {
	if problem == nil {
		return nil
	}
	return []*Problem{problem}
}

// problems says what the commands have left that they were made for.
func (l Lab) problems(left Inventory) (all []*Problem) {
	for _, rest := range l.List(left).Left {
		names := rest.Names
		if rest.Kind == content.LeftUnnamed {
			_, unnamed, _ := l.containers(left)
			if names = sorted(written(l, unnamed, Container.image)); len(names) == 0 {
				continue
			}
		}
		all = append(all, leaves(rest.Kind, rest.Count, names))
	}
	return all
}

// chosenProblems says what the commands of the choices have left. Containers
// whose image has lost its name have nothing by which a command finds them, so
// they and their image stay.
func (l Lab) chosenProblems(left Inventory) (all []*Problem) {
	for _, choice := range l.choices(left) {
		if choice.Kind != content.LeftDangling || len(nameless(left.Containers)) == 0 {
			all = append(all, leaves(choice.Kind, choice.Count, choice.Names))
		}
	}
	return all
}

// nameless returns the containers that nothing finds: neither they nor their
// images have a name.
func nameless(all []Container) []Container {
	return keep(all, func(c Container) bool { return idRE.MatchString(c.Image) })
}

func leaves(kind content.LeftKind, count int, names []string) *Problem {
	what := fmt.Sprint(kind)
	if kind != content.LeftCache && kind != content.LeftSwarm {
		what = wording.Count(max(count, len(names)), strings.TrimSuffix(what, "s"))
	}
	return &Problem{Msg: "the clean-up made for this lab leaves " + what, Details: names}
}
