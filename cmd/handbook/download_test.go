package main

import (
	"archive/zip"
	"bytes"
	"context"
	"io"
	"path"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"handbook/content"
	"handbook/content/config"
	"handbook/render"
	"handbook/verify"
	"handbook/verify/docker/machineimage"
	"handbook/verify/docker/testenv"
	"handbook/verify/plans"
	"handbook/verify/shell"
)

// What readers download works: the files of a lab, unpacked on a fresh
// machine, build the lab's image, and its script goes through there.
func TestDownload(t *testing.T) {
	t.Parallel()
	engine := testenv.Engine(t)
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	page := strings.ReplaceAll(`---
lab:
  dir: ~/docker labs/hello
---
# Hello

'''bash
cat > app.py <<'PY'
print('Hello')
PY
mkdir .venv; head -c 100000 /dev/zero > .venv/x
'''

'''dockerfile file=Dockerfile
FROM python:3.12-slim
COPY app.py sub/run.sh ./
CMD ["./run.sh"]
'''

'''sh file=sub/run.sh mode=0755
#!/bin/sh
exec python app.py
'''

'''diff file=app.py
-print('Hello')
+print('Hello from a download')
'''

'''bash
docker build -q -t hello . > /dev/null
docker run --rm hello
# -> Hello from a download
'''
`, "'''", "```")
	site, err := content.Load(fstest.MapFS{"hello.md": {Data: []byte(page)}}, "content")
	if err != nil {
		t.Fatal(err)
	}
	lab := site.Pages[0]
	plan, err := plans.New(site, lab, machineimage.BuiltinRef(config.Engines[0]))
	if err != nil {
		t.Fatal(err)
	}
	if lab.Record, err = (&verify.Runner{Engine: engine}).Run(ctx, plan); err != nil {
		t.Fatal(err)
	}
	fresh := content.Freshness{lab.Path: {State: content.Fresh}}
	files, err := render.Site(site, fresh, render.Options{})
	if err != nil {
		t.Fatal(err)
	}

	m, err := engine.Start(ctx, verify.Spec{Page: "download", Image: config.DockerMachine, Network: "open"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { m.Close() })
	unpack(t, ctx, m, files["hello/files.zip"])
	const build = "cd /root/got/hello && cat LEFT-OUT.txt && docker build -q -t again . > /dev/null && docker run --rm again && HOME=/root/else ./lab.sh"
	out, exit := on(t, ctx, m, "", "sh", "-c", build)
	if exit != 0 || !strings.Contains(out, ".venv/x, 100 kB") || strings.Count(out, "Hello from a download") != 2 {
		t.Errorf("exit status %d, printed:\n%s", exit, out)
	}
}

// unpack puts a zip archive's files below /root/got.
func unpack(t *testing.T, ctx context.Context, m verify.Machine, archive []byte) {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		const put = `mkdir -p "${1%/*}" && cat > "$1" && if [ "$2" = x ]; then chmod +x "$1"; fi`
		executable := ""
		if f.Mode()&0o100 != 0 {
			executable = "x"
		}
		if out, exit := on(t, ctx, m, string(b), "sh", "-c", put, "sh", path.Join("/root/got", f.Name), executable); exit != 0 {
			t.Fatalf("%s: %s", f.Name, out)
		}
	}
}

// on runs a command on a machine.
func on(t *testing.T, ctx context.Context, m verify.Machine, in string, args ...string) (string, int) {
	t.Helper()
	s, err := m.Exec(ctx, shell.Process{Args: args})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if _, err := io.WriteString(s, in); err != nil {
		t.Fatal(err)
	}
	if err := s.CloseWrite(); err != nil {
		t.Fatal(err)
	}
	out, err := io.ReadAll(s)
	if err != nil {
		t.Fatal(err)
	}
	exit, err := s.Wait(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return string(out), exit
}
