// Package testsite makes big sites for benchmarks and tests of speed: the same
// bytes each time, pages of 8 KB with 15 fences in the languages of labs, no
// two fences the same. Other generators can read them too, for comparison.
//
//	HANDBOOK_WRITE_SITE=DIR go test ./render -run TestWriteSite
package testsite

import (
	"fmt"
	"math/rand/v2"
	"path"
	"strings"
	"testing/fstest"
)

// Sizes of a page. 2,000 pages are 16 MB.
const (
	fences   = 15
	pageSize = 8000
	perPart  = 50 // pages of a section
)

// Page returns the path and the text of the i-th of n pages.
func Page(i, n int) (name, text string) {
	w := &writer{rand: rand.New(rand.NewPCG(uint64(i), 1)), i: i, n: n}
	w.page()
	return Name(i), w.String()
}

// Name is the path of the i-th page.
func Name(i int) string { return fmt.Sprintf("part-%03d/page-%04d.md", i/perPart, i) }

// Content returns a content root with n pages.
func Content(n int) fstest.MapFS {
	fsys := fstest.MapFS{"handbook.yaml": {Data: []byte("title: A big site\nurl: https://example.org/big\n")}}
	for i := range n {
		name, text := Page(i, n)
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return fsys
}

// Labs returns a content root with n labs, each with one plain image for a
// machine and some commands.
func Labs(n int) fstest.MapFS {
	fsys := Content(n)
	for i := range n {
		file := fsys[Name(i)]
		file.Data = []byte(strings.Replace(string(file.Data), "\n---\n", "\nlab:\n  machine: busybox\n---\n", 1))
	}
	return fsys
}

// A writer writes one page.
type writer struct {
	strings.Builder
	rand *rand.Rand
	i, n int
}

func (w *writer) page() {
	fmt.Fprintf(w, "---\ntitle: Page %d, %s\n---\n\n", w.i, w.words(3))
	w.paragraph(40)
	for k := range fences {
		if k%3 == 0 {
			fmt.Fprintf(w, "## Step %d: %s\n\n", k/3+1, w.words(4))
		}
		w.fence(k)
		w.paragraph((pageSize-w.Len())*10/(75*(fences-k)) - 20)
	}
	w.links()
}

// vocabulary has the words of the prose.
var vocabulary = strings.Fields(`the a an of to and in is that it with as for container image layer build cache registry volume
	network port process file command machine engine mount tag digest manifest stage copy run start stop remove list show inspect
	student reader terminal prompt output error exit status line first second third next last again never always only more less
	small large slow fast same other new old here there now then because when where which while before after under over between`)

func (w *writer) word() string { return vocabulary[w.rand.IntN(len(vocabulary))] }

func (w *writer) words(n int) string {
	var list []string
	for range n {
		list = append(list, w.word())
	}
	return strings.Join(list, " ")
}

// paragraph writes some words, with the inline markup that prose has.
func (w *writer) paragraph(n int) {
	for k := range max(n, 10) {
		word := w.word()
		switch {
		case k%23 == 7:
			word = "`" + word + "`"
		case k%31 == 11:
			word = "**" + word + "**"
		case k%37 == 19:
			word += "."
		}
		w.WriteString(word)
		if k%12 == 11 {
			w.WriteByte('\n')
		} else {
			w.WriteByte(' ')
		}
	}
	w.WriteString("end.\n\n")
}

// links writes links to pages around this one.
func (w *writer) links() {
	w.WriteString("## See also\n\n")
	for _, to := range []int{w.i - 1, w.i + 1, (w.i * 7) % w.n} {
		if to < 0 || to >= w.n || to == w.i {
			continue
		}
		fmt.Fprintf(w, "- [Page %d](%s)\n", to, path.Join("..", Name(to)))
	}
	fmt.Fprintf(w, "\n| %s | %s |\n|---|--:|\n", w.word(), w.word())
	for range 3 {
		fmt.Fprintf(w, "| %s | %d |\n", w.words(2), w.rand.IntN(1000))
	}
}

// fence writes the k-th fence. Names and numbers make it different from all
// others.
func (w *writer) fence(k int) {
	a, b, n := w.word(), w.word(), w.rand.IntN(100_000)
	text := samples[k%len(samples)]
	w.WriteString(strings.NewReplacer("APP", fmt.Sprintf("%s%d", a, n), "WORD", b, "1234", fmt.Sprint(n), "TEXT", w.words(6)).Replace(text))
	w.WriteString("\n\n")
}

// samples are fences as labs have them.
var samples = []string{
	"```bash\nmkdir -p ~/APP && cd ~/APP\ndocker build -t APP:1.0 --build-arg WORD=1234 . | tee build.log\nfor i in 1 2 3; do echo \"run $i of $WORD\"; done\nif [ -f build.log ]; then grep -c 'Step' build.log || true; fi\n```",
	"```python\nfrom flask import Flask, jsonify\n\napp = Flask(__name__)\n\n@app.route(\"/APP/<int:number>\")\ndef WORD_1234(number: int) -> str:\n    \"\"\"TEXT.\"\"\"\n    if number > 1234:\n        raise ValueError(f\"too large: {number}\")\n    return jsonify(name=\"WORD\", value=number * 2)\n```",
	"```dockerfile\nFROM python:3.12-slim\nWORKDIR /APP\nENV WORD=1234 PYTHONUNBUFFERED=1\nCOPY requirements.txt ./\nRUN pip install --no-cache-dir -r requirements.txt\nCOPY . .\nEXPOSE 1234\nCMD [\"gunicorn\", \"-b\", \"0.0.0.0:1234\", \"APP:app\"]\n```",
	"```console\n$ docker run -d --name APP -p 1234:5000 WORD/APP:1.0\n9f1c1234\n$ docker ps --filter name=APP\nCONTAINER ID   IMAGE          STATUS\n9f1c1234       WORD/APP:1.0   Up 2 seconds\n```",
	"```yaml\nservices:\n  APP:\n    build: .\n    image: WORD/APP:1.0\n    ports: [\"1234:5000\"]\n    environment:\n      WORD_LEVEL: \"debug\"  # TEXT\n    depends_on:\n      - redis\n  redis:\n    image: redis:7-alpine\n```",
	"```json\n{\n  \"name\": \"APP\",\n  \"version\": \"1.0.1234\",\n  \"private\": true,\n  \"scripts\": { \"start\": \"node WORD.js --port 1234\" },\n  \"dependencies\": { \"express\": \"^4.18.2\", \"WORD\": null }\n}\n```",
	"```bash\ncurl -s http://localhost:1234/APP | jq '.WORD[] | select(.id > 1234)'\ncat > WORD.env <<EOF\nNAME=APP\nLEVEL=${LEVEL:-debug}\nEOF\ndocker exec APP sh -c 'ls -l /APP; env | sort' # TEXT\n```",
	"```text\nTEXT\n[+] Building 12.34s (9/9) FINISHED\n => [internal] load build definition from APP\n => CACHED [2/5] WORKDIR /APP\n => exporting layers WORD\n```",
	"```go\npackage main\n\nimport (\n\t\"fmt\"\n\t\"net/http\"\n)\n\n// handle says TEXT.\nfunc handle(w http.ResponseWriter, r *http.Request) {\n\tfmt.Fprintf(w, \"APP %d %q\\n\", 1234, r.URL.Path)\n}\n\nfunc main() { http.ListenAndServe(\":1234\", nil) }\n```",
	"```javascript\nimport express from \"express\";\n\nconst app = express(); // TEXT\napp.get(\"/APP\", async (req, res) => {\n  const rows = await db.query(`select * from WORD where id = ${1234}`);\n  res.json({ rows, ok: rows.length > 0 });\n});\n```",
}
