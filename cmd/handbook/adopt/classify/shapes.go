package classify

import (
	"regexp"
	"strings"
)

// outputShapes are lines that only programs print.
var outputShapes = []struct {
	re  *regexp.Regexp
	why string
}{
	{regexp.MustCompile(`^(?:CONTAINER ID|REPOSITORY|NETWORK ID|VOLUME NAME|IMAGE ID|DRIVER\s+VOLUME NAME|IMAGE\s+CREATED|ID\s+NAME|ID\s+HOSTNAME|NAME\s+(?:IMAGE|COMMAND|SERVICES|DRIVER|STATUS|READY|TYPE|MODE|DESCRIPTION|STATE|NODE)|UID\s+PID|PID\s+(?:USER|TTY|PPID)|USER\s+PID|TYPE\s+TOTAL|Filesystem\s|CONTAINER\s+(?:CPU|ID)|\s*Name\s+Command|total \d+$)`), "the head of a table that Docker prints"},
	{regexp.MustCompile(`^(?:Sending build context to Docker daemon|Step \d+(?:/\d+)? ?: |\s*---> |Successfully (?:built|tagged)|Removing intermediate container|\[\+\] (?:Building|Running|up|down)|#\d+ (?:\[|DONE|CACHED|transferring)|\s*=> )`), "lines of a build"},
	{regexp.MustCompile(`(?:Unable to find image|: Pulling from |: Pull complete|: Already exists|^Status: (?:Downloaded|Image is up)|^Digest: sha256:|Download complete|: Pushed$|The push refers to|digest: sha256:|: Mounted from|: Waiting$|^Untagged: |^Deleted: sha256)`), "what a pull or a push prints"},
	{regexp.MustCompile(`^[0-9a-f]{12} {2,}\S+ .*(?:seconds|minutes?|hours?|days|weeks|months) ago `), "a row of a table that Docker prints"},
	{regexp.MustCompile(`^(?:sha256:)?[0-9a-f]{64}$|^[0-9a-f]{12}$|^[a-z0-9]{25}$`), "an id alone on a line"},
	{regexp.MustCompile(`^(?:Creating|Starting|Stopping|Removing|Recreating|Pulling|Attaching to|Building|Network|Volume|Container) .*(?:\.\.\.|done|Created|Started|Removed|Stopped|network)`), "what compose prints"},
	{regexp.MustCompile(`^\s*(?:⠿|✔|✓|⠋) `), "what compose prints"},
	{regexp.MustCompile(`^(?:PING .*(?:bytes|data)|\d+ bytes from|--- .* ping statistics|round-trip |rtt min/|\d+ packets transmitted)`), "what ping prints"},
	{regexp.MustCompile(`^(?:HTTP/[\d.]+ \d{3}|Server: \S+|Content-(?:Type|Length): |\* (?:Trying|Connected)|< HTTP|> GET)`), "the head of an HTTP response"},
	{regexp.MustCompile(`^(?:\+[-+]{5,}\+|\|.*\|)$`), "a table of a database"},
	{regexp.MustCompile(`^(?:\d+ rows? in set|Query OK|Database changed|\(\d+ rows?\))`), "what a database answers"},
	{regexp.MustCompile(`^(?:\[?\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d|\d{1,3}\.\d+\.\d+\.\d+ - - \[|\w{3} \w{3} +\d+ \d\d:\d\d:\d\d|\[\w+\] \d|\w[\w-]*[_-]\d+ +\| )`), "lines of a log"},
	{regexp.MustCompile(`^[-dlcb][rwxsStT-]{9}[+.@]?\s+\d`), "what ls -l prints"},
	{regexp.MustCompile(`^(?:Docker version \d|docker-compose version|Client(?::|$| )|Server(?::|$)|\s*Version:\s+\d|\s*API version:|Containers: \d|Server Version:|git version|Python \d\.\d|go version go|v\d+\.\d+\.\d+$|Linux \S+ \d\.\d)`), "a version that is told"},
	{regexp.MustCompile(`^(?:Hello from Docker|This message shows that your|To generate this message|Swarm initialized:|This node joined a swarm|Error response from daemon|docker: Error|Error: |ERROR[: ]|E: |error: |curl: \(\d+\)|bash: .*: |sh: .*: (?:not found|can't)|ls: cannot|Traceback \(most|WARNING[: ]|Login Succeeded|Get:\d|Reading package lists|Setting up |fetch http|OK: \d+ |\(\d+/\d+\) Installing)`), "a message that programs print"},
	{regexp.MustCompile(`^(?:Usage:|Options:|Commands:|Management Commands:|Flags:)`), "a program's help"},
	{regexp.MustCompile(`^(?:inet6? |\s+(?:inet6?|link/ether|valid_lft) |\d+: \w+[@\w]*: <|\w+: flags=|eth0 +Link|default via )`), "what ip prints"},
	{regexp.MustCompile(`^(?:; <<>> DiG|;; |Server:\s+\d|Address(?: \d)?:\s)`), "what a name server answers"},
	{regexp.MustCompile(`^(?:uid=\d+|NAME="|PRETTY_NAME=|DISTRIB_)`), "what a system tells about itself"},
	{regexp.MustCompile(`^\s*(?:\* Running on |Serving HTTP on|Listening on|Server (?:is )?(?:running|listening|started)|> \S+@\d|npm (?:WARN|notice)|added \d+ packages)`), "what a server prints when it starts"},
	{regexp.MustCompile(`(?i)^<?(?:snip|\.\.\.\s*snip|output (?:omitted|truncated))[ >.]`), "a mark of what was left out"},
}

// outputLine says why a line is certainly output, "" if it may not be.
func outputLine(line string) string {
	line = strings.TrimRight(line, " \t")
	for _, s := range outputShapes {
		if s.re.MatchString(line) {
			return s.why
		}
	}
	return ""
}

var (
	dockerfileRE = regexp.MustCompile(`^(?:FROM +[\w./:${}@-]+(?: (?:AS|as) [\w.-]+)?|FROM --platform=.*|RUN .+|CMD .+|ENTRYPOINT .+|COPY .+ .+|ADD .+ .+|WORKDIR [/$\w~."'{}-]+.*|EXPOSE [\d$\w{}/ -]+|ENV \w+[= ].*|ARG \w+.*|LABEL .+|USER \$?[\w${}:.-]+|VOLUME .+|HEALTHCHECK .+|SHELL \[.*|STOPSIGNAL \w+|MAINTAINER .+|ONBUILD .+)$`)
	fromRE       = regexp.MustCompile(`^FROM +\S+`)
	yamlKeyRE    = regexp.MustCompile(`^\s*(?:- )?[\w."'/$-]+:(?: .*)?$|^\s*- .*$|^\s*[|>]-?$`)
	composeRE    = regexp.MustCompile(`^(?:services|version|volumes|networks|secrets|configs|name|include|x-[\w-]+):`)
	kubeRE       = regexp.MustCompile(`^apiVersion: `)
	treeRE       = regexp.MustCompile(`[├└│]──|^\s*\|--|^\s*\+--|^\s*` + "`" + `--`)
	diagramRE    = regexp.MustCompile(`[┌┐└┘│─╔╗╚╝▼▲►◄→←]{2,}|\+-{3,}\+.*\+|-->|<--|\|\s{5,}\|`)
	sourceShapes = []struct {
		re   *regexp.Regexp
		lang string
	}{
		{regexp.MustCompile(`^(?:from [\w.]+ import \w|import (?:os|sys|time|json|redis|flask|random|socket|logging)\b|def \w+\(.*\):|class \w+(?:\(.*\))?:|@app\.\w+)`), "python"},
		{regexp.MustCompile(`^(?:const|let|var) \w+ ?=|^(?:module\.exports|import \w+ from ['"]|app\.(?:get|use|listen)\(|require\(['"]|console\.log\()`), "javascript"},
		{regexp.MustCompile(`^package \w+$|^func \w+\(`), "go"},
		{regexp.MustCompile(`^(?:import java|public class|package [\w.]+;)`), "java"},
		{regexp.MustCompile(`^<\?php`), "php"},
		{regexp.MustCompile(`^#include <`), "c"},
		{regexp.MustCompile(`^(?:using System|namespace \w)`), "csharp"},
		{regexp.MustCompile(`^(?:server \{|upstream \w+ \{|http \{|events \{|location /)`), "nginx"},
		{regexp.MustCompile(`^\[[\w. -]+\]$`), "ini"},
		{regexp.MustCompile(`^<\?xml `), "xml"},
		{regexp.MustCompile(`(?i)^<!doctype html|^<html|^<h[1-6]>|^<(?:head|body|div|p|table)\b`), "html"},
		{regexp.MustCompile(`^#!/`), "sh"},
		{regexp.MustCompile(`^(?:source ['"]https://rubygems|gem ['"]|require ['"]sinatra)`), "ruby"},
		{regexp.MustCompile(`^(?:resource|provider|variable) "`), "hcl"},
	}
	// strangeRE matches markup, JSON and remarks in brackets, which follow
	// commands in shell fences.
	strangeRE = regexp.MustCompile(`^\s*(?:<[!/]?[A-Za-z][\w-]*(?:\s[^>]*)?>(?:.*<.*|$)|<!--|\([\pL ,.'’]{6,}\)$|[\[{]$|[\]}],?$|"[\w.-]+": ?.*)`)
	// listsRE matches a command that lists files, namesRE what it prints of them.
	listsRE   = regexp.MustCompile(`(?:^|\s)ls(?: |$)`)
	namesRE   = regexp.MustCompile(`^(?:[\w@.-]+\s+)*[\w@-][\w@.-]*\.\w{1,5}(?:\s+[\w@.-]+)*$`)
	tellsRE   = regexp.MustCompile(`(?:^|\s)(?:env|printenv)$`)
	pinnedRE  = regexp.MustCompile(`^[A-Za-z][\w.-]*(?:\[[\w,]+\])?[=~<>!]=[\w.*]+$`)
	envLineRE = regexp.MustCompile(`^[A-Z][A-Z0-9_]*=\S*`)
	ignoreRE  = regexp.MustCompile(`^(?:\*\.\w+|[\w.*_-]+/|\.[\w.-]+|\*\*/.*|node_modules|Dockerfile.*|!.+|__pycache__)$`)
	urlRE     = regexp.MustCompile(`^https?://\S+$`)
	sqlRE     = regexp.MustCompile(`(?i)^\s*(?:select .+|insert into .+|create (?:table|database|user|index|extension) .+|show (?:databases|tables).*|use \w+;?|drop (?:table|database) .+|update \w+ set .+|delete from .+|alter table .+|grant .+ to .+|describe \w+;?|\\(?:dt|l|q|c|d|du)\b.*)$`)
	redisRE   = regexp.MustCompile(`^(?:SET|GET|INCR|DECR|INFO|SAVE|QUIT|KEYS|DEL|PING|HSET|HGET|LPUSH|LRANGE|EXISTS|FLUSHALL|set|get|incr|keys|ping) ?[\w:*."' -]*$`)
	mongoRE   = regexp.MustCompile(`^(?:db\.\w+|rs\.\w+\(|show (?:dbs|collections)|use \w+$)`)

	cmdletRE  = regexp.MustCompile(`\b(?:Get|Set|New|Remove|Start|Stop|Invoke|Install|Import|Add|Write|Out|Test|Select|Enable|Disable|Restart|Expand|Update|Uninstall|Register|ConvertTo|ConvertFrom|Copy|Move|Where|ForEach)-[A-Z][A-Za-z]+\b`)
	winPathRE = regexp.MustCompile(`(?:^|[\s"'=(])[A-Za-z]:\\|\\\w+\\\w+|\$env:\w|\.exe\b|\$PSVersionTable|\$[A-Za-z]\w*\s*=\s*['"(@\[]`)
	drivePath = regexp.MustCompile(`(?m)(?:^|[\s"'=(])[A-Za-z]:\\\w`)
	winImage  = regexp.MustCompile(`\b(?:microsoft/(?:nanoserver|windowsservercore|iis|aspnet|dotnet-framework|mssql-server-windows)|mcr\.microsoft\.com/(?:windows|dotnet/framework)|nanoserver|servercore|windowsservercore)\b`)
)

// dockerfileLines counts the instructions of a Dockerfile, and the lines that
// are not part of an instruction.
func dockerfileLines(code []string) (instructions, others int) {
	open := false
	for _, line := range code {
		t := strings.TrimSpace(line)
		switch {
		case t == "" || strings.HasPrefix(t, "#") || t == "..." || t == "[...]":
		case open:
			open = strings.HasSuffix(t, `\`)
		case dockerfileRE.MatchString(t):
			instructions++
			open = strings.HasSuffix(t, `\`) || strings.Contains(t, "<<")
		default:
			others++
		}
	}
	return instructions, others
}

// yamlShare returns the share of lines that may be YAML.
func yamlShare(code []string) float64 {
	yes, all := 0, 0
	for _, line := range code {
		t := strings.TrimSpace(line)
		if t == "" || strings.HasPrefix(t, "#") || t == "..." {
			continue
		}
		all++
		if yamlKeyRE.MatchString(line) {
			yes++
		}
	}
	if all == 0 {
		return 0
	}
	return float64(yes) / float64(all)
}

// first returns the first line that is neither blank nor a comment.
func first(code []string) string {
	for _, line := range code {
		if t := strings.TrimSpace(line); t != "" && !strings.HasPrefix(t, "# ") && !strings.HasPrefix(t, "//") {
			return t
		}
	}
	return ""
}

// share returns the share of the lines, without blank ones, for which is
// returns true.
func share(code []string, is func(string) bool) float64 {
	yes, all := 0, 0
	for _, line := range code {
		t := strings.TrimSpace(line)
		if t == "" || strings.HasPrefix(t, "#") {
			continue
		}
		all++
		if is(t) {
			yes++
		}
	}
	if all == 0 {
		return 0
	}
	return float64(yes) / float64(all)
}
