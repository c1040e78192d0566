package hosts

import (
	"fmt"
	"strings"
	"testing"

	"handbook/cmd/handbook/adopt/classify"
	"handbook/cmd/handbook/adopt/foreign"
)

func TestOf(t *testing.T) {
	const swarm = "On node1:\n\n```\ndocker swarm init\n```\n\nOn node2:\n\n```\ndocker swarm join --token T 10.0.0.1:2377\n```\n\n"
	for _, c := range []struct{ page, want string }{
		{"```\n$ docker ps\n```\n", "[]:  docker ps"},
		{"```\nann@pear:~$ docker ps\nann@plum:~$ docker ps\n```\n", "[]:  docker ps;  docker ps"},
		{"```\nann@node1:~$ ls\nann@node2:~$ ls\n```\n", "[node1 node2]: node1 ls; node2 ls"},
		{"```\nann@pear:~$ docker swarm init\nann@plum.example.org:~$ docker swarm join --token T x:1\n```\n", "[pear plum]: pear docker swarm init; plum docker swarm join --token T x:1"},
		{"```\nroot@web:/# ls\n```\n```\nann@node1:~$ docker ps\n```\n", "[]:  ls;  docker ps"},
		{"```\ndocker swarm init\n```\n", "[]:  docker swarm init"},
		{"```\ndocker swarm init\n```\n```\ndocker swarm join --token T x:1\n```\n```\ndocker swarm join --token T x:1\n```\n", "[manager worker1 worker2]: manager docker swarm init; worker1 docker swarm join --token T x:1; worker2 docker swarm join --token T x:1"},
		{swarm + "```\ndocker ps\n```\n", "[node1 node2]: node1 docker swarm init; node2 docker swarm join --token T 10.0.0.1:2377; node1 docker ps"},
		{swarm + "Look at Node 2, on which it runs. On Node-2:\n\n```\ndocker ps\n```\n\nAnd:\n\n```\ndocker images\n```\n\n## Next\n\n```\ndocker ps\n```\n", "[node1 node2]: node1 docker swarm init; node2 docker swarm join --token T 10.0.0.1:2377; node2 docker ps; node2 docker images; node1 docker ps"},
		{swarm + "See what runs on node2:\n\n```\ndocker node ps node2\n```\n\nOn node2 it fails:\n\n```\n$ docker node ls\nError response from daemon: This node is not a swarm manager.\n```\n", "[node1 node2]: node1 docker swarm init; node2 docker swarm join --token T 10.0.0.1:2377; node1 docker node ps node2; node2 docker node ls"},
	} {
		h := Of(classify.Page(foreign.Read("p.md", []byte("# P\n\n"+c.page))))
		var got []string
		for _, one := range h.Commands {
			got = append(got, one.Machine+" "+one.Text)
		}
		if s := fmt.Sprintf("%v: %s", h.Machines, strings.Join(got, "; ")); s != c.want {
			t.Errorf("%s\n%s, want\n%s", c.page, s, c.want)
		}
	}
}
