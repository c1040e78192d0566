// Package links checks the links of a site to other hosts.
package links

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"handbook/cmd/handbook/cache"
	"handbook/content"
	"handbook/content/wording"
	"handbook/render/outline"
)

// A Check requests the targets of links from their hosts. It is polite: it
// sends one request at a time to a host, with a pause between them, prefers
// HEAD, and keeps good answers for a day.
type Check struct {
	transport http.RoundTripper
	agent     string        // User-Agent
	pause     time.Duration // between two requests to a host
	maxWait   time.Duration // the longest Retry-After that is waited for
	timeout   time.Duration // of a request
	cache     string        // file of the answers of earlier calls, or ""
	now       time.Time
	private   func(host string) bool // reports hosts that are not checked
}

// New returns a check that identifies itself as a version of handbook and
// caches answers in a folder; "" is none.
func New(version, dir string) *Check {
	c := &Check{
		transport: newOutwards(), agent: "handbook/" + version + " (link check)",
		pause: time.Second / 2, maxWait: time.Minute, timeout: 20 * time.Second, now: time.Now(), private: isPrivate,
	}
	if dir != "" {
		c.cache = filepath.Join(dir, "links.json")
	}
	return c
}

// An answer is the answer of a host about a URL.
type answer struct {
	At      time.Time `json:"at"`
	Moved   string    `json:"moved,omitempty"` // where it has moved permanently
	Broken  string    `json:"-"`               // why it does not exist
	Unknown string    `json:"-"`               // why there is no clear answer
}

const (
	cacheTime     = 24 * time.Hour // of good answers only, since broken links may be fixed
	hostsAtOnce   = 6
	mostRedirects = 10
)

// Run checks links. The error, content.Errors, has the broken ones; Run writes
// other findings to out.
func (c *Check) Run(ctx context.Context, links []outline.Outward, out io.Writer) error {
	known := c.read()
	byHost := map[string][]string{}
	asked, cached, skipped := map[string]bool{}, 0, 0
	for _, l := range links {
		to, host := destination(l.URL)
		if asked[to] {
			continue
		}
		asked[to] = true
		switch {
		case c.private(host):
			skipped++
		case c.now.Sub(known[to].At) < cacheTime && !known[to].At.After(c.now):
			cached++
		default:
			byHost[host] = append(byHost[host], to)
		}
	}
	fresh, err := c.ask(ctx, byHost)
	if err != nil {
		return err
	}
	if offline(fresh) {
		return fmt.Errorf("none of the hosts of %s was found: is this computer online?", wording.Count(len(fresh), "link"))
	}
	for to, a := range fresh {
		known[to] = a
	}
	c.write(known)
	fmt.Fprintf(out, "%s to other hosts: %d asked, %d known since less than a day, %d of this computer or made up\n",
		wording.Count(len(asked), "link"), len(fresh), cached, skipped)
	return tellLinks(links, known, out)
}

const noSuchHost = "no such host"

// offline reports whether it is more likely that this computer has no network
// than that none of the hosts exists.
func offline(answers map[string]answer) bool {
	for _, a := range answers {
		if a.Broken != noSuchHost {
			return false
		}
	}
	return len(answers) > 1
}

// tellLinks reports the answer about a link at each of its places.
func tellLinks(links []outline.Outward, known map[string]answer, out io.Writer) error {
	var errs content.Errors
	for _, l := range links {
		to, _ := destination(l.URL)
		switch a := known[to]; {
		case a.Broken != "":
			errs = append(errs, &content.Error{Pos: l.Pos, Msg: fmt.Sprintf("link to %q: %s", l.URL, a.Broken)})
		case a.Unknown != "":
			fmt.Fprintf(out, "%s: note: link to %q: %s\n", l.Pos, l.URL, a.Unknown)
		case a.Moved != "":
			fmt.Fprintf(out, "%s: note: link to %q: has moved to %s\n", l.Pos, l.URL, a.Moved)
		}
	}
	return errs.Sorted()
}

// destination returns the URL to request, without the fragment, and the host.
func destination(link string) (to, host string) {
	u, err := url.Parse(link)
	if err != nil {
		return link, ""
	}
	u.Fragment, u.RawFragment, u.User = "", "", nil // passwords in links are not used
	return u.String(), strings.ToLower(u.Host)
}

// isPrivate reports whether a host is a reader's own computer or network, or
// an example name (RFC 2606). Labs have many of these.
func isPrivate(host string) bool {
	name := strings.TrimSuffix(strings.ToLower((&url.URL{Host: host}).Hostname()), ".")
	if ip, err := netip.ParseAddr(name); err == nil {
		return !isPublic(ip)
	}
	if !strings.Contains(name, ".") {
		return true
	}
	for _, zone := range []string{"example", "invalid", "test", "localhost", "local", "internal", "example.com", "example.net", "example.org"} {
		if name == zone || strings.HasSuffix(name, "."+zone) {
			return true
		}
	}
	return false
}

// ask sends requests to a few hosts at once, one at a time to each.
func (c *Check) ask(ctx context.Context, byHost map[string][]string) (map[string]answer, error) {
	answers := map[string]answer{}
	var mu sync.Mutex
	var g errgroup.Group
	g.SetLimit(hostsAtOnce)
	for _, list := range byHost {
		g.Go(func() error {
			for i, to := range list {
				if i > 0 {
					sleep(ctx, c.pause)
				}
				a := c.one(ctx, to)
				if err := ctx.Err(); err != nil {
					return err
				}
				mu.Lock()
				answers[to] = a
				mu.Unlock()
			}
			return nil
		})
	}
	return answers, g.Wait()
}

func sleep(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// one requests one URL, with HEAD if the server supports it, and again if the
// server sends Retry-After.
func (c *Check) one(ctx context.Context, to string) answer {
	method := http.MethodHead
	for tries := 0; ; tries++ {
		a, status, after := c.request(ctx, method, to)
		switch {
		case (status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable) && tries < 3 && after <= c.maxWait:
			sleep(ctx, max(after, c.pause))
		case status >= 400 && method == http.MethodHead:
			method = http.MethodGet // many servers do not support HEAD, and report this in many ways
			sleep(ctx, c.pause)
		default:
			return a
		}
		if ctx.Err() != nil {
			return a
		}
	}
}

func (c *Check) request(ctx context.Context, method, to string) (a answer, status int, after time.Duration) {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	a.At = c.now
	req, err := http.NewRequestWithContext(ctx, method, to, nil)
	if err != nil {
		a.Broken = "not an address"
		return a, 0, 0
	}
	req.Header.Set("User-Agent", c.agent)
	req.Header.Set("Accept", "text/html, */*;q=0.5")
	forGood := true
	client := &http.Client{Transport: c.transport, CheckRedirect: func(r *http.Request, via []*http.Request) error {
		if len(via) >= mostRedirects {
			return fmt.Errorf("more than %d redirects", mostRedirects)
		}
		if c.private(r.URL.Host) {
			return errPrivate
		}
		r.URL.User = nil
		if code := r.Response.StatusCode; code != http.StatusMovedPermanently && code != http.StatusPermanentRedirect {
			forGood = false
		}
		return nil
	}}
	resp, err := client.Do(req)
	if err != nil {
		a.fail(err)
		return a, 0, 0
	}
	resp.Body.Close() // unread: the status is enough
	switch status = resp.StatusCode; {
	case status == http.StatusNotFound || status == http.StatusGone:
		a.Broken = fmt.Sprintf("%d %s", status, strings.ToLower(http.StatusText(status)))
	case status >= 400:
		a.Unknown = fmt.Sprintf("the server says %d %s", status, strings.ToLower(http.StatusText(status)))
	case forGood && resp.Request.URL.String() != req.URL.String():
		a.Moved = resp.Request.URL.String()
	}
	return a, status, retryAfter(resp.Header.Get("Retry-After"), c.now)
}

// fail distinguishes a host that does not exist from one that does not answer
// now.
func (a *answer) fail(err error) {
	if dns, ok := errors.AsType[*net.DNSError](err); ok && dns.IsNotFound {
		a.Broken = noSuchHost
		return
	}
	if at, ok := errors.AsType[*url.Error](err); ok {
		err = at.Err
	}
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		a.Unknown = "no answer in time"
	case errors.Is(err, errPrivate): // without the address that was tried
		a.Unknown = errPrivate.Error()
	default:
		a.Unknown = err.Error()
	}
}

// retryAfter reads seconds or a date.
func retryAfter(s string, now time.Time) time.Duration {
	if seconds, err := strconv.Atoi(s); err == nil && seconds >= 0 {
		return time.Duration(seconds) * time.Second
	}
	if at, err := http.ParseTime(s); err == nil {
		return max(0, at.Sub(now))
	}
	return 0
}

// read returns the cached answers of earlier calls. What can't be read is
// requested again.
func (c *Check) read() map[string]answer {
	known := map[string]answer{}
	if b, ok := cache.ReadSummed(c.cache); ok && json.Unmarshal(b, &known) != nil || known == nil {
		return map[string]answer{}
	}
	return known
}

// write caches good answers, and keeps those for other sites.
func (c *Check) write(known map[string]answer) {
	if c.cache == "" {
		return
	}
	good := map[string]answer{}
	for to, a := range known {
		if a.Broken == "" && a.Unknown == "" && c.now.Sub(a.At) < cacheTime {
			good[to] = a
		}
	}
	b, err := json.Marshal(good)
	if err == nil {
		_ = cache.WriteSummed(c.cache, b)
	}
}
