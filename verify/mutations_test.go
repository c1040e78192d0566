//go:build unix

package verify_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"handbook/content"
	"handbook/verify"
	"handbook/verify/compare"
	"handbook/verify/docker/testenv"
	"handbook/verify/plans"
)

// A mutation breaks the Flask lab in one place. A reader would see another
// page, so verify has to notice: to refuse the page, to fail, or to report the
// change. Those that can't matter give the reason.
type mutation struct {
	name     string
	old, new string // ''' stands for a fence
	harmless string
}

var mutations = []mutation{
	// a character of a command
	{name: "another tag", old: "docker build -t flask-app:1.0 .", new: "docker build -t flask-app:1.1 ."},
	{name: "another context", old: "docker build -t flask-app:1.0 .", new: "docker build -t flask-app:1.0 .."},
	{name: "a mistyped command", old: "docker run -d --name flask ", new: "docker rum -d --name flask "},
	{name: "another host port", old: "-p 5000:5000", new: "-p 5002:5000"},
	{name: "another container port", old: "-p 5000:5000", new: "-p 5000:5002"},
	{name: "no detaching", old: "docker run -d --name flask ", new: "docker run --name flask "},
	{name: "the port of another container", old: "-p 5001:5000", new: "-p 5000:5000"},
	{name: "another path", old: "curl http://localhost:5000\n", new: "curl http://localhost:5000/x\n"},
	{name: "another file name in a here-document", old: "cat > app.py", new: "cat > App.py"},
	{name: "another terminator", old: "REQ\n'''", new: "REG\n'''"},
	{name: "another directory", old: "mkdir -p ~/docker-labs/04-flask &&", new: "mkdir -p ~/docker-labs/05-flask &&"},
	{name: "no quiet", old: "docker build --quiet", new: "docker build"},
	{name: "another Dockerfile", old: "-f Dockerfile.alpine", new: "-f Dockerfile"},
	{name: "another name in the registry", old: "docker push YOUR_DOCKERHUB_USERNAME/flask-app:1.1", new: "docker push somebody/flask-app:1.1"},
	{name: "a push without a tag", old: "docker push YOUR_DOCKERHUB_USERNAME/flask-app:1.1", new: "docker push YOUR_DOCKERHUB_USERNAME/flask-app"},

	// a file
	{name: "lost indentation", old: "    return 'Hello from Flask in Docker!'\n\nif", new: "return 'Hello from Flask in Docker!'\n\nif"},
	{name: "another greeting", old: "    return 'Hello from Flask in Docker!'\n\nif", new: "    return 'Hello from Flask!'\n\nif"},
	{name: "another route", old: "@app.get('/')", new: "@app.get('/home')"},
	{name: "listening to itself only", old: "host='0.0.0.0'", new: "host='127.0.0.1'"},
	{name: "another port in the app", old: "port=5000)", new: "port=5001)"},
	{name: "a version that does not exist", old: "Flask==3.0.3", new: "Flask==3.0.999"},
	{name: "another version", old: "Flask==3.0.3", new: "Flask==3.0.2"},
	{name: "a mistyped instruction", old: "WORKDIR /app\n# 3)", new: "WORKDIRR /app\n# 3)"},
	{name: "a file that is not there", old: "COPY app.py ./\n# 6)", new: "COPY apps.py ./\n# 6)"},
	{name: "everything copied first", old: "COPY requirements.txt ./\n# 4)", new: "COPY . ./\n# 4)"},
	{name: "another process", old: "CMD [\"python\", \"app.py\"]\n'''\n\n1.", new: "CMD [\"python\", \"main.py\"]\n'''\n\n1."},
	{name: "another base image", old: "FROM python:3.12-slim\n# 2)", new: "FROM python:3.12-alpine\n# 2)"},
	{name: "a base image that does not exist", old: "FROM python:3.12-alpine\nWORKDIR", new: "FROM python:3.12-alpin\nWORKDIR"},
	{name: "nothing ignored", old: ".venv/\nvenv/", new: "venv/"},
	{name: "too much ignored", old: ".DS_Store\n'''", new: ".DS_Store\napp.py\n'''"},
	{name: "a diff that does not fit", old: "-    return 'Hello from Flask in Docker!'", new: "-    return 'Hallo from Flask in Docker!'"},
	{name: "another file's name", old: "file=Dockerfile annotate", new: "file=dockerfile annotate"},

	// an expectation
	{name: "another output", old: "# -> Hello from Flask in Docker!\n'''\n\nThe", new: "# -> Hello from Flask in Docker\n'''\n\nThe"},
	{name: "output of ls", old: "# -> app.py  requirements.txt", new: "# -> app.py"},
	{name: "an output fence", old: "...\nFlask is there", new: "...\nFlask is here"},
	{name: "no wildcard", old: "...\nFlask is there", new: "Flask is there"},

	// a claim
	{name: "the larger one", old: "flask-app:alpine < flask-app:1.1", new: "flask-app:alpine > flask-app:1.1"},
	{name: "more cached steps", old: "flask-app:requirements cached=2\n", new: "flask-app:requirements cached=2-5\n"},
	{name: "fewer cached steps", old: "flask-app:greeting cached=2-4", new: "flask-app:greeting cached=2-3"},
	{name: "a digit less", old: "[147 MB](size:", new: "[14 MB](size:"},
	{name: "an image that there is not", old: "(size:flask-app:1.0@29)", new: "(size:flask-app:2.0@29)"},
	{name: "another context size", old: "[820 bytes](context:", new: "[82 bytes](context:"},
	{name: "another count", old: "[3 steps](cached:", new: "[4 steps](cached:"},
	{name: "another download", old: "[21 MB](download:", new: "[12 MB](download:"},

	// an option
	{name: "a wanted failure", old: "'''bash timeout=5m\ndocker build -t flask-app:1.0", new: "'''bash exit=1\ndocker build -t flask-app:1.0"},
	{name: "hardly any time", old: "'''bash timeout=5m\ndocker build -t flask-app:1.0", new: "'''bash timeout=100ms\ndocker build -t flask-app:1.0"},
	{name: "a mistyped option", old: "annotate\n", new: "anotate\n"},
	{name: "nobody types", old: ` type="YOUR_DOCKERHUB_USERNAME\n$DOCKERHUB_TOKEN\n"`, new: " timeout=20s"},
	{name: "a wrong password", old: `\n$DOCKERHUB_TOKEN\n`, new: `\nsecret\n`},
	{name: "another user", old: "hub: student", new: "hub: teacher"},
	{name: "a skipped snippet", old: "'''bash\ndocker run -d --name flask -p", new: "'''bash skip=\"why\"\ndocker run -d --name flask -p"},
	{name: "a language", old: "'''bash\ndocker tag", new: "'''bahs\ndocker tag"},

	// a step removed; two swapped
	{name: "no tag", old: "docker tag flask-app:1.1 YOUR_DOCKERHUB_USERNAME/flask-app:1.1\n", new: ""},
	{name: "no run", old: "'''bash\ndocker run -d --name flask -p 5000:5000 flask-app:1.0\n'''\n", new: ""},
	{name: "an unclosed fence", old: "docker build -t flask-app:1.1 .\n'''", new: "docker build -t flask-app:1.1 .\n"},
	{name: "push before tag", old: "docker tag flask-app:1.1 YOUR_DOCKERHUB_USERNAME/flask-app:1.1\ndocker push YOUR_DOCKERHUB_USERNAME/flask-app:1.1\n",
		new: "docker push YOUR_DOCKERHUB_USERNAME/flask-app:1.1\ndocker tag flask-app:1.1 YOUR_DOCKERHUB_USERNAME/flask-app:1.1\n"},
	{name: "the new file after the build", old: "echo '# the web framework' >> requirements.txt\ndocker build -t flask-app:requirements .\n",
		new: "docker build -t flask-app:requirements .\necho '# the web framework' >> requirements.txt\n"},

	// what can't matter
	{name: "prose", old: "A web app of nine lines", new: "A web app of ten lines", harmless: "prose without a scheme is the author's word, and not verified"},
	{name: "more time", old: "'''bash timeout=5m\ndocker build -t flask-app:1.0", new: "'''bash timeout=6m\ndocker build -t flask-app:1.0", harmless: "time that is not needed changes nothing"},
	{name: "a comment in the page", old: "## 2)", new: "<!-- -->\n\n## 2)", harmless: "nobody sees it"},
	{name: "within the tolerance", old: "[147 MB](size:", new: "[148 MB](size:", harmless: "the published text is the measured value"},
}

// mutate returns the lab with the mutation, or fails if it does not apply.
func (m *mutation) mutate(t testing.TB, page string) string {
	fence := func(s string) string { return strings.ReplaceAll(s, "'''", "```") }
	if !strings.Contains(page, fence(m.old)) {
		t.Fatalf("the lab has no %q any more", m.old)
	}
	return strings.Replace(page, fence(m.old), fence(m.new), 1)
}

// TestMutations tries as many mutations as HANDBOOK_MUTATIONS says ("all", or
// a number, 3 if it is not set), chosen by HANDBOOK_SEED.
func TestMutations(t *testing.T) {
	t.Parallel()
	engine := testenv.Engine(t)
	b, err := os.ReadFile("../content/labs/04-flask.md")
	if err != nil {
		t.Fatal(err)
	}
	lab := string(b)
	for _, m := range mutations {
		m.mutate(t, lab)
	}
	chosen := sample(t)
	_, truth, verdict := outcomeOf(t, engine, lab, nil)
	if truth == nil {
		t.Fatalf("the lab itself %s", verdict)
	}
	for _, m := range chosen {
		t.Run(m.name, func(t *testing.T) {
			t.Parallel()
			noticed, _, verdict := outcomeOf(t, engine, m.mutate(t, lab), truth)
			t.Log(verdict)
			if noticed == (m.harmless != "") {
				t.Errorf("noticed: %v (%s), harmless: %q", noticed, verdict, m.harmless)
			}
		})
	}
}

func sample(t *testing.T) []mutation {
	n := 3
	switch v := os.Getenv("HANDBOOK_MUTATIONS"); v {
	case "":
	case "all":
		return mutations
	default:
		var err error
		if n, err = strconv.Atoi(v); err != nil || n < 0 {
			t.Fatalf("HANDBOOK_MUTATIONS is %q, expected a number or all", v)
		}
	}
	seed, err := strconv.ParseUint(os.Getenv("HANDBOOK_SEED"), 10, 64)
	if err != nil {
		seed = uint64(time.Now().UnixNano())
	}
	t.Logf("%d of %d mutations, HANDBOOK_SEED=%d", min(n, len(mutations)), len(mutations), seed)
	var chosen []mutation
	for _, i := range rand.New(rand.NewPCG(seed, 0)).Perm(len(mutations))[:min(n, len(mutations))] {
		chosen = append(chosen, mutations[i])
	}
	return chosen
}

// outcomeOf runs a lab and tells whether it differs from what truth says.
func outcomeOf(t *testing.T, engine verify.Engine, page string, truth *content.Record) (noticed bool, r *content.Record, verdict string) {
	ctx, cancel := context.WithTimeout(t.Context(), 8*time.Minute)
	defer cancel()
	site, err := content.Load(fstest.MapFS{"labs/04-flask.md": {Data: []byte(page)}, "handbook.yaml": {Data: []byte("placeholders: {YOUR_DOCKERHUB_USERNAME: student}\nmachine: {docker: [29, 28]}\n")}}, "content")
	if err != nil {
		return true, nil, "is refused: " + err.Error()
	}
	plan, err := plans.New(site, site.Pages[0], "test")
	if err != nil {
		return true, nil, "is refused: " + err.Error()
	}
	if truth != nil && plan.Digest == truth.Digest {
		return false, nil, "is not run again"
	}
	r, err = (&verify.Runner{Engine: engine}).Run(ctx, plan)
	var failed *verify.Failures
	switch {
	case errors.As(err, &failed):
		return true, nil, "fails: " + err.Error()
	case err != nil:
		t.Fatal(err)
	case truth == nil:
		return false, r, "passes"
	}
	if changes := compare.Records(site.Pages[0], truth, r).Changes; len(changes) > 0 {
		c := changes[0]
		return true, r, strings.Join(append([]string{"is changed: " + c.Command + ": " + c.Msg}, c.Details...), "\n")
	}
	return false, r, "passes"
}

// The lab's source had lost Python's indentation. It builds all the same; where
// it shows is the line that starts the container, with what Python said.
func TestLostIndentation(t *testing.T) {
	t.Parallel()
	engine := testenv.Engine(t)
	b, err := os.ReadFile("../content/labs/04-flask.md")
	if err != nil {
		t.Fatal(err)
	}
	m := mutation{old: "    return 'Hello from Flask in Docker!'\n\nif", new: "return 'Hello from Flask in Docker!'\n\nif"}
	before, _, _ := strings.Cut(string(b), "docker run -d --name flask ")
	_, _, verdict := outcomeOf(t, engine, m.mutate(t, string(b)), &content.Record{})
	want := "fails: content/labs/04-flask.md:" + strconv.Itoa(strings.Count(before, "\n")+1) + ":1: the container \"flask\" (flask-app:1.0) ended with exit status 1"
	if !strings.HasPrefix(verdict, want) {
		t.Errorf("got %s\nwant %s", verdict, want)
	}
}
