package adopt

import (
	"maps"
	"regexp"
	"strings"

	"handbook/cmd/handbook/adopt/classify"
	"handbook/cmd/handbook/adopt/hosts"
	"handbook/cmd/handbook/adopt/needs"
	"handbook/cmd/handbook/adopt/placeholders"
)

// values are the values of a page's placeholders.
type values struct {
	ids      *placeholders.IDs
	words    *placeholders.Words
	printed  *placeholders.Printed
	hub      string // the user of Docker Hub, as the page writes it
	needsHub bool
}

// valuesOf finds the placeholders in the fences of a page.
func valuesOf(all []*classify.Guess, h *hosts.Hosts) *values {
	v := &values{ids: placeholders.NewIDs(), words: placeholders.NewWords(), printed: placeholders.NewPrinted(all, h), hub: hubUserIn(all)}
	v.words.Collect(all)
	v.ids.Collect(all)
	return v
}

// replace writes placeholders in the handbook's format.
func (v *values) replace(code []string) []string { return v.ids.Replace(v.words.Replace(code)) }

// all are the placeholders with their values.
func (v *values) all() map[string]string {
	all := maps.Clone(v.words.All())
	maps.Copy(all, v.ids.Values)
	maps.Copy(all, v.printed.Values)
	return all
}

// bound returns a command with the values of its placeholders.
func (v *values) bound(text string) string {
	text = v.words.Value(text)
	for name, value := range v.ids.Values {
		text = strings.ReplaceAll(text, name, value)
	}
	return text
}

// hubUser returns the user of Docker Hub with whom the lab runs.
func (v *values) hubUser() string {
	if v.hub == "" {
		return "student"
	}
	user := v.words.Value(strings.Join(v.words.Replace([]string{v.hub}), ""))
	if ok := regexp.MustCompile(`^[a-z0-9][a-z0-9_-]*$`).MatchString(user); !ok {
		return "student"
	}
	return user
}

// hubUserIn returns the name of the user of Docker Hub in the page's commands.
func hubUserIn(all []*classify.Guess) (user string) {
	for _, g := range all {
		if g.Class == classify.File || g.Class == classify.Output || g.Class == classify.Text || g.Class == classify.Windows {
			continue
		}
		for _, line := range g.Fence.Code {
			at := strings.Index(line, "docker ")
			if at < 0 {
				continue
			}
			if n := needs.Of(line[at:], nil); n.Hub && n.User != "" {
				return n.User
			}
		}
	}
	return ""
}
