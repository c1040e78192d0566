package links

import (
	"errors"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"syscall"
	"time"
)

// errPrivate says why a link is not followed.
var errPrivate = errors.New("leads to this computer or its network, and is not followed")

// inner are internal addresses that package netip does not consider private:
// those that providers share among customers (RFC 6598), those of protocols
// and benchmarks (RFC 6890), site-local ones (RFC 3879), and IPv4 addresses
// within IPv6 ones (RFC 8215, RFC 3056, RFC 4380, RFC 4291).
var inner = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"), netip.MustParsePrefix("100.64.0.0/10"), netip.MustParsePrefix("240.0.0.0/4"),
	netip.MustParsePrefix("192.0.0.0/24"), netip.MustParsePrefix("198.18.0.0/15"), netip.MustParsePrefix("fec0::/10"), netip.MustParsePrefix("2001::/32"), netip.MustParsePrefix("::/96"),
	netip.MustParsePrefix("64:ff9b:1::/48"), netip.MustParsePrefix("2002::/16"),
}

// translated are IPv6 addresses for IPv4 hosts in networks without IPv4 (RFC
// 6052). They end with the IPv4 address.
var translated = netip.MustParsePrefix("64:ff9b::/96")

// isPublic reports whether an address is on the public internet.
func isPublic(ip netip.Addr) bool {
	ip = ip.Unmap()
	if b := ip.As16(); translated.Contains(ip) {
		ip = netip.AddrFrom4([4]byte(b[12:]))
	}
	return ip.IsGlobalUnicast() && !ip.IsPrivate() && !slices.ContainsFunc(inner, func(p netip.Prefix) bool { return p.Contains(ip.WithZone("")) })
}

// An outwards is a transport that only connects to addresses on the public
// internet, even if a name resolves to another one. If there is a proxy, the
// proxy connects.
type outwards struct{ direct, proxied http.RoundTripper }

func newOutwards() outwards {
	direct := http.DefaultTransport.(*http.Transport).Clone()
	direct.Proxy = nil
	dialer := net.Dialer{Timeout: 30 * time.Second, Control: func(_, address string, _ syscall.RawConn) error {
		if to, err := netip.ParseAddrPort(address); err != nil || !isPublic(to.Addr()) {
			return errPrivate
		}
		return nil
	}}
	direct.DialContext = dialer.DialContext
	return outwards{direct, http.DefaultTransport}
}

func (o outwards) RoundTrip(r *http.Request) (*http.Response, error) {
	if proxy, err := http.ProxyFromEnvironment(r); proxy != nil || err != nil {
		return o.proxied.RoundTrip(r)
	}
	return o.direct.RoundTrip(r)
}
