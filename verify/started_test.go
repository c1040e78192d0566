//go:build unix

package verify_test

import (
	"testing"

	"handbook/content"
)

// containers are what a lab starts with Docker and what may become of it.
var containers = promise{says: "25: what a lab starts must run, and be reached, unless it says otherwise", rows: []verdict{
	{name: "what ends by itself", real: true, page: `
'''bash
docker pull -q alpine > /dev/null
docker run -d --name at-once alpine false > /dev/null
docker run -d --name status alpine sh -c 'echo out of paper >&2; exit 137' > /dev/null
docker create --name created alpine sh -c 'exit 3' > /dev/null
docker start created > /dev/null
docker run -d --rm --name removed alpine sh -c 'exit 4' > /dev/null
docker run -d --name later alpine sh -c 'sleep 2; exit 5' > /dev/null
docker run -d -p 8080:80 --name nobody alpine true > /dev/null
docker run -d --name job alpine true > /dev/null
docker run --rm alpine true
docker wait later > /dev/null
docker rm at-once status > /dev/null
docker run --rm alpine sh -c 'exit 9' || echo "it was $?"
# -> it was 9
docker run -d --name last alpine sh -c 'sleep 0.3; exit 6' > /dev/null
'''`, want: `p.md:7:1: the container "at-once" (alpine) ended with exit status 1
p.md:8:1: the container "status" (alpine) ended with exit status 137
| out of paper
p.md:10:1: the container "created" (alpine) ended with exit status 3
p.md:11:1: the container "removed" (alpine) ended with exit status 4
p.md:12:1: the container "later" (alpine) ended with exit status 5
p.md:13:1: the container "nobody" (alpine) ended with exit status 0, so that nothing listens on 80/tcp
p.md:20:1: the container "last" (alpine) ended with exit status 6`},

	{name: "what the lab stops", real: true, page: `
'''bash
docker pull -q alpine > /dev/null
for c in stopped killed removed again exec shell; do docker run -d --init --name $c alpine sleep 1000 > /dev/null; done
docker stop -t 0 stopped
docker kill killed
docker rm -f removed
docker restart -t 0 again
docker exec exec kill 1 || true
docker wait exec
# -> 143
'''
'''bash stay
docker exec -it shell sh
'''
'''bash exit=137
s=TERM; k=kill; $k -$s 1; sleep 1000
'''
'''bash
docker wait shell
docker run -it --name inside alpine sh -c 'exit 7' || true
'''`},

	{name: "Compose", real: true, page: `
'''yaml file=compose.yaml
services:
  web: {image: alpine, command: httpd -f -p 80, ports: ["8080:80"]}
  broken: {image: alpine, command: sh -c 'echo no settings; exit 3'}
  migration: {image: alpine, command: "true"}
'''
'''bash
docker pull -q alpine > /dev/null
docker compose up -d > /dev/null 2>&1
curl -s -o /dev/null localhost:8080
docker compose run --rm web sh -c 'exit 4' > /dev/null 2>&1 || true
docker compose down -t 0 > /dev/null 2>&1
'''
'''bash dies=broken
docker compose up -d > /dev/null 2>&1
docker compose down -t 0 > /dev/null 2>&1
'''`, want: `p.md:13:1: the container "lab-broken-1" (alpine) ended with exit status 3
| no settings`},

	{name: "Swarm", real: true, page: `
'''bash
docker pull -q alpine > /dev/null
docker swarm init > /dev/null
docker service create --detach --name web --publish mode=host,target=80,published=8080 alpine httpd -f -p 80 > /dev/null
curl -s -o /dev/null localhost:8080
docker service scale --detach web=0 > /dev/null
docker service rm web
'''
'''bash ready=20s
docker service create --detach --name broken alpine sh -c 'echo no settings; exit 3' > /dev/null
docker service create --detach --name misnamed alpine nonesuch > /dev/null
'''`, want: `p.md:14:1: the tasks of the service "broken" end again and again, with exit status 3
| task: non-zero exit (3)
| no settings
p.md:15:1: the service "misnamed" has 0 of 1 tasks
| [..]`},

	{name: "what never becomes ready", real: true, page: `
'''bash ready=2s
docker pull -q alpine > /dev/null
docker run -d -p 8080:80 --name deaf alpine sleep 1000 > /dev/null
docker run -d -p 8081:80 --name alone alpine httpd -f -p 127.0.0.1:80 > /dev/null
docker run -d --health-cmd 'echo no pulse; false' --health-interval 100ms --health-retries 1 --name sick alpine sleep 1000 > /dev/null
docker run -d --restart always --name loops alpine sh -c 'echo again; exit 3' > /dev/null
docker run -d --restart always --name stopped alpine sh -c 'exit 4' > /dev/null
until [ $(docker inspect -f '{{.RestartCount}}' stopped) -gt 2 ]; do sleep 0.1; done
docker stop -t 0 stopped
'''`, want: `p.md:7:1: the container "deaf" (alpine) does not listen on 80/tcp within 2s
p.md:8:1: the container "alone" (alpine) does not listen on 80/tcp within 2s, but on 127.0.0.1, where only the container itself reaches it
p.md:9:1: the container "sick" (alpine) is not healthy within 2s, but unhealthy
| no pulse
p.md:10:1: the container "loops" (alpine) restarts again and again, with exit status 3
| again
[...]`},

	{name: "one port of several", real: true, page: `
'''bash ready=2s
docker pull -q alpine > /dev/null
docker run -d -p 8080:80 -p 8081:81 --name web alpine httpd -f -p 80 > /dev/null
curl -s -o /dev/null localhost:8080
'''`, check: func(t *testing.T, r *content.Record) {
		if got, want := r.Snippets[0].Commands[1].Late, `the container "web" (alpine) does not listen on 81/tcp within 2s`; got != want {
			t.Errorf("told %q, want %q", got, want)
		}
	}},

	{name: "a page may foretell it", real: true, page: `
'''bash dies
docker pull -q alpine > /dev/null
docker run -d --name crash alpine sh -c 'sleep 1; echo why; exit 3' > /dev/null
docker logs crash
# -> why
docker run -d --restart always --name loops alpine sh -c 'exit 4' > /dev/null
'''
'''bash dies=first ready=no
docker run -d --name first alpine sh -c 'exit 5' > /dev/null
docker run -d --name second -p 8080:80 --health-cmd false --health-interval 100ms --health-retries 1 alpine sleep 1000 > /dev/null
'''`},

	{name: "what is foretold must come", real: true, page: `
'''bash dies ready=1s
docker pull -q alpine > /dev/null
docker run -d --name stays alpine sleep 1000 > /dev/null
docker rm -f stays
'''
'''bash dies=first ready=1s
docker run -d --name second alpine sh -c 'exit 5' > /dev/null
'''`, want: `p.md:5:9: nothing that this starts has ended by itself
p.md:10:9: no container "first" that this starts has ended by itself
p.md:11:1: the container "second" (alpine) ended with exit status 5`},

	{name: "the cause stands before what follows from it", real: true, page: `
'''bash
docker pull -q alpine > /dev/null
docker run -d -p 8080:80 --init --name web alpine sh -c 'httpd -p 80; while [ ! -e /stop ]; do sleep 0.1; done; exit 3' > /dev/null
docker exec web touch /stop
until [ -z "$(docker ps -q)" ]; do sleep 0.1; done
curl -s localhost:8080
echo not run
'''`, want: `p.md:7:1: the container "web" (alpine) ended with exit status 3
p.md:10:1: exited with 7, expected 0
1 not run`},
}, kept: []string{"verify/docker TestSettle"}}
