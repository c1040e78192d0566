package docker

import (
	"context"

	"handbook/verify/docker/daemon"
)

// Facts returns what is known of the engine.
func (e *Engine) Facts(ctx context.Context) daemon.Facts { return e.daemon.Facts(ctx) }

// MachineImage returns the reference of the image of machines with the engine of
// that name, and whether the engine outside has it already. If not, the first
// machine builds it.
func (e *Engine) MachineImage(ctx context.Context, engine string) (ref string, exists bool, err error) {
	k, err := e.kind(engine)
	if err != nil {
		return "", false, err
	}
	exists, err = k.image.Exists(ctx)
	return k.image.Ref, exists, e.daemon.Failure("", err)
}

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
