package docker

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"strings"
)

// A registry is asked over the HTTP API of the OCI distribution
// specification, without credentials: it is the mirror.
type registry struct {
	url  string // "http://127.0.0.1:5000", without a slash at its end
	http *http.Client
}

// manifest kinds that a registry may answer with.
var manifestTypes = strings.Join([]string{
	"application/vnd.oci.image.index.v1+json",
	"application/vnd.docker.distribution.manifest.list.v2+json",
	"application/vnd.oci.image.manifest.v1+json",
	"application/vnd.docker.distribution.manifest.v2+json",
}, ", ")

// A manifest is an image's, or an index of those of several platforms.
type manifest struct {
	digest string // its own

	Config    struct{ Digest string }
	Layers    []layerRef
	Manifests []struct {
		Digest   string
		Platform struct{ OS, Architecture string }
	}
}

// manifest reads a manifest by its tag or digest. repository is as in
// "library/python". An error is fs.ErrNotExist if the registry has none.
func (r registry) manifest(ctx context.Context, repository, ref string) (manifest, error) {
	var m manifest
	header, err := r.get(ctx, repository+"/manifests/"+ref, &m)
	m.digest = header.Get("Docker-Content-Digest")
	return m, err
}

// ofPlatform returns the digest of the manifest for the platform
// ("linux/amd64") in an index, or "" if there is none, or m is no index.
func (m manifest) ofPlatform(platform string) string {
	for _, one := range m.Manifests {
		if one.Platform.OS+"/"+one.Platform.Architecture == platform {
			return one.Digest
		}
	}
	return ""
}

// image returns m, or the manifest in it for the platform if it is an index.
func (r registry) image(ctx context.Context, repository string, m manifest, platform string) (manifest, error) {
	if digest := m.ofPlatform(platform); digest != "" {
		return r.manifest(ctx, repository, digest)
	}
	return m, nil
}

// labels returns the labels of an image, of that for the platform if it has
// several.
func (r registry) labels(ctx context.Context, repository string, m manifest, platform string) (map[string]string, error) {
	m, err := r.image(ctx, repository, m, platform)
	if err != nil {
		return nil, err
	}
	var image struct {
		Config struct{ Labels map[string]string }
	}
	_, err = r.get(ctx, repository+"/blobs/"+m.Config.Digest, &image)
	return image.Config.Labels, err
}

// get reads a JSON document.
func (r registry) get(ctx context.Context, path string, into any) (http.Header, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, r.url+"/v2/"+path, nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Accept", manifestTypes)
	resp, err := r.http.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	switch resp.StatusCode {
	case http.StatusOK:
	case http.StatusNotFound:
		return nil, fs.ErrNotExist
	default:
		return nil, fmt.Errorf("%s answers %q", r.url, resp.Status)
	}
	const most = 4 << 20
	return resp.Header, json.NewDecoder(io.LimitReader(resp.Body, most)).Decode(into)
}

// http returns a client that trusts what machines trust.
func (e *Engine) http() *http.Client {
	if len(e.opts.CA) == 0 {
		return http.DefaultClient
	}
	roots, err := x509.SystemCertPool()
	if err != nil {
		roots = x509.NewCertPool()
	}
	roots.AppendCertsFromPEM(e.opts.CA)
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.TLSClientConfig = &tls.Config{RootCAs: roots}
	return &http.Client{Transport: transport}
}
