package shell

import "testing"

func TestForeign(t *testing.T) {
	const long = "docker run --rm --name web -p 8080:80 -v data:/usr/share/nginx/html nginx:latest"
	for _, test := range []struct{ echo, typed, lines, own string }{
		{"ls\r\n", "ls", "", "ls\r\n"},
		{"\x1b[7mls -l\x1b[27m\b\b\b\b\bls -l\r\n", "ls -l", "", "\x1b[7mls -l\x1b[27m\b\b\b\b\bls -l\r\n"},
		{"tick 2\r\n\x1b[7mls\x1b[27m\b\bls\r\n", "ls", "tick 2\r\n", "\x1b[7mls\x1b[27m\b\bls\r\n"},
		{"\x1b[7mls\x1b[27mtick 2\r\n\b\bls\r\n", "ls", "\x1b[27mtick 2\r\n", "\x1b[7mls\b\bls\r\n"},
		{"ls\b\blstick 2\r\n\r\n", "ls", "tick 2\r\n", "ls\b\bls\r\n"},
		{"ls\r\n\x1b[31mtick 2\x1b[0m\r\ntick 3\r\n", "ls", "\x1b[31mtick 2\x1b[0m\r\ntick 3\r\n", "ls\r\n"},
		{"tick 2\r\n", "", "tick 2\r\n", ""},
		{"\r\n", "", "", "\r\n"},
		{"ls\x1b[K\r$ ls\r\n", "ls", "", "ls\x1b[K\r$ ls\r\n"},
		{long[:60] + "\r\n" + long[60:] + "\r\n", long, "", long[:60] + "\r\n" + long[60:] + "\r\n"},
		{long[:60] + "\r\n" + long[60:] + "\r\ndone\r\n", long, "done\r\n", long[:60] + "\r\n" + long[60:] + "\r\n"},
		{long + " \rt\r\n", long, "", long + " \rt\r\n"},
		{long + " \rt\r\nt\r\n", long, "", long + " \rt\r\nt\r\n"}, // which of the two can't be known
		{"l", "ls", "", "l"},
	} {
		lines, own := foreign([]byte(test.echo), test.typed)
		if string(lines) != test.lines || string(own) != test.own {
			t.Errorf("%q at %q: %q and %q, want %q and %q", test.echo, test.typed, lines, own, test.lines, test.own)
		}
	}
}
