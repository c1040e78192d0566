package testenv

import (
	"context"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"handbook/verify/docker/testenv/need"
)

// TestStandIns uses servers as labs do: with the variables of their images, and a
// client in the container. It tries those that the mirror has: with-engine makes
// others if HANDBOOK_IMAGES names them.
func TestStandIns(t *testing.T) {
	mirror, local := strings.CutPrefix(os.Getenv("HANDBOOK_MIRROR"), "http://127.0.0.1:")
	if !local {
		t.Skip("with-engine has no reason to make stand-ins here")
	}
	Engine(t)
	for _, test := range []struct {
		image, options, command string
		ready                   string // what the log says
		try, want               string // a script for bash in the container
	}{
		{
			image: "redis:8", command: "redis-server --appendonly yes", ready: "Ready to accept connections",
			try:  "redis-cli -h $(hostname) INCR visits; stat -c %U /data/appendonlydir /proc/1",
			want: "1\nredis\nredis",
		},
		{
			image: "postgres:17", options: "-e POSTGRES_PASSWORD=secret -e POSTGRES_USER=ann -e POSTGRES_DB=shop", ready: "database system is ready to accept connections",
			try:  "PGPASSWORD=secret psql -h $(hostname) -U ann -d shop -Atc 'SELECT current_user, current_database()' && PGPASSWORD=wrong psql -h $(hostname) -U ann shop 2> /dev/null || echo refused; ls $PGDATA/PG_VERSION",
			want: "ann|shop\nrefused\n/var/lib/postgresql/data/PG_VERSION",
		},
		{
			image: "nginx:alpine", ready: "Configuration complete; ready for start up",
			try:  "echo hello > /usr/share/nginx/html/hello.txt; until curl -s localhost | grep -o '<h1>.*</h1>'; do sleep 0.1; done; curl -s localhost/hello.txt; nginx -t 2>&1 | grep -c successful",
			want: "<h1>Welcome to nginx!</h1>\nhello\n1",
		},
		{
			image: "httpd:2.4", ready: "resuming normal operations",
			try:  "exec 3<> /dev/tcp/localhost/80; printf 'GET / HTTP/1.0\\r\\n\\r\\n' >&3; grep -o '<h1>.*</h1>' <&3; httpd -t 2> /dev/null; ls htdocs",
			want: "<h1>It works!</h1>\nindex.html",
		},
		{
			image: "memcached:alpine", command: "-vv", ready: "server listening",
			try:  "exec 3<> /dev/tcp/localhost/11211; printf 'set a 0 0 2\\r\\nhi\\r\\nget a\\r\\nquit\\r\\n' >&3; tr -d '\\r' <&3",
			want: "STORED\nVALUE a 0 2\nhi\nEND",
		},
		{
			image: "mysql:8", options: "-e MYSQL_ROOT_PASSWORD=it's -e MYSQL_DATABASE=shop -e MYSQL_USER=ann -e MYSQL_PASSWORD=secret", ready: "ready for connections",
			try:  "mysql -h $(hostname) -u ann -psecret -Ne 'SELECT current_user(), database()' shop; mysqladmin -u root -p\"it's\" ping; mysql -u root -pwrong 2> /dev/null || echo refused; mysqldump -u ann -psecret shop | tail -1 | cut -c 1-17",
			want: "ann@%\tshop\nmysqld is alive\nrefused\n-- Dump completed",
		},
		{
			image: "golang:1.22-alpine", command: "tail -f /etc/os-release", ready: "trixie",
			try:  `mkdir a && cd a && go mod init example.com/a 2> /dev/null && printf 'package main\nfunc main() { println("up") }\n' > a.go && go build && ./a 2>&1; go env GOPATH; pwd`,
			want: "up\n/go\n/go/a",
		},
		{
			image: "registry:2", ready: "listening on",
			try:  "exec 3<> /dev/tcp/localhost/5000; printf 'GET /v2/_catalog HTTP/1.0\\r\\n\\r\\n' >&3; tail -1 <&3; registry --version | grep -c ' v\\?2'",
			want: "{\"repositories\":[]}\n1",
		},
		{
			image: "node:20-alpine", command: "-e setInterval(()=>console.log('up'),100)", ready: "up",
			try:  "node -p 'process.versions.node.split(`.`).length'; npm --version | grep -c '^[0-9]'; id -u node; echo '{\"name\":\"a\"}' > package.json && npm install --silent is-number > /dev/null && ls node_modules",
			want: "3\n1\n1000\nis-number",
		},
	} {
		t.Run(test.image, func(t *testing.T) {
			name, tag, _ := strings.Cut(test.image, ":")
			answer, err := http.Get(os.Getenv("HANDBOOK_MIRROR") + "/v2/library/" + name + "/manifests/" + tag)
			if err != nil {
				t.Fatal(err)
			}
			answer.Body.Close()
			if answer.StatusCode == http.StatusNotFound {
				t.Skip("this stand-in was not made")
			}
			ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
			defer cancel()
			docker := func(args ...string) string {
				t.Helper()
				out, err := exec.CommandContext(ctx, "docker", args...).CombinedOutput()
				if err != nil {
					t.Fatalf("docker %s: %v\n%s", strings.Join(args, " "), err, out)
				}
				return strings.TrimSpace(string(out))
			}
			if _, err := exec.LookPath("docker"); err != nil {
				need.Docker.Missing(t, err)
			}
			image := "127.0.0.1:" + mirror + "/library/" + test.image
			docker("pull", "--quiet", image)
			t.Cleanup(func() { exec.Command("docker", "rmi", image).Run() })
			id := docker(strings.Fields("run --detach " + test.options + " " + image + " " + test.command)...)
			t.Cleanup(func() { exec.Command("docker", "rm", "--force", "--volumes", id).Run() })
			// The database starts twice: once for itself, to be made.
			for start := docker("logs", id); !strings.Contains(start, test.ready) || test.options != "" && strings.Count(start, test.ready) < 2; start = docker("logs", id) {
				time.Sleep(100 * time.Millisecond)
				if ctx.Err() != nil {
					t.Fatalf("it does not get ready:\n%s", start)
				}
			}
			if got := docker("exec", id, "bash", "-c", test.try); got != test.want {
				t.Errorf("printed\n%s\nwant\n%s", got, test.want)
			}
			if got := docker("inspect", "--format", `{{index .Config.Labels "handbook.standin"}}`, id); !strings.HasPrefix(got, "Debian 13, ") {
				t.Errorf("it does not say what it is: %q", got)
			}
		})
	}
}
