package main

import (
	"context"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"handbook/content"
	"handbook/render"
	"handbook/verify"
	"handbook/verify/compare"
	"handbook/verify/docker/machineimage"
	"handbook/verify/docker/testenv"
	"handbook/verify/plans"
	"handbook/verify/screen"
	"handbook/verify/shell"
)

// scriptLabs are labs with all that a lab can do, each with what is typed when
// its script asks.
var scriptLabs = []struct {
	name, lab, page, typed string
	other                  []string // what stands in its output for something else, because of that
}{
	{name: "a shell", page: `
'''bash
mkdir sub && cd sub
export A=1; B='two
lines'
alias hello='echo hello'
set -u
'''
'''sh file=bin/it.sh mode=0755 run="../bin/it.sh"
#!/bin/sh
echo "in $(basename "$PWD")"
'''
'''bash
hello "$B"
# -> hello two
# -> lines
pwd | sed 's|.*/||'
# -> sub
'''
'''bash hide
cd ..; ls bin
'''
'''bash exit=3
(exit 3)
'''
'''bash skip="no time"
exit 4
'''
'''bash tty=no
test -t 0 || echo no input
'''
'''bash
cat <<EOF
one	tab
  \$two
EOF
false || true
yes | head -n 1
printf '\033[31mred\033[0m\n'
'''`},
	{name: "variables", lab: `env: {TITLE: b c, retry: "a[$(touch reckoned)]", cleaning: "1", tmp: /nonesuch}`, page: `
'''bash
echo "$TITLE $retry $cleaning $tmp"; ls
# -> b c a[$(touch reckoned)] 1 /nonesuch
'''`},
	{name: "history and jobs", page: `
'''bash
echo one
!!
# -> echo one
# -> one
sleep 300 &
# -> [1] [..]
jobs
# -> [1]+  Running[..]sleep 300 &
kill %1; sleep 1
# -> [1]+  Terminated[..]sleep 300
set -x
true
# -> + true
set +x
'''`},
	{name: "answers", page: `
'''bash type="ann\nsecret\n^D"
read name
sleep 4
read -p "Password: " password
echo "$name/$password"
# -> ann/secret
cat
echo done
'''`},
	{name: "keys", page: `
'''bash type="^C" exit=130
while :; do echo tick; sleep 0.3; done | uniq
'''
'''bash type="y\n"
perl -e '$| = 1; print "90% [2 Packages store 0 B]"; pipe(R, W); vec($r, fileno(R), 1) = 1; select($r, undef, undef, 3); print "\r\e[K"; print "Go on? [Y/n] "; print "got ", scalar <STDIN>'
# -> Go on? [Y/n] y
# -> got y
'''
'''bash
docker pull -q alpine > /dev/null
'''
'''bash type="echo inside\n^P^Q"
docker run -it --name box alpine sh
'''
'''bash
docker ps --format '{{.Names}} {{.State}}'
# -> box running
'''`},
	{name: "terminals", page: `
'''bash
echo first
'''
'''bash term=2 stay until="listens"
(sleep 1; echo listens); cat
'''
'''bash term=2
typed
'''
'''bash term=2 type="^D"
'''
'''bash term=2
echo second
'''
'''bash
tty | sed 's|/.*||'
'''`},
	{name: "a shell in a container", page: `
'''console
$ docker run --rm -it alpine sh
...
/ # echo inside
inside
/ # exit
$ echo outside
outside
'''`},
	{name: "files", lab: "placeholders: {YOUR_NAME: ann, <your-town>: Rome}", typed: "Berlin\nMary Ann\n", other: []string{"Rome", "Berlin", "ann", "Mary Ann"}, page: `
'''text file=a
one
YOUR_NAME
'''
'''diff file=a
-one
+two
'''
'''text file=a append
<your-town>
'''
'''bash
cat a; echo YOUR_NAME
'''`},
}

// A lab's script does what verify did: from the lab's download, on a fresh
// machine, each command prints what the record says and has its status.
func TestScript(t *testing.T) {
	t.Parallel()
	engine := testenv.Engine(t)
	for _, lab := range scriptLabs {
		t.Run(lab.name, func(t *testing.T) {
			t.Parallel()
			page := "---\nlab:\n  dir: ~/my lab\n  " + lab.lab + "\n---\n# Lab\n" + strings.ReplaceAll(lab.page, "'''", "```") + "\n"
			site, err := content.Load(fstest.MapFS{"lab.md": {Data: []byte(page)}}, "content")
			if err != nil {
				t.Fatal(err)
			}
			tryScript(t, engine, site, site.Pages[0], lab.typed, lab.other...)
		})
	}
}

// The same for the labs of the handbook.
func TestScriptOfHandbook(t *testing.T) {
	t.Parallel()
	engine := testenv.Engine(t)
	testenv.EachLab(t, "../../content", func(t *testing.T, site *content.Site, page *content.Page) {
		t.Parallel()
		typed := "\n"
		if page.Lab.Hub != "" {
			typed = page.Lab.Hub + "\n" + testenv.HubPassword + "\n"
		}
		tryScript(t, engine, site, page, typed)
	})
}

// tryScript runs a lab and then, on another machine, its script, and compares
// what they show. Then the script removes what the lab has left.
func tryScript(t *testing.T, engine verify.Engine, site *content.Site, page *content.Page, typed string, other ...string) {
	ctx, cancel := context.WithTimeout(t.Context(), 8*time.Minute)
	defer cancel()
	m := download(t, ctx, engine, site, page)
	before := listThere(t, ctx, m)
	printed, exit := atTerminal(t, ctx, m, "cd /root/got/* && ./lab.sh", typed)
	if exit != 0 {
		t.Fatalf("exit status %d, printed:\n%s", exit, printed)
	}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("printed:\n%s", printed)
		}
	})
	compareScript(t, page, segments(printed), strings.NewReplacer(other...))
	tryCleanUp(t, ctx, m, page, before)
}

// compareScript compares what a script's shells have shown, one text for each
// command, with a lab's record. What is typed to a program that keeps the
// terminal is a part of what the program's command has shown.
func compareScript(t *testing.T, page *content.Page, shown map[int][][]string, other *strings.Replacer) {
	t.Helper()
	was := content.Record{}
	again := was
	next := func(term int) (lines []string) {
		if len(shown[term]) == 0 {
			t.Fatalf("the script shows less at terminal %d than the record has", term)
		}
		lines, shown[term] = shown[term][0], shown[term][1:]
		return lines
	}
	kept := map[int][]string{} // by terminal: the lines of what was typed to a program
	for n, s := range page.Record.Snippets {
		snippet := page.Tree().Numbered(n + 1)
		term := snippet.Options.Term
		var commands, shownOf []content.CommandResult
		end := func() {
			if lines, ok := kept[term]; ok {
				text := strings.Join(next(term), "\n")
				for _, line := range lines {
					if volatile := strings.ContainsAny(line, "0123456789"); !volatile && !strings.Contains(text, line) {
						t.Errorf("%q is not in %q", line, text)
					}
				}
				delete(kept, term)
			}
		}
		for i, c := range s.Commands {
			_, inside := kept[term]
			switch {
			case c.Stays:
				end()
				kept[term] = []string{}
			case inside && (c.Prompt != "" || c.Unchecked != "" || snippet.Commands[i].Key):
				kept[term] = append(kept[term], c.Output...)
				if snippet.Commands[i].Key {
					end()
				}
			default:
				end()
				c.Output = strings.Split(other.Replace(strings.Join(c.Output, "\n")), "\n")
				commands = append(commands, c)
				c.Output = append(next(term), "")
				if len(c.Output) > 1 {
					c.Output = c.Output[:len(c.Output)-1]
				}
				shownOf = append(shownOf, c)
			}
		}
		result := s
		result.Commands = commands
		was.Snippets = append(was.Snippets, result)
		result.Commands = shownOf
		again.Snippets = append(again.Snippets, result)
	}
	for term, rest := range shown {
		if len(rest) > 0 {
			t.Errorf("the script shows %q besides at terminal %d", rest, term)
		}
	}
	for _, c := range compare.Records(page, &was, &again).Changes {
		t.Errorf("%v: %q: %s\n%s", c.Pos, c.Command, c.Msg, strings.Join(c.Details, "\n"))
	}
}

// atTerminal runs a command at a terminal of the machine.
func atTerminal(t *testing.T, ctx context.Context, m verify.Machine, command, typed string) (string, int) {
	t.Helper()
	s, err := m.Exec(ctx, shell.Process{Args: []string{"bash", "-c", command}, TTY: true, Env: []string{"HOME=/root", "TERM=xterm-256color"}})
	if err != nil {
		t.Fatal(err)
	}
	stop := context.AfterFunc(ctx, func() { s.Close() }) // what was printed says at what it hangs
	defer stop()
	defer s.Close()
	if _, err := io.WriteString(s, typed); err != nil {
		t.Fatal(err)
	}
	printed, err := io.ReadAll(s)
	if err != nil {
		t.Fatalf("%v, printed:\n%s", err, printed)
	}
	exit, err := s.Wait(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return string(printed), exit
}

// A prompt's marks are those of OSC 133; see lab.sh.
var (
	terminalRE = regexp.MustCompile(`\x1b\[2m== terminal (\d+)\x1b\[0m`)
	promptRE   = regexp.MustCompile(`(?s)\x1b\]133;([AD]).*?\x1b\]133;B\x07`)
	readRE     = regexp.MustCompile(`\x1b\[\?2004l\r?`)
)

// segments returns what stands on the screen between the prompts of a script's
// shells, without what was typed there, by terminal.
func segments(printed string) map[int][][]string {
	terminals := map[int]string{}
	term, done := 1, 0
	for _, at := range terminalRE.FindAllStringSubmatchIndex(printed, -1) {
		terminals[term] += printed[done:at[0]]
		term, _ = strconv.Atoi(printed[at[2]:at[3]])
		done = at[1]
	}
	terminals[term] += printed[done:]
	all := map[int][][]string{}
	for term, printed := range terminals {
		prompts := promptRE.FindAllStringSubmatchIndex(printed, -1)
		for i := 0; i+1 < len(prompts); i++ {
			text := printed[prompts[i][1]:prompts[i+1][0]]
			at := readRE.FindStringIndex(text)
			if at == nil || printed[prompts[i+1][2]] == 'A' { // the command goes on
				continue
			}
			s := screen.New(shell.Columns, shell.Rows)
			s.Write([]byte(text[at[1]:]))
			all[term] = append(all[term], slices.Clone(s.Output().Lines))
		}
	}
	return all
}

// download verifies a lab and returns another machine of its kind, on which its
// download is unpacked.
func download(t *testing.T, ctx context.Context, engine verify.Engine, site *content.Site, page *content.Page) verify.Machine {
	t.Helper()
	plan, err := (&plans.Planner{Site: site, Machines: machineimage.BuiltinRef}).Plan(page)
	if err != nil {
		t.Fatal(err)
	}
	if page.Record == nil || page.Record.Digest != plan.Digest {
		if page.Record, err = (&verify.Runner{Engine: engine}).Run(ctx, plan); err != nil {
			t.Fatal(err)
		}
	}
	files, err := render.Site(site, content.Freshness{page.Path: {State: content.Fresh}}, render.Options{})
	if err != nil {
		t.Fatal(err)
	}
	m, err := engine.Start(ctx, verify.SpecOf(plan, testenv.HubPassword))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { m.Close() })
	unpack(t, ctx, m, files[strings.Trim(page.URL, "/")+"/files.zip"])
	return m
}

// A script says where it fails, and does nothing after that.
func TestScriptFails(t *testing.T) {
	t.Parallel()
	engine := testenv.Engine(t)
	for command, want := range map[string]string{
		"test ! -e ~/spoilt":                         "lab.md:9: exited with 1, expected 0",
		"{ test ! -e ~/spoilt && echo fine; } | cat": "lab.md:9: a part of the pipeline exited with 1",
	} {
		page := "---\nlab: {dir: ~/lab}\n---\n# Lab\n\n```bash\n# to begin with\ntrue\n" + command + "\necho not run\n```\n"
		site, err := content.Load(fstest.MapFS{"lab.md": {Data: []byte(page)}}, "content")
		if err != nil {
			t.Fatal(err)
		}
		m := download(t, t.Context(), engine, site, site.Pages[0])
		printed, exit := atTerminal(t, t.Context(), m, "touch ~/spoilt; cd /root/got/* && ./lab.sh", "")
		if exit != 1 || !strings.Contains(printed, want) || strings.Contains(printed, "not run") {
			t.Errorf("%s: exit status %d, printed:\n%s", command, exit, printed)
		}
	}
}
