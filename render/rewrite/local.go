package rewrite

import (
	"bytes"
	"io"
	"strings"

	nethtml "golang.org/x/net/html"
)

// localAttrs are attributes with a URL that may be one of the site, on any
// element.
var localAttrs = set("href poster src")

// Local writes a piece of HTML as it is, except for its URLs: url returns those
// to write instead, of links and of images.
func Local(b io.StringWriter, raw []byte, url func(to string, image bool) string) {
	z := nethtml.NewTokenizer(bytes.NewReader(raw))
	for {
		kind := z.Next()
		asWritten := string(z.Raw())
		if kind == nethtml.ErrorToken {
			b.WriteString(asWritten)
			return
		}
		if kind != nethtml.StartTagToken && kind != nethtml.SelfClosingTagToken {
			b.WriteString(asWritten)
			continue
		}
		t, changed := z.Token(), false
		local := func(to string) string { return url(to, t.Data == "img") }
		for i, a := range t.Attr {
			switch {
			case localAttrs[a.Key]:
				t.Attr[i].Val = local(a.Val)
			case a.Key == "srcset":
				t.Attr[i].Val = eachSource(a.Val, local)
			}
			changed = changed || t.Attr[i].Val != a.Val
		}
		if changed {
			asWritten = t.String()
		}
		b.WriteString(asWritten)
	}
}

// eachSource changes the URLs of a srcset and leaves their descriptors.
func eachSource(list string, change func(string) string) string {
	if strings.Contains(list, "data:") {
		return list // data URLs contain commas
	}
	var all []string
	for one := range strings.SplitSeq(list, ",") {
		to, descriptor, _ := strings.Cut(strings.TrimSpace(one), " ")
		all = append(all, strings.TrimSpace(change(to)+" "+descriptor))
	}
	return strings.Join(all, ", ")
}
