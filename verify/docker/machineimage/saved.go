package machineimage

import (
	"archive/tar"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"path"
	"slices"
	"strings"

	"handbook/verify/docker/sweep"
)

// maxManifest is how many bytes a list of the images in a file may have.
const maxManifest = 1 << 20

// A saved is what the lists of a file of "docker save" say. There may be two of
// them, and which one an engine goes by depends on how it stores images.
type saved struct {
	lists map[string][]string // names of images, by the list
}

// machinesIn returns the references of the images in a file of "docker save".
// All of them have to be built-in machines' or those of a site. An engine unpacks
// the whole file before it reads a list, so one that comes twice, or is reached
// through a link, is not what stands here, and the file is refused.
func machinesIn(file io.Reader) (refs []string, err error) {
	s := saved{map[string][]string{}}
	for files := tar.NewReader(file); ; {
		head, err := files.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("%w, expected a file of \"handbook machine save\"", err)
		}
		if err := s.entry(head, files); err != nil {
			return nil, err
		}
	}
	refs, ok := s.lists[manifestList]
	if !ok {
		return nil, errors.New("no list of images in it, expected a file of \"handbook machine save\"")
	}
	for _, list := range slices.Sorted(maps.Keys(s.lists)) {
		for _, ref := range s.lists[list] {
			if !strings.HasPrefix(strings.TrimPrefix(ref, "docker.io/library/"), sweep.MachineRepository+":") {
				return nil, fmt.Errorf("it has the image %s, which is not that of a machine: nothing is loaded", ref)
			}
		}
	}
	if len(refs) == 0 {
		return nil, errors.New("no image in it has a name")
	}
	return refs, nil
}

// Names of lists of images.
const (
	manifestList = "manifest.json" // Docker's
	indexList    = "index.json"    // that of the Open Container Initiative, which containerd reads
)

// entry reads an entry of the file if it is a list, and refuses one that could
// make another list of it.
func (s saved) entry(head *tar.Header, text io.Reader) error {
	name := path.Clean("/" + head.Name)[1:]
	switch head.Typeflag {
	case tar.TypeReg, tar.TypeDir:
	case tar.TypeSymlink, tar.TypeLink:
		if path.Base(name) == "layer.tar" && path.Base(head.Linkname) == "layer.tar" { // older engines save a layer once
			return nil
		}
		return fmt.Errorf("it has the link %q: nothing is loaded", head.Name)
	default:
		return fmt.Errorf("it has %q, which is no file: nothing is loaded", head.Name)
	}
	if name != manifestList && name != indexList {
		return nil
	}
	if _, again := s.lists[name]; again || head.Typeflag != tar.TypeReg {
		return fmt.Errorf("it has %q twice: nothing is loaded", head.Name)
	}
	names, err := namesIn(name, io.LimitReader(text, maxManifest))
	if err != nil {
		return fmt.Errorf("its list of images: %w", err)
	}
	s.lists[name] = names
	return nil
}

// namesIn returns the names of the images in a list.
func namesIn(list string, text io.Reader) (names []string, err error) {
	if list == manifestList {
		var images []struct{ RepoTags []string }
		err := json.NewDecoder(text).Decode(&images)
		for _, image := range images {
			names = append(names, image.RepoTags...)
		}
		return names, err
	}
	var index struct {
		Manifests []struct{ Annotations map[string]string }
	}
	err = json.NewDecoder(text).Decode(&index)
	for _, image := range index.Manifests {
		name := image.Annotations["io.containerd.image.name"]
		if name == "" {
			name = image.Annotations["org.opencontainers.image.ref.name"]
		}
		if name != "" { // without one it gets none
			names = append(names, name)
		}
	}
	return names, err
}
