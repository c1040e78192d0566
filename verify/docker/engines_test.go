package docker_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"handbook/content"
	"handbook/content/config"
	"handbook/content/record"
	"handbook/verify"
	"handbook/verify/docker/testenv"
	"handbook/verify/plans"
)

// onBoth runs a page on Docker 29 and 28, at the same time.
func onBoth(t *testing.T, page string) (*content.Record, error) {
	t.Helper()
	page = "---\nlab: {docker: [29, 28]}\n---\n" + strings.ReplaceAll(page, "'''", "```")
	site, err := content.Load(fstest.MapFS{"p.md": {Data: []byte(page)}}, "")
	if err != nil {
		t.Fatal(err)
	}
	plan, err := plans.New(site, site.Pages[0], "")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 8*time.Minute)
	defer cancel()
	e := testenv.Engine(t)
	ran := make([]verify.Ran, len(plan.Kinds))
	done := make(chan int)
	for i, kind := range plan.Kinds {
		go func() {
			defer func() { done <- i }()
			on := plan.On(kind)
			record, err := (&verify.Runner{Engine: e}).Run(ctx, on)
			ran[i] = verify.Ran{Plan: on, Record: record, Err: err}
		}()
	}
	for range plan.Kinds {
		<-done
	}
	return verify.Join(ran)
}

// A lab that works on one engine and fails on another fails, and says on which.
func TestEnginesDiffer(t *testing.T) {
	t.Parallel()
	const build = "'''bash\ndocker build -q -t app - <<'.'\nFROM busybox\nRUN head -c 5000000 /dev/urandom > /data\n.\n'''\n"
	for _, test := range []struct {
		name, page string
		want       []string // the failures, each a part of one
	}{
		{"the table of docker images", build + "'''bash\ndocker images app\n'''\n'''output\n...\n[..]DISK USAGE[..]CONTENT SIZE[..]\n...\n'''\n",
			[]string{"printed something other than the page says, on Docker 28"}},
		{"each its own table", build + "'''bash\ndocker images app\n'''\n'''output\n...\n[..]DISK USAGE[..]CONTENT SIZE[..]\n...\n'''\n'''output docker=28\nREPOSITORY[..]SIZE\n...\n'''\n", nil},
		{"the version", "'''bash\ndocker version --format '{{.Server.Version}}' | grep -q ^28 || exit 3\n'''\n", []string{"the shell ended here, on Docker 29"}},
		{"nothing differs", "'''bash\nfalse\n'''\n", []string{": exited with 1, expected 0"}},
		{"sizes", build + "It has [6.2 MB](download:app@29) and [6.2 MB](download:app@28), not [50 MB](download:app@28).\n",
			[]string{`claimed "50 MB", measured `}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			result, err := onBoth(t, test.page)
			failed, ok := errors.AsType[*verify.Failures](err)
			if err != nil && !ok {
				t.Fatal(err)
			}
			var got []*verify.Failure
			if ok {
				got = failed.All
			}
			if len(got) != len(test.want) {
				t.Fatalf("%s, want %q", details(got), test.want)
			}
			for i, f := range got {
				if text := f.Error(); !strings.Contains(text, test.want[i]) {
					t.Errorf("%s, want %q", text, test.want[i])
				}
			}
			if err != nil {
				return
			}
			// All is in the record, which is read as it was written.
			read, err := record.Decode(record.Encode(result))
			if err != nil {
				t.Fatal(err)
			}
			also := read.On("28")
			if read.Machine.Storage != "overlayfs" || also == nil || also.Machine.Storage != "overlay2" || !strings.HasPrefix(also.Machine.Engine, "28.") || !strings.HasPrefix(read.Machine.Engine, "29") {
				t.Fatalf("the machines are %+v and %+v", read.Machine, also)
			}
			if c := also.Snippets[1].Commands[0]; !c.Differs || read.Snippets[1].Commands[0].Differs {
				t.Errorf("what differs is not marked: %+v", c)
			}
		})
	}
}

// details are failures with what is printed under them.
func details(failures []*verify.Failure) string {
	var b strings.Builder
	for _, f := range failures {
		fmt.Fprintf(&b, "%v\n%s\n", f, strings.Join(f.Details, "\n"))
	}
	return b.String()
}

// Machines with either engine are up in no time.
func TestEnginesStart(t *testing.T) {
	e := testenv.Engine(t)
	for _, engine := range config.Engines {
		testenv.Start(t, e, verify.Spec{Docker: engine}).Close() // its image is there now
		begun := time.Now()
		m := testenv.Start(t, e, verify.Spec{Docker: engine})
		about, _, err := m.About(t.Context())
		if err != nil || !strings.HasPrefix(about.Engine, engine) {
			t.Errorf("%+v, %v, want Docker %s", about, err, engine)
		}
		t.Logf("Docker %s: up in %v", about.Engine, time.Since(begun).Round(time.Millisecond))
	}
}
