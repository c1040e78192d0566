package place

import "testing"

func TestRelative(t *testing.T) {
	for _, test := range []struct{ from, to, want string }{
		{"index.html", "labs/04-flask/index.html", "labs/04-flask/index.html"},
		{"labs/04-flask/index.html", "index.html", "../../index.html"},
		{"labs/04-flask/index.html", "labs/05/index.html", "../05/index.html"},
		{"labs/04-flask/index.html", "labs/04-flask/record.json", "record.json"},
		{"labs/04-flask/index.html", "labs/index.html", "../index.html"},
		{"labs/index.html", "labsextra/index.html", "../labsextra/index.html"},
		{"a/index.html", "a/with space/ü.png", "with%20space/%C3%BC.png"},
		{"index.html", "a:b/index.html", "./a:b/index.html"},
		{"index.html", "what?#.png", "what%3F%23.png"},
	} {
		if got := Relative(test.from, test.to); got != test.want {
			t.Errorf("from %s to %s: %s, want %s", test.from, test.to, got, test.want)
		}
	}
}
