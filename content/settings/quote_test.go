package settings

import "testing"

func TestQuote(t *testing.T) {
	for in, want := range map[string]string{
		"Named volumes": "Named volumes", "~/pear": "~/pear", "_a": "_a", "Part (two)": "Part (two)",
		"": "''", "~": "'~'", "yes": "'yes'", "Null": "'Null'", "1.10": "'1.10'", "it's": "'it''s'", "a: b": "'a: b'", "# a": "'# a'", " a  b ": "' a  b '", "[x]": "'[x]'",
	} {
		got := Quote(in)
		if got != want {
			t.Errorf("%q: %s, want %s", in, got, want)
		}
		var y Reader
		read := "not read"
		if y.Read([]byte("text: "+got+"\n"), Keys{"text": y.Text(&read)}); read != in || len(y.Mistakes) > 0 {
			t.Errorf("%q is read as %q, %v", got, read, y.Mistakes)
		}
	}
}
