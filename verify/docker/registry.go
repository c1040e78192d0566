package docker

import (
	"crypto/tls"
	"crypto/x509"
	"net/http"
)

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
