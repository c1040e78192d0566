package shell

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// EnterScript returns a script of the shell of a name that becomes a person's shell: like
// the one whose state Save has written to a file. If that could not be found out,
// the file is "", and it is one in a directory with an environment. The state is
// taken with a terminal and without.
func EnterScript(file, name, dir string, env map[string]string) (string, error) {
	if file != "" {
		quoted, err := syntax.Quote(file, syntax.LangPOSIX)
		if err != nil {
			return "", fmt.Errorf("%q: %w", file, err)
		}
		// With a terminal bash reads its rcfile and sh what ENV names, and
		// without one bash what BASH_ENV names.
		if path.Ext(file) == ".bash" {
			return fmt.Sprintf("if [ -t 0 ]; then exec bash --rcfile %s; fi\nexport BASH_ENV=%[1]s\nexec bash", quoted), nil
		}
		return fmt.Sprintf("if [ -t 0 ]; then export ENV=%s; exec sh; fi\n. %[1]s\nexec sh", quoted), nil
	}
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(env)) {
		value, err := syntax.Quote(env[name], syntax.LangPOSIX)
		if err != nil {
			return "", fmt.Errorf("env %s: %w", name, err)
		}
		fmt.Fprintf(&b, "export %s=%s\n", name, value)
	}
	home, below := "", dir
	if rest, ok := strings.CutPrefix(dir, "~"); ok {
		home, below = `"$HOME"`, rest
	}
	if below != "" {
		quoted, err := syntax.Quote(below, syntax.LangPOSIX)
		if err != nil {
			return "", fmt.Errorf("dir: %w", err)
		}
		below = quoted
	}
	fmt.Fprintf(&b, "cd %s%s\nexec %s", home, below, name)
	return b.String(), nil
}
