package machine

import (
	"context"
	"net"
)

// Connect connects to a process on a machine.
func (m *Machine) Connect(ctx context.Context, args ...string) (net.Conn, error) {
	return m.instance.connect(ctx, args...)
}
