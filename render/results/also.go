package results

import (
	"iter"

	"handbook/content"
	"handbook/content/config"
)

// An Other is what a lab did on a machine other than the one whose results its
// page shows.
type Other struct {
	Engine string // "Docker 28"
	Record *content.Record
}

// others returns the results of a record's other engines.
func others(r *content.Record) (all []Other) {
	if r == nil {
		return nil
	}
	for i := range r.Also {
		also := &r.Also[i]
		if also.Machine.Docker != r.Machine.Docker { // else it is only another platform
			all = append(all, Other{config.DockerName(also.Machine.Docker), &content.Record{Results: *also}})
		}
	}
	return all
}

// Differing yields each result of a command on another engine that is not that of
// the page, with the engine's name.
func (r *Results) Differing(s *content.Snippet, command int) iter.Seq2[string, *content.CommandResult] {
	return func(yield func(string, *content.CommandResult) bool) {
		for _, other := range r.Others {
			if ran := other.Record.Of(s).Command(command); ran != nil && ran.Differs && !yield(other.Engine, ran) {
				return
			}
		}
	}
}
