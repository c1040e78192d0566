package images

import (
	"context"
	"fmt"

	"github.com/containerd/errdefs"
	"github.com/distribution/reference"
	"github.com/docker/docker/api/types/image"

	"handbook/content/record"
	"handbook/verify/cleanup"
)

// List returns the images that the engine has, one for each name. Those of the
// hub's user are the lab's own, even if they were pulled.
func (s *Store) List(ctx context.Context) ([]cleanup.Image, error) {
	list, err := s.config.Client.ImageList(ctx, image.ListOptions{})
	if err != nil {
		return nil, &Error{Op: "cannot list the machine's images", Err: err}
	}
	s.pulls.catchUp(ctx)
	pulled := map[string]bool{}
	for _, p := range s.pulls.all() {
		if !s.config.Hub.Owns(p.name) {
			pulled[record.CanonicalRef(reference.FamiliarString(p.name))] = true
		}
	}
	var all []cleanup.Image
	for _, one := range list {
		found := cleanup.Image{ID: one.ID}
		if found.Layers, err = s.layersOf(ctx, one.ID); err != nil {
			return nil, err
		}
		names := tagsOf(one)
		for i, name := range names {
			names[i] = record.CanonicalRef(name)
		}
		if len(names) == 0 { // it may have been pulled by its digest
			for _, name := range one.RepoDigests {
				if name = record.CanonicalRef(name); pulled[name] {
					names = append(names, name)
				}
			}
		}
		if len(names) == 0 {
			all = append(all, found)
		}
		for _, name := range names {
			found.Name, found.Pulled = name, pulled[name]
			all = append(all, found)
		}
	}
	return all, nil
}

// layersOf returns the layers of an image. The engine does not tell which ones
// two images have in common, but when each was made.
func (s *Store) layersOf(ctx context.Context, id string) ([]cleanup.Layer, error) {
	history, err := s.config.Client.ImageHistory(ctx, id)
	if errdefs.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, &Error{Op: "cannot ask for an image's history", Err: err}
	}
	var all []cleanup.Layer
	for _, h := range history {
		if h.Size > 0 {
			all = append(all, cleanup.Layer{Key: fmt.Sprint(h.Created, " ", h.Size, " ", h.CreatedBy), Bytes: h.Size})
		}
	}
	return all, nil
}
