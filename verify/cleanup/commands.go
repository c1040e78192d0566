package cleanup

import (
	"regexp"
	"strings"

	"handbook/content"
)

// Groups returns the commands that remove what Docker has as one: a project of
// Compose, a swarm. They come first, since parts of such a group come back if
// they are removed alone. What they leave is removed by name.
func (l Lab) Groups(left Inventory) (commands []string) {
	if left.Swarm {
		commands = append(commands, "docker swarm leave --force")
	}
	var projects []string
	builders := written(l, left.Builders, same)
	for _, c := range left.Containers {
		projects = append(projects, c.Project)
		if m := builderRE.FindStringSubmatch(c.Name); m != nil {
			builders = append(builders, l.Written(m[1]))
		}
	}
	for _, n := range left.Networks {
		projects = append(projects, n.Project)
	}
	for _, project := range sorted(projects) {
		if project != "" {
			commands = append(commands, "docker compose -p "+quote(l.Written(project))+" down --volumes")
		}
	}
	return append(commands, each("docker buildx rm", sorted(builders))...)
}

// builderRE matches the containers of "docker buildx create".
var builderRE = regexp.MustCompile(`^buildx_buildkit_([a-z][\w-]*?)\d+$`)

// Names returns the commands that remove what an engine has by name, and
// passwords that "docker login" has stored.
func (l Lab) Names(left Inventory) (commands []string) {
	named, unnamed, _ := l.containers(left)
	commands = append(commands, each("docker rm -f", l.words(written(l, keep(named, Container.alone), Container.name)))...)
	commands = append(commands, each("docker rm -fv", l.words(written(l, keep(named, Container.anonymous), Container.name)))...)
	var found []string
	for _, c := range unnamed {
		found = append(found, l.Written(left.found(c)))
	}
	for _, ps := range sorted(found) {
		commands = append(commands, "docker rm -fv $("+ps+")")
	}
	volumes := keep(left.Volumes, func(v Volume) bool { return !v.Anonymous })
	commands = append(commands, each("docker volume rm", l.words(written(l, volumes, Volume.name)))...)
	commands = append(commands, each("docker network rm", l.words(written(l, left.Networks, Network.name)))...)
	commands = append(commands, each("docker rmi", l.words(written(l, keep(left.Images, Image.own), Image.name)))...)
	for _, registry := range left.Logins {
		commands = append(commands, strings.TrimSpace("docker logout "+quoteRegistry(registry)))
	}
	return commands
}

func (c Container) alone() bool     { return !c.Anonymous }
func (c Container) anonymous() bool { return c.Anonymous }

// DockerHub is how "docker login" stores the password of Docker Hub.
const DockerHub = "https://index.docker.io/v1/"

func quoteRegistry(registry string) string {
	if registry == DockerHub {
		return ""
	}
	return quote(registry)
}

func (l Lab) words(names []string) []string {
	words := make([]string, 0, len(names))
	for _, name := range sorted(names) {
		words = append(words, quote(name))
	}
	return words
}

// Remove returns the commands that remove the files that are new in the lab's
// directories, and such a directory if it is new itself. It then has to be
// empty, so that what is the reader's stays.
func (l Lab) Remove(left Inventory) (commands []string) {
	for _, dir := range outermost(l.Dirs) {
		at := quotePath(l.short(dir))
		var words, locked []string
		program := "rm -f"
		for _, p := range left.Files.parts(dir, never) {
			word := quoteFile(strings.TrimPrefix(p.path, strings.TrimSuffix(dir, "/")+"/"))
			words = append(words, word)
			if p.dir {
				program = "rm -rf"
			}
			if p.locked {
				locked = append(locked, word)
			}
		}
		commands = append(commands, each("cd "+at+" && chmod -R u+w", locked)...)
		commands = append(commands, each("cd "+at+" && "+program, words)...)
		if made, ok := left.Files[dir]; ok && made.Dir {
			commands = append(commands, "cd ~ && rmdir "+at)
		}
	}
	return commands
}

// choices returns what a reader may keep, in the order in which it can be
// removed after all else.
func (l Lab) choices(left Inventory) (all []content.Choice) {
	add := func(kind content.LeftKind, names []string, count int, bytes int64, commands ...string) {
		if count > 0 {
			all = append(all, content.Choice{Left: content.Left{Kind: kind, Names: sorted(names), Count: count, Bytes: bytes}, Commands: commands})
		}
	}
	_, _, chosen := l.containers(left)
	byImage := map[string]int{}
	for _, c := range chosen {
		byImage[c.image()]++
	}
	for _, image := range sorted(written(Lab{Written: same}, chosen, Container.image)) {
		if image != "<none>" {
			add(content.LeftUnnamed, []string{l.Written(image)}, byImage[image], 0, "docker rm -fv $(docker ps -aq --filter ancestor="+l.Written(image)+")")
		}
	}
	bases := keep(left.Images, Image.pulled)
	names := written(l, bases, Image.name)
	add(content.LeftBases, names, len(bases), bytesOf(bases, nil), each("docker rmi", l.words(names))...)
	dangling := keep(left.Images, Image.dangling)
	add(content.LeftDangling, nil, len(dangling), bytesOf(dangling, keep(left.Images, func(i Image) bool { return !i.dangling() })), "docker image prune")
	anonymous := keep(left.Volumes, func(v Volume) bool { return v.Anonymous && !v.Used })
	add(content.LeftAnonymous, nil, len(anonymous), sum(anonymous, Volume.bytes), "docker volume prune")
	if left.Cache > 0 {
		add(content.LeftCache, nil, 1, left.Cache, "docker builder prune --all")
	}
	return all
}

func same(name string) string { return name }
