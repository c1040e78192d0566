package images

import (
	"errors"
	"fmt"
	"slices"
	"testing"
)

func TestBases(t *testing.T) {
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
	if got := Bases([]byte(dockerfile)); !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestDigestOf(t *testing.T) {
	const digest = "sha256:8c26ae73a1376499dff7e6071739c79187b7cba39619d4a721d47392c25a90be"
	for _, test := range []struct{ ref, repoDigest, tag, want string }{
		{"python", "python@" + digest, "latest", digest},
		{"student/app:1.1", "other@" + digest, "1.1", ""},
		{"ghcr.io/a/b:c", "a/b@" + digest, "c", digest},
		{"python:3", "127.0.0.1:5000/library/python@" + digest, "3", digest},
	} {
		name, err := parseRef(test.ref)
		if err != nil {
			t.Fatal(err)
		}
		if got := tag(name); got != test.tag {
			t.Errorf("tag(%q) = %q, want %q", test.ref, got, test.tag)
		}
		if got := digestOf(name, []string{test.repoDigest}); got != test.want {
			t.Errorf("digestOf(%q, %q) = %q, want %q", test.ref, test.repoDigest, got, test.want)
		}
	}
}

// TestMissing reads what engines, registries and containerd say of a failed
// pull.
func TestMissing(t *testing.T) {
	const none, platform = `there is no image "x"`, `the image "x" is not made for this engine's platform linux/arm64`
	for said, want := range map[string]string{
		"manifest for busybox:9 not found: manifest unknown: manifest unknown":                          none,
		"pull access denied for x, repository does not exist or may require 'docker login'":             none,
		"name unknown: repository name not known to registry":                                           none,
		"no matching manifest for linux/arm64 in the manifest list entries":                             platform,
		"no match for platform in manifest: not found":                                                  platform,
		"Get \"https://registry-1.docker.io/v2/\": dial tcp: lookup registry-1.docker.io: no such host": "",
		"write /var/lib/docker/tmp/GetImageBlob1: no space left on device":                              "",
	} {
		got, _ := missing(errors.New(said))
		if got != "" {
			got = fmt.Sprintf(got, "x", "linux/arm64")
		}
		if got != want {
			t.Errorf("%q: %q, want %q", said, got, want)
		}
	}
}

func TestFromBase(t *testing.T) {
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
		if ok != (test.base != "") || ok && got.name.String() != test.base {
			t.Errorf("fromBase(%q) = %v, want %q", test.name, got.name, test.base)
		}
	}
}
