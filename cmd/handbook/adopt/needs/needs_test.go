package needs

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestOf(t *testing.T) {
	for in, want := range map[string]Need{
		"docker ps":                                 {},
		"vim Dockerfile":                            {Skip: "opens an editor"},
		"sudo nano /etc/hosts":                      {Skip: "opens an editor"},
		"kubectl get pods":                          {Skip: "needs a Kubernetes cluster"},
		"docker-machine ip default":                 {Skip: "needs virtual machines"},
		"curl -fsSL https://get.docker.com | sh":    {Skip: "installs Docker, which the machine has"},
		"sudo usermod -aG docker $USER":             {Skip: "gives rights to Docker, which the lab's user has"},
		"docker swarm join --token X 10.0.0.1:2377": {Skip: "needs a second host"},
		"docker run -v C:\\x:/x alpine":             {Skip: "is for Windows"},
		"exit":                                      {Skip: "would end the terminal"},
		"docker build -t pear .":                    {Timeout: "10m"},
		"docker run -it alpine sh":                  {Stay: true, Program: "sh"},
		"docker attach hut":                         {Stay: true, Program: "sh", Type: `\n`},
		"docker exec -it db mysql -p":               {Stay: true, Program: "mysql", Type: `secret\n`},
		"docker run nginx":                          {Stay: true, Until: "start worker process"},
		"docker run -d nginx":                       {},
		"docker run -p 80:80 my/app":                {Stay: true},
		"docker run -ti -p 80:80 python:2 python -m SimpleHTTPServer 80": {Stay: true},
		"docker run --rm alpine date":                                    {},
		"docker stats":                                                   {Stay: true, Until: "CONTAINER"},
		"docker help | less":                                             {Type: "q"},
		"docker stats --no-stream":                                       {},
		"ping pear":                                                      {Stay: true, Until: "bytes from"},
		"docker service create alpine ping pear":                         {Timeout: "10m"},
		"ping -c 3 pear":                                                 {},
		"docker compose up":                                              {Stay: true, Until: "Attaching to", Timeout: "10m"},
		"docker compose up -d":                                           {Timeout: "10m"},
		"docker-compose up --no-start":                                   {Timeout: "10m"},
		"docker run -d -p 3306:3306 mysql:8":                             {Ready: "120s"},
		"docker run -d -e MYSQL_HOST=mysql -p 3000:3000 node":            {},
		"docker login":                                                   {Hub: true, Type: `USER\n$DOCKERHUB_TOKEN\n`},
		"docker login -u ann":                                            {Hub: true, User: "ann", Type: `$DOCKERHUB_TOKEN\n`},
		"docker  login  -u  ann":                                         {Hub: true, User: "ann", Type: `$DOCKERHUB_TOKEN\n`},
		"docker login ghcr.io":                                           {Skip: "needs an account at another registry"},
		"docker push ann/pear":                                           {Hub: true, User: "ann", Timeout: "10m"},
		"docker push localhost:5000/pear":                                {Timeout: "10m"},
		"docker push pear":                                               {Skip: "needs a name on Docker Hub that is the reader's own"},
	} {
		if d := cmp.Diff(want, Of(in, nil)); d != "" {
			t.Errorf("%s (-want +got):\n%s", in, d)
		}
	}
}

func TestExitOf(t *testing.T) {
	for _, c := range []struct {
		in, out string
		want    int
	}{
		{"docker ps", "CONTAINER ID", 0},
		{"curl pear", "curl: (6) Could not resolve host: pear", 6},
		{"pears", "bash: pears: command not found", 127},
		{"docker swarm init 10.0.0.1", `"docker swarm init" accepts no arguments.`, 1},
		{"docker rm pear", "Error response from daemon: No such container: pear", 1},
		{"docker run pear", "docker: Error response from daemon: pull access denied.", 125},
		{"docker run alpine pear", `docker: Error response from daemon: exec: "pear": executable file not found in $PATH.`, 127},
		{"ping pear", "ping: bad address 'pear'", 1},
		{"ping -c1 pear", "ping: pear: Name or service not known", 2},
		{"cat x | wc -l", "cat: x: No such file or directory", 0},
	} {
		if got := ExitOf(c.in, strings.Split(c.out, "\n")); got != c.want {
			t.Errorf("%s: %d, want %d", c.in, got, c.want)
		}
	}
}

func TestExpect(t *testing.T) {
	files := func(name string) bool { return name == "note.txt" }
	for _, c := range []struct{ in, out, want string }{
		{"docker ps", "CONTAINER ID\n1", "..."},
		{"docker stop web", "web", "web"},
		{"docker rm 4d1f0a9be7c2", "4d1f0a9be7c2", "[..]"},
		{"echo pear", "pear", "pear"},
		{"echo pear", "pear\n<snip>", "pear\n..."},
		{"docker run --rm alpine echo pear", "Unable to find image 'alpine:latest' locally\npear", "...\npear"},
		{"docker run --rm alpine date", "Fri", "..."},
		{"cat note.txt", "a\nb", "a\nb"},
		{"cat other.txt", "a", "..."},
		{"docker tag --help", "Usage", "..."},
		{"pwd", "", ""},
	} {
		var out []string
		if c.out != "" {
			out = strings.Split(c.out, "\n")
		}
		if got := strings.Join(Expect(c.in, out, files), "\n"); got != c.want {
			t.Errorf("%s: %q, want %q", c.in, got, c.want)
		}
	}
}

func TestSame(t *testing.T) {
	for _, c := range []struct {
		old, now string
		want     bool
	}{
		{"NETWORK ID   NAME\n1befe23acd58 bridge", "NETWORK ID     NAME\n0a1b2c3d4e5f   bridge", true},
		{"Step 1/2 : FROM alpine", "[+] Building 0.4s (5/5) FINISHED", false},
		{"4d1f0a9be7c2", "0a1b2c3d4e5f", true},
	} {
		if got := Same(strings.Split(c.old, "\n"), strings.Split(c.now, "\n")); got != c.want {
			t.Errorf("%q, %q: %v", c.old, c.now, got)
		}
	}
}
