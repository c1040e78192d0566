// Package hub has what lab machines get instead of Docker Hub: a registry of
// their own for what a lab pushes (Standin), and a cache for the base images
// that all labs pull (Mirror).
package hub

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	_ "embed"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"math/big"
	"regexp"
	"strings"
	"text/template"
	"time"

	"github.com/distribution/reference"
	"github.com/docker/docker/api/types/container"
)

// A Standin stands in for Docker Hub on one machine. On the machine, the
// names of Docker Hub's hosts lead to an nginx in front of a registry. The
// registry has the repositories of one user; nginx asks the mirror for all
// others, and never the real Hub.
//
// The engine of a machine with a stand-in has no --registry-mirror. An engine
// asks its mirrors before the Hub for every name, so it would look for the
// images that the lab has pushed on another computer, and might find somebody
// else's there.
//
// The stand-in differs from Docker Hub in three ways: "docker search" fails, a
// login in the browser confirms itself (see loginAtTerminal), and there are
// neither private repositories nor rate limits.
type Standin struct {
	user, password string
	mirror         string
}

//go:embed start
var startScript []byte

//go:embed nginx.conf
var nginxTemplate string

//go:embed registry.yml
var registryConfig []byte

const (
	// address is where the names of Docker Hub's hosts lead on a machine: an
	// address of the loopback interface that nothing else uses.
	address = "127.104.117.98"
	// port is where nginx listens: above the ports that Linux gives to
	// clients, and unlikely to be published by a lab.
	port = "64443"
	// loginAtTerminal makes "docker login" ask for the name and the password
	// at the terminal, as it did before Docker 27.2. Without it, newer clients
	// start a login in the browser, which a lab can't go through; see
	// isOauthLoginDisabled in docker/cli, cli/command/registry/login.go. A lab
	// that sets it to "0" gets the login in the browser, and the stand-in
	// confirms it. Docker 29 does not know the variable any more: there the
	// stand-in refuses to start such a login, and the client says so and asks at
	// the terminal.
	loginAtTerminal = "DOCKER_CLI_DISABLE_OAUTH_LOGIN=1"
)

// hosts are the hosts that a client knows as Docker Hub: the registry, its
// token server, search, login in the browser, and the Hub's own API.
func hosts() []string {
	return []string{"registry-1.docker.io", "auth.docker.io", "index.docker.io", "docker.io", "login.docker.com", "hub.docker.com"}
}

var (
	// userName matches a path component of a repository's name, as
	// distribution/reference defines it.
	userName = regexp.MustCompile(`^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$`)
	// plainPassword matches passwords that nginx's configuration can hold
	// without quoting.
	plainPassword = regexp.MustCompile(`^[A-Za-z0-9_-]+$`)
)

// NewStandin makes the stand-in for a user with a password. mirror is the URL
// of the mirror as the machine sees it, or "". An error says what is wrong
// with the user or the password.
func NewStandin(user, password, mirror string) (*Standin, error) {
	switch {
	case user == "library" || !userName.MatchString(user):
		return nil, fmt.Errorf("hub: %q can't be a user of Docker Hub", user)
	case !plainPassword.MatchString(password):
		return nil, fmt.Errorf("the password of the hub's user may only have letters, digits, - and _")
	}
	return &Standin{user: user, password: password, mirror: mirror}, nil
}

// Owns reports whether the stand-in keeps an image, because it is one of its
// user's. A nil Standin owns nothing.
func (s *Standin) Owns(image reference.Named) bool {
	repository, ok := Repository(image)
	return s != nil && ok && strings.HasPrefix(repository, s.user+"/")
}

// Repository returns the repository of an image on Docker Hub, such as
// "library/python". It is not ok if the image is another registry's.
func Repository(image reference.Named) (repository string, ok bool) {
	return reference.Path(image), reference.Domain(image) == "docker.io"
}

// Install adds the stand-in to a machine that is about to be created. The
// machine has to run run/handbook/hub when it starts.
func (s *Standin) Install(config *container.Config, host *container.HostConfig, files map[string][]byte) error {
	config.Env = append(config.Env, loginAtTerminal)
	for _, name := range hosts() { // lines of /etc/hosts
		host.ExtraHosts = append(host.ExtraHosts, name+":"+address)
	}
	conf, err := s.nginx()
	if err != nil {
		return err
	}
	cert, key, err := certificate(hosts(), time.Now())
	if err != nil {
		return err
	}
	for name, content := range map[string][]byte{
		"hub":              startScript,
		"hub-address":      []byte(address + " " + port + "\n"),
		"hub-nginx.conf":   conf,
		"hub-registry.yml": registryConfig,
		"hub.crt":          cert,
		"hub.key":          key,
	} {
		files["run/handbook/"+name] = content
	}
	return nil
}

// nginx returns nginx's configuration.
func (s *Standin) nginx() ([]byte, error) {
	access, err := s.accessToken()
	if err != nil {
		return nil, err
	}
	t, err := template.New("nginx.conf").Parse(nginxTemplate)
	if err != nil {
		return nil, err
	}
	var conf bytes.Buffer
	err = t.Execute(&conf, map[string]string{
		"Listen":      "127.0.0.1:" + port,
		"UserPattern": regexp.QuoteMeta(s.user),
		"Basic":       regexp.QuoteMeta(base64.StdEncoding.EncodeToString([]byte(s.user + ":" + s.password))),
		"Password":    s.password,
		"Mirror":      s.mirror,
		"UserToken":   rand.Text(),
		"PublicToken": rand.Text(),
		"VoidToken":   rand.Text(),
		"DeviceCode":  rand.Text(),
		"AccessToken": access,
	})
	return conf.Bytes(), err
}

// accessToken returns what a client gets for a login in the browser: a JSON
// Web Token (RFC 7519) with the user's name. Clients require a signature but
// don't verify it.
func (s *Standin) accessToken() (string, error) {
	claims, err := json.Marshal(map[string]any{"https://hub.docker.com": map[string]string{"username": s.user}})
	if err != nil {
		return "", err
	}
	encode := base64.RawURLEncoding.EncodeToString
	return encode([]byte(`{"alg":"HS256","typ":"JWT"}`)) + "." + encode(claims) + "." + encode([]byte(rand.Text())), nil
}

// certificate makes a self-signed certificate for hosts, and its key, both in
// PEM. It is valid for a year, for machines that are kept.
func certificate(hosts []string, now time.Time) (cert, key []byte, err error) {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, err
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(now.UnixNano()),
		Subject:      pkix.Name{CommonName: "handbook's stand-in for Docker Hub"},
		DNSNames:     hosts,
		// The clock of a remote engine may differ.
		NotBefore:             now.Add(-24 * time.Hour),
		NotAfter:              now.AddDate(1, 0, 0),
		KeyUsage:              x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		IsCA:                  true,
		BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	if err != nil {
		return nil, nil, err
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return nil, nil, err
	}
	cert = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	key = pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8})
	return cert, key, nil
}
