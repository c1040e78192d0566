package record

// A Cleanup is what a lab has left on its machine, and what removes it.
type Cleanup struct {
	Machine string `json:"machine,omitempty"` // on which this is, of a lab that names its machines
	Left    []Left `json:"left,omitempty"`
	// Commands remove what is left, and nothing else; they were run. There are
	// none if the page's own last commands are a clean-up.
	Commands []string `json:"commands,omitempty"`
	Own      bool     `json:"own,omitempty"` // the page's last commands are a clean-up
	Choices  []Choice `json:"choices,omitempty"`
	// Nameless is the number of containers that no command can find again:
	// neither they nor their images have a name. Nothing removes them.
	Nameless int `json:"nameless,omitempty"`
	// Outside are files outside of the lab's directory that the lab has made,
	// and Changed those that it has changed. Nothing removes them.
	Outside []string `json:"outside,omitempty"`
	Changed []string `json:"changed,omitempty"`
}

// Left is what a lab has left of one kind.
type Left struct {
	Kind  LeftKind `json:"kind"`
	Names []string `json:"names,omitempty"` // as on the page; those of files are relative to the lab's directory
	Count int      `json:"count"`           // of a directory, the files in it are counted
	Bytes int64    `json:"bytes,omitempty"`
}

// A Choice is what may as well stay, since it saves time or since what removes
// it may remove what is not the lab's.
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
