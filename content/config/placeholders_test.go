package config

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
