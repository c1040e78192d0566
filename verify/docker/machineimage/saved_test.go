package machineimage

import (
	"archive/tar"
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// TestSavedMachines reads files of "docker save", and such as a stranger makes to
// have an engine load another image than the list says that handbook looks at.
func TestSavedMachines(t *testing.T) {
	type entry struct {
		name, text string
		kind       byte
	}
	list := func(refs string) entry {
		return entry{"manifest.json", `[{"Config":"c","RepoTags":[` + refs + `]}]`, tar.TypeReg}
	}
	index := func(annotations string) entry {
		return entry{"index.json", `{"schemaVersion":2,"manifests":[{"digest":"sha256:0","annotations":{` + annotations + `}}]}`, tar.TypeReg}
	}
	const (
		machine = `"handbook-machine:29-0"`
		named   = `"io.containerd.image.name":"docker.io/library/handbook-machine:29-0","org.opencontainers.image.ref.name":"29-0"`
		other   = "it has the image docker.io/library/busybox:latest, which is not that of a machine: nothing is loaded"
	)
	layer := entry{"0/layer.tar", "x", tar.TypeReg}
	for _, c := range []struct {
		name    string
		entries []entry
		want    string
	}{
		{"as engines save", []entry{{"blobs/", "", tar.TypeDir}, layer, index(named), list(machine), {"oci-layout", "{}", tar.TypeReg}}, "[handbook-machine:29-0]"},
		{"as older ones save", []entry{layer, {"1/layer.tar", "../0/layer.tar", tar.TypeSymlink}, list(machine), {"repositories", "{}", tar.TypeReg}}, "[handbook-machine:29-0]"},
		{"an index without a name", []entry{index(""), list(machine)}, "[handbook-machine:29-0]"},
		{"another image", []entry{list(machine + `,"busybox:latest"`)}, "it has the image busybox:latest, which is not that of a machine: nothing is loaded"},
		{"another one in the list of containerd", []entry{list(machine), index(`"io.containerd.image.name":"docker.io/library/busybox:latest"`)}, other},
		{"there by its other name", []entry{index(`"org.opencontainers.image.ref.name":"docker.io/library/busybox:latest"`), list(machine)}, other},
		{"a second list", []entry{list(machine), list(`"busybox:latest"`)}, `it has "manifest.json" twice: nothing is loaded`},
		{"a second list by another name", []entry{list(machine), {"a/.././manifest.json", `[{"RepoTags":["busybox:latest"]}]`, tar.TypeReg}}, `it has "a/.././manifest.json" twice: nothing is loaded`},
		{"a link to a second list", []entry{list(machine), {"manifest.json", "other", tar.TypeSymlink}, {"other", `[{"RepoTags":["busybox:latest"]}]`, tar.TypeReg}}, `it has the link "manifest.json": nothing is loaded`},
		{"a folder that leads to the list", []entry{list(machine), {"d", ".", tar.TypeSymlink}, {"d/manifest.json", `[{"RepoTags":["busybox:latest"]}]`, tar.TypeReg}}, `it has the link "d": nothing is loaded`},
		{"a hard link", []entry{list(machine), {"manifest.json", "0/layer.tar", tar.TypeLink}}, `it has the link "manifest.json": nothing is loaded`},
		{"a device", []entry{list(machine), {"d", "", tar.TypeChar}}, `it has "d", which is no file: nothing is loaded`},
		{"no list", []entry{layer, index(named)}, `no list of images in it, expected a file of "handbook machine save"`},
		{"no name", []entry{list("")}, "no image in it has a name"},
		{"no JSON", []entry{{"manifest.json", "[{", tar.TypeReg}}, "its list of images: unexpected EOF"},
	} {
		var b bytes.Buffer
		w := tar.NewWriter(&b)
		for _, e := range c.entries {
			head := &tar.Header{Name: e.name, Typeflag: e.kind, Mode: 0o644}
			if e.kind == tar.TypeReg {
				head.Size = int64(len(e.text))
			} else {
				head.Linkname, e.text = e.text, ""
			}
			if err := w.WriteHeader(head); err != nil {
				t.Fatal(err)
			}
			if _, err := w.Write([]byte(e.text)); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		refs, err := machinesIn(&b)
		got := fmt.Sprint(refs)
		if err != nil {
			got = err.Error()
		}
		if got != c.want {
			t.Errorf("%s: %s\nwant %s", c.name, got, c.want)
		}
	}
	if refs, err := machinesIn(strings.NewReader("x")); err == nil || !slices.Equal(refs, nil) {
		t.Errorf("no file of docker save: %v, %v", refs, err)
	}
}
