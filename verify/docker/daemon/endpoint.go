package daemon

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/docker/docker/client"
)

// An Endpoint is where a Docker Engine listens.
type Endpoint struct {
	Host    string // unix://, npipe://, tcp://, http(s):// or ssh:// URL; "" is the platform's default
	TLS     TLSFiles
	Context string // name of the Docker context it was found in, for messages
}

// TLSFiles are paths of PEM files.
type TLSFiles struct{ CA, Cert, Key string }

func (e Endpoint) String() string {
	host := cmp.Or(e.Host, client.DefaultDockerHost)
	if e.Context != "" {
		return fmt.Sprintf("%s (context %q)", host, e.Context)
	}
	return host
}

// missing reports whether the engine's socket does not exist. The SDK says only
// that it can't connect.
func (e Endpoint) missing() bool {
	path, ok := strings.CutPrefix(cmp.Or(e.Host, client.DefaultDockerHost), "unix://")
	if !ok {
		return false
	}
	_, err := os.Stat(path)
	return errors.Is(err, fs.ErrNotExist)
}

// Remote reports whether the engine may be on another computer.
func (e Endpoint) Remote() bool {
	return e.Host != "" && !strings.HasPrefix(e.Host, "unix:") && !strings.HasPrefix(e.Host, "npipe:")
}

// FindEndpoint finds the engine that the docker command would use: that of
// DOCKER_HOST (with DOCKER_TLS_VERIFY and DOCKER_CERT_PATH), of
// DOCKER_CONTEXT, of the context that "docker context use" chose, or the
// platform's default. home is the user's home directory. An error is an
// *Error.
//
// The layout of contexts is that of docker/cli, cli/context/store.
func FindEndpoint(getenv func(string) string, home string) (Endpoint, error) {
	config := getenv("DOCKER_CONFIG")
	if config == "" {
		config = filepath.Join(home, ".docker")
	}
	if host := getenv("DOCKER_HOST"); host != "" {
		at := Endpoint{Host: host}
		if getenv("DOCKER_TLS_VERIFY") != "" {
			dir := getenv("DOCKER_CERT_PATH")
			if dir == "" {
				dir = config
			}
			at.TLS = tlsFiles(dir)
		}
		return at, nil
	}
	name := getenv("DOCKER_CONTEXT")
	if name == "" {
		var err error
		if name, err = currentContext(config); err != nil {
			return Endpoint{}, err
		}
	}
	if name == "" || name == "default" {
		return Endpoint{}, nil
	}
	return contextEndpoint(config, name)
}

func currentContext(config string) (string, error) {
	file := filepath.Join(config, "config.json")
	b, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", &Error{Msg: fmt.Sprintf("cannot read the docker command's settings: %v", err), Err: err, Reason: ReasonSettings}
	}
	var settings struct{ CurrentContext string }
	if err := json.Unmarshal(b, &settings); err != nil {
		return "", &Error{Msg: fmt.Sprintf("%s is not valid JSON: %v", file, err), Err: err}
	}
	return settings.CurrentContext, nil
}

func contextEndpoint(config, name string) (Endpoint, error) {
	sum := sha256.Sum256([]byte(name))
	id := hex.EncodeToString(sum[:])
	b, err := os.ReadFile(filepath.Join(config, "contexts", "meta", id, "meta.json"))
	if errors.Is(err, fs.ErrNotExist) {
		return Endpoint{}, &Error{Msg: fmt.Sprintf("there is no Docker context %q", name), Err: err, Reason: ReasonContext}
	}
	if err != nil {
		return Endpoint{}, &Error{Msg: fmt.Sprintf("cannot read the Docker context %q: %v", name, err), Err: err, Reason: ReasonContext}
	}
	var meta struct {
		Endpoints map[string]struct{ Host string }
	}
	if err := json.Unmarshal(b, &meta); err != nil {
		return Endpoint{}, &Error{Msg: fmt.Sprintf("the Docker context %q is not valid JSON: %v", name, err), Err: err, Reason: ReasonContext}
	}
	docker, ok := meta.Endpoints["docker"]
	if !ok || docker.Host == "" {
		return Endpoint{}, &Error{Msg: fmt.Sprintf("the Docker context %q has no Docker endpoint", name), Reason: ReasonContext}
	}
	at := Endpoint{Host: docker.Host, Context: name}
	if !strings.HasPrefix(docker.Host, "unix:") {
		at.TLS = tlsFiles(filepath.Join(config, "contexts", "tls", id, "docker"))
	}
	return at, nil
}

// tlsFiles returns the files in a folder that have the usual names.
func tlsFiles(dir string) TLSFiles {
	found := func(name string) string {
		path := filepath.Join(dir, name)
		if _, err := os.Stat(path); err != nil {
			return ""
		}
		return path
	}
	return TLSFiles{found("ca.pem"), found("cert.pem"), found("key.pem")}
}
