package compare

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"handbook/verify/docker/names"
)

// volatile is text that differs each time and is not a change: a short table.
// The guide on verification shows it to authors, and a test compares the two.
// The order matters: an entry takes what later ones would take a part of.
var volatile = []struct {
	name, many string
	is         *regexp.Regexp
	as         string                 // may name groups of is
	only       func(text string) bool // keeps what only looks so; may be nil
	examples   []string
}{
	// What curl tells of a transfer, where its output goes to a file.
	{name: "speed", many: "speeds", as: "$1 <speed>",
		is: regexp.MustCompile(`^( *\d+(?: +[\d.]+[kMGTP]? +\d+){2} +[\d.]+[kMGTP]?)(?: +[\d.]+[kMGTP]?){2}(?:(?: +[-\d]+:[-\d]+:[-\d]+){3}| {12,}(?:[\d:]+ {2,})*) *[\d.]+[kMGTP]?$`)},
	// What git tells of one, if that takes time.
	{name: "speed", many: "speeds", as: "$1",
		is: regexp.MustCompile(`^((?:Receiving|Writing) objects: +100% \(\d+/\d+\)), [\d.]+ \w+ \| [\d.]+ \w+/s`)},
	{name: "UUID", many: "UUIDs", as: "<uuid>",
		is:       regexp.MustCompile(`\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b`),
		examples: []string{"1b4e28ba-2fa1-11d2-883f-0016d3cca427"}},
	{name: "digest", many: "digests", as: "sha256:<digest>",
		is:       regexp.MustCompile(`\bsha256:[0-9a-f]{7,64}\b(?: size: \d+$)?`),
		examples: []string{"sha256:3b7e1f0c9a2d"}},
	{name: "id", many: "ids", as: "<id>", only: isID,
		is:       regexp.MustCompile(`\b[0-9a-f]{12,64}\b`),
		examples: []string{"5f0a1b2c3d4e"}},
	// A container's id, or a layer's, is all digits once in 300 times. It
	// stands in a column, alone, or before what is done with a layer.
	{name: "id", many: "ids", as: "$1<id>$2",
		is: regexp.MustCompile(`(^|  )\d{12}(  |$|: (?:Already exists|Download|Extracting|Layer already exists|Mounted from|Prepar|Pull|Push|Verifying|Waiting))`)},
	// Swarm's ids, and what lets computers join one.
	{name: "id", many: "ids", as: "<id>",
		is:   regexp.MustCompile(`\b[a-z0-9]{25}\b|\bSWMTKN-\d-[a-z0-9]+-[a-z0-9]+`),
		only: func(s string) bool { return strings.ContainsAny(s, "0123456789") }},
	// A task's name has a part of its id. So does a list of services without its head.
	{name: "id", many: "ids", as: "$1$3<id>$2$4",
		is: regexp.MustCompile(`(\.\d+\.)[a-z0-9]{12}(@)|^()[a-z0-9]{12}( +\S+ +(?:replicated|global) )`)},
	{name: "id", many: "ids", as: "/l/<id>", // of a layer, among the options of a mount
		is: regexp.MustCompile(`/l/[A-Z2-7]{26}\b`)},
	{name: "memory address", many: "memory addresses", as: "<address>",
		is:       regexp.MustCompile(`\b0x[0-9a-f]{9,16}\b`),
		examples: []string{"0x7f3a2c1b5d30"}},
	{name: "inode", many: "inodes", as: "<inode>",
		is:       regexp.MustCompile(`\bDevice: \S+\s+Inode: \d+`),
		examples: []string{"Device: 0,40 Inode: 1613997"}},
	{name: "link count", many: "link counts", as: "$1 <links>$2", // of /proc, which has a folder for each process
		is:       regexp.MustCompile(`^(dr-xr-xr-x[.+]?) +\d+( .* proc/?)$`),
		examples: []string{"dr-xr-xr-x 267 root root … proc"}},
	{name: "process number", many: "process numbers", as: `"$1": <pid>`,
		is:       regexp.MustCompile(`"(Pid|PID|ContainerPid)": [1-9]\d*`),
		examples: []string{`"Pid": 410`}},
	// Of a computer: what it is busy with, and how much of it is free.
	{name: "state of a computer", many: "states of computers", as: "$1<state>$2", // df
		is: regexp.MustCompile(`^(\S+(?: +[a-z]\S*)?(?: +))(?:\d[\d.]*[KMGTP]?i? +){3}\d+%( +/\S*)$`)},
	{name: "state of a computer", many: "states of computers", as: "Filesystem${1}Mounted on", // its columns move
		is: regexp.MustCompile(`^Filesystem( .* )Mounted on$`)},
	{name: "state of a computer", many: "states of computers", as: "$1: <state>", // free, top
		is: regexp.MustCompile(`^(Mem|Swap):(?: +\d[\d.]*[KMGTPBi]*){3,6}$`)},
	{name: "state of a computer", many: "states of computers", as: "$1$2$3$4$5$6<state>",
		is: regexp.MustCompile(`^(Mem: )\d+K used, .*|^(CPU: ) *\d+% usr .*|^(Load average: ).*|^(Tasks: ) *\d+ total, .*|^(%Cpu\(s\): ).*|^([KMG]iB (?:Mem ?|Swap) ?: ) *[\d.]+ total, .*`)},
	{name: "state of a computer", many: "states of computers", as: "up <state>", // uptime, top, w
		is:       regexp.MustCompile(`\bup +(?:\d+ days?, +)?(?:\d+:\d\d|\d+ min), +\d+ users?, +load average: [\d.]+, [\d.]+, [\d.]+`),
		examples: []string{"up 7:15, 0 users, load average: 0.33, 0.76, 0.73"}},
	{name: "fingerprint", many: "fingerprints", as: "<fingerprint>",
		is:       regexp.MustCompile(`\b(?:[0-9A-F]{2}:){15,63}[0-9A-F]{2}\b|\bSHA256:[A-Za-z0-9+/]{43}`),
		examples: []string{"SHA256:uNiVztksCsDhcc0u9e8BgrJXVGLJ3qDM8q9o1nqk7Pk"}},
	{name: "key", many: "keys", as: "<key>", // a public one, alone or in the lines of a certificate
		is:       regexp.MustCompile(`\bMFkwEwYHKoZIzj0[A-Za-z0-9+/]{40,}={0,2}|\bAAAA[BCEI][A-Za-z0-9+/]{40,}={0,2}`),
		examples: []string{"AAAAC3NzaC1lZDI1NTE5AAAAIHj2vYQv7XZpUqk8yqkPz1bTn2dWmJ5rX0sG4uL6aVwE"}},
	{name: "network interface", many: "network interfaces", as: "<interface>",
		is:       regexp.MustCompile(`\bveth[0-9a-f]{7}\b`),
		examples: []string{"veth9f3a2c1"}},
	{name: "network interface", many: "network interfaces", as: "$1@<interface>",
		is: regexp.MustCompile(`(\w|>)@if\d+\b`)},
	{name: "network interface", many: "network interfaces", as: "<number>: $1",
		is: regexp.MustCompile(`^\d+: (\S+: <[A-Z])`)},
	{name: "MAC address", many: "MAC addresses", as: "<mac>",
		is:       regexp.MustCompile(`\b(?:[0-9a-f]{2}:){5}[0-9a-f]{2}\b`),
		examples: []string{"02:42:ac:11:00:02"}},
	{name: "date", many: "dates", as: "<date>",
		is:       regexp.MustCompile(`\b\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?)?(?: ?(?:Z|UTC|[+-]\d\d:?\d\d))*`),
		examples: []string{"2026-11-24", "2026-11-24T03:42:16Z"}},
	{name: "date", many: "dates", as: "<date>",
		is:       regexp.MustCompile(`\b(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? )?\d{1,2}[ /-](?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*[ /-]\d{4}(?:[ :,]+\d\d:\d\d(?::\d\d)?)?(?: (?:GMT|UTC|[+-]\d{4}))*`),
		examples: []string{"Tue, 24 Nov 2026 03:42:16 GMT"}},
	{name: "date", many: "dates", as: "<date>",
		is:       regexp.MustCompile(`\b(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? )?(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]* +\d{1,2}\b(?:,? \d{4}\b)?(?:[ :,]+\d\d:\d\d(?::\d\d)?)?(?: (?:GMT|UTC|[+-]\d{4}))*(?: \d{4}\b)?`),
		examples: []string{"Nov 24 04:07"}},
	{name: "date", many: "dates", as: "<date>", // in seconds since 1970
		is:       regexp.MustCompile(`\b1[789]\d{8}(?:\.\d+)?\b`),
		examples: []string{"1795947869"}},
	{name: "date", many: "dates", as: "<date>",
		is:       regexp.MustCompile(`\b\d{4}/\d\d/\d\d(?: \d\d:\d\d:\d\d(?:\.\d+)?)?\b`),
		examples: []string{"2026/11/24 03:42:16"}},
	{name: "date", many: "dates", as: "<date>",
		is: regexp.MustCompile(`\b[0-3]\d/[0-3]\d/(?:20)?\d\d\b`)},
	{name: "time of day", many: "times of day", as: "<time>",
		is:       regexp.MustCompile(`\b\d{1,2}:\d\d:\d\d(?:[.,]\d+)?\b`),
		examples: []string{"03:42:16"}},
	{name: "age", many: "ages", as: "<age>",
		is:       regexp.MustCompile(`\b(?:\d+|[Aa]bout an?|[Aa]n?|[Ll]ess than a) (?:second|minute|hour|day|week|month|year)s?(?: ago)?\b`),
		examples: []string{"2 minutes ago", "About an hour"}},
	{name: "duration", many: "durations", as: "<duration>", // ping: the shortest, the mean, the longest
		is: regexp.MustCompile(`\b\d+(?:\.\d+)?(?:/\d+(?:\.\d+)?){2,3} ms\b`)},
	{name: "duration", many: "durations", as: "<duration>",
		is:       regexp.MustCompile(`\b\d+(?:\.\d+)? ?(?:ns|µs|us|ms|s|secs?|seconds?)\b|\b(?:\d+h)?\d+m\d+(?:\.\d+)?s\b`),
		examples: []string{"0.4s", "12 ms", "1m2.345s"}},
	{name: "speed", many: "speeds", as: "<speed>",
		is:       regexp.MustCompile(`\b\d+(?:[.,]\d+)* ?[kKMG]?i?B/s(?:ec)?\b`),
		examples: []string{"1.2 MB/s"}},
	{name: "private address", many: "private addresses", as: "<address>",
		is:       regexp.MustCompile(`\b(?:10\.\d{1,3}|172\.(?:1[6-9]|2\d|3[01])|192\.168)\.\d{1,3}\.\d{1,3}\b`),
		examples: []string{"172.17.0.2"}},
	{name: "private address", many: "private addresses", as: "<address>",
		is:       regexp.MustCompile(`\bfe80::[0-9a-f:]+`),
		examples: []string{"fe80::42:acff:fe11:2"}},
	// Where there is no IPv6, ports are published without.
	{name: "port on IPv6", many: "ports on IPv6", as: "",
		is:       regexp.MustCompile(`, (?:\[::\]|::):[\d-]+->[\d-]+/\w+`),
		examples: []string{", [::]:8080->80/tcp"}},
	// Which of the two is found taken first.
	{name: "port on IPv6", many: "ports on IPv6", as: "Bind for <address>:",
		is: regexp.MustCompile(`\bBind for (?:0\.0\.0\.0|\[::\]|::):`)},
	// A number in the range of the ports that systems choose is one only
	// where a port stands.
	{name: "port", many: "ports", as: "$1<port>",
		is:       regexp.MustCompile(`(:|\b[Pp]ort:? |Port": ")(?:3276[89]|327[7-9]\d|32[89]\d\d|3[3-9]\d{3}|[45]\d{4}|60\d{3})\b`),
		examples: []string{"localhost:49153", "port 49153"}},
	{name: "temporary path", many: "temporary paths", as: "/tmp/<name>",
		is:       regexp.MustCompile(`/tmp/[A-Za-z0-9._-]+`),
		examples: []string{"/tmp/tmp.Ab3xYz"}},
	{name: "job", many: "jobs", as: "[<job>] <pid>",
		is:       regexp.MustCompile(`^\[\d+\] \d+$`),
		examples: []string{"[1] 4242"}},
	// Which of several jobs is the current one depends on which has ended.
	{name: "job", many: "jobs", as: "[$1]  $2",
		is: regexp.MustCompile(`^\[(\d+)\][+-] +(Done|Exit|Running|Stopped|Terminated|Killed)\b`)},
	{name: "container's name", many: "containers' names", as: "$1<name>", only: isMadeUp,
		is:       regexp.MustCompile(`(^|  |["'/=(]|\b(?:endpoint|[Cc]ontainer|[Nn]amed?:?) )[a-z]+_[a-z]+\d?\b`),
		examples: []string{"vigorous_poitras"}},
}

// isMadeUp keeps words with an underscore in them that are no names of Docker's
// making.
func isMadeUp(text string) bool {
	start := strings.LastIndexFunc(text, func(r rune) bool { return !strings.ContainsRune("_0123456789", r) && (r < 'a' || r > 'z') })
	return names.Generated(text[start+1:])
}

// isID keeps words that only look like an id: numbers, and words made of the
// letters a to f.
func isID(s string) bool {
	return (len(s) == 12 || len(s) == 32 || len(s) == 40 || len(s) == 64) &&
		strings.ContainsAny(s, "0123456789") && strings.ContainsAny(s, "abcdef")
}

// An Aside is how often something differed that is no change.
type Aside struct {
	Name  string // of one: "duration"
	Many  string // of more: "durations"
	Count int
	Lines []int // of the page, in order, each once
}

// String is "3 durations".
func (a Aside) String() string {
	if a.Count == 1 {
		return "1 " + a.Name
	}
	return fmt.Sprintf("%d %s", a.Count, a.Many)
}

// What is set aside besides volatile text.
var (
	cacheSize       = Aside{Name: "size of the build cache", Many: "sizes of the build cache"}
	nearSize        = Aside{Name: "size under 1 % off", Many: "sizes under 1 % off"}
	standinMadeAnew = Aside{Name: "stand-in made anew", Many: "stand-ins made anew"}
	variedOutput    = Aside{Name: `output that "varies"`, Many: `outputs that "vary"`}
	fetchedLine     = Aside{Name: "line on a download", Many: "lines on downloads"}
	otherOrder      = Aside{Name: "order of what goes on at once", Many: "orders of what goes on at once"}
	lateLine        = Aside{Name: "line that came earlier or later", Many: "lines that came earlier or later"}
	ownRequests     = Aside{Name: "number of a container's requests to itself", Many: "numbers of containers' requests to themselves"}
	freeRows        = Aside{Name: "number of free rows", Many: "numbers of free rows"}
	wildText        = Aside{Name: "text under a wildcard", Many: "texts under wildcards"}
	platformBase    = Aside{Name: "base image of another platform", Many: "base images of another platform"}
	platformName    = Aside{Name: "name of a platform", Many: "names of platforms"}
	noText          = Aside{Name: "file that is no text", Many: "files that are no text"}
	otherColours    = Aside{Name: "line in other colours", Many: "lines in other colours"}
)

// A following is what is set aside since it follows from something outside the
// lab.
type following struct{ size, layer Aside }

var (
	fromBase = following{
		Aside{Name: "size that follows from a moved base image", Many: "sizes that follow from a moved base image"},
		Aside{Name: "layer that follows from a moved base image", Many: "layers that follow from a moved base image"},
	}
	fromPlatform = following{
		Aside{Name: "size on another platform", Many: "sizes on another platform"},
		Aside{Name: "layer on another platform", Many: "layers on another platform"},
	}
)

// otherPlatform says which results a run was compared with.
func otherPlatform(recorded, now string) Aside {
	return Aside{Name: "machine of another platform, " + now + " instead of " + recorded, Many: "machines of another platform, " + now + " instead of " + recorded}
}

// platforms are names by which programs call the platforms that Docker runs on.
var platforms = regexp.MustCompile(`\b(?:(?:linux/)?(?:amd64|arm64(?:/v8)?)|x86[-_]64|aarch64|arm64v8)\b`)

// withoutPlatforms takes the names of platforms out of lines.
func (s normalized) withoutPlatforms() {
	for i := range s.lines {
		l := &s.lines[i]
		l.key = platforms.ReplaceAllStringFunc(l.key, func(name string) string {
			l.taken = append(l.taken, taken{platformName.Name, platformName.Many, name})
			return "<platform>"
		})
	}
}

func (d *differ) setAside(what Aside, n, line int) {
	a := d.aside[what.Name]
	if a == nil {
		a = &what
		d.aside[what.Name] = a
	}
	a.Count += n
	if line > 0 && !slices.Contains(a.Lines, line) {
		a.Lines = append(a.Lines, line)
	}
}

// compareAside counts what differs between two lines that are the same but for
// volatile text.
func (d *differ) compareAside(page int, old, new normalizedLine) {
	if old.raw == new.raw {
		return
	}
	if old.text == new.text {
		d.setAside(otherColours, 1, page)
		return
	}
	if old.key != new.key { // see pairNear
		what := nearSize
		if slices.ContainsFunc(old.cells, func(c cell) bool { return c.slack > 0 }) {
			what = cacheSize
		}
		d.setAside(what, 1, page)
	}
	was := map[string][]string{}
	for _, t := range old.taken {
		was[t.name] = append(was[t.name], t.text)
	}
	for _, t := range new.taken {
		o := was[t.name]
		if len(o) == 0 || o[0] != t.text {
			d.setAside(Aside{Name: t.name, Many: t.many}, 1, page)
		}
		was[t.name] = o[min(1, len(o)):]
	}
}

// asides returns all that was set aside, the most frequent first.
func (d *differ) asides() (all []Aside) {
	for _, a := range d.aside {
		slices.Sort(a.Lines)
		all = append(all, *a)
	}
	slices.SortFunc(all, byCount)
	return all
}

func byCount(a, b Aside) int {
	if a.Count != b.Count {
		return b.Count - a.Count
	}
	return strings.Compare(a.Name, b.Name)
}
