package images

import (
	"cmp"
	"maps"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/distribution/reference"
	buildkit "github.com/moby/buildkit/api/services/control"

	"handbook/content"
)

// numbered matches the names of a Dockerfile's own steps: "[2/5] RUN …",
// "[ 2/12] RUN …", "[build  2/12] RUN …", "[linux/arm64 build 2/5] RUN …".
var numbered = regexp.MustCompile(`^\[(?:(\S.*?) +)? *(\d+)/(\d+)\] ((?s:.*))$`)

// A step is a vertex that is an instruction of the Dockerfile.
type step struct {
	vertex *buildkit.Vertex
	stage  string // "" if the Dockerfile has only one
	number int
	last   int // number of the stage's last step
	text   string
}

// name returns the step's name without the blanks that align it on a terminal.
func (s step) name() string {
	prefix := strconv.Itoa(s.number) + "/" + strconv.Itoa(s.last)
	if s.stage != "" {
		prefix = s.stage + " " + prefix
	}
	return "[" + prefix + "] " + s.text
}

// steps returns the numbered steps of a build that were run or taken from the
// cache. It leaves out FROM, which is cached or not by accident. The stages are
// in the order of their dependencies, the final one last; BuildKit's own order
// depends on what happens to run at the same time.
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

// lastBase returns the image that the last stage of a build starts from, "" if it
// starts from none.
func lastBase(vertices []*buildkit.Vertex) string {
	base, last := "", 0
	order := stages(vertices)
	for _, v := range vertices {
		s, ok := parseStep(v)
		if !ok || order[s.stage] < last {
			continue
		}
		if order[s.stage] > last {
			base, last = "", order[s.stage]
		}
		if from, ok := fromBase(v.Name); ok && strings.HasPrefix(s.text, "FROM ") {
			base = reference.FamiliarString(from.name)
		}
	}
	return base
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

// stages returns the position of each stage of a build by its name: after
// those that it copies from or continues.
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
			place[s.stage] = next // its last step counts
		}
	}
	// The vertices are in no particular order, so they are visited by name.
	for _, digest := range slices.SortedFunc(maps.Keys(byDigest), func(a, b string) int {
		return cmp.Or(strings.Compare(byDigest[a].Name, byDigest[b].Name), strings.Compare(a, b))
	}) {
		visit(digest)
	}
	return place
}

// randomRef matches ids that BuildKit makes up.
var randomRef = regexp.MustCompile(`failed to calculate checksum of ref \S+: `)

// firstLine returns the first line of a build's error, without the parts that
// help nobody.
func firstLine(message string) string {
	const most = 300
	line, _, _ := strings.Cut(randomRef.ReplaceAllString(message, ""), "\n")
	if line == "" && message != "" {
		line = "failed"
	}
	if len(line) > most {
		line = strings.ToValidUTF8(line[:most], "") + "…"
	}
	return line
}

// milliseconds rounds seconds to milliseconds, as a record has them.
func milliseconds(seconds float64) float64 { return math.Round(seconds*1000) / 1000 }
