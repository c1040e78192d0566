package docker

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
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

	"github.com/docker/docker/api/types/container"

	"handbook/verify"
)

// A hub is what stands in for Docker Hub on one machine: nginx, to which the
// names of Docker Hub's hosts lead there, in front of a registry. The user's
// repositories are in that registry; all others are asked of the mirror, and
// nothing of the real Hub.
//
// The machine's engine gets no --registry-mirror then. An engine asks its
// mirrors before the Hub, for every name: it would look for what the lab has
// pushed on a computer outside, and might find what somebody else has pushed
// there under that name.
//
// What differs from the real one: "docker search" has no answer, a login in
// the browser is confirmed by itself (hubEnv), and there are neither private
// repositories nor rate limits.
type hub struct {
	user, password string
	mirror         string // URL of the mirror as the machine sees it, or ""
}

//go:embed machine/hub
var initHub []byte

//go:embed machine/hub-nginx.conf
var hubNginx string

//go:embed machine/hub-registry.yml
var hubRegistry []byte

const (
	// hubAddress is where the names of Docker Hub's hosts lead on a machine:
	// an address of its loopback interface that nothing else uses.
	hubAddress = "127.104.117.98"
	// hubPort is where nginx listens: above all ports that Linux gives to
	// clients, and none that a lab would publish.
	hubPort = "64443"
)

// hubHosts are the hosts that make up Docker Hub for a client: the registry,
// who gives tokens for it, search, login in a browser, and the Hub's own API.
func hubHosts() []string {
	return []string{"registry-1.docker.io", "auth.docker.io", "index.docker.io", "docker.io", "login.docker.com", "hub.docker.com"}
}

// hubEnv lets "docker login" ask for name and password at the terminal, as it
// did before Docker 27.2. Since then it starts with a login in the browser
// instead, which no lab can go through, unless this is set; see
// isOauthLoginDisabled in cli/command/registry/login.go of docker/cli. A lab
// that sets it to "0" gets that dialogue, and the stand-in confirms it.
const hubEnv = "DOCKER_CLI_DISABLE_OAUTH_LOGIN=1"

// hubUser is what a user's name on Docker Hub may be, as a part of the name
// of a repository (distribution/reference, path-component).
var hubUser = regexp.MustCompile(`^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$`)

// hubPassword is what can be written anywhere in nginx's configuration.
var hubPassword = regexp.MustCompile(`^[A-Za-z0-9_-]+$`)

// newHub returns the stand-in that a machine is to have, or nil.
func newHub(spec verify.Spec, mirror string) (*hub, error) {
	switch {
	case spec.Hub == "":
		return nil, nil
	case spec.Hub == "library" || !hubUser.MatchString(spec.Hub):
		return nil, &verify.LabError{Msg: fmt.Sprintf("hub: %q can't be a user of Docker Hub", spec.Hub)}
	case !hubPassword.MatchString(spec.HubToken):
		return nil, &verify.LabError{Msg: "the password of the hub's user may only have letters, digits, - and _"}
	}
	return &hub{user: spec.Hub, password: spec.HubToken, mirror: mirror}, nil
}

// owns tells whether an image of Docker Hub's is one of the user's, whose
// repositories are on the machine.
func (h *hub) owns(ref string) bool {
	repository, ok := hubRepository(ref)
	return h != nil && ok && strings.HasPrefix(repository, h.user+"/")
}

// install adds to a machine that is to be made what it needs to start the
// stand-in (machine/hub).
func (h *hub) install(config *container.Config, host *container.HostConfig, files map[string][]byte) error {
	config.Env = append(config.Env, hubEnv)
	for _, name := range hubHosts() { // lines of /etc/hosts
		host.ExtraHosts = append(host.ExtraHosts, name+":"+hubAddress)
	}
	conf, err := h.nginx()
	if err != nil {
		return err
	}
	cert, key, err := certificate(hubHosts(), time.Now())
	if err != nil {
		return err
	}
	for name, content := range map[string][]byte{
		"hub":              initHub,
		"hub-address":      []byte(hubAddress + " " + hubPort + "\n"),
		"hub-nginx.conf":   conf,
		"hub-registry.yml": hubRegistry,
		"hub.crt":          cert,
		"hub.key":          key,
	} {
		files["run/handbook/"+name] = content
	}
	return nil
}

// nginx returns nginx's configuration.
func (h *hub) nginx() ([]byte, error) {
	access, err := h.accessToken()
	if err != nil {
		return nil, err
	}
	t, err := template.New("hub-nginx.conf").Parse(hubNginx)
	if err != nil {
		return nil, err
	}
	var conf bytes.Buffer
	err = t.Execute(&conf, map[string]string{
		"Listen":      "127.0.0.1:" + hubPort,
		"UserPattern": regexp.QuoteMeta(h.user),
		"Basic":       regexp.QuoteMeta(base64.StdEncoding.EncodeToString([]byte(h.user + ":" + h.password))),
		"Password":    h.password,
		"Mirror":      h.mirror,
		"UserToken":   rand.Text(),
		"PublicToken": rand.Text(),
		"VoidToken":   rand.Text(),
		"DeviceCode":  rand.Text(),
		"AccessToken": access,
	})
	return conf.Bytes(), err
}

// accessToken is what the CLI gets for a login in the browser: a JSON Web
// Token (RFC 7519) from which it reads the user's name. It does not check the
// signature, but that there is one.
func (h *hub) accessToken() (string, error) {
	claims, err := json.Marshal(map[string]any{"https://hub.docker.com": map[string]string{"username": h.user}})
	if err != nil {
		return "", err
	}
	encode := base64.RawURLEncoding.EncodeToString
	signed := encode([]byte(`{"alg":"HS256","typ":"JWT"}`)) + "." + encode(claims)
	mac := hmac.New(sha256.New, []byte(rand.Text()))
	mac.Write([]byte(signed))
	return signed + "." + encode(mac.Sum(nil)), nil
}

// certificate makes a certificate for hosts that signs itself, with its key,
// both in PEM. A kept machine may need it for long.
func certificate(hosts []string, now time.Time) (cert, key []byte, err error) {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, err
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		return nil, nil, err
	}
	template := &x509.Certificate{
		SerialNumber: serial,
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
