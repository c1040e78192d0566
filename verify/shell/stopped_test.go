package shell

import (
	"bufio"
	"context"
	"io"
	"strings"
	"testing"
)

// A shell is left stopped if nothing continues it. The job that does so may have ended
// by the time the jobs are asked for: then the shell runs again.
func TestLeftStopped(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, jobs, then string
		want             bool
	}{
		{"no job", "", "stopped", true},
		{"a job", "17 rests 3\n", "stopped", false},
		{"a job that has continued it and ended", "", "read", false},
		{"a job that has killed it", "", "gone", false},
	} {
		w := &watch{terminal: &terminal{pid: "1", host: newQuestions(answers{"jobs 1": test.jobs, "at 1 ": test.then + "\n"})}}
		if got := w.leftStopped(t.Context()); got != test.want {
			t.Errorf("%s: %v, want %v", test.name, got, test.want)
		}
		w.host.close()
	}
}

// Answers are a host that has only the answers to questions about its processes.
type answers map[string]string

func (a answers) Exec(ctx context.Context, p Process) (Stream, error) {
	return answering(func(question string) string {
		if last := strings.LastIndexByte(question, ' '); a[question] == "" { // with a mark
			question = question[:last]
		}
		return a[question]
	}).Exec(ctx, p)
}

// An answering is a host that only answers questions about its processes.
type answering func(question string) string

func (a answering) Exec(context.Context, Process) (Stream, error) {
	in, question := io.Pipe()
	answer, out := io.Pipe()
	go func() {
		skipped := int64(len(questionsScript))
		if _, err := io.CopyN(io.Discard, in, skipped); err != nil {
			return
		}
		io.WriteString(out, "ready\n")
		for lines := bufio.NewScanner(in); lines.Scan(); {
			io.WriteString(out, a(lines.Text())+".\n")
		}
	}()
	return conversation{answer, question}, nil
}

type conversation struct {
	io.Reader
	io.WriteCloser
}

func (conversation) CloseWrite() error                 { return nil }
func (conversation) Wait(context.Context) (int, error) { return 0, nil }
