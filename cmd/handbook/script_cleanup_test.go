package main

import (
	"context"
	"path"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"handbook/content"
	"handbook/content/config"
	"handbook/verify"
	"handbook/verify/docker/testenv"
)

// there lists what is on a machine, a line each: what Docker has with a name,
// stored passwords, and the files of the home without those of the test itself.
const there = `export HOME=/root
docker ps -a --format 'containers {{.Names}}'
docker images --filter dangling=false --format 'images {{.Repository}}:{{.Tag}}'
docker volume ls --format 'volumes {{.Name}}'
docker network ls --format 'networks {{.Name}}'
sed -n 's/^\t\t"\(.*\)": {.*$/logins \1/p' ~/.docker/config.json 2> /dev/null
find ~ \( -path ~/.docker -o -path ~/got \) -prune -o -print | sed 's/^/files /'`

// bystand makes something of each kind that the lab knows nothing of.
const bystand = `set -e; export HOME=/root
if test -e ~/.docker/config.json; then
	sed -i 's|"auths": {|&\n\t\t"bystander.example.org": {"auth": "YTpi"},|' ~/.docker/config.json
else
	mkdir -p ~/.docker
	printf '{\n\t"auths": {\n\t\t"bystander.example.org": {"auth": "YTpi"}\n\t}\n}\n' > ~/.docker/config.json
fi
printf 'FROM scratch\nLABEL by=stander\n' | docker build -q -t bystander:1 -
docker create --name bystander bystander:1 none
docker volume create bystander
docker network create bystander
touch ~/bystander`

// listThere returns what is on a machine.
func listThere(t *testing.T, ctx context.Context, m verify.Machine) []string {
	t.Helper()
	out, exit := on(t, ctx, m, "", "sh", "-c", there)
	if exit != 0 {
		t.Fatalf("exit status %d, printed:\n%s", exit, out)
	}
	return strings.Split(strings.TrimSpace(out), "\n")
}

// tryCleanUp runs the clean-up of a lab's script on the machine on which the
// script has run, and looks at what is gone and what is left. before is what was
// there before the lab.
func tryCleanUp(t *testing.T, ctx context.Context, m verify.Machine, page *content.Page, before []string) {
	t.Helper()
	c := page.Record.Cleanup
	if c == nil || len(c.Commands) == 0 {
		return
	}
	after := listThere(t, ctx, m)
	bind := config.Placeholders(page.Lab.Placeholders).Binder()
	dir := strings.Replace(page.Lab.Dir, "~", "/root", 1)
	for _, left := range c.Left {
		for _, name := range left.Names {
			name = bind(name)
			if left.Kind == content.LeftFiles {
				name = path.Join(dir, name)
			}
			if !slices.Contains(after, string(left.Kind)+" "+name) {
				t.Errorf("the script has left no %s %q:\n%s", left.Kind, name, strings.Join(after, "\n"))
			}
		}
	}
	if out, exit := on(t, ctx, m, "", "sh", "-c", bystand); exit != 0 {
		t.Fatalf("exit status %d, printed:\n%s", exit, out)
	}
	stays := append(slices.Clone(before), missing(listThere(t, ctx, m), after)...)
	for above := path.Dir(dir); above != "/root"; above = path.Dir(above) {
		stays = append(stays, "files "+above) // other labs may have theirs there
	}
	for _, choice := range c.Choices {
		if choice.Kind == content.LeftBases {
			for _, name := range choice.Names {
				stays = append(stays, "images "+name)
			}
		}
	}
	typed := "" // what it asks: nothing that only the lab needs
	if hub := page.Lab.Hub; hub != "" && strings.Contains(bind(strings.Join(c.Commands, "\n")), hub+"/") {
		typed = hub + "\n"
	}
	printed, exit := atTerminal(t, ctx, m, "cd /root/got/* && ./lab.sh --clean-up", typed)
	now := listThere(t, ctx, m)
	if left, lost := missing(now, stays), missing(stays, now); exit != 0 || len(left)+len(lost) > 0 {
		t.Errorf("clean-up: exit status %d, left:\n%s\nlost:\n%s\nprinted:\n%s", exit, strings.Join(left, "\n"), strings.Join(lost, "\n"), printed)
	}
}

// missing returns the lines that are not among others.
func missing(lines, among []string) (rest []string) {
	for _, line := range lines {
		if !slices.Contains(among, line) {
			rest = append(rest, line)
		}
	}
	return rest
}

// Who stops in the middle of a lab, or has files of their own in its directory,
// gets rid of all that is the lab's.
func TestScriptCleansUpHalfALab(t *testing.T) {
	t.Parallel()
	engine := testenv.Engine(t)
	const text = `---
lab: {dir: ~/lab}
---
# Lab

'''bash
docker volume create first
docker volume create second
docker create --name box alpine true
touch a b
'''
`
	site, err := content.Load(fstest.MapFS{"lab.md": {Data: []byte(strings.ReplaceAll(text, "'''", "```"))}}, "content")
	if err != nil {
		t.Fatal(err)
	}
	ctx := t.Context()
	m := download(t, ctx, engine, site, site.Pages[0])
	before := listThere(t, ctx, m)
	const half = "export HOME=/root; mkdir ~/lab && cd ~/lab && docker volume create second && touch b mine"
	if out, exit := on(t, ctx, m, "", "sh", "-c", half); exit != 0 {
		t.Fatalf("exit status %d, printed:\n%s", exit, out)
	}
	printed, exit := atTerminal(t, ctx, m, "cd /root/got/* && ./lab.sh --clean-up", "")
	left := missing(listThere(t, ctx, m), before)
	if want := []string{"files /root/lab", "files /root/lab/mine"}; exit != 1 || !slices.Equal(left, want) || !strings.Contains(printed, "not everything could be removed") {
		t.Errorf("exit status %d, left %q, printed:\n%s", exit, left, printed)
	}
}
