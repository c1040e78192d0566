package render

import (
	"fmt"
	"strings"
	"testing"
)

// Files of the content have no power over the site, unless its settings say so.
func TestPowerless(t *testing.T) {
	const ns = `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">`
	for _, c := range []struct{ name, file, wrong string }{
		{"a.svg", ns + `<circle r="1"/><style>a{}</style><a href="https://example.org"/><image href="data:image/png;base64,AA=="/><animate attributeName="r"/></svg>`, ""},
		{"a.svg", `<?xml version="1.0" encoding="UTF-8"?><!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">` + ns + `<!-- <script> --></svg>`, ""},
		{"a.xml", `<feed xmlns="http://www.w3.org/2005/Atom"/>`, ""},
		{"a.json", `<script>`, ""},
		{"a.svg", ns + `<script>alert(1)</script></svg>`, `the element "script"`},
		{"a.SVG", ns + `<SCRIPT href="x.js"/></svg>`, `the element "SCRIPT"`},
		{"a.svg", ns + `<g onload="x()"/></svg>`, `the attribute "onload"`},
		{"a.svg", ns + `<g OnLoad="x()"/></svg>`, `the attribute "OnLoad"`},
		{"a.svg", ns + `<a xlink:href=" java&#10;script:x()"/></svg>`, `the address " java\nscript:x()"`},
		{"a.svg", ns + `<a href="&#x6a;avascript:x()"/></svg>`, `the address "javascript:x()"`},
		{"a.svg", ns + `<use href="data:image/svg+xml,x"/></svg>`, `the address "data:image/svg+xml,x"`},
		{"a.svg", ns + `<a><set attributeName="xlink:href" to="javascript:x()"/></a></svg>`, `the element "set"`},
		{"a.svg", ns + `<foreignObject/></svg>`, `the element "foreignObject"`},
		{"a.svg", `<?xml-stylesheet type="text/xsl" href="x.xsl"?>` + ns + `</svg>`, `the instruction "xml-stylesheet"`},
		{"a.svg", `<!DOCTYPE svg [<!ENTITY a "<script/>">]>` + ns + `&a;</svg>`, "a document type with entities"},
		{"a.svg", `<?xml version="1.0" encoding="UTF-7"?>` + ns + `+ADw-script+AD4-</svg>`, "XML in another encoding than UTF-8"},
		{"a.svg", "\xff\xfe<\x00s\x00v\x00g\x00", "XML that cannot be read"},
		{"a.svg", "<svg <", "XML that cannot be read"},
		{"a.xml", `<a xmlns="http://www.w3.org/1999/xhtml"/>`, `the namespace "http://www.w3.org/1999/xhtml"`},
		{"a.xml", `<a><x:script xmlns:x="http://www.w3.org/1999/xhtml"/></a>`, `the element "script"`},
		{"a.xsl", `<xsl:stylesheet xmlns:xsl="http://www.w3.org/1999/XSL/Transform"/>`, `the namespace "http://www.w3.org/1999/XSL/Transform"`},
		{"a.svg", `<?xml version="1.0" encoding="ISO-2022-JP" standalone="no" utf-8?>` + ns + `</svg>`, "XML in another encoding than UTF-8"},
		{"a.svg", `<?xml version='1.0' encoding='utf-8' standalone='no'?>` + ns + `</svg>`, ""},
		{"a.rss", `<rss><x:script xmlns:x="http://www.w3.org/1999/xhtml"/></rss>`, `the element "script"`},
		{"a.atom", `<feed xmlns="http://www.w3.org/2005/Atom"><h:b xmlns:h="http://www.w3.org/1999/xhtml"/></feed>`, `the namespace "http://www.w3.org/1999/xhtml"`},
		{"a.mml", `<math href="javascript:x()"/>`, `the address "javascript:x()"`},
		{"a.kml", `<x:script xmlns:x="http://www.w3.org/1999/xhtml"/>`, `the element "script"`},
		{"a.Gpx", `<gpx xmlns="http://www.topografix.com/GPX/1/1"/>`, ""},
		{"a.vue", `<script>x</script>`, ""},
		{"a.svgz", "x", "a file that may hold scripts"},
		{"a.html.gz", "x", "a compressed file that servers may send for another one"},
		{"a.SVG.BR", "x", "a compressed file that servers may send for another one"},
		{"own.js.zst", "x", "a compressed file that servers may send for another one"},
		{"a.tar.gz", "x", ""},
		{"a.csv.gz", "x", ""},
	} {
		files, err := Site(load(t, map[string]string{c.name: c.file}), nil, Options{})
		want := ""
		if c.wrong != "" {
			want = "content/" + c.name + ": " + c.wrong + ", which would have power over the site"
		}
		if got := fmt.Sprint(err); err == nil && want != "" || err != nil && got != want {
			t.Errorf("%s: %s, want %s", c.file, got, want)
		}
		if err == nil && string(files[c.name]) != c.file {
			t.Errorf("%s is published as %s", c.file, files[c.name])
		}
		if _, err := Site(load(t, map[string]string{c.name: c.file, "handbook.yaml": "scripts: allow\n"}), nil, Options{}); err != nil {
			t.Errorf("%s, if allowed: %v", c.file, err)
		}
	}
}

func TestFramed(t *testing.T) {
	const slides = `<h1 title='"'>&amp;</h1><script>document.title = "</iframe>"</script>`
	file := func(settings string) (string, error) {
		files, err := Site(load(t, map[string]string{"s/slides.html": slides, "handbook.yaml": settings}), nil, Options{})
		return string(files["s/slides.html"]), err
	}
	got, err := file("")
	if err != nil || !strings.Contains(got, `<iframe sandbox="allow-scripts `) || strings.Contains(got, "allow-same-origin") || strings.Count(got, "<") != 12 {
		t.Errorf("%d %s, %v", strings.Count(got, "<"), got, err)
	}
	if got, err := file("scripts: allow\n"); got != slides || err != nil {
		t.Errorf("allowed: %s, %v", got, err)
	}
	if _, err := file("scripts: refuse\n"); fmt.Sprint(err) != "content/s/slides.html: an HTML file, which would have power over the site" {
		t.Errorf("refused: %v", err)
	}
}
