package files

import (
	"bytes"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"handbook/cmd/handbook/adopt/classify"
	"handbook/cmd/handbook/adopt/layout"
	"handbook/cmd/handbook/adopt/notes"
	"handbook/cmd/handbook/adopt/repair"
	"handbook/cmd/handbook/adopt/session"
	"handbook/cmd/handbook/adopt/sources"
	"handbook/content/config"
)

// Limits of the sample files of a page.
const (
	maxSamples    = 30
	maxSample     = 64 << 10
	maxSamplesSum = 256 << 10
	maxLooks      = 20_000 // files that are examined for a page
)

var (
	buildsRE  = regexp.MustCompile(`\bdocker (?:image |buildx )*build\b`)
	composeRE = regexp.MustCompile(`\bdocker[- ]compose\b|\bdocker stack deploy\b`)
	mountRE   = regexp.MustCompile(`(?:-v|--volume)[ =]"?(?:\$\{?PWD\}?|\$\(pwd\)|` + "`pwd`" + `|\.)/([\w./-]+)"?:`)
	readsRE   = regexp.MustCompile(`(?:^|\s)(?:-f|--file|-c|--compose-file|--env-file|cat|source|\.|sh|bash|python3?|node)[ =]([\w./-]+)|(?:^|\s)(\./[\w./-]+)`)
)

// Limits of the files in the front matter of a page, which are those of a lab.
const (
	maxBesides    = 100 // names
	maxBesidesAll = 2000
	maxBesidesSum = 16 << 20
)

// besides adds files to the front matter if their paths relative to the page
// are those in the lab. It returns the other files, by their paths in the
// lab's directory, or all of them if they are too many.
func (s *Samples) besides(want map[string]string) (others map[string]string) {
	here := path.Dir(s.Path)
	others = maps.Clone(want)
	var files []string
	sum := 0
	for _, at := range slices.Sorted(maps.Keys(want)) {
		if want[at] != path.Join(here, at) || strings.ContainsAny(at, "*?[") || !utf8.ValidString(at) || strings.ContainsFunc(at, unicode.IsControl) || strings.Join(strings.Fields(at), " ") != at {
			continue
		}
		b, ok := s.Read(want[at])
		if sum += len(b); sum > maxBesidesSum || len(files) == maxBesidesAll {
			return want
		}
		if ok {
			files = append(files, at)
			delete(others, at)
		}
	}
	names := s.folders(here, files)
	if len(names) > maxBesides {
		return want
	}
	s.Brings = names
	for _, at := range files {
		if b, _ := s.Read(want[at]); utf8.Valid(b) {
			s.Shown.Text[at] = string(b)
		}
	}
	for _, name := range names {
		s.Note(1, "files: "+name, "the commands use what lies beside the page")
	}
	return others
}

// folders returns the names of files, with the name of a folder in place of
// all files in it. A folder with pages is not used, since pages are not among
// the files.
func (s *Samples) folders(here string, files []string) (names []string) {
	in := map[string]int{}
	for _, at := range files {
		first, _, _ := strings.Cut(at, "/")
		in[first]++
	}
	for _, at := range files {
		first, _, below := strings.Cut(at, "/")
		dir := path.Join(here, first) + "/"
		isPage := func(name string) bool { return strings.HasPrefix(name, dir) }
		if !below || len(s.Copies.Below(path.Join(here, first))) != in[first] || slices.ContainsFunc(slices.Collect(maps.Values(s.Pages)), isPage) {
			names = append(names, at)
		} else if !slices.Contains(names, first+"/") {
			names = append(names, first+"/")
		}
	}
	return names
}

var httpsRE = regexp.MustCompile(`\s(https?://[\w./:~-]+)`)

// CloneURL returns the address of the course if a command clones it and the
// settings can provide its files. Otherwise it returns "".
func (s *Samples) CloneURL(command string) string {
	m := httpsRE.FindStringSubmatch(command)
	if m == nil || s.Course == "" || !s.Fits() || strings.Contains(command, " -b ") || strings.Contains(command, " --branch") {
		return ""
	}
	return config.CloneURL(m[1])
}

// Fit reports whether one lab can have all files of the source.
func Fit(c sources.Copies, read func(name string) ([]byte, bool)) bool {
	if len(c) == 0 || len(c) > maxBesidesAll {
		return false
	}
	sum := 0
	for _, name := range c {
		b, _ := read(name)
		if sum += len(b); sum > maxBesidesSum {
			return false
		}
	}
	return true
}

// Samples are files of the source that the page's commands use but no fence
// shows. The lab starts with them: those beside the page are named by its
// front matter, the others are written by hidden snippets before the first
// command.
type Samples struct {
	*notes.Notes
	Shown  *Shown
	Source string // path of the page in the source
	Path   string // its path in the handbook
	Guess  []*classify.Guess
	Copies sources.Copies
	Read   func(name string) ([]byte, bool) // a file of the source
	Course string                           // a "git clone" of that name fetches the course
	Fits   func() bool                      // reports whether one lab can have all files of the source
	Pages  map[string]string                // paths of pages, by those in the source

	// Find sets these.
	Cloned string   // name of the clone of the course on the page
	Clones []string // addresses at which the commands clone the course
	Brings []string // the names of the files in the front matter

	beside string // a folder beside that of the page, with which the lab starts: "../name/"
}

// Find finds them, and returns those that are written as snippets.
func (s *Samples) Find() []*layout.Block {
	here := path.Dir(s.Source)
	written := map[string]bool{}
	for _, g := range s.Guess {
		if g.Class == classify.File && g.File != "" {
			written[path.Base(g.File)] = true
		}
	}
	want := map[string]string{} // paths in the lab's directory, and in the source
	looks, added := 0, map[[2]string]bool{}
	add := func(from, to string) {
		if added[[2]string{from, to}] {
			return
		}
		added[[2]string{from, to}] = true
		for _, f := range s.Copies.Below(from) {
			if looks++; looks > maxLooks {
				return
			}
			rel := strings.TrimPrefix(strings.TrimPrefix(f, from), "/")
			if f == from {
				rel = ""
			}
			at := path.Join(to, rel)
			if fine(at) && !written[path.Base(at)] {
				want[at] = f
			}
		}
	}
	below := false // the commands are in a folder of the course
	root := ""     // the name of the clone of the course in commands
	for _, g := range s.Guess {
		if g.Class != classify.Commands && g.Class != classify.Transcript && g.Class != classify.Mixed {
			continue
		}
		for _, line := range g.Fence.Code {
			if p, ok := session.At(strings.TrimSpace(line), false); ok && !p.Bare {
				line = strings.TrimPrefix(strings.TrimSpace(line), p.Text)
			}
			t := strings.TrimSpace(line)
			if m := repair.CloneRE.FindStringSubmatch(t); m != nil && (m[1] == s.Course || s.Course == "") {
				root = m[1]
				if m[2] != "" {
					root = m[2]
				}
				s.Cloned = root
				if url := s.CloneURL(t); url != "" {
					s.Clones = append(s.Clones, url)
					s.Note(g.Fence.Line, "clones: "+url, "it has the course's own name, so its files are those of the handbook")
					continue
				}
				add(".", root)
				continue
			}
			for _, call := range session.Calls(t) {
				if len(call) == 2 && call[0] == "cd" && !below && siblingRE.MatchString(path.Clean(call[1])) {
					below = true
					s.sibling(path.Clean(call[1]))
				}
				if len(call) == 2 && call[0] == "cd" && fine(path.Clean(call[1])) {
					to := path.Clean(call[1])
					dir := path.Join(here, to)
					below = to != ".." && to != "."
					switch {
					case len(s.Copies.Below(dir)) > 0 && dir != ".":
						add(dir, to)
					case to == path.Base(here) && here != ".": // readers are in the folder of the course
						add(here, to)
					}
				}
			}
			if buildsRE.MatchString(t) && !written["Dockerfile"] && s.Copies.Has(path.Join(here, "Dockerfile")) {
				add(here, ".")
			}
			if composeRE.MatchString(t) {
				for _, name := range []string{"docker-compose.yml", "docker-compose.yaml", "compose.yaml", "compose.yml"} {
					if !written[name] && s.Copies.Has(path.Join(here, name)) {
						add(here, ".")
					}
				}
			}
			for _, m := range mountRE.FindAllStringSubmatch(t, -1) {
				name := path.Clean(m[1])
				from := path.Join(here, name)
				switch {
				case below || name == "." || !fine(name):
				case s.Copies.Has(from) && !written[path.Base(name)]:
					want[name] = from
				default:
					add(from, name)
				}
			}
			for _, m := range readsRE.FindAllStringSubmatch(t, -1) {
				name := path.Clean(m[1] + m[2])
				if fine(name) && !written[path.Base(name)] && s.Copies.Has(path.Join(here, name)) {
					want[name] = path.Join(here, name)
				}
			}
		}
	}
	if looks > maxLooks {
		s.Note(1, "left out", "the commands may use more files than are looked at for a page")
	}
	all := s.blocks(s.besides(want))
	if s.beside != "" {
		dir := path.Dir(strings.TrimPrefix(s.beside, "../") + "/x")
		top, _, _ := strings.Cut(dir, "/")
		s.Brings = append(s.Brings, s.beside)
		s.Note(1, "files: "+s.beside, "the commands change to this folder beside the page's own")
		all = append(all, &layout.Block{Line: 1, Lang: "bash", Opts: []string{"hide"}, Code: []string{"mv " + top + " .."}, Runs: true})
	}
	return all
}

// siblingRE matches a folder beside the one of the page.
var siblingRE = regexp.MustCompile(`^\.\./[\w-][\w.-]*(?:/[\w-][\w.-]*)*$`)

// sibling has the lab start with a folder beside the page's own, at the same place
// seen from the lab's directory.
func (s *Samples) sibling(to string) {
	dir := path.Join(path.Dir(s.Source), to)
	sum := 0
	for _, f := range s.Copies.Below(dir) {
		b, _ := s.Read(f)
		sum += len(b)
	}
	isPage := func(name string) bool { return strings.HasPrefix(name, dir+"/") }
	if sum == 0 || sum > maxBesidesSum || len(s.Copies.Below(dir)) > maxBesidesAll || path.Join(path.Dir(s.Path), to) != dir || slices.ContainsFunc(slices.Collect(maps.Values(s.Pages)), isPage) {
		return
	}
	s.beside = to + "/"
}

// blocks writes the files as snippets.
func (s *Samples) blocks(want map[string]string) (all []*layout.Block) {
	names := make([]string, 0, len(want))
	for name := range want {
		names = append(names, name)
	}
	slices.Sort(names)
	sum := 0
	for _, at := range names {
		b, ok := s.Read(want[at])
		if !ok || len(b) > maxSample || !utf8.Valid(b) || bytes.IndexByte(b, 0) >= 0 || !bytes.HasSuffix(append(b, '\n'), []byte("\n")) {
			s.Note(1, "left out", "%s, which the commands may use, is no text or too long for a page", want[at])
			continue
		}
		if sum += len(b); len(all) == maxSamples || sum > maxSamplesSum {
			s.Note(1, "left out", "%s and others: the commands may use more files than a page can hold", want[at])
			break
		}
		bl := &layout.Block{Line: 1, Lang: sampleLang(at), Runs: true}
		bl.Opts = []string{layout.Option("file", at), "hide"}
		if bytes.HasPrefix(b, []byte("#!")) {
			bl.Opts = append(bl.Opts, "mode=0755")
		}
		if text := strings.TrimSuffix(strings.ReplaceAll(string(b), "\r\n", "\n"), "\n"); text != "" {
			bl.Code = strings.Split(text, "\n")
		}
		s.Shown.Text[at] = string(b)
		s.Note(1, "file="+at, "the commands use this file, which lies beside the page: %s", want[at])
		all = append(all, bl)
	}
	return all
}

// sampleLang is the language of a file by its name.
func sampleLang(name string) string {
	base := strings.ToLower(path.Base(name))
	switch ext := strings.TrimPrefix(path.Ext(base), "."); {
	case strings.HasPrefix(base, "dockerfile"):
		return "dockerfile"
	case ext == "py":
		return "python"
	case ext == "yml" || ext == "yaml":
		return "yaml"
	case ext == "js" || ext == "mjs":
		return "javascript"
	case ext == "json" || ext == "html" || ext == "css" || ext == "go" || ext == "java" || ext == "php" || ext == "xml" || ext == "toml" || ext == "sql":
		return ext
	case ext == "sh":
		return "bash"
	}
	return "text"
}
