package main

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"handbook/cmd/handbook/labs"
	"handbook/verify"
	"handbook/verify/docker/testenv"
)

// What a lab does with the password of the stand-in hub stays on its machine,
// whatever that is: nothing that handbook writes or prints has it.
func TestNoSecretLeaves(t *testing.T) {
	if !testenv.Apart(t) {
		return
	}
	testenv.Engine(t) // or skip
	t.Chdir(t.TempDir())
	t.Setenv("XDG_CACHE_HOME", filepath.Join(t.TempDir(), "cache"))
	page := func(text string) string {
		return "---\nlab: {hub: ann, dir: ~/lab}\n---\n# A\n\n" + strings.ReplaceAll(text, "'''", "```") + "\n"
	}
	writeFiles(t, map[string]string{
		"content/index.md": "# Home\n",
		"content/a.md":     page(secretEverywhere),
		"content/fails.md": page(`
'''bash
echo "$DOCKERHUB_TOKEN" | sed 's/./\x1b[1m&\x1b[0m/g'; ls "/nonesuch/$DOCKERHUB_TOKEN"
'''`),
		"content/expects.md": page(`
'''bash
echo "${DOCKERHUB_TOKEN:0:20}"; seq 30; printf 'ann:%s' "$DOCKERHUB_TOKEN" | base64
# -> something else
'''`),
		"content/waits.md": page(`
'''bash
read -p "$DOCKERHUB_TOKEN: "
'''`),
		"content/dies.md": page(`
'''bash
docker run -d --name "x$DOCKERHUB_TOKEN" -p 80:80 -e T="$DOCKERHUB_TOKEN" busybox sh -c 'echo "log $T"; exit 3'
docker ps
'''`),
		"content/builds.md": page(`
'''bash
printf 'FROM busybox\nRUN echo %s; exit 7\n' "$DOCKERHUB_TOKEN" | docker build -t app -
'''`),
		"content/prompts.md": page(`
'''bash stay
PS1="$DOCKERHUB_TOKEN $ " sh
'''
'''console
/ # true
'''`),
	})
	tokens := &tokens{}
	runs := 0
	handbook := func(want status, args ...string) {
		t.Helper()
		var out, err bytes.Buffer
		if got := run(args, &out, &err, tokens.open); got != want {
			t.Fatalf("%v: status %d, want %d\n%s%s", args, got, want, &out, &err)
		}
		runs++
		writeFiles(t, map[string]string{fmt.Sprint("printed/", args[0], runs): out.String() + err.String()})
	}
	reports := []string{"--report", "json=report.json", "--report", "junit=report.xml", "--report", "markdown=report.md", "--report", "github"}
	t.Cleanup(func() { // "handbook clean" would remove the machines of other tests, too
		for _, text := range written(t) {
			for _, kept := range keptRE.FindAllStringSubmatch(text, -1) {
				if out, err := exec.Command("docker", "rm", "-f", "-v", kept[1]).CombinedOutput(); err != nil {
					t.Errorf("%v: %s", err, out)
				}
			}
		}
	})
	handbook(problems, append([]string{"verify", "--keep"}, reports...)...)
	handbook(fine, "build", "--allow-stale", "--no-verify")
	handbook(changed, "verify", "--all", "--check", "content/a.md") // with diffs

	if len(tokens.all) < 8 { // the next lab's machine may be made in advance
		t.Fatalf("%d machines were made with a password, want 8", len(tokens.all))
	}
	kept := 0
	for name, text := range written(t) {
		kept += len(keptRE.FindAllString(text, -1))
		for _, token := range tokens.all {
			if leak := leaked(name+"\n"+text, token); leak != "" {
				t.Errorf("%s has %q of %s", name, leak, token)
			}
		}
	}
	if kept == 0 {
		t.Error("no machine was kept")
	}
}

var keptRE = regexp.MustCompile(`its machine is kept: .*exec -it (\S+) `)

// secretEverywhere are the places where a password can come to stand.
const secretEverywhere = `
'''bash type="$DOCKERHUB_TOKEN\n"
docker login -u ann
'''
'''bash
T=$DOCKERHUB_TOKEN
cat ~/.docker/config.json; base64 ~/.docker/config.json
echo "$T" "${T,,}"; printf 'ann:%s' "$T" | base64; jq -rn --arg t "ann:$T" '$t | @uri'
printf '\033[31m%s\033[0m\033[1m%s\033[0m\n' "${T:0:15}" "${T:15}"
printf '%085d%s\n' 0 "$T"; printf '%s' "$T" | od -c; printf '%s' "$T" | od -An -tx1 -w99
for i in $(seq 300); do printf "$T"; done; echo
for i in $(seq 2500); do echo "$i $T"; done
echo "${T:0:25}"; echo "${T:14}"
echo "$T" > "$T.txt"; mkdir "${T,,}"; echo "password=$T" > "${T,,}/settings"
'''
'''bash tty=no
echo "$DOCKERHUB_TOKEN"; echo "$DOCKERHUB_TOKEN" > .env
'''
'''text file=.env append
LEVEL=1
'''
'''diff file=.env
-LEVEL=1
+LEVEL=2
'''
'''bash term=2
echo "$DOCKERHUB_TOKEN"
'''
'''bash
printf 'FROM busybox\nARG T\nLABEL token=%s\nRUN echo %s\nRUN echo "$T" > /token\nENV TOKEN=%s\n' $T $T $T > Dockerfile
docker build --build-arg T="$T" -t "app:${T,,}" -t app .
docker build --build-arg T="$T" --progress=plain --no-cache -t app .
DOCKER_BUILDKIT=0 docker build --build-arg T="$T" -t classic .
docker history --no-trunc app; docker inspect app
printf 'FROM busybox\nRUN echo %s; exit 7\n' "$T" | docker build -t broken - || true
docker run -d --name "log$T" -e T="$T" busybox sh -c 'echo "$T"; while :; do sleep 1; done'
docker logs "log$T"; docker inspect "log$T"
docker rm -f "log$T"
'''
'''image-layers
app
classic
'''
'''build-steps
app
'''
'''bash stay
PS1="$T $ " sh
'''
'''bash
echo "$PS1"
exit
'''
`

// tokens remembers the passwords of the machines that are made.
type tokens struct {
	mu  sync.Mutex
	all []string
}

func (s *tokens) open(ctx context.Context, site *labs.Site, choice string, progress func(string)) (verify.Engine, error) {
	engine, err := labs.OpenDocker(ctx, site, choice, progress)
	if err != nil {
		return nil, err
	}
	return &tokenEngine{engine, s}, nil
}

type tokenEngine struct {
	verify.Engine
	tokens *tokens
}

func (e *tokenEngine) Start(ctx context.Context, spec verify.Spec) (verify.Machine, error) {
	if spec.HubToken != "" {
		e.tokens.mu.Lock()
		e.tokens.all = append(e.tokens.all, spec.HubToken)
		e.tokens.mu.Unlock()
	}
	return e.Engine.Start(ctx, spec)
}

// written returns all files here, those in archives as well.
func written(t *testing.T) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		files[name] = string(b)
		if filepath.Ext(name) != ".zip" {
			return nil
		}
		z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
		if err != nil {
			return err
		}
		for _, f := range z.File {
			r, err := f.Open()
			if err != nil {
				return err
			}
			b, err := io.ReadAll(r)
			if err != nil {
				return err
			}
			files[name+"/"+f.Name] = string(b)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

var (
	unseen    = regexp.MustCompile(`\x1b\[[0-9;]*m|\\u001b\[[0-9;]*m|<[^>]*>|\\n|\s`)
	base64Run = regexp.MustCompile(`[A-Za-z0-9+/_-]{12,}`)
	hexRun    = regexp.MustCompile(`[0-9a-fA-F]{16,}`)
)

// leaked returns what a text has of a password: eight characters that follow
// each other, perhaps in base64, base64 of base64, or as hexadecimal digits.
func leaked(text, token string) string {
	text = unseen.ReplaceAllString(text, "")
	if found := piece(text, token); found != "" {
		return found
	}
	for _, run := range hexRun.FindAllString(text, -1) {
		for skip := range 2 {
			if b, _ := hex.DecodeString(run[skip : len(run)-(len(run)-skip)%2]); b != nil {
				if found := piece(string(b), token); found != "" {
					return found
				}
			}
		}
	}
	return inBase64(text, token, 2)
}

func inBase64(text, token string, depth int) string {
	for _, run := range base64Run.FindAllString(strings.NewReplacer("-", "+", "_", "/").Replace(text), -1) {
		for skip := range 4 {
			b, _ := base64.RawStdEncoding.DecodeString(run[skip : len(run)-(len(run)-skip)%4])
			found := piece(string(b), token)
			if found == "" && depth > 1 {
				found = inBase64(unseen.ReplaceAllString(string(b), ""), token, depth-1)
			}
			if found != "" {
				return found
			}
		}
	}
	return ""
}

// piece returns eight characters of a password's random part that a text has.
func piece(text, token string) string {
	const n = 8
	text, token = strings.ToLower(text), strings.ToLower(strings.TrimPrefix(token, "dckr_pat_"))
	for i := 0; i+n <= len(token); i++ {
		if strings.Contains(text, token[i:i+n]) {
			return token[i : i+n]
		}
	}
	return ""
}

// A search that finds nothing proves something only if it would find it.
func TestLeaked(t *testing.T) {
	const token = "dckr_pat_ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	encode := base64.StdEncoding.EncodeToString
	for _, text := range []string{
		token, "x " + strings.ToLower(token), token[:20], token[20:], "\x1b[1m" + token[:15] + "\x1b[0m\n" + token[15:],
		encode([]byte("ann:" + token)), encode([]byte(encode([]byte("x" + token)))), "aa" + hex.EncodeToString([]byte(token)),
		"<b>" + token[:15] + "</b>" + token[15:],
	} {
		if leaked("some words "+text+", and others", token) == "" {
			t.Errorf("%q is not found", text)
		}
	}
	if got := leaked("dckr_pat_ and "+encode([]byte("dckr_pat_")), token); got != "" {
		t.Errorf("found %q", got)
	}
}
