package docker

import (
	"slices"
	"strings"
	"testing"
)

func TestFromRefs(t *testing.T) {
	const dockerfile = `# syntax=docker/dockerfile:1
ARG VERSION=3
FROM debian:forky-slim AS first
from --platform=linux/amd64 alpine
FROM python:$VERSION
FROM first
FROM scratch
RUN echo FROM busybox
`
	want := []string{"debian:forky-slim", "alpine"}
	if got := fromRefs([]byte(dockerfile)); !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if got := fromRefs(builtinDockerfile); len(got) != 1 {
		t.Errorf("the built-in one starts from %q", got)
	}
}

func TestSlug(t *testing.T) {
	for page, want := range map[string]string{
		"labs/04-flask.md":          "04-flask-",
		`C:\labs\Übung 1.md`:        "bung-1-",
		"":                          "",
		"日本語.md":                    "",
		strings.Repeat("x", 99):     strings.Repeat("x", 40) + "-",
		"TestSide_By/Side (two).md": "Side--two-",
	} {
		if got := slug(page); got != want {
			t.Errorf("slug(%q) = %q, want %q", page, got, want)
		}
	}
}

func TestHexPorts(t *testing.T) {
	if got, want := hexPorts([]string{"5000/tcp", "53/udp", "7/sctp"}), "tcp/1388,udp/0035"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestReferences(t *testing.T) {
	const digest = "sha256:8c26ae73a1376499dff7e6071739c79187b7cba39619d4a721d47392c25a90be"
	for _, test := range []struct {
		ref, full, familiar, tag string
		repoDigests              []string
		digest                   string
	}{
		{"python", "docker.io/library/python:latest", "python:latest", "latest", []string{"python@" + digest}, digest},
		{"student/app:1.1", "docker.io/student/app:1.1", "student/app:1.1", "1.1", []string{"other@" + digest}, ""},
		{"ghcr.io/a/b:c", "ghcr.io/a/b:c", "ghcr.io/a/b:c", "c", nil, ""},
		{"python:3", "docker.io/library/python:3", "python:3", "3", []string{"127.0.0.1:5000/library/python@" + digest}, digest},
	} {
		if got := full(test.ref); got != test.full {
			t.Errorf("full(%q) = %q, want %q", test.ref, got, test.full)
		}
		if got := familiar(test.full); got != test.familiar {
			t.Errorf("familiar(%q) = %q, want %q", test.full, got, test.familiar)
		}
		if got := tag(test.ref); got != test.tag {
			t.Errorf("tag(%q) = %q, want %q", test.ref, got, test.tag)
		}
		if got := digestOf(test.ref, test.repoDigests); got != test.digest {
			t.Errorf("digestOf(%q, %q) = %q, want %q", test.ref, test.repoDigests, got, test.digest)
		}
	}
}

func TestBuildSteps(t *testing.T) {
	const digest = "sha256:8c26ae73a1376499dff7e6071739c79187b7cba39619d4a721d47392c25a90be"
	for _, test := range []struct {
		name string
		base string
	}{
		{"[1/5] FROM docker.io/library/python:3.12-slim@" + digest, "docker.io/library/python:3.12-slim"},
		{"[build 1/3] FROM docker.io/library/golang:1@" + digest, "docker.io/library/golang:1"},
		{"FROM docker.io/library/alpine:3.20@" + digest, "docker.io/library/alpine:3.20"},
		{"docker-image://docker.io/docker/dockerfile:1@" + digest, "docker.io/docker/dockerfile:1"},
		{"[2/5] WORKDIR /app", ""},
		{"[2/5] RUN echo FROM there", ""},
	} {
		got, ok := fromBase(test.name)
		if ok != (test.base != "") || got.name != test.base {
			t.Errorf("fromBase(%q) = %q, want %q", test.name, got.name, test.base)
		}
	}
}
