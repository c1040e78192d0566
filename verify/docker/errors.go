package docker

import (
	"fmt"

	"handbook/content"
	"handbook/verify/docker/daemon"
	"handbook/verify/docker/rights"
)

// ReasonRights is the reason of a daemon.Error about an engine that does not give
// machines what they need.
const ReasonRights content.Reason = "engine-rights"

// withoutRights says why no engine can run on a machine.
func withoutRights(d *daemon.Daemon, none *rights.NoneError) error {
	return &daemon.Error{
		Msg:    fmt.Sprintf("no Docker Engine can run in a container of the one at %s%s", d.At, none.Reasons),
		Reason: ReasonRights,
	}
}
