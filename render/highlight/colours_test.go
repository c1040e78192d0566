package highlight

import (
	"regexp"
	"strings"
	"testing"

	nethtml "golang.org/x/net/html"

	"github.com/google/go-cmp/cmp"
)

func TestTerminalLine(t *testing.T) {
	for _, test := range []struct{ in, want string }{
		{"", ""},
		{"plain", "plain"},
		{"<script>alert(1)</script> & \"'", "&lt;script&gt;alert(1)&lt;/script&gt; &amp; \"'"},
		{"\x1b[31mred\x1b[0m plain", `<span class="f1">red</span> plain`},
		{"\x1b[31mred\x1b[m plain", `<span class="f1">red</span> plain`},
		{"\x1b[31mred\x1b[39m plain", `<span class="f1">red</span> plain`},
		{"\x1b[97mwhite", `<span class="f15">white</span>`},
		{"\x1b[44;37mon blue\x1b[49;39m.", `<span class="f7 b4">on blue</span>.`},
		{"\x1b[103mon yellow", `<span class="b11">on yellow</span>`},
		{"\x1b[1mbold\x1b[2mboth\x1b[22mnone", `<span class="B">bold</span><span class="B D">both</span>none`},
		{"\x1b[3mitalic\x1b[23mnone", `<span class="I">italic</span>none`},
		{"\x1b[4munder\x1b[24mnone", `<span class="U">under</span>none`},
		{"\x1b[21mdouble\x1b[24mnone", `<span class="U">double</span>none`},
		{"\x1b[4:3mcurly\x1b[4:0mnone", `<span class="U">curly</span>none`},
		{"\x1b[9mgone\x1b[29mnone", `<span class="S">gone</span>none`},
		{"\x1b[8mhidden\x1b[28mnone", `<span class="H">hidden</span>none`},
		{"\x1b[7mturned\x1b[27mnone", `<span class="fi bi">turned</span>none`},
		{"\x1b[7;31mturned", `<span class="fi b1">turned</span>`},
		{"\x1b[7;31;42mturned", `<span class="f2 b1">turned</span>`},
		{"\x1b[38;5;3mindexed", `<span class="f3">indexed</span>`},
		{"\x1b[38;5;208mindexed", `<span class="fxff8700">indexed</span>`},
		{"\x1b[48;5;250mindexed", `<span class="bxbcbcbc">indexed</span>`},
		{"\x1b[38;2;255;0;128mtrue", `<span class="fxff0080">true</span>`},
		{"\x1b[38:2::255:0:128mtrue", `<span class="fxff0080">true</span>`},
		{"\x1b[38:2:255:0:128mtrue", `<span class="fxff0080">true</span>`},
		{"\x1b[38:5:208mtrue", `<span class="fxff8700">true</span>`},
		{"\x1b[38;2;0;0;0;48;2;255;255;255mboth", `<span class="fx000000o bxffffff">both</span>`},
		{"\x1b[58;5;1munder colour is not blink", "under colour is not blink"},
		{"\x1b[58;2;1;7;3munder colour is not inverse", "under colour is not inverse"},
		{"\x1b[38;5mtoo short", "too short"},
		{"\x1b[38;5;999mtoo large", "too large"},
		{"\x1b[38;9mno such kind", "no such kind"},
		{"\x1b[xmno number", "mno number"},
		{"\x1b[31mone\x1b[31mgo", `<span class="f1">onego</span>`},
		{"\x1b[2Kcleared\x1b[1;5Hmoved", "clearedmoved"},
		{"\x1b]0;title\atext", "text"},
		{"\x1b]8;;https://example.org\x1b\\link\x1b]8;;\x1b\\", "link"},
		{"\x1bPdevice\x1b\\text", "text"},
		{"\x1b(Btext", "Btext"},
		{"cut \x1b[3", "cut "},
		{"cut \x1b", "cut "},
		{"a\tb", "a\tb"},
		{"nul\x00, bell\a, rubout\x7f, csi\u009b31m", "nul, bell, rubout, csi31m"},
		{"\xff\xfe", "\ufffd"},
		{"turned \u202eback", "turned back"},
		{"größer → 你好", "größer → 你好"},
	} {
		page := make(Colours)
		if diff := cmp.Diff(test.want, Terminal(test.in, page)); diff != "" {
			t.Errorf("%q: -want +got\n%s", test.in, diff)
		}
	}
}

func TestColourRules(t *testing.T) {
	page := make(Colours)
	Terminal("\x1b[38;2;0;0;40mdark\x1b[48;2;1;2;3m on dark\x1b[0;38;2;255;255;0mlight", page)
	want := ".bx010203{background-color:#010203}.fx000028o{color:#000028}.fxffff00{color:#ffff00}"
	got := page.CSS()
	if !strings.Contains(got, ".fx000028{color:#") || strings.Contains(got, ".fx000028{color:#000028}") {
		t.Errorf("a dark colour on the terminal's own background is not lightened: %s", got)
	}
	got = regexp.MustCompile(`\.fx000028\{[^}]*\}`).ReplaceAllString(got, "")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

var tagRE = regexp.MustCompile(`<span class="[a-zA-Z0-9 ]+">|</span>`)

func FuzzTerminalLine(f *testing.F) {
	for _, s := range []string{"plain", "\x1b[1;31mred\x1b[0m", "<b>&", "\x1b]8;;x\x1b\\y", "\x1b[38;2;1;2;3;48;5;200mz", "\xff\x9b"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, line string) {
		line = strings.ReplaceAll(line, "\n", "")
		page := make(Colours)
		out := Terminal(line, page)
		if out != Terminal(line, page) {
			t.Fatal("not the same twice")
		}
		open := 0
		for _, tag := range tagRE.FindAllString(out, -1) {
			if tag == "</span>" {
				open--
			} else {
				open++
			}
			if open < 0 || open > 1 {
				t.Fatalf("unbalanced: %q", out)
			}
		}
		if open != 0 {
			t.Fatalf("left open: %q", out)
		}
		if text := tagRE.ReplaceAllString(out, ""); strings.ContainsAny(text, "<>\x1b\x00") {
			t.Fatalf("not escaped: %q", out)
		}
		for rest := range strings.SplitSeq(page.CSS(), "}") {
			if rest != "" && !regexp.MustCompile(`^\.[fb]x[0-9a-f]{6}o?\{(background-)?color:#[0-9a-f]{6}$`).MatchString(rest) {
				t.Fatalf("not a rule: %q", rest)
			}
		}
		if _, err := nethtml.Parse(strings.NewReader(out)); err != nil {
			t.Fatal(err)
		}
	})
}
