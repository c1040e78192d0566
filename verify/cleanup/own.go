package cleanup

import (
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// IsOwn reports whether shell commands only remove things, and look at what is
// left: they are then a clean-up that the page's author has written.
func IsOwn(commands []string) bool {
	removes := false
	for _, command := range commands {
		file, err := syntax.NewParser(syntax.Variant(syntax.LangBash)).Parse(strings.NewReader(command), "")
		if err != nil {
			return false
		}
		removing, other := false, false
		syntax.Walk(file, func(n syntax.Node) bool {
			call, ok := n.(*syntax.CallExpr)
			if !ok || len(call.Args) == 0 {
				return true
			}
			var words []string
			for _, word := range call.Args {
				words = append(words, word.Lit())
			}
			switch {
			case removal(words):
				removing = true
			case !look(words):
				other = true
			}
			return true
		})
		if other && !removing {
			return false
		}
		removes = removes || removing
	}
	return removes
}

// Words of commands that remove something, and of those that look at what there
// is. Those of docker may be behind the kind of thing: "docker volume rm".
var (
	removing       = []string{"rm", "rmdir", "unlink", "kill", "pkill", "killall", "deactivate"}
	removingDocker = []string{"rm", "rmi", "prune", "down", "remove", "stop", "kill", "leave", "logout"}
	looking        = []string{"cd", "ls", "echo", "printf", "pwd", "true", "test", "cat", "find", "grep", "wc", "head", "tail", "exit", "sleep", "wait"}
	lookingDocker  = []string{"ps", "images", "ls", "list", "df", "info", "inspect"}
)

func removal(words []string) bool {
	words = program(words)
	if words[0] == "xargs" {
		return slices.ContainsFunc(words, func(w string) bool { return slices.Contains(removing, w) || slices.Contains(removingDocker, w) })
	}
	return does(words, removing, removingDocker)
}

func look(words []string) bool { return does(program(words), looking, lookingDocker) }

// does reports whether a command is among some, or is one of docker's that does
// what is among others.
func does(words, some, ofDocker []string) bool {
	switch words[0] {
	case "docker-compose":
		return docker(append([]string{"compose"}, words[1:]...), ofDocker)
	case "docker", "podman":
		return docker(words[1:], ofDocker)
	}
	return slices.Contains(some, words[0])
}

// program returns a command without what runs it.
func program(words []string) []string {
	for len(words) > 1 && (words[0] == "sudo" || words[0] == "command" || words[0] == "exec") {
		words = words[1:]
	}
	return words
}

// nouns are the kinds of things before what is done with them. Compose may have
// options with values before that.
var nouns = []string{"container", "image", "volume", "network", "system", "builder", "buildx", "compose", "stack", "service", "swarm", "secret", "config", "context"}

// docker reports whether what a docker command does is among some words.
func docker(words, among []string) bool {
	compose := false
	for _, word := range words {
		switch {
		case strings.HasPrefix(word, "-"):
		case slices.Contains(among, word):
			return true
		case slices.Contains(nouns, word):
			compose = compose || word == "compose"
		case !compose:
			return false
		}
	}
	return false
}
