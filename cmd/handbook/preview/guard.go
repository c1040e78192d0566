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
// neither read it nor control it. Browsers send where a request comes from
// (https://www.w3.org/TR/fetch-metadata/), and DNS rebinding shows in the Host
// header.

// refusal says why a request is refused, "" if it is not.
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
	case "", "same-origin", "none": // an old browser or another program, the preview itself, the user
		return ""
	}
	// Links from other sites to a page are fine, and an editor's browser shows
	// pages in a frame; frame-ancestors controls who may do that.
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

// answersFor reports whether a host is this computer, or one of Hosts.
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

// ancestors allows its own pages, and the built-in browser of Visual Studio
// Code and of editors derived from it, to show the preview in a frame.
const ancestors = "frame-ancestors 'self' vscode-webview: vscode-file:"

// ownPolicy matches the policy in a page.
var ownPolicy = regexp.MustCompile(`<meta http-equiv="Content-Security-Policy" content="([^"]*)">`)

// policy returns the Content-Security-Policy header of a file. It is needed
// besides the page's own policy because a meta element can't restrict framing.
// An SVG file that is opened by itself is a document too.
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
