// Package calls writes scripts that hand over values: each calls a function of
// the theme's script. Pages from file: URLs can load scripts but no data.
package calls

import (
	"bytes"
	"encoding/json"
)

// Write returns a script that calls a function. The arguments are values that
// JSON can hold.
func Write(function string, args ...any) []byte {
	var b bytes.Buffer
	b.WriteString(function + "(")
	for i, arg := range args {
		if i > 0 {
			b.WriteByte(',')
		}
		text, err := json.Marshal(arg)
		if err != nil {
			panic("calls: " + err.Error())
		}
		b.Write(text)
	}
	b.WriteString(")\n")
	return b.Bytes()
}
