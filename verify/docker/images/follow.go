package images

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"time"
)

// follow has the engine pull or push an image, and reads what it tells of that to
// the end. It returns the digest of what was pushed. While a registry sends
// anything, the engine tells of it.
func (p *Puller) follow(ctx context.Context, begin func(context.Context) (io.ReadCloser, error)) (digest string, err error) {
	patience := cmp.Or(p.Patience, 10*time.Minute)
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	over := time.AfterFunc(patience, func() { cancel(silentError{patience}) })
	defer over.Stop()
	body, err := begin(ctx)
	if err == nil {
		defer body.Close()
		digest, err = readMessages(heard{body, func() { over.Reset(patience) }}, func(string) {})
	}
	if silent, ok := context.Cause(ctx).(silentError); ok && err != nil {
		return "", silent
	}
	return digest, err
}

// A silentError says that a registry was waited for long enough.
type silentError struct{ waited time.Duration }

func (e silentError) Error() string {
	return fmt.Sprintf("the registry has sent nothing for %v", e.waited)
}

// heard tells when something is read.
type heard struct {
	io.Reader
	something func()
}

func (h heard) Read(b []byte) (int, error) {
	n, err := h.Reader.Read(b)
	if n > 0 {
		h.something()
	}
	return n, err
}
