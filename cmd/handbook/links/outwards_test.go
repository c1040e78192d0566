package links

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"handbook/content"
	"handbook/render/outline"
)

// TestExternalPrivate asks for links that lead to this computer or its network by
// a redirect, and by a name or another way to write an address.
func TestExternalPrivate(t *testing.T) {
	var mu sync.Mutex
	var asked []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		asked = append(asked, r.URL.Path)
		mu.Unlock()
		to := map[string]string{"/a": "http://127.0.0.1:1/inner", "/b": "http://169.254.169.254/inner", "/c": "http://router.local/inner", "/d": "http://[::1]/inner", "/e": "/f"}[r.URL.Path]
		if to != "" {
			http.Redirect(w, r, to, http.StatusFound)
		}
	}))
	defer server.Close()
	ask := func(c *Check, all ...string) string {
		var links []outline.Outward
		for i, u := range all {
			links = append(links, outline.Outward{URL: u, Pos: content.Pos{File: "p.md", Line: i + 1, Col: 1}})
		}
		var out strings.Builder
		if err := c.Run(t.Context(), links, &out); err != nil {
			t.Error(err)
		}
		return out.String()
	}
	c := New("test", "")
	c.pause = 0
	c.transport = toHost(server.Listener.Addr().String())
	const why = "leads to this computer or its network, and is not followed"
	got := ask(c, "http://a.dev/a", "http://a.dev/b", "http://a.dev/c", "http://a.dev/d", "http://a.dev/e", "http://[::ffff:10.0.0.1]/", "http://100.64.1.1/")
	want := "7 links to other hosts: 5 asked, 0 known since less than a day, 2 of this computer or made up\n"
	for i, path := range []string{"a", "b", "c", "d"} {
		want += "p.md:" + string(rune('1'+i)) + ":1: note: link to \"http://a.dev/" + path + "\": " + why + "\n"
	}
	if got != want || strings.Join(asked, " ") != "/a /b /c /d /e /f" {
		t.Errorf("asked %v, told %s", asked, got)
	}

	// As if the name of a link led to the server, which is on this computer.
	c = New("test", "")
	c.private = func(string) bool { return false }
	asked = nil
	got = ask(c, server.URL+"/a")
	if !strings.Contains(got, why) || asked != nil {
		t.Errorf("asked %v, told %s", asked, got)
	}
}

func TestIsPublic(t *testing.T) {
	for address, want := range map[string]bool{
		"8.8.8.8": true, "2606:4700::1111": true, "::ffff:8.8.8.8": true, "127.0.0.1": false, "10.1.2.3": false, "172.16.0.1": false, "192.168.0.1": false,
		"169.254.169.254": false, "0.0.0.0": false, "0.1.2.3": false, "100.100.100.200": false, "255.255.255.255": false, "224.0.0.1": false, "::1": false,
		"::": false, "fe80::1": false, "fe80::1%eth0": false, "fd00:ec2::254": false, "::ffff:127.0.0.1": false, "64:ff9b::7f00:1": false, "64:ff9b::808:808": true, "64:ff9b:1::808:808": false, "2002:7f00:1::": false,
		"192.0.0.8": false, "198.18.0.1": false, "fec0::1": false, "2001:0:7f00:1::1": false, "::7f00:1": false, "2001:4860:4860::8888": true,
	} {
		if got := isPublic(netip.MustParseAddr(address)); got != want {
			t.Errorf("%s: %t", address, got)
		}
	}
}

// TestExternalCredentials looks for what hosts are sent: no password that a link
// or a redirect has, and no cookie that they have set.
func TestExternalCredentials(t *testing.T) {
	var mu sync.Mutex
	var sent []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		for name := range r.Header {
			sent = append(sent, name)
		}
		http.SetCookie(w, &http.Cookie{Name: "a", Value: "b"})
		if r.URL.Path == "/a" {
			http.Redirect(w, r, "http://me:secret@b.dev/b", http.StatusFound)
		}
	}))
	defer server.Close()
	c := New("test", "")
	c.pause, c.transport, c.timeout = 0, toHost(server.Listener.Addr().String()), time.Minute
	var links []outline.Outward
	for _, u := range []string{"http://me:secret@a.dev/a", "http://a.dev/c", "http://b.dev/b"} {
		links = append(links, outline.Outward{URL: u})
	}
	var out strings.Builder
	if err := c.Run(t.Context(), links, &out); err != nil {
		t.Fatal(err)
	}
	if len(sent) == 0 {
		t.Error("nothing was asked")
	}
	for _, name := range sent {
		switch name {
		case "Accept", "Accept-Encoding", "Referer", "User-Agent":
		default:
			t.Errorf("%s was sent", name)
		}
	}
}
