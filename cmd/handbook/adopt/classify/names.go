package classify

import (
	"path"
	"regexp"
	"strings"

	"handbook/cmd/handbook/adopt/foreign"
)

const fileName = `(?:[\w.@-]+/)*(?:[\w@-][\w.@-]*\.(?:py|js|ts|jsx|tsx|mjs|cjs|json|ya?ml|html?|css|txt|md|sh|go|java|rb|php|c|h|cpp|rs|cs|xml|toml|ini|conf|cfg|cnf|env|sql|properties|gradle|tf|hcl|dockerfile|Dockerfile|j2|tmpl|lock|mod|sum|csproj|config|jsp|ejs|handlebars|vue|scss|bat|ps1|rules|service|pem|crt|key|list|csv|r|R|ipynb|kt|scala|pl|lua|vcl|cgi|template|alpine|prod|dev)|[Dd]ockerfile(?:[.-][\w.-]+)?|[Mm]akefile|[Gg]emfile|Procfile|Caddyfile|Vagrantfile|Jenkinsfile|\.dockerignore|\.gitignore|\.env(?:\.\w+)?|\.[a-z]+rc(?:\.\w+)?)`

var (
	// mention matches the name of a file in the text above a fence.
	mention = regexp.MustCompile("(?:[`*_\"'“‘(\\[ ]|^)(?:\\./|~/)?(" + fileName + ")(?:[`*_\"'”’)\\], :]|\\.(?: |$)|$)")
	// editRE matches words that say that the reader makes or changes a file.
	editRE = regexp.MustCompile(`(?i)\b(?:creat\w+|add\w*|edit\w*|writ\w+|sav\w+|past\w+|make|put|modif\w+|chang\w+|updat\w+|replac\w+|open|contents?|containing|contains?|file|fichier|datei|named|called|looks? like|complete|final|following|erstell\w+|cre[ae]\w*|cri\w+|archivo|fichero|arquivo|contenu|contenido|inhalt)\b|cré[eé]\w*|conteúdo|файл|[Сс]озда|文件|檔案|内容|內容|建立`)
	// makeRE matches those that say that the file is new.
	makeRE    = regexp.MustCompile(`(?i)\b(?:creat\w+|writ\w+|sav\w+|past\w+|put|named|called|with the (?:following )?contents?|following contents?|new file|should (?:now )?(?:look|contain)|looks? like|complete|final)\b`)
	commentRE = regexp.MustCompile(`^(?:#|//|--|;|<!--|/\*)+\s*(?:file(?:name)?: *)?(?:\./)?(` + fileName + `)\s*(?:-->|\*/)?$`)
	editorRE  = regexp.MustCompile(`(?:^|\s)(?:vi|vim|nano|emacs|code|gedit|touch|subl|notepad(?:\.exe)?) +(?:\./)?(` + fileName + `)\s*$`)
)

// mentions returns the names of files in a text, in order.
func mentions(text string) (all []string) {
	for text != "" {
		m := mention.FindStringSubmatchIndex(text)
		if m == nil {
			break
		}
		all = append(all, text[m[2]:m[3]])
		text = text[m[3]:]
	}
	return all
}

// fileOf returns the name of the file that a fence shows, and where the name
// was found.
func fileOf(f *foreign.Fence, edited string) (name, why string) {
	if v := f.Info.Attr("file", "filename", "save-as", "title", "name", "path", "source", "label"); v != "" {
		if m := mentions(v); len(m) > 0 && !strings.Contains(strings.TrimSpace(v), " ") {
			return clean(m[0]), "the info string names " + m[0]
		}
	}
	if f.Info.Attrs["file"] != "" && regexp.MustCompile(`^`+fileName+`$`).MatchString(f.Info.Attrs["file"]) {
		return clean(f.Info.Attrs["file"]), "the info string names " + f.Info.Attrs["file"]
	}
	for _, line := range f.Code {
		t := strings.TrimSpace(line)
		if t == "" {
			continue
		}
		if m := commentRE.FindStringSubmatch(t); m != nil {
			return clean(m[1]), "its first line names " + m[1]
		}
		break
	}
	if name := choose(mentions(f.Sentence), f); name != "" {
		for _, h := range mentions(f.Heading) { // "templates/index.html" above "create an index.html"
			if strings.HasSuffix(h, "/"+name) {
				name = h
			}
		}
		return clean(name), "the text before it names " + name
	}
	if edited != "" {
		return clean(edited), "the command before it opens " + edited
	}
	return "", ""
}

func clean(name string) string { return path.Clean(strings.TrimPrefix(name, "./")) }

// choose returns the last name that fits the fence's language: "to use app.py,
// create a Dockerfile" is followed by a Dockerfile. It returns "" if none
// fits.
func choose(all []string, f *foreign.Fence) string {
	for i := len(all) - 1; i >= 0; i-- {
		if fits(all[i], f) {
			return all[i]
		}
	}
	if len(all) > 0 && langOf(f) == "" {
		return all[len(all)-1]
	}
	return ""
}

// fits reports whether a file of this name may have the text of a fence.
func fits(name string, f *foreign.Fence) bool {
	lang := langOf(f)
	ext := strings.TrimPrefix(path.Ext(name), ".")
	lower := strings.ToLower(path.Base(name))
	switch lang {
	case "dockerfile":
		return strings.HasPrefix(lower, "dockerfile") || strings.HasSuffix(lower, "dockerfile")
	case "yaml":
		return ext == "yml" || ext == "yaml"
	case "":
		return true
	case "python":
		return ext == "py"
	case "javascript":
		return strings.HasSuffix(ext, "js") || ext == "jsx" || ext == "ts"
	case "ini", "nginx", "sh":
		return true
	}
	return ext == lang || lang == "html" && (ext == "htm" || ext == "ejs" || ext == "jsp") || lang == "ruby" && ext == "rb" || lang == "csharp" && ext == "cs"
}

// sourceLangs are languages of files, by their handbook names.
var sourceLangs = map[string]string{
	"dockerfile": "dockerfile", "docker": "", "yaml": "yaml", "yml": "yaml", "docker-compose": "yaml", "compose": "yaml", "json": "json", "jsonc": "json", "json5": "json",
	"python": "python", "py": "python", "python3": "python", "javascript": "javascript", "js": "javascript", "jsx": "javascript", "node": "javascript", "typescript": "typescript", "ts": "typescript",
	"go": "go", "golang": "go", "java": "java", "kotlin": "kotlin", "html": "html", "htm": "html", "css": "css", "xml": "xml", "toml": "toml", "ini": "ini", "conf": "nginx", "nginx": "nginx", "apache": "apache",
	"properties": "properties", "env": "bash", "dotenv": "bash", "sql": "sql", "php": "php", "ruby": "ruby", "rb": "ruby", "c": "c", "cpp": "cpp", "c++": "cpp", "csharp": "csharp", "cs": "csharp", "c#": "csharp",
	"rust": "rust", "rs": "rust", "makefile": "makefile", "make": "makefile", "hcl": "hcl", "terraform": "hcl", "groovy": "groovy", "jinja": "jinja", "gradle": "groovy", "perl": "perl", "scala": "scala", "r": "r",
	"ignore": "text", "gitignore": "text", "dockerignore": "text", "vue": "html", "jsp": "html", "handlebars": "html", "swift": "swift", "lua": "lua", "sass": "css", "scss": "css", "graphql": "graphql", "proto": "protobuf", "viml": "text", "caddyfile": "text", "cmake": "cmake",
}

// langOf returns the language of a file: the given one, or else a guess from
// its lines.
func langOf(f *foreign.Fence) string {
	if l := sourceLangs[f.Info.Lang]; l != "" {
		return l
	}
	lead := first(f.Code)
	if n, others := dockerfileLines(f.Code); n > 0 && others == 0 || fromRE.MatchString(lead) && n > 1 {
		return "dockerfile"
	}
	if (composeRE.MatchString(lead) || kubeRE.MatchString(lead) || lead == "---") && yamlShare(f.Code) > 0.7 {
		return "yaml"
	}
	if strings.HasPrefix(strings.TrimSpace(f.Text()), "{") || strings.HasPrefix(strings.TrimSpace(f.Text()), "[\n") {
		return "json"
	}
	for i, line := range f.Code {
		if i > 15 {
			break
		}
		for _, s := range sourceShapes {
			if s.re.MatchString(line) {
				return s.lang
			}
		}
	}
	return ""
}
