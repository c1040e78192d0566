package adopt

import (
	"cmp"
	"regexp"
	"slices"
	"strings"

	"handbook/cmd/handbook/adopt/classify"
	"handbook/cmd/handbook/adopt/files"
	"handbook/cmd/handbook/adopt/foreign"
	"handbook/cmd/handbook/adopt/hosts"
	"handbook/cmd/handbook/adopt/layout"
	"handbook/cmd/handbook/adopt/needs"
	"handbook/cmd/handbook/adopt/notes"
	"handbook/cmd/handbook/adopt/repair"
	"handbook/cmd/handbook/adopt/session"
)

// commands finds out what the commands of a page need to be run, given those
// before them.
type commands struct {
	*notes.Notes
	doc        *foreign.Page
	values     *values
	repairs    repair.Repairs // found by runs
	missing    repair.Missing
	samples    *files.Samples
	several    bool              // the page has several machines
	updated    bool              // the package lists are downloaded
	otherHosts bool              // a command for another machine was skipped
	swarm      bool              // this machine has a swarm
	began      bool              // the page has made something
	starting   map[string]string // image by name of containers that may not be ready yet
	fresh      bool              // a container whose ports are not published has just started
	says       map[string]string // expected log lines of containers, by name
	typedNext  bool              // the next fence is typed to what this one starts
	line       int               // of the fence at hand
}

// of returns what a command needs, and notes guesses.
func (c *commands) of(text string, output []string, line int) needs.Need {
	n := needs.Of(text, output)
	if program, sure := classify.Starts(text); n.Skip == "" && !n.Stay && program != "" && !sure && c.typedNext {
		n.Stay, n.Program, n.Until = true, program, ""
		c.Note(line, "stay", "what follows is typed to it")
	}
	if m := repair.CloneRE.FindStringSubmatch(strings.TrimSpace(text)); m != nil && c.samples.Cloned != "" && !slices.Contains(c.samples.Clones, c.samples.CloneURL(text)) {
		n = needs.Need{Skip: "fetches the course's own files, which are there"}
		c.Note(line, "skip", "%q %s", session.FirstLine(text), n.Skip)
		return n
	}
	if cleansRE.MatchString(strings.TrimSpace(text)) && !c.began {
		n = needs.Need{Skip: "removes what earlier labs have left, and a fresh machine has nothing"}
	}
	c.began = c.began || beginsRE.MatchString(text)
	n.Type = c.password(n.Type, text)
	if c.several {
		if hosts.IsJoin(strings.TrimSpace(text)) {
			n = needs.Need{Exit: needs.ExitOf(text, output)}
		}
	} else {
		c.skipOtherHosts(&n, text)
	}
	if name, says := needs.Says(text); name != "" {
		c.says[name] = says
	}
	if image, name, detached := needs.Image(text); detached && name != "" && !publishRE.MatchString(text) {
		c.starting[name] = image
	}
	if image, _, detached := needs.Image(text); detached && image != "" {
		c.fresh = !publishRE.MatchString(text)
	}
	if n.Stay && n.Program == "" && n.Until == "" {
		n.Until = cmp.Or(c.says[needs.Follows(text)], c.marker(text))
	}
	if c.fresh && insideRE.MatchString(strings.TrimSpace(text)) {
		if c.fresh = false; n.Skip == "" && n.Exit == 0 {
			n.Options = append(n.Options, "retry=30s")
			c.Note(line, "retry=30s", "the container may not listen yet")
		}
	}
	n = c.repaired(n, line)
	if n.Skip == "" {
		if why := c.missing.Follows(c.values.bound(text)); why != "" {
			n = needs.Need{Skip: why}
		}
	}
	c.missing.Note(c.values.bound(text), n.Skip != "")
	switch {
	case n.Skip != "":
		c.Note(line, "skip", "%q %s", session.FirstLine(text), n.Skip)
	case n.Stay:
		c.Note(line, "stay", "%q keeps its terminal", session.FirstLine(text))
	}
	if n.Hub {
		c.values.needsHub = true
		if n.Skip == "" && n.Type != "" {
			n.Type = strings.Replace(n.Type, "USER", c.values.hubUser(), 1)
		}
	}
	return n
}

var (
	rootWordRE = regexp.MustCompile(`(?:MYSQL|MARIADB)_ROOT_PASSWORD["']?\s*[=:]\s*["']?([\w@!.-]+)`)
	userWordRE = regexp.MustCompile(`(?:MYSQL|MARIADB|POSTGRES)_PASSWORD["']?\s*[=:]\s*["']?([\w@!.-]+)`)
	asRootRE   = regexp.MustCompile(`(?:-u *|--user[= ])root\b`)
)

// password returns what to type when a database client asks for a password:
// the one that the page last gave to a server, if there is one.
func (c *commands) password(keys, text string) string {
	if keys != `secret\n` {
		return keys
	}
	re := userWordRE
	if asRootRE.MatchString(text) || strings.Contains(text, "MYSQL_ROOT") {
		re = rootWordRE
	}
	for i := min(c.line, len(c.doc.Lines)) - 1; i >= 0; i-- {
		if m := re.FindStringSubmatch(c.doc.Lines[i]); m != nil {
			return m[1] + `\n`
		}
	}
	return keys
}

// repaired applies the repairs of a command's line.
func (c *commands) repaired(n needs.Need, line int) needs.Need {
	r := c.repairs[line]
	switch {
	case r.Skip != "" && n.Skip == "":
		n = needs.Need{Skip: r.Skip}
	case n.Skip != "":
	default:
		if r.Exit != nil {
			n.Exit = *r.Exit
		}
		if r.Ends {
			n.Stay, n.Program, n.Until = false, "", ""
		}
		if r.Type != nil {
			n.Type = *r.Type
		}
		n.Options = append(n.Options, r.Options...)
	}
	return n
}

var (
	// cleansRE matches commands that remove all there is, beginsRE those that make
	// something.
	cleansRE = regexp.MustCompile("^(?:sudo )?docker (?:(?:container|image|volume|network) )?(?:rm|rmi|stop|kill)\\b.*(?:\\$\\(|`)(?:sudo )?docker [^|]*(?: -\\w*q\\w*| --quiet)\\b")
	beginsRE = regexp.MustCompile(`\bdocker(?:-compose)? .*\b(?:run|create|build|pull|up|load|import|deploy)\b`)
)

var (
	aptRE    = regexp.MustCompile(`^(?:sudo )?(?:apt|apt-get) (?:-\S+ )*install `)
	updateRE = regexp.MustCompile(`^(?:sudo )?(?:apt|apt-get) (?:-\S+ )*update`)
)

// insideRE matches a request to the address of a container, or of one that is asked for.
var insideRE = regexp.MustCompile(`^(?:sudo )?(?:curl|wget) (?:-\S+ )*(?:https?://)?(?:172\.(?:1[7-9]|2\d|3[01])\.\d+\.\d+|<[\w -]*address[\w -]*>)(?:[:/]\S*)?$`)

// publishRE matches a command whose container's ports are waited for.
var publishRE = regexp.MustCompile(`\s-\w*[pP]\s|--publish`)

// before returns what must be done before a command that readers, who are slower, do
// not see: it downloads package lists, and waits for a database that starts.
func (c *commands) before(text string, line int, opts []string) []*layout.Block {
	return append(c.lists(text, line, opts), c.waits(text, line, opts)...)
}

// waits returns the command that waits for a database, if a client of it is the first
// one in a container whose ports are not published, so that nothing else waits.
func (c *commands) waits(text string, line int, opts []string) []*layout.Block {
	name, command := needs.Exec(text)
	image, starts := c.starting[name]
	if !starts || needs.Of(text, nil).Skip != "" {
		return nil
	}
	ready := needs.Ready(image, command, name)
	if ready == "" {
		return nil
	}
	delete(c.starting, name)
	c.Note(line, "retry=2m", "%s may not be ready yet", name)
	return []*layout.Block{{Line: line, Lang: "bash", Opts: append(opts, "retry=2m", "hide"), Code: []string{ready}, Runs: true}}
}

// markers match the source of a server, with what it prints when it starts.
var markers = []struct {
	re   *regexp.Regexp
	says string
}{
	{regexp.MustCompile(`(?m)^(?:from|import) flask\b`), "Running on"},
	{regexp.MustCompile(`\buvicorn\b`), "Uvicorn running"},
	{regexp.MustCompile(`\bgunicorn\b`), "Listening at"},
	{regexp.MustCompile(`\bhttp\.server\b`), "Serving HTTP"},
}

// marker returns what a container prints when it starts, if a command follows its log
// and the files of the page tell which server it has; else it returns "".
func (c *commands) marker(text string) string {
	if needs.Follows(text) == "" {
		return ""
	}
	for _, m := range markers {
		for _, file := range c.samples.Shown.Text {
			if m.re.MatchString(file) {
				return m.says
			}
		}
	}
	return ""
}

// lists returns the command that downloads package lists if a page installs
// packages without them, as a reader's computer usually has them.
func (c *commands) lists(text string, line int, opts []string) []*layout.Block {
	switch t := strings.TrimSpace(text); {
	case updateRE.MatchString(t):
		c.updated = true
	case aptRE.MatchString(t) && !c.updated && needs.Of(text, nil).Skip == "":
		c.updated = true
		b := &layout.Block{Line: line, Lang: "bash", Opts: append(opts, "timeout=10m", "hide"), Code: []string{"apt-get update"}, Runs: true}
		c.Note(line, "apt-get update", "the machine has no lists of packages yet")
		return []*layout.Block{b}
	}
	return nil
}
