package results

import (
	"regexp"
	"strings"
)

// lateRE matches the English text in records about a container that was only
// partly ready in time, as package verify/docker/ready writes it.
var lateRE = regexp.MustCompile(`^the container ("(?:[^"\\]|\\.)*") \(([^)]*)\) (?:is not healthy within (\S+), but (\S+)|does not listen on (.+?) within ([^\s,]+)(, but on 127\.0\.0\.1, where only the container itself reaches it)?)$`)

// Late translates a record's text about what was not ready in time into the
// language of the site.
func (r *Results) Late(late string) string {
	parts := strings.Split(late, "; ")
	for i, part := range parts {
		m := lateRE.FindStringSubmatch(part)
		switch {
		case m == nil:
		case m[3] != "":
			parts[i] = r.Words.Text("late-health", "container", m[1], "image", m[2], "time", m[3], "state", m[4])
		case m[7] != "":
			parts[i] = r.Words.Text("late-local", "container", m[1], "image", m[2], "ports", m[5], "time", m[6])
		default:
			parts[i] = r.Words.Text("late-ports", "container", m[1], "image", m[2], "ports", m[5], "time", m[6])
		}
	}
	return strings.Join(parts, "; ")
}
