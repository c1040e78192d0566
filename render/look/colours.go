package look

import (
	"fmt"
	"maps"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"handbook/content/config"
	"handbook/render/highlight"
)

// readable is the contrast that WCAG 2 AA requires for text.
const readable = 4.5

// on lists the colours that text has on each background of the theme, by the
// names of the theme's variables.
var on = map[string][]string{
	"bg":          {"text", "strong", "muted", "accent", "good", "warn", "bad"},
	"surface":     {"text", "strong", "muted", "accent", "good", "warn", "bad", "code-k", "code-s", "code-n", "code-c", "code-f", "code-b", "code-t", "code-v"},
	"raised":      {"text", "accent"},
	"accent-soft": {"text", "accent", "code-k", "code-s", "code-n", "code-c", "code-f", "code-b", "code-t", "code-v"},
	"good-soft":   {"text"}, "warn-soft": {"text"}, "bad-soft": {"text"}, "note-soft": {"text"}, "important-soft": {"text"},
}

// variables are the theme's names of the colours that a site can set.
var variables = map[string]string{"accent": "accent", "background": "bg", "surface": "surface", "text": "text"}

type rgb = [3]uint8

// A palette has the colours of light or dark pages by the theme's names.
type palette struct {
	shade string // "light" or "dark"
	theme map[string]rgb
	own   map[string]config.Value // by the theme's names
}

// colours returns the rules that set the colours of a site. css is the theme's
// style sheet.
func (c *checker) colours(own map[string]config.Shades, css string) string {
	if len(own) == 0 {
		return ""
	}
	light := palette{"light", map[string]rgb{}, map[string]config.Value{}}
	dark := palette{"dark", map[string]rgb{}, map[string]config.Value{}}
	themeColours(css, light.theme, dark.theme)
	for name, s := range own {
		if s.Light.Text == "" || s.Dark.Text == "" { // reported already
			return ""
		}
		light.set(variables[name], s.Light)
		dark.set(variables[name], s.Dark)
	}
	var always, screen strings.Builder
	for _, name := range slices.Sorted(maps.Keys(own)) {
		to := &screen // printed pages stay white
		if name == "accent" {
			to = &always
		}
		v := variables[name]
		fmt.Fprintf(to, "--%s:light-dark(%s,%s);", v, hexOf(light.theme[v]), hexOf(dark.theme[v]))
	}
	if _, ok := own["accent"]; ok {
		fmt.Fprintf(&always, "--accent-soft:light-dark(%s,%s);", hexOf(light.soften()), hexOf(dark.soften()))
	}
	c.unreadable(&light, &dark)
	c.unreadable(&dark, &light)
	return "\n:root{" + always.String() + "}\n@media screen{:root{" + screen.String() + "}}\n"
}

var colourRE = regexp.MustCompile(`--([\w-]+):\s*(?:light-dark\((#[0-9a-fA-F]+),\s*(#[0-9a-fA-F]+)\)|(#[0-9a-fA-F]+));`)

// themeColours reads the colours of a theme.
func themeColours(css string, light, dark map[string]rgb) {
	for _, m := range colourRE.FindAllStringSubmatch(css, -1) {
		if _, seen := light[m[1]]; !seen { // later ones are for print
			light[m[1]], dark[m[1]] = rgbOf(m[2]+m[4]), rgbOf(m[3]+m[4])
		}
	}
}

func (p *palette) set(name string, v config.Value) {
	p.theme[name], p.own[name] = rgbOf(v.Text), v
}

// soften sets and returns the background of selected or marked text: a light
// tint of the accent, lighter still if text would not be readable on it.
func (p *palette) soften() rgb {
	accent, bg := p.theme["accent"], p.theme["bg"]
	soft := bg
	for share := 0.12; share > 0.005; share -= 0.01 {
		soft = mix(accent, bg, share)
		if !slices.ContainsFunc(on["accent-soft"], func(text string) bool { return p.contrast(text, soft) < readable }) {
			break
		}
	}
	p.theme["accent-soft"] = soft
	return soft
}

// contrast returns the contrast to one of the theme's colours, or the maximum
// if the theme does not have it.
func (p *palette) contrast(name string, other rgb) float64 {
	c, ok := p.theme[name]
	if !ok {
		return math.Inf(1)
	}
	return highlight.Contrast(c, other)
}

// unreadable reports colours of the site with too little contrast, as text or
// as a background, each with the colour where it is worst. other is the
// palette of the other colour scheme.
func (c *checker) unreadable(p, other *palette) {
	type pair struct {
		text, under string
		contrast    float64
	}
	worst := map[string]pair{}
	for under, texts := range on {
		background, known := p.theme[under]
		for _, text := range texts {
			name := text
			if _, ok := p.own[text]; !ok {
				name = under
			}
			if _, ok := p.own[name]; !ok || !known {
				continue
			}
			found := pair{text, under, p.contrast(text, background)}
			if w, ok := worst[name]; !ok || found.contrast < w.contrast || found.contrast == w.contrast && found.text+found.under < w.text+w.under {
				worst[name] = found
			}
		}
	}
	for name, w := range worst {
		if w.contrast >= readable {
			continue
		}
		v := p.own[name]
		role, beside := "text in this colour", w.under
		if name == w.under {
			role, beside = "text on this colour", w.text
		}
		each := ""
		if v == other.own[name] {
			each = "; light and dark pages can have one each: {light: …, dark: …}"
		}
		c.fail(v.Pos, "%s is hard to read on %s pages: %s has a contrast of %.1f:1 to %s (--%s), expected at least %.1f:1%s",
			role, p.shade, v.Text, floor(w.contrast), hexOf(p.theme[beside]), beside, readable, each)
	}
}

// floor cuts after the first decimal: 4.48 is not 4.5.
func floor(f float64) float64 { return math.Floor(f*10) / 10 }

func rgbOf(s string) (c rgb) {
	s = strings.TrimPrefix(s, "#")
	if len(s) == 3 {
		s = string([]byte{s[0], s[0], s[1], s[1], s[2], s[2]})
	}
	n, _ := strconv.ParseUint(s, 16, 24)
	return rgb{uint8(n >> 16), uint8(n >> 8), uint8(n)}
}

func hexOf(c rgb) string { return fmt.Sprintf("#%02x%02x%02x", c[0], c[1], c[2]) }

// mix returns a colour of which a share comes from a and the rest from b.
func mix(a, b rgb, share float64) (c rgb) {
	for i := range c {
		c[i] = uint8(math.Round(share*float64(a[i]) + (1-share)*float64(b[i])))
	}
	return c
}
