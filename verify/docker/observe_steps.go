package docker

import (
	"cmp"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	buildkit "github.com/moby/buildkit/api/services/control"

	"handbook/content"
)

// numbered matches the names of a Dockerfile's own steps: "[2/5] RUN …",
// "[ 2/12] RUN …", "[build  2/12] RUN …", "[linux/arm64 build 2/5] RUN …".
var numbered = regexp.MustCompile(`^\[(?:(\S.*?) +)? *(\d+)/(\d+)\] ((?s:.*))$`)

// A step is a vertex that comes of a line of the Dockerfile.
type step struct {
	vertex *buildkit.Vertex
	stage  string // "" if the Dockerfile has only one
	number int
	last   int // that of the stage's last step
	text   string
}

// name writes a step's name without the blanks that align it on a terminal.
func (s step) name() string {
	prefix := strconv.Itoa(s.number) + "/" + strconv.Itoa(s.last)
	if s.stage != "" {
		prefix = s.stage + " " + prefix
	}
	return "[" + prefix + "] " + s.text
}

// steps returns what a build did of its Dockerfile: the numbered steps that
// were run or taken from the cache, but for FROM, which is cached or not by
// accident. They come stage by stage, the stage that the others are for last.
// BuildKit's own order is that of what runs at the same time, and of no use.
func steps(vertices []*buildkit.Vertex) []content.BuildStep {
	var found []step
	order := stages(vertices)
	for _, v := range vertices {
		s, ok := parseStep(v)
		if ok && v.Started != nil && !strings.HasPrefix(s.text, "FROM ") {
			found = append(found, s)
		}
	}
	slices.SortFunc(found, func(a, b step) int {
		return cmp.Or(cmp.Compare(order[a.stage], order[b.stage]), cmp.Compare(a.number, b.number), strings.Compare(a.text, b.text))
	})
	named := make([]content.BuildStep, 0, len(found))
	for _, s := range found {
		named = append(named, content.BuildStep{
			Name:    s.name(),
			Seconds: milliseconds(between(s.vertex.Started, s.vertex.Completed)),
			Cached:  s.vertex.Cached,
		})
	}
	return named
}

func parseStep(v *buildkit.Vertex) (step, bool) {
	m := numbered.FindStringSubmatch(v.Name)
	if m == nil {
		return step{}, false
	}
	number, err1 := strconv.Atoi(m[2])
	last, err2 := strconv.Atoi(m[3])
	return step{v, m[1], number, last, m[4]}, err1 == nil && err2 == nil
}

// stages gives each stage of a build its place: after those that it copies
// from or continues.
func stages(vertices []*buildkit.Vertex) map[string]int {
	byDigest := make(map[string]*buildkit.Vertex, len(vertices))
	for _, v := range vertices {
		byDigest[v.Digest] = v
	}
	place := map[string]int{}
	seen := map[string]bool{}
	next := 0
	var visit func(digest string)
	visit = func(digest string) {
		v := byDigest[digest]
		if v == nil || seen[digest] {
			return
		}
		seen[digest] = true
		for _, input := range v.Inputs {
			visit(input)
		}
		if s, ok := parseStep(v); ok {
			next++
			place[s.stage] = next // its last step decides
		}
	}
	// The vertices come in any order, so their names have to start it.
	for _, digest := range slices.SortedFunc(maps.Keys(byDigest), func(a, b string) int {
		return cmp.Or(strings.Compare(byDigest[a].Name, byDigest[b].Name), strings.Compare(a, b))
	}) {
		visit(digest)
	}
	return place
}
