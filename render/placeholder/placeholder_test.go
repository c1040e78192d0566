package placeholder

import (
	"testing"

	"handbook/content/config"
)

func TestMark(t *testing.T) {
	const name, angled = `<span class="ph" data-ph="YOUR_NAME">YOUR_NAME</span>`, `<span class="ph" data-ph="&lt;your-name&gt;">&lt;your-name&gt;</span>`
	p := New(config.Placeholders{"YOUR_NAME": "ann", "<your-name>": "bob", "<b>": "c"}, nil)
	for _, c := range []struct{ in, want string }{
		{"", ""},
		{"none", "none"},
		{"YOUR_NAME/app", name + "/app"},
		{"a-YOUR_NAME, YOUR_NAME.", "a-" + name + ", " + name + "."},
		{"YOUR_NAMES MY_YOUR_NAME éYOUR_NAME", "YOUR_NAMES MY_YOUR_NAME éYOUR_NAME"},
		{`<span class="YOUR_NAME">x</span>`, `<span class="YOUR_NAME">x</span>`},
		{`<i>$</i><b>YOUR_NAME</b>S`, `<i>$</i><b>YOUR_NAME</b>S`},
		{`<i>a</i><b>YOUR_NAME</b>`, `<i>a</i><b>YOUR_NAME</b>`},
		{`<i>-</i><b>YOUR_NAME</b>`, `<i>-</i><b>` + name + `</b>`},
		{"&lt;your-name&gt;x &lt;your-names&gt;", angled + "x &lt;your-names&gt;"},
		{`<i>a&lt;</i><b>your</b>-<b>name&gt;c</b>`, `<i>a` + angled + `</i><b></b><b>c</b>`},
		{"&amp;&quot;größe&quot; &lt;your-name&gt;", "&amp;&quot;größe&quot; " + angled},
	} {
		if got := p.Mark(c.in); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.in, got, c.want)
		}
	}
	if got := New(nil, nil).Mark("YOUR_NAME"); got != "YOUR_NAME" {
		t.Errorf("without placeholders: %s", got)
	}
}
