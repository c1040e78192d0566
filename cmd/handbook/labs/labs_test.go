package labs

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Of the file that machine.ca names, a lab gets certificates and nothing else.
func TestReadCertificates(t *testing.T) {
	const certificate = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
	const key = "-----BEGIN PRIVATE KEY-----\nMIIC\n-----END PRIVATE KEY-----\n"
	for _, c := range []struct{ file, want, wrong string }{
		{certificate, certificate, ""},
		{"# mine\n" + certificate + "token=secret\n" + key + certificate, certificate + certificate, ""},
		{"token=secret\n", "", "has no certificate, expected PEM"},
		{key, "", "has no certificate, expected PEM"},
		{"", "", "has no certificate, expected PEM"},
	} {
		name := filepath.Join(t.TempDir(), "ca.pem")
		if err := os.WriteFile(name, []byte(c.file), 0o666); err != nil {
			t.Fatal(err)
		}
		got, err := readCertificates(name)
		if string(got) != c.want || (err == nil) != (c.wrong == "") || err != nil && !strings.Contains(err.Error(), c.wrong) {
			t.Errorf("%q: %q, %v", c.file, got, err)
		}
	}
	endless := filepath.Join(t.TempDir(), "ca.pem")
	if err := errors.Join(os.WriteFile(endless, []byte(certificate), 0o666), os.Truncate(endless, 1<<40)); err != nil {
		t.Skip(err)
	}
	if got, err := readCertificates(endless); string(got) != certificate || err != nil {
		t.Errorf("%q, %v", got, err)
	}
	if _, err := readCertificates(t.TempDir()); err == nil || !strings.HasSuffix(err.Error(), "is not a file") {
		t.Error(err)
	}
}
