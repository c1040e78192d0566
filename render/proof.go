package render

import (
	"handbook/content"
	"handbook/render/results"
)

// A Proof is what a lab's page says about its verification, with links.
type Proof struct {
	results.Proof
	Record  string // URL, or ""
	Script  string // URL, or ""
	Archive string // URL, or ""
	All     string // URL of the table of all labs
}

// proof returns the proof of a lab.
func (f *frame) proof(p *content.Page) *Proof {
	v := &Proof{Proof: *results.NewProof(p, f.menu.fresh.Of(p), f.targets.Outline(p).Skipped, f.theme.Words)}
	if p.Record != nil {
		v.Record = recordName
	}
	return v
}
