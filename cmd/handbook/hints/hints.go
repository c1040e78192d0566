// Package hints has advice about the errors of all other packages. Errors say
// what is wrong; this package says what to do about it, in one table by the
// Reason of an error.
package hints

import (
	"handbook/cmd/handbook/labs"
	"handbook/cmd/handbook/project"
	"handbook/cmd/handbook/publish"
	"handbook/cmd/handbook/watch"
	"handbook/content"
	"handbook/content/config"
	"handbook/render/link"
	"handbook/render/place"
	"handbook/render/sandbox"
	"handbook/verify"
	"handbook/verify/docker"
	"handbook/verify/docker/daemon"
	"handbook/verify/docker/hub"
	"handbook/verify/docker/images"
	"handbook/verify/docker/machine"
	"handbook/verify/plans"
	"handbook/verify/pool"
)

// hints is the advice about errors, by their Reason. DETAIL stands for the
// error's Detail. It is empty if the error itself says everything.
var hints = map[content.Reason]string{
	content.ReasonOpenFence: "close it with a line that has the same fence characters, at least as many",
	config.ReasonUnknownKey: "known keys: DETAIL",
	content.ReasonLink:      "links work within the content; what they lead to elsewhere is not read: copy the file",
	content.ReasonNotFresh:  `"handbook verify" runs such labs and writes their records, which are committed; --allow-stale publishes without`,

	sandbox.Reason:          "take the scripts out, or publish it as it is with scripts: allow in handbook.yaml",
	place.ReasonPlace:       "rename one of them, or give it another URL",
	link.ReasonForeignImage: "copy the image into the site: its pages load nothing from other hosts",

	plans.ReasonLanguage:        `make it a file with file=…, give the reason with skip="…", or make it text`,
	plans.ReasonNothingVerified: "give it snippets that run, or drop the lab key",
	plans.ReasonNothingRuns:     "what runs are code blocks whose language is bash, sh or console",
	verify.ReasonLabTimeout:     "give it more time with timeout: in the front matter",
	verify.ReasonTimeout:        "give it more time with timeout=5m, or input with type=",
	verify.ReasonNoPrompt:       "give it more time with timeout=5m",
	verify.ReasonNotReady:       `say what shows that it is ready with until="…"`,
	verify.ReasonWaits:          `answer it with type="…\n"`,
	verify.ReasonLeftOver:       "type= has a line, or a key, for each time that a command of the snippet waits for input",
	verify.ReasonContainerEnded: `if it is meant to end, say so with dies, or dies=NAME`,
	verify.ReasonNotListening:   `if it needs longer, say ready=90s; if it is never meant to listen, ready=no`,
	verify.ReasonUnhealthy:      `if it needs longer, say ready=90s; if it is meant to be unhealthy, ready=no`,
	verify.ReasonNothingEnded:   `dies is for what ends by itself, not for what the lab stops`,
	verify.ReasonCleanup:        `write a clean-up as the page's last commands, or leave it out with "cleanup: off" under lab: in the front matter`,
	verify.ReasonShellEnded:     "a lab's shell has to stay: run what ends it in a shell of its own, (…) or bash -c",
	verify.ReasonClaim:          "",
	verify.ReasonOutput:         "",
	verify.ReasonOneEngine:      `a claim holds on all engines of the lab, or names one: size:flask-app:1.1@28 in the text, @28 behind a line of a report`,
	verify.ReasonOutputOnOne:    `what one engine prints has a fence of its own: output docker=28; "[..]" stands for what differs`,
	verify.ReasonPipeline:       `put "|| true" behind what may fail`,
	verify.ReasonProgram:        "if that is meant, say so: with the error as expected output, or exit=1",
	verify.ReasonHistory:        `at a prompt "!" stands for a command of the history: put it in single quotes`,
	verify.ReasonPrompt:         `a prompt is no command: lines with "$ " before them are a session, in language console`,
	verify.ReasonNoNetwork:      "the lab has no network, since its front matter says network: none",
	verify.ReasonNoMatch:        "match: is a regular expression of Go's, and its first group is the value",
	verify.ReasonUnreachable:    "a computer could not be reached: is this one online, and the name right?",

	pool.ReasonNoEngineLeft: "",
	pool.ReasonEngineLost:   "",
	pool.ReasonDiskFull:     `"docker system df" shows what takes the room, "docker system prune" makes some`,

	daemon.ReasonSettings:    "HOME, or DOCKER_CONFIG, names a folder that this user can't read",
	daemon.ReasonContext:     `"docker context ls" lists the contexts`,
	daemon.ReasonPermission:  "add yourself to the group that may use it (sudo usermod -aG docker $USER, then log in again)",
	daemon.ReasonUnreachable: "start Docker, or name another engine with --engine or DOCKER_HOST; what is already verified needs none: --no-verify, --allow-stale",
	daemon.ReasonDiskFull:    `"docker system df" shows what takes the room, "docker system prune" makes some`,
	docker.ReasonRights:      "a machine needs the capabilities SYS_ADMIN, NET_ADMIN and SYS_PTRACE of its engine; a rootless engine, one in a container, or one behind a proxy may not have or give them: name another one with --engine, or a runtime such as sysbox with machine.runtime",
	daemon.ReasonAttach:      "labs need a Docker Engine: name one with --engine or DOCKER_HOST",
	daemon.ReasonRuntime:     "",
	docker.ReasonEscapes:     "take machine.runtime and machine.dockerfile out of the settings, or name a runtime that gives machines a kernel of their own; plain machines hold, too (lab: {machine: IMAGE}); the guide on isolation has a table",
	hub.ReasonGone:           `"handbook verify --refresh" runs the lab on the image of today and records that`,
	machine.ReasonNoShell:    "",
	machine.ReasonNoEngine:   "such an image needs bash, mount, dockerd, docker, iptables, curl and docker-registry, and nginx for labs with hub",
	hub.ReasonMirror:         "start the mirror, or correct HANDBOOK_MIRROR (or machine.mirror in handbook.yaml); without one handbook runs its own",
	images.ReasonName:        "an image is named as behind FROM in a Dockerfile: debian:trixie-slim, registry.example.org/team/tool:1",
	images.ReasonNoImage:     `"handbook machine push REPOSITORY" puts images of machines into a registry, and prints their names with digests`,
	images.ReasonPlatform:    "make one on a computer of this platform; an index of images holds those of several",
	images.ReasonRegistry:    "is this computer online? Behind a proxy the engine needs its settings, and HANDBOOK_CA its certificates; HANDBOOK_MIRROR names a mirror of Docker Hub",

	project.ReasonOutside:  `a stranger's link could have files read, replaced or published: copy them, or name the folder with -C or -o`,
	project.ReasonTracked:  "git rm -r --cached .cache, and remove the folder: it is made again",
	project.ReasonNotFound: `"handbook init DIR" makes a new one; "-C DIR" names the folder of another one`,
	labs.ReasonNotALab:     `a lab has "lab:" in its front matter`,
	labs.ReasonNoLabHere:   `a lab is a page with "lab:" in its front matter`,
	labs.ReasonFileNoLab:   `its front matter says so: "lab: {}" makes it one`,
	publish.ReasonForeign:  "everything in the folder would be replaced: choose another one with -o, or empty it first",
	watch.ReasonLimit:      "the system's limit of watched files is reached: sudo sysctl fs.inotify.max_user_watches=524288 fs.inotify.max_user_instances=512, or --poll, which needs none",

	machine.ReasonDiskLimit:    "machine.disk in handbook.yaml says how much there is",
	machine.ReasonMemoryLimit:  "machine.memory in handbook.yaml says how much there is",
	machine.ReasonProcessLimit: "machine.pids in handbook.yaml says how many there may be",
}
