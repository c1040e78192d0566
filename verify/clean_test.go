//go:build unix

package verify_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"handbook/content"
	"handbook/verify/docker/testenv"
	"handbook/verify/plans"
)

// left tests what a record says of what a lab leaves: a line for each kind, the
// commands behind "$", the choices behind "?".
func left(want string) func(*testing.T, *content.Record) {
	return func(t *testing.T, r *content.Record) {
		t.Helper()
		if diff := cmp.Diff(strings.TrimSpace(want), digestRE.ReplaceAllString(cleanupText(r.Cleanup), "sha256:<digest>")); diff != "" {
			t.Errorf("what is left (-want +got):\n%s", diff)
		}
	}
}

var digestRE = regexp.MustCompile(`sha256:[0-9a-f]{64}`)

func cleanupText(c *content.Cleanup) string {
	if c == nil {
		return "none"
	}
	var lines []string
	for _, l := range c.Left {
		lines = append(lines, strings.TrimSpace(string(l.Kind)+": "+strings.Join(l.Names, " ")))
	}
	if c.Own {
		lines = append(lines, "own")
	}
	for _, command := range c.Commands {
		lines = append(lines, "$ "+command)
	}
	for _, choice := range c.Choices {
		lines = append(lines, "? "+strings.Join(choice.Commands, "; "))
	}
	if len(c.Outside) > 0 {
		lines = append(lines, "outside: "+strings.Join(c.Outside, " "))
	}
	if len(c.Changed) > 0 {
		lines = append(lines, "changed: "+strings.Join(c.Changed, " "))
	}
	return strings.Join(lines, "\n")
}

// nothingOf wants nothing left whose name begins with a word.
func nothingOf(word string) func(*testing.T, *content.Record) {
	return func(t *testing.T, r *content.Record) {
		for _, l := range r.Cleanup.Left {
			if slices.ContainsFunc(l.Names, func(name string) bool { return strings.HasPrefix(name, word) }) {
				t.Errorf("left %v", l)
			}
		}
	}
}

// leftovers are labs that leave something. Whatever is left then fails the lab.
var leftovers = []verdict{
	{name: "files with any names, in directories that may not be written to", lab: "cleanup: on", page: `
'''bash
touch 'a b' "it's" '$x' 'a!b' -- -dash && chmod 400 'a b'
mkdir -p ro/sub .git && touch ro/sub/f .git/x .git/y && chmod 500 ro/sub ro
touch ~/beside
'''`, check: left(`
files: $x -dash .git/ a b a!b it's ro/
$ cd ~/lab && chmod -R u+w ro
$ cd ~/lab && rm -rf '$x' ./-dash .git 'a b' 'a!b' "it's" ro
$ cd ~ && rmdir ~/lab
outside: ~/beside`)},
	{name: "a line break in a name", real: true, lab: "cleanup: on", page: `
'''bash
touch $'two\nlines' $'\377'
'''`, check: left("files: two\ufffdlines \ufffd\n$ cd ~/lab && rm -f $'two\\nlines' $'\\xff'\n$ cd ~ && rmdir ~/lab")},
	{name: "an empty directory", lab: "cleanup: on", page: `
'''bash
true
'''`, check: left(`$ cd ~ && rmdir ~/lab`)},
	{name: "files elsewhere are told, and stay", real: true, lab: "cleanup: on", page: `
'''bash
mkdir -p /srv/thing && touch /srv/thing/1 /srv/thing/2
echo '# more' >> ~/.bashrc; echo x > /etc/lab.conf
'''`, check: left(`
$ cd ~ && rmdir ~/lab
outside: /etc/lab.conf /srv/thing/
changed: ~/.bashrc`)},
	{name: "cleanup: off", lab: "cleanup: off", page: `
'''bash
touch a
'''`, check: left("none")},
	{name: "containers, networks, volumes, images with several names", real: true, lab: "cleanup: on", page: dockerfile + `
'''bash
docker build -q -t app:1 -t app:prod . > /dev/null
docker tag app:1 localhost:5000/team/app
docker network create net > /dev/null
docker volume create vol > /dev/null
docker run -d --name web --restart always --network net -v vol:/data -v /anonymous app:1 > /dev/null
docker run -d app:1 > /dev/null
docker create --name 'ended-2' app:1 > /dev/null
'''`, check: left(`
containers: ended-2 web
unnamed containers: app:1
volumes: vol
networks: net
images: app:1 app:prod localhost:5000/team/app:latest
files: Dockerfile
$ docker rm -f ended-2
$ docker rm -fv web
$ docker rm -fv $(docker ps -aq --filter ancestor=app:1)
$ docker volume rm vol
$ docker network rm net
$ docker rmi app:1 app:prod localhost:5000/team/app:latest
$ cd ~/lab && rm -f Dockerfile
$ cd ~ && rmdir ~/lab
? docker builder prune --all`)},
	// Engine 29 keeps no images without a name.
	{name: "what only a reader can choose", real: true, lab: "cleanup: on\n  docker: 28", page: `
'''bash
docker run -d busybox sleep 1000 > /dev/null
docker volume create > /dev/null
for n in 1 2; do printf "FROM busybox\nRUN echo $n > /n\n" | docker build -q -t app - > /dev/null; done
'''`, check: left(`
images: app:latest
$ docker rmi app:latest
$ cd ~ && rmdir ~/lab
? docker rm -fv $(docker ps -aq --filter ancestor=busybox)
? docker rmi busybox:latest
? docker image prune
? docker volume prune
? docker builder prune --all`)},
	{name: "a container whose image has lost its name is found by its port", real: true, lab: "cleanup: on\n  docker: 28", page: `
'''bash
printf 'FROM busybox\nCMD ["httpd", "-f"]\n' | docker build -q -t app - > /dev/null
docker run -d -p 8080:80 app > /dev/null
printf 'FROM busybox\nCMD ["httpd", "-fv"]\n' | docker build -q -t app - > /dev/null
'''`, check: left(`
unnamed containers: <none>
images: app:latest
$ docker rm -fv $(docker ps -q --filter publish=8080)
$ docker rmi app:latest
$ cd ~ && rmdir ~/lab
? docker image prune
? docker builder prune --all`)},
	{name: "a project of Compose", real: true, lab: "cleanup: on", page: `
'''yaml file=compose.yaml
services:
  web:
    build:
      context: .
      dockerfile_inline: |
        FROM busybox
        CMD ["sleep", "1000"]
    volumes: [data:/data]
volumes:
  data:
'''
'''bash
docker compose up -d --quiet-build 2> /dev/null
'''`, check: left(`
containers: lab-web-1
volumes: lab_data
networks: lab_default
images: lab-web:latest
files: compose.yaml
$ docker compose -p lab down --volumes
$ docker rmi lab-web:latest
$ cd ~/lab && rm -f compose.yaml
$ cd ~ && rmdir ~/lab
? docker builder prune --all`)},
	{name: "names that Compose is given", real: true, lab: "cleanup: on", page: `
'''yaml file=compose.yaml
name: shop
services:
  web:
    image: busybox
    container_name: till
    command: [sleep, "1000"]
    volumes: [data:/data, outside:/outside]
    networks: [inner, outer]
volumes:
  data: {name: ledger}
  outside: {external: true}
networks:
  inner: {name: counter}
  outer: {external: true}
'''
'''bash
docker volume create outside > /dev/null && docker network create outer > /dev/null
docker compose up -d 2> /dev/null
'''`, check: left(`
containers: till
volumes: ledger outside
networks: counter outer
files: compose.yaml
$ docker compose -p shop down --volumes
$ docker volume rm outside
$ docker network rm outer
$ cd ~/lab && rm -f compose.yaml
$ cd ~ && rmdir ~/lab
? docker rmi busybox:latest`)},
	// Its container is privileged, which not every machine lets start. It is there all the same.
	{name: "builders of buildx, with a container and without", real: true, lab: "cleanup: on", page: `
'''bash
docker buildx create --name sleeps > /dev/null
docker pull -q busybox > /dev/null
docker buildx create --name works --driver-opt image=busybox --bootstrap > /dev/null 2>&1 || docker ps -a --format {{.Names}}
'''
'''bash
docker buildx ls --format {{.Name}}
'''`, check: left(`
containers: buildx_buildkit_works0
volumes: buildx_buildkit_works0_state
builders: sleeps works
$ docker buildx rm sleeps works
$ cd ~ && rmdir ~/lab
? docker rmi busybox:latest`)},
	{name: "a stack that is on its way out", real: true, lab: "cleanup: on", page: `
'''yaml file=stack.yaml
services:
  web: {image: alpine, command: sleep 1000, deploy: {replicas: 3}}
'''
'''bash
docker swarm init > /dev/null
docker stack deploy --detach=false -c stack.yaml shop > /dev/null
docker stack rm shop > /dev/null
'''`, check: nothingOf("shop")},
	{name: "a stack whose swarm was left", real: true, lab: "cleanup: on", page: `
'''yaml file=stack.yaml
services:
  web: {image: alpine, command: sleep 1000, deploy: {replicas: 3}}
'''
'''bash
docker swarm init > /dev/null
docker stack deploy --detach=false -c stack.yaml shop > /dev/null
docker swarm leave --force > /dev/null
'''`, check: nothingOf("shop")},
	{name: "a swarm", real: true, lab: "cleanup: on", page: `
'''bash ready=no
docker swarm init > /dev/null
docker service create --detach --name web busybox sleep 1000 > /dev/null; until docker ps | grep -q web; do sleep 0.2; done
'''`, check: left(`
containers: web.1
swarm:
networks: docker_gwbridge ingress
$ docker swarm leave --force
$ docker network rm docker_gwbridge
$ cd ~ && rmdir ~/lab
? docker rmi busybox@sha256:<digest>`)},
	{name: "a login, and a placeholder in a name", real: true, lab: "cleanup: on\n  hub: student\n  placeholders: {YOUR_NAME: student}", page: `
'''bash
echo "$DOCKERHUB_TOKEN" | docker login -u YOUR_NAME --password-stdin > /dev/null 2>&1
echo FROM busybox | docker build -q -t YOUR_NAME/app - > /dev/null
docker run -d --name student busybox sleep 1000 > /dev/null
'''`, check: left(`
containers: student
images: YOUR_NAME/app:latest
logins: https://index.docker.io/v1/
$ docker rm -f student
$ docker rmi YOUR_NAME/app:latest
$ docker logout
$ cd ~ && rmdir ~/lab
? docker rmi busybox:latest
? docker builder prune --all`)},
	{name: "the page's own clean-up", real: true, lab: "cleanup: on", page: `
'''bash
touch a; docker run -d --name web busybox sleep 1000 > /dev/null
'''
'''bash
docker rm -f web
docker ps -a
'''`, check: left("files: a\nown")},
	{name: "a plain machine has files", real: true, lab: "cleanup: on\n  machine: python:3.12-slim", page: `
'''bash
touch a; mkdir b; touch b/c
'''`, check: left("files: a b/\n$ cd ~/lab && rm -rf a b\n$ cd ~ && rmdir ~/lab")},
	{name: "what can't be removed is told at the lab's line", real: true, lab: "cleanup: on", page: `
'''bash
docker run -d --name web busybox sleep 1000 > /dev/null
own=$(command -v docker)
mv $own $own-own
printf '#!/bin/sh\n[ "$1" = rm ] || exec %s-own "$@"\n' $own > $own
chmod +x $own
'''`, want: "p.md:3:3: the clean-up made for this lab leaves 1 container\n| web"},
	{name: "a command that fails is told with what it printed", lab: "cleanup: on", page: `
'''bash
touch a
sed -i '$a cd() { echo no; false; }' ~/.bashrc 2> /dev/null || echo 'cd() { echo no; false; }' > ~/.bashrc
'''`, want: "p.md:3:3: a command of the clean-up made for this lab exited with 1\n| $ cd ~/lab && rm -f a\n| no"},
}

// TestCleanupAfter runs a lab that another one comes after: the clean-up of the
// second removes what both have left, and the record has the end state from
// before it.
func TestCleanupAfter(t *testing.T) {
	t.Parallel()
	engine := testenv.Engine(t)
	page := func(front, commands string) *fstest.MapFile {
		return &fstest.MapFile{Data: []byte("---\nlab: {" + front + "}\n---\n```bash\n" + commands + "\n```\n")}
	}
	site, err := content.Load(fstest.MapFS{
		"a.md": page("dir: ~/course/a", "touch one; docker volume create first"),
		"b.md": page("dir: ~/course/b, after: a.md", "touch two; docker volume create second"),
	}, "")
	if err != nil {
		t.Fatal(err)
	}
	if next := site.Page("a.md").Next; len(next) != 1 || next[0].Path != "b.md" {
		t.Errorf("after a.md comes %v", next)
	}
	for page, want := range map[string]string{
		"a.md": `
volumes: first
files: one
$ docker volume rm first
$ cd ~/course/a && rm -f one
$ cd ~ && rmdir ~/course/a`,
		"b.md": `
volumes: first second
files: ~/course/a/one ~/course/b/two
$ docker volume rm first second
$ cd ~/course/a && rm -f one
$ cd ~ && rmdir ~/course/a
$ cd ~/course/b && rm -f two
$ cd ~ && rmdir ~/course/b`,
	} {
		plan, err := plans.New(site, site.Page(page), "test")
		if err != nil {
			t.Fatal(err)
		}
		record, err := runPlan(t, engine, plan)
		if err != nil {
			t.Fatal(err)
		}
		left(want)(t, record)
		if len(record.Files) != 1 {
			t.Errorf("%s: the record has %d files of the lab's end", page, len(record.Files))
		}
	}
}
