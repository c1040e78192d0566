package files

import (
	"bytes"
	"context"
	"encoding/json"
	"maps"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"handbook/verify/cleanup"
)

// Inventory returns the user's home directory, and what a lab may have left that is
// not the engine's: the registries at which the user has logged in, builders, and
// the files that were made or changed, all, or only those in the home directory.
func (f Server) Inventory(ctx context.Context, all bool) (home string, found cleanup.Inventory, err error) {
	which := "home"
	if all {
		which = "all"
	}
	out, _, err := f.ask(ctx, "inventory", "", which)
	if err != nil {
		return "", found, err
	}
	home, found = parseInventory(out)
	return home, found, nil
}

// parseInventory reads what the script prints.
func parseInventory(out []byte) (home string, found cleanup.Inventory) {
	b := bytes.NewBuffer(out)
	line := func() (string, bool) {
		text, err := b.ReadString('\n')
		return strings.TrimSuffix(text, "\n"), err == nil || text != ""
	}
	home, _ = line()
	text, _ := line()
	size, _ := strconv.Atoi(text)
	var config struct {
		Auths map[string]json.RawMessage `json:"auths"`
	}
	_ = json.Unmarshal(b.Next(size), &config) // what can't be read has no passwords
	found.Logins = slices.Sorted(maps.Keys(config.Auths))
	line()
	files := cleanup.Files{}
	found.Files = files
	last := ""
	for text, ok := line(); ok; text, ok = line() {
		name, file, ok := parseStat(text)
		if !ok && last != "" { // the rest of a name with a newline in it
			whole := last + "\n" + text
			files[whole] = files[last]
			delete(files, last)
			last = whole
			continue
		}
		if dir, builder := path.Split(name); ok && dir == path.Join(home, builders)+"/" {
			found.Builders = append(found.Builders, builder)
		}
		if last = ""; ok && !ignored(name, home) {
			last = name
			files[name] = file
		}
	}
	return home, found
}

// builders is where buildx keeps a file for each builder, below the home.
const builders = ".docker/buildx/instances"

// parseStat reads "mode size time path", the mode in hexadecimal digits.
func parseStat(line string) (name string, file cleanup.File, ok bool) {
	parts := strings.SplitN(line, " ", 4)
	if len(parts) < 4 || !strings.HasPrefix(parts[3], "/") {
		return "", file, false
	}
	mode, err := strconv.ParseUint(parts[0], 16, 32)
	size, sizeErr := strconv.ParseInt(parts[1], 10, 64)
	if err != nil || sizeErr != nil {
		return "", file, false
	}
	const kinds, directory, mayWrite = 0xf000, 0x4000, 0o200
	file = cleanup.File{Dir: mode&kinds == directory, Bytes: size, Changed: parts[2]}
	if file.Dir {
		file.Locked, file.Bytes = mode&mayWrite == 0, 0
	}
	return path.Clean(parts[3]), file, true
}

// ofBuildx matches the directories that "docker build -" of buildx 0.13, which
// Debian has beside Engine 26, leaves behind.
var ofBuildx = regexp.MustCompile(`^/tmp/(?:dockerfile|empty-dir)\d+(?:/|$)`)

// ignored reports whether a file is one that programs keep for themselves, or
// that the run itself makes.
func ignored(name, home string) bool {
	if rest, ok := strings.CutPrefix(name, strings.TrimSuffix(home, "/")+"/"); ok {
		first, _, _ := strings.Cut(rest, "/")
		if slices.Contains([]string{".docker", ".bash_history", ".ash_history", ".python_history", ".lesshst", ".wget-hsts", ".viminfo"}, first) {
			return true
		}
	}
	if ofBuildx.MatchString(name) {
		return true
	}
	switch dir, base := path.Split(name); dir {
	case "/tmp/":
		return strings.HasPrefix(base, ".rc-") || strings.HasPrefix(base, ".pipe-") || strings.HasPrefix(base, ".state-")
	case "/etc/":
		return slices.Contains([]string{"mtab", "resolv.conf", "ld.so.cache", ".pwd.lock"}, base)
	}
	return false
}
