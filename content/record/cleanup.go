package record

// A Cleanup is what a lab has left on its machine, and what removes it.
type Cleanup struct {
	Machine string `json:"machine,omitempty"` // its name, if the lab names its machines
	Left    []Left `json:"left,omitempty"`
	// Commands remove what is left and nothing else; they have been tested.
	// There are none if the page ends with a clean-up of its own.
	Commands []string `json:"commands,omitempty"`
	Own      bool     `json:"own,omitempty"` // the page ends with a clean-up of its own
	Choices  []Choice `json:"choices,omitempty"`
	// Nameless is the number of containers that no command can refer to, since
	// neither they nor their images have a name. They are not removed.
	Nameless int `json:"nameless,omitempty"`
	// Outside are files outside of the lab's directory that the lab has made,
	// and Changed those that it has changed. They are not removed.
	Outside []string `json:"outside,omitempty"`
	Changed []string `json:"changed,omitempty"`
}

// Left is what a lab has left of one kind.
type Left struct {
	Kind  LeftKind `json:"kind"`
	Names []string `json:"names,omitempty"` // as on the page; those of files are relative to the lab's directory
	Count int      `json:"count"`           // a directory counts as the number of files in it
	Bytes int64    `json:"bytes,omitempty"`
}

// A Choice is something that readers may want to keep, because it saves time
// or because its command could remove things that are not the lab's.
type Choice struct {
	Left
	Commands []string `json:"commands"`
}

// LeftKind is a kind of what a lab leaves.
type LeftKind string

const (
	LeftContainers LeftKind = "containers"
	LeftUnnamed    LeftKind = "unnamed containers" // Names are those of their images
	LeftVolumes    LeftKind = "volumes"
	LeftNetworks   LeftKind = "networks"
	LeftImages     LeftKind = "images"
	LeftSwarm      LeftKind = "swarm"
	LeftBuilders   LeftKind = "builders" // of "docker buildx create"
	LeftLogins     LeftKind = "logins"
	LeftFiles      LeftKind = "files"

	// Kinds of choices.
	LeftBases     LeftKind = "base images"
	LeftDangling  LeftKind = "dangling images"
	LeftAnonymous LeftKind = "anonymous volumes"
	LeftCache     LeftKind = "build cache"
)

// AllCleanups returns the clean-ups of all machines, in their order.
func (r *Results) AllCleanups() (all []*Cleanup) {
	if r.Cleanup != nil {
		all = append(all, r.Cleanup)
	}
	for i := range r.Cleanups {
		all = append(all, &r.Cleanups[i])
	}
	return all
}

// Of returns what is left of a kind; its Count is 0 if nothing is.
func (c *Cleanup) Of(kind LeftKind) Left {
	for _, left := range c.Left {
		if left.Kind == kind {
			return left
		}
	}
	return Left{Kind: kind}
}
