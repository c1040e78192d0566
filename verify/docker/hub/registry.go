package hub

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

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

// A Registry is asked over the HTTP API of the OCI distribution
// specification, without credentials.
type Registry struct {
	URL  string // "http://127.0.0.1:5000", without a slash at its end
	HTTP *http.Client
}

// manifestTypes are the kinds of manifests that a registry may answer with.
var manifestTypes = strings.Join([]string{
	ocispec.MediaTypeImageIndex,
	"application/vnd.docker.distribution.manifest.list.v2+json",
	ocispec.MediaTypeImageManifest,
	"application/vnd.docker.distribution.manifest.v2+json",
}, ", ")

// A Manifest is that of an image, or an index of the manifests for several
// platforms. Docker's own formats have the same fields as OCI's.
type Manifest struct {
	ocispec.Manifest
	Manifests []ocispec.Descriptor

	Digest digest.Digest `json:"-"` // its own; empty if the registry does not tell
}

// For returns the digest of the manifest for a platform ("linux/amd64") in an
// index. It is empty if there is none, or if m is not an index.
func (m Manifest) For(platform string) digest.Digest {
	for _, one := range m.Manifests {
		if p := one.Platform; p != nil && p.OS+"/"+p.Architecture == platform {
			return one.Digest
		}
	}
	return ""
}

// Manifest reads a manifest by its tag or digest. repository is of the form
// "library/python". The error is fs.ErrNotExist if the registry has none.
func (r Registry) Manifest(ctx context.Context, repository, ref string) (Manifest, error) {
	var m Manifest
	header, err := r.get(ctx, repository+"/manifests/"+ref, &m)
	m.Digest = digest.Digest(header.Get("Docker-Content-Digest"))
	return m, err
}

// Image reads the manifest and the configuration of an image. If m is an
// index, it is the image for the platform.
func (r Registry) Image(ctx context.Context, repository string, m Manifest, platform string) (Manifest, ocispec.Image, error) {
	var config ocispec.Image
	if id := m.For(platform); id != "" {
		var err error
		if m, err = r.Manifest(ctx, repository, id.String()); err != nil {
			return m, config, err
		}
	}
	_, err := r.get(ctx, repository+"/blobs/"+m.Config.Digest.String(), &config)
	return m, config, err
}

// get reads a JSON document.
func (r Registry) get(ctx context.Context, path string, into any) (http.Header, error) {
	resp, err := r.request(ctx, path)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	switch resp.StatusCode {
	case http.StatusOK:
	case http.StatusNotFound:
		return nil, fs.ErrNotExist
	default:
		return nil, fmt.Errorf("%s answers %q", r.URL, resp.Status)
	}
	const most = 4 << 20
	return resp.Header, json.NewDecoder(io.LimitReader(resp.Body, most)).Decode(into)
}

func (r Registry) request(ctx context.Context, path string) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, r.URL+"/v2/"+path, nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Accept", manifestTypes)
	return r.HTTP.Do(req)
}

// Client returns an HTTP client that trusts a bundle of PEM certificates in
// addition to those of the system.
func Client(ca []byte) *http.Client {
	if len(ca) == 0 {
		return http.DefaultClient
	}
	roots, err := x509.SystemCertPool()
	if err != nil {
		roots = x509.NewCertPool()
	}
	roots.AppendCertsFromPEM(ca)
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.TLSClientConfig = &tls.Config{RootCAs: roots}
	return &http.Client{Transport: transport}
}
