package verify

import (
	"slices"
	"time"

	"handbook/verify/screen"
)

// outputPause is the shortest time between two events that carry output.
const outputPause = 100 * time.Millisecond

// follow returns a function that is called with the screen of a running command, and
// sends what it shows in events like e.
func (l *lab) follow(e Event) func(*screen.Screen) {
	var last time.Time
	var told []string
	return func(s *screen.Screen) {
		e.Lines, e.News, e.Output, e.Above = s.Count(), false, nil, 0
		if now := time.Now(); l.Outputs && now.Sub(last) >= outputPause {
			lines, above := s.Recent(MaxOutput)
			lines = slices.Clone(lines)
			l.secrets.Redact(lines)
			if !slices.Equal(lines, told) {
				last, told = now, lines
				e.News, e.Output, e.Above = true, lines, above
			}
		}
		l.progress.tell(e)
	}
}

// printed returns an event with the output of a command that has ended.
func (l *lab) printed(e Event, output []string) Event {
	if l.Outputs {
		e.Above = max(len(output)-MaxOutput, 0)
		e.News, e.Output = true, slices.Clone(output[e.Above:])
	}
	return e
}

// done sends the event that a command or a snippet is done, with what has failed.
func (l *lab) done(e Event) {
	if l.progress.to == nil {
		return
	}
	failed := &Failures{}
	for _, f := range l.failed.All {
		f := *f
		f.Details = slices.Clone(f.Details)
		failed.All = append(failed.All, &f)
	}
	l.secrets.Clean(failed)
	e.State, e.Failures = StepDone, failed.All
	l.progress.tell(e)
}
