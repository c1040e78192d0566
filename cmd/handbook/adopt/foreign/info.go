package foreign

import (
	"regexp"
	"strings"
)

// An Info is the info string of a fence, in any system's dialect.
type Info struct {
	Text  string
	Lang  string // lower case; "" if none is given
	Attrs map[string]string
	Flags []string
}

// Has reports whether a flag is given.
func (i *Info) Has(flag string) bool {
	for _, f := range i.Flags {
		if strings.EqualFold(f, flag) {
			return true
		}
	}
	return false
}

// Attr returns the value of the first of these attributes that is given.
func (i *Info) Attr(names ...string) string {
	for _, n := range names {
		if v := i.Attrs[n]; v != "" {
			return v
		}
	}
	return ""
}

var (
	attrRE   = regexp.MustCompile(`([A-Za-z][\w:-]*)\s*[=:]\s*(?:"([^"]*)"|'([^']*)'|\{[^}]*\}|([^\s"',{}]+))`)
	fileLike = regexp.MustCompile(`^(?:[\w.@-]+/)*(?:[\w@-][\w.@-]*\.[A-Za-z][\w]{0,9}|Dockerfile[\w.-]*|Makefile|\.[a-z][\w.]*)$`)
)

// ParseInfo reads an info string: "bash", "{.bash .copy}", ".term1",
// "python:app.py", "yaml title=\"x\"", "js {1,3}", "language-bash".
func ParseInfo(text string) Info {
	i := Info{Text: strings.TrimSpace(text), Attrs: map[string]string{}}
	s := i.Text
	for _, m := range attrRE.FindAllStringSubmatch(s, -1) {
		key, value := strings.ToLower(m[1]), m[2]+m[3]+m[4]
		if strings.Contains(m[0], "=") || strings.HasPrefix(s, "{") || strings.Contains(s, "{") {
			i.Attrs[key] = value
		}
	}
	bare := attrRE.ReplaceAllStringFunc(s, func(m string) string {
		if strings.Contains(m, "=") || strings.Contains(m, ": ") {
			return " "
		}
		return m
	})
	for n, w := range strings.Fields(strings.NewReplacer("{", " ", "}", " ", ",", " ").Replace(bare)) {
		w = strings.TrimPrefix(strings.TrimPrefix(w, "."), "language-")
		if n == 0 && !strings.HasPrefix(w, "%") {
			if lang, file, ok := strings.Cut(w, ":"); ok && fileLike.MatchString(file) {
				i.Attrs["file"], w = file, lang // "python:app.py"
			}
			i.Lang = strings.ToLower(w)
			continue
		}
		i.Flags = append(i.Flags, w)
		if fileLike.MatchString(w) && i.Attrs["file"] == "" {
			i.Attrs["file"] = w // "python app.py"
		}
	}
	if fileLike.MatchString(i.Lang) && strings.Contains(i.Lang, ".") {
		i.Attrs["file"], i.Lang = strings.Fields(i.Text)[0], extension(i.Lang) // "app.py"
	}
	return i
}

func extension(name string) string { return name[strings.LastIndexByte(name, '.')+1:] }
