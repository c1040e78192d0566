package rewrite

import "testing"

func TestBreakable(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"run -d flask", `run <span class="nb">-d</span> flask`},
		{"prune --all --volumes", `prune <span class="nb">--all</span> <span class="nb">--volumes</span>`},
		{"pip install --no-cache-dir", `pip install <span class="nb">--no-cache-dir</span>`},
		{"curl -sS=http://a", `curl <span class="nb">-sS</span>=<wbr>http://<wbr>a`},
		{"a - b, and 1 -2 --", "a - b,<wbr> and 1 -2 --"},
		{"a-name-with-hyphens", "a-name-with-hyphens"},
		{`<span class="x-y">long</span> &lt;name&gt; -v`, `<span class="x-y">long</span> &lt;name&gt; <span class="nb">-v</span>`},
		{"[4/5] COPY a/b c", "[4/5] COPY a/<wbr>b c"},
		{"short -d", "short -d"},
		{"some/folder/", "some/<wbr>folder/"},
	} {
		if got := Breakable(c.in); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.in, got, c.want)
		}
	}
}
