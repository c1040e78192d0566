package render

import (
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"handbook/content"
	"handbook/content/info"
	"handbook/content/record"
)

// sampleSite loads testdata/site and gives its Flask lab the results of a run.
func sampleSite(t testing.TB) *content.Site {
	t.Helper()
	return sampleSiteOf(t, os.DirFS("testdata/site"))
}

// sampleSiteOf is sampleSite with other settings or files besides.
func sampleSiteOf(t testing.TB, fsys fs.FS) *content.Site {
	t.Helper()
	site, err := content.Load(fsys, "content")
	if err != nil {
		t.Fatal(err)
	}
	p := site.Page("labs/04-flask.md")
	p.Record = flaskRecord(t, p)

	stale := site.Page("labs/06-networks.md")
	stale.Record = shortRecord(stale)

	failed := site.Page("labs/07-compose.md")
	failed.Record = shortRecord(failed)
	failed.Record.Snippets = []content.SnippetResult{
		{Number: 1, Line: 10, Kind: "file", Verdict: content.Passed, File: "compose.yaml"},
		{Number: 2, Line: 16, Kind: "shell", Verdict: content.Mismatch, Commands: []content.CommandResult{{Text: "docker compose up -d", Exit: 14, Seconds: 2.5,
			Output: []string{"\x1b[31m✘\x1b[0m web \x1b[1;31mError\x1b[0m pull access denied", "last line"}, Cut: 3_100_000, CutAt: 1}}},
	}
	return site
}

// sampleFresh is what the records of sampleSite are worth.
var sampleFresh = content.Freshness{
	"labs/04-flask.md":    {State: content.Fresh},
	"labs/06-networks.md": {State: content.Stale, Cause: content.PageChanged},
	"labs/07-compose.md":  {State: content.Failed, Cause: content.RunFailed, Detail: "content/labs/07-compose.md:19:1: exited with 14, expected 0"},
}

// verified says that every record of a site belongs to its page.
func verified(site *content.Site) content.Freshness {
	fresh := content.Freshness{}
	for _, p := range site.Pages {
		if p.Record != nil {
			fresh[p.Path] = content.Status{State: content.Fresh}
		}
	}
	return fresh
}

func shortRecord(p *content.Page) *content.Record {
	return &content.Record{Format: record.Format, Page: p.Path, Results: content.Results{Seconds: 4.1, Digest: "sha256:00ff",
		Verified: time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC),
		Machine:  content.RecordMachine{Image: "handbook-machine:1c2d3e4f", Engine: "28.5.2", Storage: "overlay2", Platform: "linux/amd64"}}}
}

// flaskOutputs are what the lab's commands printed, in order: exit, seconds,
// ready, output.
var flaskOutputs = []content.CommandResult{
	{Seconds: 0.004},
	{Seconds: 0.003},
	{Seconds: 0.003},
	{Seconds: 0.002, Output: []string{"app.py", "requirements.txt"}},
	{Seconds: 14.2, Output: buildScreen},
	{Seconds: 0.6, Ready: 0.41, Output: []string{"3f1c0ad94c0b1f3a7a3f3c1b4be36cb2ea7d94cbb5bd5ce2d3bd1a4f0ab1c9d2"}},
	{Seconds: 0.01, Output: []string{"Hello from Flask in Docker!"}},
	{Seconds: 0.01, Exit: 22, Output: []string{"\x1b[1;31mcurl: (22)\x1b[0m The requested URL returned error: 404"}},
	{Seconds: 9.1, Output: []string{"sha256:9d6f0d3b27a1cbb0b6b6a4ef5ff2cf8e9c1d3a1b6e6f0e8b7c6d5e4f3a2b1c0d"}},
	{Seconds: 0.05, Output: []string{"REPOSITORY   TAG", "flask-app    alpine", "flask-app    1.0"}},
	{Seconds: 0.03},
}

var buildScreen = []string{
	"\x1b[34m[+] Building 13.9s (10/10) FINISHED\x1b[0m                                              docker:default",
	"\x1b[34m => [internal] load build definition from Dockerfile\x1b[0m                                      0.0s",
	"\x1b[34m => => transferring dockerfile: 654B\x1b[0m                                                      0.0s",
	"\x1b[34m => [internal] load metadata for docker.io/library/python:3.12-slim\x1b[0m                       0.1s",
	"\x1b[34m => [internal] load .dockerignore\x1b[0m                                                         0.0s",
	"\x1b[34m => => transferring context: 2B\x1b[0m                                                           0.0s",
	"\x1b[34m => [1/5] FROM docker.io/library/python:3.12-slim@sha256:5a1c2f6e3b9d\x1b[0m                     2.9s",
	"\x1b[34m => => resolve docker.io/library/python:3.12-slim@sha256:5a1c2f6e3b9d\x1b[0m                     0.0s",
	"\x1b[34m => => sha256:5a1c2f6e3b9d 41.2MB / 41.2MB\x1b[0m                                                1.2s",
	"\x1b[34m => => extracting sha256:5a1c2f6e3b9d\x1b[0m                                                     1.5s",
	"\x1b[34m => [internal] load build context\x1b[0m                                                         0.0s",
	"\x1b[34m => => transferring context: 314B\x1b[0m                                                         0.0s",
	"\x1b[34m => [2/5] WORKDIR /app\x1b[0m                                                                    0.2s",
	"\x1b[34m => [3/5] COPY requirements.txt ./\x1b[0m                                                        0.0s",
	"\x1b[34m => [4/5] RUN pip install --no-cache-dir -r requirements.txt\x1b[0m                              9.8s",
	"\x1b[34m => [5/5] COPY app.py ./\x1b[0m                                                                  0.0s",
	"\x1b[34m => exporting to image\x1b[0m                                                                    0.4s",
	"\x1b[34m => => exporting layers\x1b[0m                                                                   0.4s",
	"\x1b[34m => => writing image sha256:b1946ac92492d2347c6235b4d2611184\x1b[0m                              0.0s",
	"\x1b[34m => => naming to docker.io/library/flask-app:1.0\x1b[0m                                          0.0s",
}

var flaskCleanup = &content.Cleanup{
	Left: []content.Left{
		{Kind: content.LeftContainers, Names: []string{"flask", "flask-alpine"}, Count: 2},
		{Kind: content.LeftImages, Names: []string{"YOUR_DOCKERHUB_USERNAME/flask-app:1.1", "flask-app:1.0"}, Count: 2, Bytes: 154_300_000},
		{Kind: content.LeftLogins, Names: []string{"https://index.docker.io/v1/"}, Count: 1},
		{Kind: content.LeftFiles, Names: []string{".git/", "it's", "<b>"}, Count: 25, Bytes: 2100},
	},
	Commands: []string{
		"docker rm -f flask flask-alpine", "docker rmi YOUR_DOCKERHUB_USERNAME/flask-app:1.1 flask-app:1.0", "docker logout",
		`cd ~/docker-labs/04-flask && rm -rf .git "it's" '<b>'`, "cd ~ && rmdir ~/docker-labs/04-flask",
	},
	Choices: []content.Choice{
		{Left: content.Left{Kind: content.LeftBases, Names: []string{"busybox:latest"}, Count: 1, Bytes: 4_200_000}, Commands: []string{"docker rmi busybox:latest"}},
		{Left: content.Left{Kind: content.LeftCache, Count: 1, Bytes: 81_000_000}, Commands: []string{"docker builder prune --all"}},
	},
	Outside: []string{"~/.cache/pip/"},
	Changed: []string{"~/.bashrc"},
}

func flaskRecord(t testing.TB, p *content.Page) *content.Record {
	t.Helper()
	r := &content.Record{Format: record.Format, Page: p.Path, Results: content.Results{
		Seconds:  38.2,
		Digest:   "sha256:" + strings.Repeat("4f2a", 16),
		Verified: time.Date(2026, 11, 23, 18, 4, 5, 0, time.UTC),
		Machine: content.RecordMachine{Image: "handbook-machine:1c2d3e4f", Docker: "28", Engine: "28.5.2", Storage: "overlay2",
			Platform: "linux/amd64"},
		Bases: []content.Base{
			{Image: "python:3.12-slim", Digest: "sha256:" + strings.Repeat("5a1c", 16), From: "http://mirror:5000",
				Note: "Debian 13, Python 3.13.5"},
			{Image: "python:3.12-alpine", Digest: "sha256:" + strings.Repeat("77e1", 16), From: "docker.io"},
		},
		Images: []content.Image{
			{Ref: "flask-app:1.0", ID: "sha256:b1946ac92492", Unpacked: 154_300_000, Download: 51_200_000},
			{Ref: "flask-app:alpine", ID: "sha256:9d6f0d3b27a1", Unpacked: 58_900_000, Download: 21_700_000},
		},
		Builds: []content.Build{{Image: "flask-app:1.0", Seconds: 13.9, Context: 314, Steps: []content.BuildStep{
			{Name: "[1/5] FROM docker.io/library/python:3.12-slim", Seconds: 2.9},
			{Name: "[2/5] WORKDIR /app", Seconds: 0.2, Cached: true},
			{Name: "[3/5] COPY requirements.txt ./", Seconds: 0.04, Cached: true},
			{Name: "[4/5] RUN pip install --no-cache-dir -r requirements.txt", Seconds: 9.8},
			{Name: "[5/5] COPY app.py ./", Seconds: 0.03},
		}}},
		Cleanup: flaskCleanup,
	}}
	left := flaskOutputs
	for _, s := range p.Tree().Snippets {
		if s.Role == info.Shown {
			continue
		}
		result := content.SnippetResult{Number: s.Number, Line: s.Pos.Line, Kind: s.Role.String(), Verdict: content.Passed, File: s.Options.File}
		if s.Options.Skip != "" {
			result.Verdict, result.Reason = content.Skipped, s.Options.Skip
		}
		for _, c := range s.Commands {
			ran := left[0]
			ran.Text, left = c.Text, left[1:]
			result.Commands = append(result.Commands, ran)
		}
		r.Snippets = append(r.Snippets, result)
	}
	r.Also = []content.Results{on29(r.Results), onARM(r.Results)}
	return r
}

// on29 returns the results of the Flask lab on another engine: an image is
// larger, and "docker images" prints another table.
func on29(r content.Results) content.Results {
	r.Machine.Image, r.Machine.Docker, r.Machine.Engine, r.Machine.Storage = "handbook-machine:29-5a6b7c8d", "29", "29.8.2", "overlayfs"
	r.Images, r.Snippets = slices.Clone(r.Images), slices.Clone(r.Snippets)
	r.Images[0].Unpacked = 171_200_000
	for i := range r.Snippets {
		commands := slices.Clone(r.Snippets[i].Commands)
		for j, c := range commands {
			if len(c.Output) > 0 && strings.HasPrefix(c.Output[0], "REPOSITORY") {
				commands[j].Output, commands[j].Differs = []string{"IMAGE              ID", "flask-app:alpine   9d6f0d3b27a1", "\x1b[1mflask-app:1.0\x1b[0m      b1946ac92492"}, true
			}
		}
		r.Snippets[i].Commands = commands
	}
	return r
}

// onARM returns the results of the Flask lab on another platform: both images
// are of another size.
func onARM(r content.Results) content.Results {
	r.Machine.Platform = "linux/arm64"
	r.Images = slices.Clone(r.Images)
	r.Images[0].Unpacked, r.Images[0].Download = 149_100_000, 49_800_000
	r.Images[1].Unpacked = 61_300_000
	return r
}

// TestSample writes the sample site to the directory that HANDBOOK_SAMPLE
// names, for looking at it.
func TestSample(t *testing.T) {
	files, err := Site(sampleSite(t), sampleFresh, Options{Version: "test"})
	if err != nil {
		t.Fatal(err)
	}
	dir := os.Getenv("HANDBOOK_SAMPLE")
	if dir == "" {
		return
	}
	for name, b := range files {
		writeFile(t, dir+"/"+name, b)
	}
}

func writeFile(t testing.TB, name string, b []byte) {
	t.Helper()
	if err := os.MkdirAll(name[:strings.LastIndex(name, "/")], 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, b, 0o644); err != nil {
		t.Fatal(err)
	}
}
