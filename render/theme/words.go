package theme

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"handbook/content"
	"handbook/content/wording"
	"handbook/render/locale"
	"handbook/templates"
)

// wordsDir is the folder of the theme with a file of strings for each language.
const wordsDir = "strings"

// A Language is the language of a site, and the place of that setting.
type Language struct {
	Code string // BCP 47
	At   content.Pos
}

// words reads the strings of the language from the layers of the theme. If there
// is no file for pt-BR, that of pt is read. zh-TW is written in other signs than zh.
func (l Language) words(layers []fs.FS) (*locale.Locale, error) {
	def, err := fs.ReadFile(templates.FS, path.Join(wordsDir, locale.Definition))
	if err != nil {
		return nil, err
	}
	for code := l.Code; ; {
		var files []locale.File
		for _, layer := range layers {
			name := path.Join(wordsDir, code+".yaml")
			b, err := fs.ReadFile(layer, name)
			if errors.Is(err, fs.ErrNotExist) {
				continue
			} else if err != nil {
				return nil, err
			}
			files = append(files, locale.File{Name: path.Join("templates", name), Source: b})
		}
		if len(files) > 0 {
			return locale.New(l.Code, locale.File{Name: path.Join("templates", wordsDir, locale.Definition), Source: def}, files...)
		}
		cut := strings.LastIndexByte(code, '-')
		if cut < 0 {
			break
		}
		if code = code[:cut]; !locale.SameScript(code, l.Code) {
			break
		}
	}
	known := languages(layers)
	meant := wording.DidYouMean(l.Code, known)
	if strings.Contains(l.Code, "_") {
		meant = fmt.Sprintf(" (did you mean %q?)", strings.ReplaceAll(l.Code, "_", "-"))
	}
	return nil, &content.Error{Pos: l.At, Msg: fmt.Sprintf("there are no strings for the language %q%s, expected %s, or a file templates/%s/%s.yaml",
		l.Code, meant, strings.Join(known, ", "), wordsDir, path.Base(l.Code))}
}

// languages lists the codes of the languages that the theme has strings for.
func languages(layers []fs.FS) []string {
	found := map[string]bool{}
	for _, layer := range layers {
		names, _ := fs.Glob(layer, wordsDir+"/*.yaml")
		for _, name := range names {
			found[strings.TrimSuffix(path.Base(name), ".yaml")] = true
		}
	}
	return slices.Sorted(maps.Keys(found))
}

// say returns the function of templates that writes a string of the theme:
//
//	{{say "steps" "n" .Steps}}
func say(words *locale.Locale) func(key string, pairs ...any) (string, error) {
	return func(key string, pairs ...any) (string, error) {
		if !words.Has(key) {
			return "", fmt.Errorf("there is no string %q%s", key, wording.DidYouMean(key, words.Keys()))
		}
		return words.Text(key, pairs...), nil
	}
}

// In scripts of the theme, the value after this comment is replaced by an
// object with the strings that the script uses.
var (
	scriptWords = []byte("/* strings */ {}")
	scriptSays  = regexp.MustCompile(`\bsay\(\s*"([\w-]+)"`)
)

// Speak adds the strings of the site's language to a script that is not part
// of the theme but is used with it, in the same way as to scripts of the theme.
func (t *Theme) Speak(script []byte) ([]byte, error) { return withWords("script", script, t.Words) }

func withWords(name string, script []byte, words *locale.Locale) ([]byte, error) {
	if !bytes.Contains(script, scriptWords) {
		return script, nil
	}
	said := make(map[string]any)
	for _, m := range scriptSays.FindAllSubmatchIndex(script, -1) {
		key := string(script[m[2]:m[3]])
		text, ok := words.Script(key)
		if !ok {
			return nil, &content.Error{Pos: content.Pos{File: path.Join("templates", name), Line: 1 + bytes.Count(script[:m[2]], []byte("\n")),
				Col: m[2] - bytes.LastIndexByte(script[:m[2]], '\n')}, Msg: fmt.Sprintf("there is no string %q%s", key, wording.DidYouMean(key, words.Keys()))}
		}
		said[key] = text
	}
	b, err := json.Marshal(said)
	if err != nil {
		return nil, err
	}
	return bytes.Replace(script, scriptWords, b, 1), nil
}
