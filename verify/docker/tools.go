package docker

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"handbook/content/file"
	"handbook/verify/docker/machine"
)

// toolsScript prints the versions of the programs that a reader types, a line for
// each. What is missing has an empty line.
const toolsScript = `
exec 2>/dev/null
version() { echo "$("$@" </dev/null | head -n 1)"; }
version docker --version
version docker compose version
version docker buildx version
`

// toolVersion finds the version in such a line: "Docker version 28.5.2, build
// ecc6942", "Docker Compose version v2.26.1-4", "github.com/docker/buildx v0.29.1
// a32761a".
var toolVersion = regexp.MustCompile(`\bv?(\d+\.[0-9A-Za-z.+~-]{1,40})`)

// askTools asks a machine on which no lab has run yet.
func askTools(ctx context.Context, m *machine.Machine) (machine.Tools, error) {
	out, _, err := m.Output(ctx, "sh", "-c", toolsScript)
	if err != nil {
		return machine.Tools{}, err
	}
	var versions [3]string
	for i, line := range strings.SplitN(out, "\n", len(versions)) {
		if found := toolVersion.FindStringSubmatch(line); found != nil {
			versions[i] = found[1]
		}
	}
	return machine.Tools{Client: versions[0], Compose: versions[1], Buildx: versions[2]}, nil
}

// tools returns the versions of tools on machines of a kind, of which m is one that was just
// made. They are asked for once for what is in the image: on a busy computer the
// answer takes a second.
func (e *Engine) tools(ctx context.Context, k *kind, m *machine.Machine) (machine.Tools, error) {
	return k.tools.Get(func() (found machine.Tools, err error) {
		contents, err := k.image.Contents(ctx) // it is known by now
		if err != nil {
			return found, err
		}
		kept := ""
		if _, hex, ok := strings.Cut(contents, ":"); ok && isHex(hex) && e.opts.CacheDir != "" {
			kept = filepath.Join(e.opts.CacheDir, "tools-"+hex)
			if found, ok := readTools(kept); ok {
				return found, nil
			}
		}
		if found, err = askTools(ctx, m); err == nil && kept != "" {
			writeTools(kept, found)
		}
		return found, err
	})
}

var isHex = regexp.MustCompile(`^[0-9a-f]+$`).MatchString

// readTools reads what writeTools has written. A file that was damaged is none.
func readTools(name string) (found machine.Tools, ok bool) {
	b, err := os.ReadFile(name)
	sum, text, _ := bytes.Cut(b, []byte("\n"))
	if err != nil || string(sum) != file.Digest(text) {
		return machine.Tools{}, false
	}
	err = json.Unmarshal(text, &found)
	return found, err == nil
}

func writeTools(name string, found machine.Tools) {
	if text, err := json.Marshal(found); err == nil {
		os.WriteFile(name, append([]byte(file.Digest(text)+"\n"), text...), 0o644) // half a file is asked for again
	}
}
