package preview

import (
	"fmt"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// The preview shows drafts, so other web pages that the author has open must
// neither read it nor do anything with it. Browsers tell where a request comes
// from (https://www.w3.org/TR/fetch-metadata/); a name that was made to lead to
// this computer (DNS rebinding) shows in the Host header.

// refusal says why a request is not answered, "" if it is.
func (s *Server) refusal(r *http.Request) string {
	host := hostname(r.Host)
	if !s.answersFor(host) {
		return fmt.Sprintf("The preview does not answer for the host %q.\nIf that leads to this computer on purpose, say so: handbook serve --allow-host %s", host, host)
	}
	if strings.HasPrefix(r.URL.Path, framePath) {
		return ""
	}
	if origin := r.Header.Get("Origin"); origin != "" {
		if u, err := url.Parse(origin); err != nil || !strings.EqualFold(u.Host, r.Host) {
			return "Other sites cannot read the preview."
		}
	}
	switch r.Header.Get("Sec-Fetch-Site") {
	case "", "same-origin", "none": // an old browser or another program, the preview itself, the reader
		return ""
	}
	// A link may lead to a page, and an editor's browser shows it in a frame:
	// whose frame it may be is for frame-ancestors to say.
	if !strings.HasPrefix(r.URL.Path, ownPath) && r.Header.Get("Sec-Fetch-Mode") == "navigate" && slices.Contains([]string{"document", "iframe"}, r.Header.Get("Sec-Fetch-Dest")) {
		return ""
	}
	return "Other sites cannot read the preview."
}

// hostname returns the host of a Host header, without the port.
func hostname(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	return strings.ToLower(strings.TrimSuffix(strings.Trim(host, "[]"), "."))
}

// answersFor tells whether a host is this computer, or one of Hosts.
func (s *Server) answersFor(host string) bool {
	if ip := net.ParseIP(host); ip != nil && ip.IsLoopback() || host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	return slices.ContainsFunc(s.Hosts, func(name string) bool {
		name = strings.ToLower(name)
		return host == name || strings.HasPrefix(name, ".") && strings.HasSuffix(host, name)
	})
}

// guard sets the headers that keep other sites out.
func guard(h http.Header) {
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Content-Security-Policy", ancestors)
}

// ancestors are the pages that may show the preview in a frame: its own, and
// the built-in browser of Visual Studio Code and of editors made from it.
const ancestors = "frame-ancestors 'self' vscode-webview: vscode-file:"

// ownPolicy finds the policy that a page brings along.
var ownPolicy = regexp.MustCompile(`<meta http-equiv="Content-Security-Policy" content="([^"]*)">`)

// policy returns the Content-Security-Policy header of a file. A page's own one
// cannot say in a meta element who may frame it. An SVG file that is opened by
// itself is a document, too.
func policy(name string, b []byte) string {
	switch {
	case strings.HasSuffix(name, ".html"):
		head := b[:min(len(b), 8<<10)]
		if m := ownPolicy.FindSubmatch(head); m != nil {
			return unescape.Replace(string(m[1])) + "; " + ancestors
		}
	case strings.HasSuffix(name, ".svg"):
		return "script-src 'none'; " + ancestors
	}
	return ancestors
}

var unescape = strings.NewReplacer("&#39;", "'", "&#34;", `"`, "&amp;", "&", "&lt;", "<", "&gt;", ">")
