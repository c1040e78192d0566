package labs

import (
	"strings"

	"handbook/verify/docker/hub"
	"handbook/verify/plans"
)

// pin sets the base images of a plan to those of its record, and prints those
// that can't be pinned, with the reasons.
func (b *batch) pin(plan *plans.Plan) {
	record := plan.Page.Record
	if record == nil {
		b.say("%s has no record, so its base images are those of today", plan.Page.File())
		return
	}
	plan.Pinned = record.Bases
	why := map[string][]string{}
	var reasons []string
	for _, base := range record.Bases {
		if reason := hub.WhyNotPinned(base); reason != "" {
			if why[reason] == nil {
				reasons = append(reasons, reason)
			}
			why[reason] = append(why[reason], base.Image)
		}
	}
	for _, reason := range reasons {
		b.say("%s: not pinned: %s (%s)", plan.Page.File(), strings.Join(why[reason], ", "), reason)
	}
}
