package machine_test

import (
	"bytes"
	"context"
	"io"
	"strings"
	"testing"
	"time"

	"handbook/verify"
	"handbook/verify/docker/testenv"
	"handbook/verify/shell"
)

func TestExecStreams(t *testing.T) {
	t.Parallel()
	m := testenv.Start(t, testenv.Engine(t), verify.Spec{Image: "busybox"})
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()

	s, err := m.Exec(ctx, shell.Process{Args: []string{"sh", "-c", "cat; echo err >&2; exit 3"}})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	in := bytes.Repeat([]byte("\x00\xff\r\n"), 100_000)
	go func() {
		s.Write(in)
		s.CloseWrite()
	}()
	out, err := io.ReadAll(s)
	if err != nil {
		t.Fatal(err)
	}
	// An engine reads the two streams at the same time, so their order varies.
	if got := bytes.Replace(out, []byte("err\n"), nil, 1); len(got) == len(out) || !bytes.Equal(got, in) {
		t.Errorf("%d bytes came back, want %d, unchanged", len(out), len(in)+len("err\n"))
	}
	if exit, err := s.Wait(ctx); err != nil || exit != 3 {
		t.Errorf("exit status %d, %v, want 3", exit, err)
	}

	if out, exit := testenv.Process(t, m, shell.Process{Args: []string{"/no/such/program"}}); exit != 127 && exit != 126 {
		t.Errorf("a program that does not exist: exit status %d, %q, want 127", exit, out)
	}

	// If nobody reads the output, the process waits, and no memory is used here.
	s, err = m.Exec(ctx, shell.Process{Args: []string{"yes"}})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

// TestConnect checks that it is an error, and not an answer of the other side,
// when a connection's process can't be started.
func TestConnect(t *testing.T) {
	t.Parallel()
	m := testenv.Start(t, testenv.Engine(t), verify.Spec{Image: "busybox"})
	for _, test := range []struct{ script, want, err string }{
		{"", "", "no-such-program"},
		{"printf 'HTTP/1.1 200 OK'", "HTTP/1.1 200 OK", ""},
		{`printf '\026\003\003'; sleep 0.1; echo then letters`, "\x16\x03\x03then letters\n", ""},
		{"echo HTTP; sleep 0.1; echo more", "HTTP\nmore\n", ""},
		{"true", "", ""},
	} {
		args := []string{"sh", "-c", test.script}
		if test.err != "" {
			args = []string{test.err}
		}
		c, err := m.Connect(t.Context(), args...)
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(c)
		if string(got) != test.want || (err == nil) != (test.err == "") || err != nil && !strings.Contains(err.Error(), test.err) {
			t.Errorf("%q: %q, %v", args, got, err)
		}
		c.Close()
	}
}
