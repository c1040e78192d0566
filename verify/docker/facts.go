package docker

import (
	"context"

	"handbook/verify/docker/daemon"
)

// Facts returns what is known of the engine.
func (e *Engine) Facts(ctx context.Context) daemon.Facts { return e.daemon.Facts(ctx) }

// Rights says which rights machines with the engine of that name are given. It
// is known once one was made.
func (e *Engine) Rights(engine string) string {
	k, err := e.kind(engine)
	if err != nil {
		return ""
	}
	if r, known := k.rights.Found(); known {
		return r.String()
	}
	return ""
}
