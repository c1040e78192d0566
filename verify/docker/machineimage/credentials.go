package machineimage

import (
	"io"

	"github.com/distribution/reference"
	"github.com/docker/cli/cli/config"
	"github.com/docker/docker/api/types/registry"
)

// credentials returns what "docker login" has stored for the registry of an image,
// encoded for an engine, and "" if there is nothing. A user's credentials are for
// the images of machines only: a lab that names an image may be a stranger's.
func credentials(name reference.Named) string {
	const hub = "docker.io"
	host := reference.Domain(name)
	if host == hub {
		host = "https://index.docker.io/v1/"
	}
	found, err := config.LoadDefaultConfigFile(io.Discard).GetAuthConfig(host)
	if err != nil || found.Auth+found.Username+found.IdentityToken+found.RegistryToken == "" {
		return ""
	}
	encoded, err := registry.EncodeAuthConfig(registry.AuthConfig(found))
	if err != nil {
		return ""
	}
	return encoded
}
