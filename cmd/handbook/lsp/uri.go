package lsp

import (
	"net/url"
	"path/filepath"
	"runtime"
	"strings"
)

// fileOf returns the path of a file: URI; ok is false for other URIs, such as
// those of texts that have no file yet.
func fileOf(uri string) (file string, ok bool) {
	u, err := url.Parse(uri)
	if err != nil || u.Scheme != "file" || u.Path == "" || u.Host != "" && u.Host != "localhost" {
		return "", false
	}
	file = u.Path
	if runtime.GOOS == "windows" {
		file = strings.TrimPrefix(file, "/") // of /c:/Users
	}
	if strings.ContainsRune(file, 0) {
		return "", false
	}
	return filepath.Clean(filepath.FromSlash(file)), true
}

// uriOf returns the URI of a file.
func uriOf(file string) string {
	p := filepath.ToSlash(file)
	if !strings.HasPrefix(p, "/") {
		p = "/" + p
	}
	return (&url.URL{Scheme: "file", Path: p}).String()
}
