package docker

import (
	"context"

	"handbook/content"
)

func (m *Machine) About(ctx context.Context) (content.RecordMachine, []content.Base, error) {
	about := content.RecordMachine{Image: m.image, Platform: m.engine.platform()}
	if m.inner == nil {
		return about, nil, nil
	}
	info, err := m.inner.Info(ctx)
	if err != nil {
		return about, nil, m.failure("cannot ask the machine's engine", err)
	}
	about.Engine, about.Storage = info.ServerVersion, info.Driver
	return about, nil, nil
}
