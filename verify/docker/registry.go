package docker

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
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
	Config    struct{ Digest string }
	Manifests []struct {
		Digest   string
		Platform struct{ OS, Architecture string }
	}
}

// has tells whether the registry has an image with this digest. repository
// is as in "library/python".
func (r registry) has(ctx context.Context, repository, digest string) (bool, error) {
	_, err := r.manifest(ctx, repository, digest)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}

// labels returns the labels of an image, of that for the platform
// ("linux/amd64") if it has several.
func (r registry) labels(ctx context.Context, repository, digest, platform string) (map[string]string, error) {
	m, err := r.manifest(ctx, repository, digest)
	if err != nil {
		return nil, err
	}
	for _, one := range m.Manifests {
		if one.Platform.OS+"/"+one.Platform.Architecture == platform {
			if m, err = r.manifest(ctx, repository, one.Digest); err != nil {
				return nil, err
			}
			break
		}
	}
	var image struct {
		Config struct{ Labels map[string]string }
	}
	err = r.get(ctx, repository+"/blobs/"+m.Config.Digest, &image)
	return image.Config.Labels, err
}

func (r registry) manifest(ctx context.Context, repository, ref string) (manifest, error) {
	var m manifest
	err := r.get(ctx, repository+"/manifests/"+ref, &m)
	return m, err
}

// get reads a JSON document. An error is fs.ErrNotExist if there is none.
func (r registry) get(ctx context.Context, path string, into any) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, r.url+"/v2/"+path, nil)
	if err != nil {
		return err
	}
	req.Header.Set("Accept", manifestTypes)
	resp, err := r.http.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	switch resp.StatusCode {
	case http.StatusOK:
	case http.StatusNotFound:
		return fs.ErrNotExist
	default:
		return fmt.Errorf("%s answers %q", r.url, resp.Status)
	}
	const most = 4 << 20
	return json.NewDecoder(io.LimitReader(resp.Body, most)).Decode(into)
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
