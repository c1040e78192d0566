package render

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image"
	"image/png"
	"strings"
	"testing"
)

// riff is a WebP file with one chunk.
func riff(kind string, body []byte) string {
	chunk := append([]byte(kind), binary.LittleEndian.AppendUint32(nil, uint32(len(body)))...)
	chunk = append(append([]byte("WEBP"), chunk...), body...)
	return "RIFF" + string(binary.LittleEndian.AppendUint32(nil, uint32(len(chunk)))) + string(chunk)
}

// avif is the head of an AVIF file, as far as it tells of its size.
func avif(w, h uint32) string {
	box := func(kind, body string) string {
		return string(binary.BigEndian.AppendUint32(nil, uint32(len(body)+8))) + kind + body
	}
	size := string(binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32([]byte{0, 0, 0, 0}, w), h))
	return box("ftyp", "avif\x00\x00\x00\x00avifmif1") + box("meta", "\x00\x00\x00\x00"+box("iprp", box("ipco", box("ispe", size))))
}

func TestImageSizes(t *testing.T) {
	var p bytes.Buffer
	if err := png.Encode(&p, image.NewGray(image.Rect(0, 0, 30, 12))); err != nil {
		t.Fatal(err)
	}
	vp8l := uint32(639) | uint32(479)<<14
	files := map[string]string{
		"a.png": p.String(), "A.SVG": `<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40.4 20"/>`,
		"x.webp": riff("VP8X", []byte{0, 0, 0, 0, 0x8f, 1, 0, 0x2b, 1, 0}),
		"l.webp": riff("VP8L", append(append([]byte{0x2f}, binary.LittleEndian.AppendUint32(nil, vp8l)...), make([]byte, 9)...)),
		"y.webp": riff("VP8 ", []byte{0, 0, 0, 0x9d, 0x01, 0x2a, 0x26, 0x02, 0x70, 0x01}),
		"a.avif": avif(1204, 800), "short.webp": "RIFF", "no.avif": "text", "cut.png": p.String()[:9],
	}
	for _, test := range []struct{ in, want string }{
		{"![x](a.png)", `width="30" height="12"`},
		{"![x](A.SVG)", `width="40" height="20"`},
		{"![x](x.webp)", `width="400" height="300"`},
		{"![x](l.webp)", `width="640" height="480"`},
		{"![x](y.webp)", `width="550" height="368"`},
		{"![x](a.avif)", `width="1204" height="800"`},
		{"![x](short.webp)", ""},
		{"![x](no.avif)", ""},
		{"![x](cut.png)", ""},
		{`<img src="a.png" alt="x">`, `width="30" height="12"`},
		{`<img src="a.png" alt="x" width="60">`, `width="60" height="24"`},
		{`<img src="a.png" alt="x" height="6">`, `height="6" width="15"`},
		{`<img src="a.png" alt="x" width="50%">`, `width="50%"`},
	} {
		all := map[string]string{"p.md": test.in}
		for name, b := range files {
			all[name] = b
		}
		pages, err := Site(load(t, all), nil, Options{})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		page := string(pages["p/index.html"])
		page = page[strings.Index(page, "<img"):]
		for word := range strings.FieldsSeq(page[:strings.Index(page, ">")]) {
			if strings.HasPrefix(word, "width") || strings.HasPrefix(word, "height") {
				got = append(got, word)
			}
		}
		if fmt.Sprint(strings.Join(got, " ")) != test.want {
			t.Errorf("%s: %s, want %s", test.in, got, test.want)
		}
		if !strings.Contains(page, `loading="lazy"`) {
			t.Errorf("%s is loaded at once", test.in)
		}
	}
}

// TestSocialImage: the first picture that those who show links can show.
func TestSocialImage(t *testing.T) {
	files := map[string]string{"p.md": "![a](a.svg)\n\n![b](<b c.png>) ![d](d.jpg)\n", "a.svg": "<svg/>", "b c.png": "", "d.jpg": ""}
	pages, err := Site(load(t, files), nil, Options{BaseURL: "https://example.org/x"})
	if err != nil {
		t.Fatal(err)
	}
	if want := `<meta property="og:image" content="https://example.org/x/b%20c.png">`; !strings.Contains(string(pages["p/index.html"]), want) {
		t.Errorf("no %s in %s", want, pages["p/index.html"])
	}
}
