//go:build unix

package verify_test

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
	"handbook/verify"
	"handbook/verify/local"
	"handbook/verify/plans"
)

// observedEngine makes local machines on which a command "made NAME" has
// brought about what the table says.
type observedEngine struct {
	local.Engine
	made map[string]verify.Observation
}

func (e observedEngine) Start(context.Context, verify.Spec) (verify.Machine, error) {
	m, err := e.Machine()
	return &observedMachine{m, e.made, 0}, err
}

type observedMachine struct {
	*local.Machine
	made map[string]verify.Observation
	n    int
}

func (m *observedMachine) Observe(context.Context) (verify.Observation, error) {
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
	made := map[string]verify.Observation{
		"1": {Images: []content.Image{image("app:1", 150e6), image("app:latest", 150e6)}, Builds: []content.Build{{Image: "app:1", Context: 5_000_000, Seconds: 7, Steps: steps}}},
		"2": {Images: []content.Image{image("small:1", 50e6), image("ann/app:1", 10)}, Builds: []content.Build{{Image: "broken:1", Failed: "no"}, {Image: "x:1", Tags: []string{"small:1"}, Context: 950,
			Steps: []content.BuildStep{{Name: "[build 2/2] RUN", Cached: true}, {Name: "[stage-1 2/3] COPY", Cached: true}, {Name: "[stage-1 3/3] COPY"}}}}},
		"3": {Images: []content.Image{image("app:1", 10e6)}},
	}
	tagged := func(ref, id string) content.Image {
		return content.Image{Ref: ref, ID: id, Unpacked: 5e6, Layers: []content.Layer{{Bytes: 5e6}}}
	}
	// app:1 is built, gets another name, is built again by another name, then
	// by the classic builder, is removed, and is there again.
	again := map[string]verify.Observation{
		"1": {Images: []content.Image{tagged("app:1", "one")}, Builds: []content.Build{{Image: "app:1", ID: "one", Steps: steps}}},
		"2": {Images: []content.Image{tagged("app:prod", "one"), tagged("pulled:1", "else")}},
		"3": {Images: []content.Image{tagged("copy:1", "one")}, Builds: []content.Build{{Image: "copy:1", ID: "one", Steps: steps[:1]}}},
		"4": {Images: []content.Image{tagged("app:1", "classic")}},
		"5": {Removed: []string{"app:1"}},
		"6": {Images: []content.Image{tagged("app:1", "one")}},
	}
	const command = "'''bash\ntrue\n'''\n"
	const head = "---\nlab:\n  placeholders: {YOUR_NAME: ann}\n---\n'''bash\ntrue\n'''\n"
	const notBuilt = "BuildKit has not built this image, so nothing is known of its steps: it was pulled, loaded or committed, or the classic builder made it (DOCKER_BUILDKIT=0)"
	tests := []struct {
		name, page, want string
		made             map[string]verify.Observation // nil is made
	}{
		{name: "images with several names", made: again, page: command + "'''build-steps\napp:1 cached=none\napp:prod cached=none\npulled:1\n'''\n" +
			command + "'''build-steps\napp:1 cached=none\napp:prod cached=none\ncopy:1 cached=none\n'''\n" +
			command + "'''build-steps\napp:1\n'''\n" +
			command + "'''image-sizes\napp:1\n'''\n'''image-layers\napp:prod\n'''\n" +
			command + "'''build-steps\napp:1 cached=none\n'''\n",
			want: `p.md:12:1: app:1: claimed cached steps none, measured 2-3
p.md:13:1: app:prod: claimed cached steps none, measured 2-3
p.md:14:1: pulled:1: ` + notBuilt + `
p.md:20:1: app:1: claimed cached steps none, measured 2-3
p.md:21:1: app:prod: claimed cached steps none, measured 2
p.md:22:1: copy:1: claimed cached steps none, measured 2
p.md:28:1: app:1: ` + notBuilt + `
p.md:34:1: app:1: the image is gone here, the snippet in line 30 has removed it
p.md:43:1: app:1: claimed cached steps none, measured 2-3`},
		{name: "prose about names that come and go", made: again, page: "[9 MB](size:app:1)\n" + command + command + command +
			"[?](cached:app:1), [5 MB](size:app:1)\n" + command + "[5 MB](size:app:1), [?](layers:app:1), [9 MB](size:app:prod)\n" +
			command + "[9 MB](size:app:1)\n",
			want: `p.md:8:1: claimed "9 MB", measured 5 MB (unpacked size of app:1)
p.md:18:1: cached:app:1: ` + notBuilt + `
p.md:22:1: size:app:1: the image is gone here, the snippet in line 19 has removed it
p.md:22:21: layers:app:1: the image is gone here, the snippet in line 19 has removed it
p.md:22:40: claimed "9 MB", measured 5 MB (unpacked size of app:prod)
p.md:26:1: claimed "9 MB", measured 5 MB (unpacked size of app:1)`},
		{name: "all holds", page: `'''image-sizes
app:1 > small-not-yet
'''`, want: "p.md:9:1: small-not-yet: there is no such image yet"},
		{name: "sizes", page: `'''bash
true
'''
'''image-sizes
small:1 < app:1
app < small:1
app:1 < small:1 < app
YOUR_NAME/app:1
'''`, want: "p.md:13:1: claimed app < small:1, measured 150 MB and 50 MB\np.md:14:1: claimed app:1 < small:1, measured 150 MB and 50 MB"},
		{name: "steps", page: `'''build-steps
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
'''`, want: "p.md:16:1: app:1: claimed cached steps 2-4, measured 2-3\np.md:17:1: app:1: claimed cached steps none, measured 2-3\np.md:19:1: broken:1: nothing has built this image yet"},
		{name: "prose", page: `
[150 MB](size:app:1), [137 MB](size:app:1), [130 MB](size:app:1), [?](size:app), [about 50MB](download:app:1),
[2 layers](layers:app:1), [3](layers:app:1), [5.1 MB](context:app:1), [4 MiB](context:app:1), [2 steps](cached:app:1), [1](cached:app:1),
[1 s](time:app:1), [50 MB](size:nope), [10 bytes](size:YOUR_NAME/app:1)
'''bash
true
true
'''
[150 MB](size:app:1) and [10 MB](size:app:1)
`, want: `p.md:9:45: claimed "130 MB", measured 150 MB (unpacked size of app:1)
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
			plan, err := plans.New(site, site.Pages[0], "")
			if err != nil {
				t.Fatal(err)
			}
			seen := tt.made
			if seen == nil {
				seen = made
			}
			_, err = (&verify.Runner{Engine: observedEngine{local.Engine{}, seen}}).Run(t.Context(), plan)
			var failed *verify.Failures
			if !errors.As(err, &failed) {
				t.Fatalf("got %v", err)
			}
			if diff := cmp.Diff(tt.want, failed.Error()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// A plan that is cut before a line runs and checks what stands before it, and
// of that nothing that what comes after may still bring about.
func TestCutPlan(t *testing.T) {
	made := map[string]verify.Observation{"1": {Images: []content.Image{image("app:1", 150e6)}}}
	page := "---\nlab: {dir: ~/lab}\n---\nIn the end [5 MB](size:app:2), now [9 MB](size:app:1).\n```bash type=\"a\\nb\\n\"\nread x\nread y\n```\n```bash\nfalse\n```\n[1 MB](size:app:1)\n```image-sizes\nnone:1\n```\n"
	site, err := content.Load(fstest.MapFS{"p.md": {Data: []byte(page)}}, "")
	if err != nil {
		t.Fatal(err)
	}
	plan, err := plans.New(site, site.Pages[0], "")
	if err != nil {
		t.Fatal(err)
	}
	const claimed = `p.md:4:36: claimed "9 MB", measured 150 MB (unpacked size of app:1)`
	for line, want := range map[int]string{5: "<nil>", 7: claimed, 9: claimed, 11: "p.md:10:1: exited with 1, expected 0"} {
		_, err := (&verify.Runner{Engine: observedEngine{local.Engine{}, made}}).Run(t.Context(), plan.Until(line))
		if got := fmt.Sprint(err); got != want {
			t.Errorf("up to line %d: %s\nwant: %s", line, got, want)
		}
	}
}

// A weighingMachine has the images app:1 and app:2 after the first command,
// and weighs images when the lab's file of their id is there.
type weighingMachine struct {
	*local.Machine
	seen  bool
	asked chan []string
}

func (m *weighingMachine) Observe(context.Context) (verify.Observation, error) {
	if m.seen {
		return verify.Observation{}, nil
	}
	m.seen = true
	return verify.Observation{Images: []content.Image{{Ref: "app:1", ID: "one"}, {Ref: "app:2", ID: "two"}, {Ref: "app:3", ID: "three"}}}, nil
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
	_, err := os.Stat(filepath.Join(m.Home, "lab", file))
	return err == nil
}

type weighingEngine struct {
	local.Engine
	asked chan []string
}

func (e weighingEngine) Start(context.Context, verify.Spec) (verify.Machine, error) {
	m, err := e.Machine()
	return &weighingMachine{m, false, e.asked}, err
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
			plan, err := plans.New(site, site.Pages[0], "")
			if err != nil {
				t.Fatal(err)
			}
			e := weighingEngine{local.Engine{}, make(chan []string, 9)}
			_, err = (&verify.Runner{Engine: e}).Run(t.Context(), plan)
			var failed *verify.Failures
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
	plan, _ := plans.New(site, site.Pages[0], "")
	r, err := (&verify.Runner{Engine: local.Engine{}}).Run(t.Context(), plan)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"Password: $DOCKERHUB_TOKEN", "$DOCKERHUB_TOKEN $DOCKERHUB_TOKEN", "$DOCKERHUB_TOKEN_BASE64"}
	if diff := cmp.Diff(want, r.Snippets[0].Commands[0].Output); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
