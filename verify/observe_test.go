//go:build unix

package verify

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"handbook/content"
)

// observedEngine makes local machines on which a command "made NAME" has
// brought about what the table says.
type observedEngine struct {
	localEngine
	made map[string]Observation
}

func (e observedEngine) Start(ctx context.Context, spec Spec) (Machine, error) {
	m, err := e.localEngine.Start(ctx, spec)
	return &observedMachine{m.(*localMachine), e.made, 0}, err
}

type observedMachine struct {
	*localMachine
	made map[string]Observation
	n    int
}

func (m *observedMachine) Observe(context.Context) (Observation, error) {
	m.n++
	return m.made[string(rune('0'+m.n))], nil
}

func image(ref string, bytes int64) content.Image {
	return content.Image{Ref: ref, Unpacked: bytes, Download: bytes / 3, Layers: []content.Layer{{Bytes: bytes - 1}, {Bytes: 1}, {Bytes: 0}}}
}

// Claims are told with their place and the measured value when they do not
// hold.
func TestClaims(t *testing.T) {
	steps := []content.BuildStep{{Name: "[2/4] WORKDIR /app", Cached: true}, {Name: "[3/4] COPY a ./", Cached: true}, {Name: "[4/4] RUN x"}}
	made := map[string]Observation{
		"1": {Images: []content.Image{image("app:1", 150e6), image("app:latest", 150e6)}, Builds: []content.Build{{Image: "app:1", Context: 5_000_000, Seconds: 7, Steps: steps}}},
		"2": {Images: []content.Image{image("small:1", 50e6), image("ann/app:1", 10)}, Builds: []content.Build{{Image: "broken:1", Failed: "no"}, {Image: "x:1", Tags: []string{"small:1"}, Context: 950,
			Steps: []content.BuildStep{{Name: "[build 2/2] RUN", Cached: true}, {Name: "[stage-1 2/3] COPY", Cached: true}, {Name: "[stage-1 3/3] COPY"}}}}},
		"3": {Images: []content.Image{image("app:1", 10e6)}},
	}
	const head = "---\nlab:\n  placeholders: {YOUR_NAME: ann}\n---\n'''bash\ntrue\n'''\n"
	tests := []struct{ name, page, want string }{
		{"all holds", `'''image-sizes
app:1 > small-not-yet
'''`, "p.md:9:1: small-not-yet: there is no such image yet"},
		{"sizes", `'''bash
true
'''
'''image-sizes
small:1 < app:1
app < small:1
app:1 < small:1 < app
YOUR_NAME/app:1
'''`, "p.md:13:1: claimed app < small:1, measured 150 MB and 50 MB\np.md:14:1: claimed app:1 < small:1, measured 150 MB and 50 MB"},
		{"steps", `'''build-steps
app:1 cached=2-3
app:1
'''
'''bash
true
'''
'''build-steps
app:1 cached=2-4
app:1 cached=none
small:1 cached=2
broken:1
'''`, "p.md:16:1: app:1: claimed cached steps 2-4, measured 2-3\np.md:17:1: app:1: claimed cached steps none, measured 2-3\np.md:19:1: broken:1: nothing has built this image yet"},
		{"prose", `
[150 MB](size:app:1), [137 MB](size:app:1), [130 MB](size:app:1), [?](size:app), [about 50MB](download:app:1),
[2 layers](layers:app:1), [3](layers:app:1), [5.1 MB](context:app:1), [4 MiB](context:app:1), [2 steps](cached:app:1), [1](cached:app:1),
[1 s](time:app:1), [50 MB](size:nope), [10 bytes](size:YOUR_NAME/app:1)
'''bash
true
true
'''
[150 MB](size:app:1) and [10 MB](size:app:1)
`, `p.md:9:45: claimed "130 MB", measured 150 MB (unpacked size of app:1)
p.md:10:27: claimed "3", measured 2 (number of layers of app:1)
p.md:10:71: claimed "4 MiB", measured 5 MB (size of the build context of app:1)
p.md:10:120: claimed "1", measured 2 (number of cached build steps of app:1)
p.md:11:20: size:nope: the lab has no such image or build; there are app:1, app:latest, small:1, ann/app:1
p.md:16:1: claimed "150 MB", measured 10 MB (unpacked size of app:1)`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			page := strings.ReplaceAll(head+tt.page+"\n", "'''", "```")
			site, err := content.Load(fstest.MapFS{"p.md": {Data: []byte(page)}}, "")
			if err != nil {
				t.Fatal(err)
			}
			plan, err := NewPlan(site, site.Pages[0], "")
			if err != nil {
				t.Fatal(err)
			}
			_, err = (&Runner{Engine: observedEngine{localEngine{t, "bash"}, made}}).Run(t.Context(), plan)
			var failed *Failures
			if !errors.As(err, &failed) {
				t.Fatalf("got %v", err)
			}
			if diff := cmp.Diff(tt.want, failed.Error()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// A weighingMachine has the images app:1 and app:2 after the first command,
// and weighs images when the lab's file of their id is there.
type weighingMachine struct {
	*localMachine
	t     *testing.T
	seen  bool
	asked chan []string
}

func (m *weighingMachine) Observe(context.Context) (Observation, error) {
	if m.seen {
		return Observation{}, nil
	}
	m.seen = true
	return Observation{Images: []content.Image{{Ref: "app:1", ID: "one"}, {Ref: "app:2", ID: "two"}, {Ref: "app:3", ID: "three"}}}, nil
}

func (m *weighingMachine) Weigh(ctx context.Context, ids []string) (map[string]int64, error) {
	m.asked <- ids
	weights := map[string]int64{}
	for _, id := range ids {
		for !m.has(id) {
			select {
			case <-ctx.Done():
				return nil, ctx.Err()
			case <-time.After(time.Millisecond):
			}
		}
		if !m.has("gone") {
			weights[id] = 5e6
		}
	}
	return weights, nil
}

func (m *weighingMachine) has(file string) bool {
	_, err := os.Stat(filepath.Join(m.home, "lab", file))
	return err == nil
}

type weighingEngine struct {
	localEngine
	asked chan []string
}

func (e weighingEngine) Start(ctx context.Context, spec Spec) (Machine, error) {
	m, err := e.localEngine.Start(ctx, spec)
	return &weighingMachine{m.(*localMachine), e.t, false, e.asked}, err
}

// Images of which the page shows how much is downloaded, and no others, are
// weighed while the lab goes on; what counts is what is there at the report, or
// at the end. A lab that fails does not wait for it.
func TestWeighing(t *testing.T) {
	const head = "---\nlab: {dir: ~/lab}\n---\n"
	tests := []struct{ name, page, asked, want string }{
		{"at the end", `
'''bash
true
touch one two
'''
[5 MB](download:app:1) and [6 MB](download:app:2)`, "[one two] [one] [two]", `p.md:9:28: claimed "6 MB", measured 5 MB (compressed size of app:2)`},
		{"at the report", `
'''bash
true
touch one
'''
'''image-sizes
app:1
'''
'''bash
touch gone
'''
[4 MB](download:app:1)`, "[one] [one]", `p.md:15:1: claimed "4 MB", measured 5 MB (compressed size of app:1)`},
		{"too late", `
'''bash
true
touch one gone
'''
[4 MB](download:app:1)`, "[one] [one]", `p.md:9:1: download:app:1: the lab has no such image or build; there are app:1, app:2, app:3`},
		{"a failure", `
'''bash
true
false
'''
[5 MB](download:app:1)`, "[one]", "p.md:7:1: exited with 1, expected 0"},
		{"nobody wants to know", `
'''bash
true
false
'''
[5 MB](size:app:1)`, "", "p.md:7:1: exited with 1, expected 0"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			site, err := content.Load(fstest.MapFS{"p.md": {Data: []byte(strings.ReplaceAll(head+tt.page+"\n", "'''", "```"))}}, "")
			if err != nil {
				t.Fatal(err)
			}
			plan, err := NewPlan(site, site.Pages[0], "")
			if err != nil {
				t.Fatal(err)
			}
			e := weighingEngine{localEngine{t, "bash"}, make(chan []string, 9)}
			_, err = (&Runner{Engine: e}).Run(t.Context(), plan)
			var failed *Failures
			if !errors.As(err, &failed) {
				t.Fatalf("got %v", err)
			}
			if diff := cmp.Diff(tt.want, failed.Error()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			close(e.asked)
			var asked []string
			for ids := range e.asked {
				asked = append(asked, fmt.Sprint(ids))
			}
			slices.Sort(asked)
			if got := strings.Join(asked, " "); got != tt.asked {
				t.Errorf("asked %q, want %q", got, tt.asked)
			}
		})
	}
}

// The password of the stand-in hub is typed and used, but never published.
func TestTokenIsNotPublished(t *testing.T) {
	page := "---\nlab:\n  hub: ann\n---\n```bash type=\"$DOCKERHUB_TOKEN\\n\"\nread -p 'Password: ' p; echo \"$p\" \"$DOCKERHUB_TOKEN\"; printf 'ann:%s' \"$p\" | base64 -w0; echo; test \"$p\" = \"$DOCKERHUB_TOKEN\"\n```\n"
	site, err := content.Load(fstest.MapFS{"p.md": {Data: []byte(page)}}, "")
	if err != nil {
		t.Fatal(err)
	}
	plan, _ := NewPlan(site, site.Pages[0], "")
	r, err := (&Runner{Engine: localEngine{t, "bash"}}).Run(t.Context(), plan)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"Password: $DOCKERHUB_TOKEN", "$DOCKERHUB_TOKEN $DOCKERHUB_TOKEN", "$DOCKERHUB_TOKEN_BASE64"}
	if diff := cmp.Diff(want, r.Snippets[0].Commands[0].Output); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
