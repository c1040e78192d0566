package highlight

import (
	"io/fs"
	"regexp"
	"strconv"
	"testing"

	"handbook/templates"
)

// TestContrast checks that all text of the theme can be read: 4.5:1 on what it
// stands on, in light and in dark, as WCAG 2 AA has it.
func TestContrast(t *testing.T) {
	css, err := fs.ReadFile(templates.FS, "assets/handbook.css")
	if err != nil {
		t.Fatal(err)
	}
	light, dark := themeColours(t, string(css))
	on := map[string][]string{
		"bg":             {"text", "strong", "muted", "accent", "good", "warn", "bad"},
		"surface":        {"text", "strong", "muted", "good", "warn", "bad", "code-k", "code-s", "code-n", "code-c", "code-f", "code-b", "code-t", "code-v"},
		"raised":         {"text", "strong", "muted", "good", "warn", "bad"},
		"accent-soft":    {"text", "accent", "code-k", "code-s", "code-n", "code-c", "code-f", "code-b", "code-t", "code-v"},
		"good-soft":      {"text", "good", "code-k", "code-s", "code-n", "code-c", "code-f", "code-b", "code-t", "code-v"},
		"warn-soft":      {"text", "warn"},
		"bad-soft":       {"text", "bad", "code-k", "code-s", "code-n", "code-c", "code-f", "code-b", "code-t", "code-v"},
		"note-soft":      {"text", "note"},
		"important-soft": {"text", "important"},
	}
	for name, colours := range map[string]map[string][3]uint8{"light": light, "dark": dark} {
		for background, texts := range on {
			for _, text := range texts {
				checkContrast(t, name+" --"+text+" on --"+background, colours[text], colours[background])
			}
		}
	}
	for _, text := range []string{"term-text", "term-dim", "code-k", "code-s", "code-n", "code-c", "code-f", "code-b", "code-t", "code-v"} {
		checkContrast(t, "terminal --"+text, dark[text], dark["term-bg"])
	}
	if dark["term-bg"] != terminalBackground {
		t.Errorf("--term-bg is %v, terminalBackground is %v", dark["term-bg"], terminalBackground)
	}
	for _, m := range regexp.MustCompile(`\.(f\d+) \{ color: (#[0-9a-f]+); \}`).FindAllStringSubmatch(string(css), -1) {
		checkContrast(t, "terminal ."+m[1], hexColour(t, m[2]), terminalBackground)
	}
	for _, m := range regexp.MustCompile(`\.(b\d+) \{ background: (#[0-9a-f]+); \}`).FindAllStringSubmatch(string(css), -1) {
		text := dark["term-text"]
		if m[1] == "b7" || m[1] == "b15" {
			text = terminalBackground
		}
		checkContrast(t, "terminal text on ."+m[1], text, hexColour(t, m[2]))
	}
}

func checkContrast(t *testing.T, what string, a, b [3]uint8) {
	t.Helper()
	if c := Contrast(a, b); c < 4.5 {
		t.Errorf("%s: %.2f:1, want 4.5:1", what, c)
	}
}

func themeColours(t *testing.T, css string) (light, dark map[string][3]uint8) {
	light, dark = make(map[string][3]uint8), make(map[string][3]uint8)
	for _, m := range regexp.MustCompile(`--([\w-]+): (?:light-dark\((#[0-9a-f]+), (#[0-9a-f]+)\)|(#[0-9a-f]+));`).FindAllStringSubmatch(css, -1) {
		if _, seen := light[m[1]]; seen {
			continue // set anew for print
		}
		light[m[1]], dark[m[1]] = hexColour(t, m[2]+m[4]), hexColour(t, m[3]+m[4])
	}
	return light, dark
}

func hexColour(t *testing.T, s string) (c [3]uint8) {
	t.Helper()
	s = s[1:]
	if len(s) == 3 {
		s = string([]byte{s[0], s[0], s[1], s[1], s[2], s[2]})
	}
	n, err := strconv.ParseUint(s, 16, 24)
	if err != nil {
		t.Fatal(err)
	}
	return [3]uint8{uint8(n >> 16), uint8(n >> 8), uint8(n)}
}
