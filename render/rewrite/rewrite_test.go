package rewrite

import (
	"image"
	"strings"
	"testing"
)

func TestFilter(t *testing.T) {
	f := Filter{
		URL: func(to string, image bool) (string, bool) {
			if to == "gone" || strings.HasPrefix(to, "javascript:") {
				return "", false
			}
			if image {
				return "img/" + to, true
			}
			return "page/" + to, true
		},
		Size:     func(src string) (image.Point, bool) { return image.Pt(200, 100), src == "a.png" },
		Reserved: "hb-",
	}
	const lazy = ` loading="lazy" decoding="async">`
	for _, c := range []struct{ in, want string }{
		{"", ""},
		{"<b>x</b> & &lt; <!-- y -->z", "<b>x</b> &amp; &lt; z"},
		{"<B Title='a\"b'>", `<b title="a&#34;b">`},
		{"<script>x()</script>", "&lt;script&gt;x()&lt;/script&gt;"},
		{`<p style="x" onclick="y" class="z" align="left">`, `<p align="left">`},
		{`<a href="x">`, `<a href="page/x">`},
		{`<a href="javascript:x()">`, "<a>"},
		{`<p href="x">`, "<p>"},
		{`<a id="hb-s1" name="x">`, `<a name="x">`},
		{`<img name="body" id="y">`, `<img id="y"` + lazy},
		{`<img src="a.png">`, `<img src="img/a.png" width="200" height="100"` + lazy},
		{`<img src="a.png" width="50px">`, `<img src="img/a.png" width="50px" height="25"` + lazy},
		{`<img src="a.png" height="50">`, `<img src="img/a.png" height="50" width="100"` + lazy},
		{`<img src="a.png" width="50%">`, `<img src="img/a.png" width="50%"` + lazy},
		{`<img src="b.png">`, `<img src="img/b.png"` + lazy},
		{`<source srcset="a 2x">`, `<source srcset="img/a 2x">`},
		{`<source srcset="a, b">`, "<source>"},
		{`<picture><source media="(prefers-color-scheme: dark)" srcset="a"></picture>`, `<picture><source media="(prefers-color-scheme: dark)" srcset="img/a"></picture>`},
		{`<p media="print">`, "<p>"},
	} {
		var b strings.Builder
		if f.Write(&b, []byte(c.in)); b.String() != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.in, b.String(), c.want)
		}
	}
}

func TestLocal(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"", ""},
		{"<Script SRC=x>if (a<b) y()</script>", `<script src="page:x">if (a<b) y()</script>`},
		{"<P Class=x>&amp;<!-- y --></P>", "<P Class=x>&amp;<!-- y --></P>"},
		{`<img src="a" srcset="b 1x, c 2x">`, `<img src="img:a" srcset="img:b 1x, img:c 2x">`},
		{`<img srcset="data:x,y 1x">`, `<img srcset="data:x,y 1x">`},
	} {
		var b strings.Builder
		Local(&b, []byte(c.in), func(to string, image bool) string {
			if image {
				return "img:" + to
			}
			return "page:" + to
		})
		if b.String() != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.in, b.String(), c.want)
		}
	}
}

func TestBalanced(t *testing.T) {
	for in, want := range map[string]string{
		"":                     "",
		"<p>a</p>":             "<p>a</p>",
		"<div><b>a":            "<div><b>a</b></div>",
		"</div></main><p>a":    "<p>a</p>",
		"<table><tr><td>a":     "<table><tbody><tr><td>a</td></tr></tbody></table>",
		"<p>a<div>b</div></p>": "<p>a</p><div>b</div><p></p>",
	} {
		if got := Balanced([]byte(in)); got != want {
			t.Errorf("%s: %s, want %s", in, got, want)
		}
	}
}

func TestInset(t *testing.T) {
	in := Inset{Name: "p", Link: func(to string) string { return "../" + to }}
	for _, c := range []struct{ in, want string }{
		{`<h2 id="x">X</h2>`, `<h3 id="p--x">X</h3>`},
		{"<h6>X</h6>", "<h6>X</h6>"},
		{`<label for="x"><a href="y" aria-describedby="m n">`, `<label for="p--x"><a href="../y" aria-describedby="p--m p--n">`},
		{`<img loading="lazy" src="a">`, `<img src="../a">`},
	} {
		var b strings.Builder
		if in.Rewrite(&b, c.in); b.String() != c.want {
			t.Errorf("%s: %s, want %s", c.in, b.String(), c.want)
		}
	}
}
