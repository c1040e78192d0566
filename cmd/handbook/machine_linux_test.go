package main

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"handbook/cmd/handbook/labs"
	"handbook/content/config"
	"handbook/verify/docker/testenv"
	"handbook/verify/docker/testenv/need"
)

// printed is what a command prints.
func printed(t *testing.T, args ...string) string {
	t.Helper()
	var out, err bytes.Buffer
	if got := run(args, &out, &err, labs.OpenDocker); got != fine {
		t.Fatalf("%v: status %d\n%s%s", args, got, &out, &err)
	}
	return out.String()
}

// contentsOf returns the digest of what is in the machines' image on an engine.
func contentsOf(t *testing.T, engine string) string {
	t.Helper()
	shown := printed(t, "machine", "show", "--engine", engine)
	digest := regexp.MustCompile(`sha256:[0-9a-f]{64}$`).FindString(strings.TrimSpace(shown))
	if digest == "" {
		t.Fatalf("machine show says no digest: %s", shown)
	}
	return digest
}

// tinySettings are those of a tiny site.
const tinySettings = "machine:\n  docker: tiny\n  engines: {tiny: {dockerfile: tiny.Dockerfile}}\n"

// tinySite is in a folder with a site whose machines' image, on which no lab can
// run, is another one each time that it is made. The test needs an engine.
func tinySite(t *testing.T) {
	t.Helper()
	testenv.Engine(t) // or skip
	if !need.Program.Has(t, "docker") {
		t.SkipNow()
	}
	t.Chdir(t.TempDir())
	writeFiles(t, map[string]string{
		"content/index.md": "# Home\n",
		// A name of its own: tests run at the same time.
		"content/tiny.Dockerfile": "FROM busybox\nRUN cat /proc/sys/kernel/random/uuid > /id\nLABEL test=" + t.Name() + "\n",
		"content/handbook.yaml":   tinySettings,
	})
	local := strings.Fields(printed(t, "machine", "show"))[1]
	gone := func() { exec.Command("docker", "rmi", local).Run() }
	gone() // what a test that was killed has left
	t.Cleanup(gone)
}

// TestFreshEngines gives fresh engines the machines' image from a registry: all
// have the same. Then it cleans one of them, where an image was made from it.
//
// HANDBOOK_FRESH says how many engines there are. Labs are run on them then, too.
func TestFreshEngines(t *testing.T) {
	if !testenv.Apart(t) {
		return
	}
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	registry := testenv.NewRegistry(t)
	tinySite(t)
	repository := registry.Host + "/lab/machines"
	ref := strings.TrimSpace(printed(t, "machine", "push", repository))
	if !regexp.MustCompile(`^` + repository + `:[0-9a-f]{12}-\w+@sha256:[0-9a-f]{64}$`).MatchString(ref) {
		t.Fatalf("pushed as %q", ref)
	}
	want := contentsOf(t, "default")
	pinned := []byte("machine: {image: " + ref + "}\n")
	second := testenv.StartSecond(t, testenv.SecondConfig{})
	second.Reach(registry.Host)
	runOf(t, fine, []string{`^handbook-machine:[0-9a-f]{12}$`}, "machine", "pull", repository, "--engine", second.Host)
	if got := contentsOf(t, second.Host); got != want {
		t.Errorf("pulled by its tag, the image is %s, want %s", got, want)
	}
	third := testenv.StartSecond(t, testenv.SecondConfig{Args: []string{"--storage-driver", "vfs"}})
	third.Reach(registry.Host)
	if err := os.WriteFile("content/handbook.yaml", pinned, 0o666); err != nil {
		t.Fatal(err)
	}
	runOf(t, fine, []string{`: made$`}, "machine", "build", "--engine", third.Host)
	if got := contentsOf(t, third.Host); got != want {
		t.Errorf("pulled by its digest, the image is %s, want %s", got, want)
	}

	const mine = `set -e
image=$(docker images --quiet handbook-machine)
docker tag "$image" mine:same
docker commit "$(docker create "$image" true)" mine:more
docker rm $(docker ps -aq)`
	on := func(script string) string {
		cmd := exec.Command("sh", "-c", script)
		cmd.Env = append(os.Environ(), "DOCKER_HOST="+second.Host)
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		return string(out)
	}
	on(mine)
	runOf(t, fine, nil, "clean", "--engine", second.Host)
	if got := on(`docker images --format '{{.Repository}}:{{.Tag}}' | sort`); got != "mine:more\nmine:same\n" {
		t.Errorf("after clean there are\n%s", got)
	}
	if n, _ := strconv.Atoi(os.Getenv("HANDBOOK_FRESH")); n > 0 {
		freshLabs(t, n)
	}
}

// freshLabs runs a lab on n engines that have nothing, one after another, on a
// machine of the default image.
func freshLabs(t *testing.T, n int) {
	registry := testenv.NewRegistry(t)
	writeFiles(t, map[string]string{
		"content/handbook.yaml": "title: Labs\n",
		"content/lab.md":        "---\nlab: {}\n---\n# Lab\n\n```bash\ndocker run --rm busybox echo done\n```\n",
	})
	want := contentsOfDefault(t)
	repository := registry.Host + "/machines"
	printed(t, "machine", "push", repository)
	for i := range n {
		t.Run(strconv.Itoa(i), func(t *testing.T) {
			second := testenv.StartSecond(t, testenv.SecondConfig{})
			second.Reach(registry.Host)
			start := time.Now()
			printed(t, "machine", "pull", repository, "--engine", second.Host)
			pulled := time.Since(start)
			runOf(t, fine, []string{` passed, in `}, "verify", "--all", "--engine", second.Host)
			t.Logf("pulled in %.1f s, and the lab was done after %.1f s", pulled.Seconds(), time.Since(start).Seconds())
			if got := contentsOf(t, second.Host); got != want {
				t.Errorf("the image is %s, want %s", got, want)
			}
			var record struct{ Machine map[string]string }
			b, err := os.ReadFile("content/lab.record.json")
			if err == nil {
				err = json.Unmarshal(b, &record)
			}
			if err != nil || record.Machine["digest"] != want {
				t.Errorf("%v; the record is of a machine of %v, want %s", err, record.Machine, want)
			}
		})
	}
}

func contentsOfDefault(t *testing.T) string {
	t.Helper()
	printed(t, "machine", "build", config.Engines[0])
	return contentsOf(t, "default")
}

// TestMachineImageWrong takes images that were made before, and on which no lab
// can run.
func TestMachineImageWrong(t *testing.T) {
	if !testenv.Apart(t) {
		return
	}
	registry := testenv.NewRegistry(t)
	registry.User, registry.Password = "me", "sesame"
	repository := registry.Host + "/lab/machines"
	t.Setenv("DOCKER_CONFIG", t.TempDir())
	tinySite(t)
	runOf(t, noMachine, []string{`^handbook: error: cannot push ` + repository + `:\S+: .*(no basic auth credentials|authentication required|authorization failed)`}, "machine", "push", repository)
	login := exec.Command("docker", "login", "--username", "me", "--password-stdin", registry.Host)
	login.Stdin = strings.NewReader("sesame")
	if out, err := login.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	ref := strings.TrimSpace(printed(t, "machine", "push", repository))
	lab := "---\nlab: {}\n---\n# Lab\n\n```bash\ntrue\n```\n"
	takes := func(ref string) {
		t.Helper()
		t.Cleanup(func() { exec.Command("docker", "rmi", ref).Run() })
		writeFiles(t, map[string]string{"content/handbook.yaml": "title: Labs\nmachine:\n  image: " + ref + "\n", "content/lab.md": lab})
	}
	refused := func(why string) {
		t.Helper()
		runOf(t, noMachine, []string{`^handbook: error: content/handbook\.yaml:3:10: ` + why + `$`}, "verify")
	}
	takes(ref)
	refused(`the machine's image has no (bash|dockerd) \(` + ref + `\)`)
	runOf(t, noMachine, []string{`^handbook: error: the machines' image is made by nobody here, but comes from a registry: ` + ref + `$`}, "machine", "push", repository)

	takes(otherPlatform(t, registry, ref))
	refused(`cannot use the machines' image: the image "\S+" is (not made for this engine's platform \S+|made for linux/\w+, and this engine's platform is \S+)`)

	takes("me/docker@sha256:0")
	refused(`cannot use the machines' image: "me/docker@sha256:0" is not the name of an image`)

	registry.Forget()
	takes(repository + "@sha256:" + strings.Repeat("0", 64))
	refused(`the machines' image is not in its registry: ` + repository + `@sha256:0+`)
	writeFiles(t, map[string]string{"content/handbook.yaml": tinySettings})
	runOf(t, noMachine, []string{`^handbook: error: there is no image "` + repository + `:[0-9a-f]{12}-\w+"$`, `^handbook: hint: "handbook machine push REPOSITORY" `}, "machine", "pull", repository)
	runOf(t, noMachine, []string{`^handbook: error: "\S+:1" is not the name of a repository, such as registry\.example\.org/machines$`}, "machine", "pull", repository+":1")
}

// otherPlatform adds an image to a registry that is another one for another
// platform than this computer's, and returns its reference.
func otherPlatform(t *testing.T, registry *testenv.Registry, ref string) string {
	t.Helper()
	name, digest, _ := strings.Cut(ref, "@")
	repository := strings.TrimPrefix(name[:strings.LastIndex(name, ":")], registry.Host+"/")
	read := func(digest string) (v map[string]any) {
		if err := json.Unmarshal(registry.Blob(digest), &v); err != nil {
			t.Fatal(err)
		}
		return v
	}
	manifest := read(digest)
	if list, ok := manifest["manifests"].([]any); ok { // of containerd's store
		manifest = read(list[0].(map[string]any)["digest"].(string))
	}
	of := manifest["config"].(map[string]any)
	image := read(of["digest"].(string))
	image["architecture"] = map[bool]string{true: "amd64", false: "arm64"}[image["architecture"] == "arm64"]
	b := encoded(t, image)
	of["digest"], of["size"] = registry.Add(b, "", "", ""), len(b)
	return registry.Host + "/" + repository + "@" + registry.Add(encoded(t, manifest), manifest["mediaType"].(string), repository, "other")
}
