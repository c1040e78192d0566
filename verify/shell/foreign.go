package shell

import "bytes"

// foreign returns the lines in what a terminal has shown of a line while it was
// typed that are not of that line, but were printed meanwhile by a job in the
// background, and the rest. Readline writes a line at once, moves with control
// characters, and goes to the next row in a line that needs several.
func foreign(echo []byte, typed string) (lines, own []byte) {
	text := notShown.ReplaceAll([]byte(typed), nil)
	for len(echo) > 0 {
		end := bytes.IndexByte(echo, '\n') + 1
		if end == 0 {
			return lines, append(own, echo...)
		}
		row := echo[:end]
		echo = echo[end:]
		if isOf(row, text, len(typed) >= Columns/2) {
			own = append(own, row...)
			continue
		}
		if at := bytes.LastIndex(row, []byte(typed)); at >= 0 && typed != "" { // it stands behind the line
			at += len(typed)
			own, row = append(own, row[:at]...), row[at:]
		}
		lines = append(lines, row...)
	}
	return lines, own
}

// isOf reports whether a row shows nothing but the text of a line, perhaps behind the
// prompt. rows says that the line may need several: then it shows parts of it, such as
// the last character once more, at the beginning of a row.
func isOf(row, text []byte, rows bool) bool {
	shown := notShown.ReplaceAll(row, nil)
	if len(shown) == 0 || len(text) == 0 {
		return len(shown) == 0
	}
	return bytes.HasSuffix(shown, text) || rows && bytes.Contains(text, bytes.ReplaceAll(shown, text, nil))
}
