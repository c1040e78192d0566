package results

import (
	"iter"

	"handbook/content"
	"handbook/content/config"
)

// An Other has the results of a lab on another machine than the one whose
// results its page shows.
type Other struct {
	Name   string // "Docker 28", "linux/arm64", or "Docker 28 (linux/arm64)"
	Record *content.Record
}

// others returns the results of a record on other engines and platforms.
func others(r *content.Record) (all []Other) {
	if r == nil {
		return nil
	}
	for i := range r.Also {
		also := &r.Also[i]
		all = append(all, Other{otherName(r.Machine, also.Machine), &content.Record{Results: *also}})
	}
	return all
}

// otherName returns a name of another machine that says how it differs from
// the first one.
func otherName(first, other content.RecordMachine) string {
	switch {
	case first.Platform == other.Platform:
		return config.DockerName(other.Docker)
	case first.Docker == other.Docker:
		return other.Platform
	}
	return onPlatform(other)
}

func onPlatform(m content.RecordMachine) string {
	if m.Docker == "" {
		return m.Platform
	}
	return config.DockerName(m.Docker) + " (" + m.Platform + ")"
}

// Measured names the machine with that engine where a value was measured, if
// there are several; else it is "". An empty name of an engine means the
// page's first one.
func (r *Results) Measured(docker string) string {
	if len(r.Others) == 0 {
		return ""
	}
	on := r.Record.Machine
	if docker != "" {
		if also := r.Record.On(docker); also != nil {
			on = also.Machine
		}
	}
	for _, other := range r.Others {
		if other.Record.Machine.Platform != r.Record.Machine.Platform {
			return onPlatform(on)
		}
	}
	return config.DockerName(on.Docker)
}

// Differing yields each result of a command on another machine that is not that of
// the page, with the machine's name.
func (r *Results) Differing(s *content.Snippet, command int) iter.Seq2[string, *content.CommandResult] {
	return func(yield func(string, *content.CommandResult) bool) {
		for _, other := range r.Others {
			if ran := other.Record.Of(s.Number, s.Role).Command(command); ran != nil && ran.Differs && !yield(other.Name, ran) {
				return
			}
		}
	}
}
