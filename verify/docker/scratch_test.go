package docker

import (
	"context"
	"io"
	"log/slog"
	"os"
	"testing"
	"time"

	"handbook/verify"
)

func TestScratch(t *testing.T) {
	ctx := context.Background()
	ca, _ := os.ReadFile("/etc/ssl/certs/ca-certificates.crt")
	e, err := Open(ctx, Options{CA: ca, CacheDir: "/tmp/w/cache", Log: slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelDebug})), Progress: func(s string) { _ = s }, Mirror: os.Getenv("HANDBOOK_MIRROR")})
	if err != nil {
		t.Fatal(err)
	}
	for range 1 {
		t0 := time.Now()
		m, err := e.Start(ctx, verify.Spec{Page: "labs/04-flask.md", Image: "docker"})
		if err != nil {
			t.Fatal(err)
		}
		t.Log("up", time.Since(t0))
		t1 := time.Now()
		a, _, err := m.About(ctx)
		t.Log(a, err, time.Since(t1))
		t1 = time.Now()
		a, _, err = m.About(ctx)
		t.Log("about again", err, time.Since(t1))
		t1 = time.Now()
		out, code, err := m.(*Machine).output(ctx, "bash", "-c", "curl -sS -o /dev/null -w '%{http_code}' https://pypi.org/simple/flask/; docker run --rm hello-world; mkdir -p /x; cd /x; printf 'FROM python:3.12-alpine\nWORKDIR /app\nRUN pip install Flask==3.0.3\nRUN python -c \"import flask\"\n' >Dockerfile; docker build -t t . 2>&1; docker pull python:3.12-slim; docker image ls; docker image inspect -f '{{.Config.Labels}}' t; docker run python:3.12-slim sh -c 'time pip install Flask==3.0.3'")
		t.Log(out, code, err, time.Since(t1))
		t1 = time.Now()
		s, err := m.Exec(ctx, verify.Process{Args: []string{"bash", "-c", "stty size; tty; exit 3"}, TTY: true})
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(s)
		code, werr := s.Wait(ctx)
		t.Logf("%q %v %v %v", b, err, code, werr)
		t.Log(time.Since(t1))
		t1 = time.Now()
		t.Log(m.Close(), time.Since(t1), m.Enter())
	}
}
