package content

import "testing"

func TestBinder(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"", ""},
		{"none", "none"},
		{"YOUR_NAME", "ann"},
		{"YOUR_NAME/app:YOUR_NAME-1 $YOUR_NAME.", "ann/app:ann-1 $ann."},
		{"YOUR_NAME_TOO YOUR_NAMES MYOUR_NAME", "bob YOUR_NAMES MYOUR_NAME"},
		{"YOUR_NAME2 2YOUR_NAME _YOUR_NAME YOUR_NAME_", "YOUR_NAME2 2YOUR_NAME _YOUR_NAME YOUR_NAME_"},
		{"éYOUR_NAME YOUR_NAMEé", "éYOUR_NAME YOUR_NAMEé"},
		{"x<your-name>y <YOUR_NAME>", "xcyy <ann>"},
		{"<your-names> your-name", "<your-names> your-name"},
	} {
		bind := Placeholders{"YOUR_NAME": "ann", "YOUR_NAME_TOO": "bob", "<your-name>": "cy"}.Binder()
		if got := bind(c.in); got != c.want {
			t.Errorf("%q: %q, want %q", c.in, got, c.want)
		}
	}
	if got := Placeholders(nil).Binder()("YOUR_NAME"); got != "YOUR_NAME" {
		t.Errorf("without placeholders: %q", got)
	}
}

// Names like <your-name> are words, and no redirections.
func TestAngledPlaceholders(t *testing.T) {
	for _, c := range []struct{ page, want, wrong string }{
		{"'''bash\nlogin -u <your-name>\n# -> hello <your name>\n'''\n", "6 \"login -u <your-name>\" → [\"hello <your name>\"]\n", ""},
		{"'''console\n$ a <your name> &&\n> b\nc <your-name>\n'''\n", "6 \"a <your name> &&\\nb\" shell → [\"c <your-name>\"]\n", ""},
		{"'''bash\na <other>\n'''\n", "", "6:9: shell: `>` must be followed by a word"},
		{"'''bash\n<your-name> )\n'''\n", "", "6:13: shell: a command can only contain words and redirects; encountered `)`"},
	} {
		tree, wrong := tree(t, "---\nlab:\n  placeholders: {<your-name>: ann, <your name>: bob}\n---\n"+c.page)
		if got := commandLines(tree); got != c.want || wrong != c.wrong {
			t.Errorf("%q:\n got %q, %s\nwant %q, %s", c.page, got, wrong, c.want, c.wrong)
		}
	}
}
