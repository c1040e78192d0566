package render

import (
	"io/fs"
	"regexp"
	"strings"
	"testing"

	"handbook/templates"
)

// physicalRE finds what names a side of the page. Text from right to left needs
// the logical names: margin-inline-start, text-align: end.
var physicalRE = regexp.MustCompile(`(?:^|[\s{;])((?:margin|padding|border)-(?:left|right)|left|right|float|clear|text-align|border-(?:top|bottom)-(?:left|right)-radius):\s*([^;}]*)` +
	`|(?:^|[\s{;])((?:margin|padding|inset|border-radius|border-width)):\s*([^\s;}]+) ([^\s;}]+) ([^\s;}]+) ([^\s;}]+)\s*[;}]`)

// TestLogicalStyle holds that the theme mirrors.
func TestLogicalStyle(t *testing.T) {
	b, err := fs.ReadFile(templates.FS, "assets/handbook.css")
	if err != nil {
		t.Fatal(err)
	}
	for i, line := range strings.Split(string(b), "\n") {
		if strings.Contains(line, "direction: ltr") || strings.Contains(line, "gradient(") || strings.Contains(line, "transform:") { // code, and drawings
			continue
		}
		for _, m := range physicalRE.FindAllStringSubmatch(line, -1) {
			sided := m[1] != "" && !strings.Contains(m[1], "text-align") && m[1] != "float" && m[1] != "clear"
			if sided || strings.HasPrefix(m[2], "left") || strings.HasPrefix(m[2], "right") || m[3] != "" && m[5] != m[7] {
				t.Errorf("handbook.css:%d: %s is not logical", i+1, strings.TrimSpace(m[0]))
			}
		}
	}
}
