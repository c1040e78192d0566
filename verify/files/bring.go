package files

import (
	"context"
	"fmt"
	"strings"

	"handbook/content/labfiles"
)

// batch is how many bytes of files are sent at once, at least.
const batch = 1 << 20

// Bring puts files into the lab's directory. A problem of the page is returned as a
// sentence.
func (f Server) Bring(ctx context.Context, dir string, all []labfiles.File) (problem string, err error) {
	for len(all) > 0 {
		var input string
		if input, all, err = pack(all, batch); err != nil {
			return "", err
		}
		out, exit, err := f.ask(ctx, "bring", input, dir)
		if err != nil {
			return "", err
		}
		if exit != 0 {
			lines := strings.Split(string(out), "\n")
			return unwritten(exit, lines[len(lines)-1], strings.Join(lines[:len(lines)-1], "\n")), nil
		}
	}
	return "", nil
}

// pack returns files as bring.sh reads them, up to about so many bytes, and those
// that are left.
func pack(all []labfiles.File, most int) (string, []labfiles.File, error) {
	var b strings.Builder
	for len(all) > 0 && b.Len() < most {
		text, err := all[0].Bytes()
		if err != nil {
			return "", nil, err
		}
		fmt.Fprintf(&b, "%04o %d %s\n", all[0].Mode(), len(text), all[0].Path)
		b.Write(text)
		all = all[1:]
	}
	return b.String(), all, nil
}

// noGit is the exit status of clonesScript where there is no git.
const noGit = 85

// Clone has git on the machine get a repository from elsewhere than its address
// says. A problem of the page is returned as a sentence.
func (f Server) Clone(ctx context.Context, c labfiles.Clone) (problem string, err error) {
	input := ""
	if c.Mirror == "" {
		if input, _, err = pack(c.Files, 1<<40); err != nil {
			return "", err
		}
	}
	out, exit, err := f.ask(ctx, "clones", input, c.URL, c.Mirror)
	switch {
	case err != nil || exit == 0:
		return "", err
	case exit == noGit:
		return fmt.Sprintf("the lab's machine has no git, so it can't have %s from elsewhere", c.URL), nil
	}
	return "", fmt.Errorf("%s can't be made on the machine: %s", c.URL, strings.TrimSpace(string(out)))
}
