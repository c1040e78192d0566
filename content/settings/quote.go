package settings

import (
	"regexp"
	"strings"
)

// plain matches what YAML reads as text without quotes, except for words such
// as "true".
var plain = regexp.MustCompile(`^(?:~/|[\pL_])[\pL\d_./-]*(?: [\pL\d_./()-]+)*$`)

// Quote writes a line of text so that YAML reads it as it is: in quotes where it
// needs them.
func Quote(s string) string {
	switch strings.ToLower(s) {
	case "true", "false", "null", "yes", "no", "on", "off", "y", "n":
	default:
		if plain.MatchString(s) {
			return s
		}
	}
	return "'" + strings.ReplaceAll(s, "'", "''") + "'"
}
