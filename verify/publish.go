package verify

import (
	"handbook/content"
	"handbook/verify/secrets"
)

// publish hides secrets in what leaves a run, wherever they may stand. All of it
// goes through here. It returns the error that is told instead of err.
func publish(s secrets.Secrets, record *content.Record, err error) error {
	s.Clean(record)
	if record != nil {
		record.ShowControls()
	}
	switch err := err.(type) {
	case *Failures:
		s.Clean(err)
		if err.Record != nil {
			err.Record.ShowControls()
		}
	case *MachineError:
		if text := err.Err.Error(); s.Hide(text) != text {
			return &MachineError{Pos: err.Pos, Err: &hidden{s.Hide(text), err.Err}}
		}
	}
	return err
}

// A hidden error says what another one does, without secrets.
type hidden struct {
	text string
	err  error
}

func (h *hidden) Error() string { return h.text }
func (h *hidden) Unwrap() error { return h.err }
