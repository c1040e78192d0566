package adopt

import (
	"regexp"

	"handbook/cmd/handbook/adopt/needs"
)

var (
	initRE    = regexp.MustCompile(`docker swarm init\b`)
	managesRE = regexp.MustCompile(`^\s*(?:sudo )?docker (?:node|service|stack|secret|config) |^\s*(?:sudo )?docker network create .*(?:-d|--driver)[ =]overlay\b`)
	privateRE = regexp.MustCompile(`^\s*(?:curl|wget|ping|http) .*\b(?:192\.168|10\.\d+|172\.(?:1[6-9]|2\d|3[01]))\.\d+\.\d+`)
)

// skipOtherHosts skips commands that need another machine, which the page
// mentions but the lab does not have: its address, or a swarm that this
// machine does not have.
func (c *commands) skipOtherHosts(n *needs.Need, text string) {
	switch {
	case n.Skip == "needs a second host", n.Skip == "needs virtual machines":
		c.otherHosts = true
	case n.Skip != "":
	case initRE.MatchString(text):
		c.swarm = true
	case c.otherHosts && !c.swarm && managesRE.MatchString(text):
		*n = needs.Need{Skip: "needs the swarm of other hosts"}
	case c.otherHosts && !c.swarm && privateRE.MatchString(text):
		*n = needs.Need{Skip: "needs another host"}
	}
}
