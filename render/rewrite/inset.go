package rewrite

import (
	"strings"

	nethtml "golang.org/x/net/html"
)

// An Inset changes the HTML of a page so that it can be part of a page with
// others.
type Inset struct {
	Name string                 // put before ids
	Link func(to string) string // returns the URL to use instead
}

// idAttrs are attributes with ids. The names of radio buttons are among them,
// because they must not be those of another page either.
var idAttrs = set("aria-controls aria-describedby aria-labelledby for id name popovertarget")

// Rewrite copies HTML: it moves headings a level down, and changes ids and URLs.
func (in Inset) Rewrite(b *strings.Builder, body string) {
	z := nethtml.NewTokenizer(strings.NewReader(body))
	for {
		kind := z.Next()
		raw := string(z.Raw())
		switch kind {
		case nethtml.ErrorToken:
			return
		case nethtml.StartTagToken, nethtml.SelfClosingTagToken, nethtml.EndTagToken:
			t := z.Token()
			changed := deeper(&t)
			attrs := t.Attr[:0]
			for _, a := range t.Attr {
				old := a.Val
				switch {
				case a.Key == "loading": // printing does not load lazy images
					changed = true
					continue
				case idAttrs[a.Key]:
					a.Val = in.ids(a.Val)
				case a.Key == "usemap":
					if name, ok := strings.CutPrefix(a.Val, "#"); ok {
						a.Val = "#" + in.ids(name)
					}
				case a.Key == "href", a.Key == "src", a.Key == "poster":
					a.Val = in.Link(a.Val)
				case a.Key == "srcset":
					a.Val = eachSource(a.Val, in.Link)
				}
				changed = changed || a.Val != old
				attrs = append(attrs, a)
			}
			if t.Attr = attrs; changed {
				raw = t.String()
			}
		}
		b.WriteString(raw)
	}
}

// deeper moves a heading a level down.
func deeper(t *nethtml.Token) bool {
	if len(t.Data) != 2 || t.Data[0] != 'h' || t.Data[1] < '1' || t.Data[1] > '5' {
		return false
	}
	t.Data = "h" + string(t.Data[1]+1)
	t.DataAtom = 0
	return true
}

func (in Inset) ids(list string) string {
	ids := strings.Fields(list)
	for i := range ids {
		ids[i] = in.Name + "--" + ids[i]
	}
	return strings.Join(ids, " ")
}
