package classify

import (
	"handbook/cmd/handbook/adopt/foreign"
	"handbook/cmd/handbook/adopt/session"
	"regexp"
	"strings"
)

// voteWindows: the machine has no Windows shell.
func (c *classifier) voteWindows(b *ballot, f *foreign.Fence, l *look) {
	text := f.Text()
	switch {
	case psTags[f.Info.Lang] && c.anyShell(f, l):
		b.add(Commands, 6, "its commands are the same in every shell")
	case psTags[f.Info.Lang]:
		b.add(Windows, 12, "its language is %s", f.Info.Lang)
	}
	if l.prompts[session.Windows] > 0 {
		b.add(Windows, 14, "the prompt of a Windows shell")
	}
	n := len(cmdletRE.FindAllString(text, -1)) + len(winPathRE.FindAllString(text, -1)) + len(winImage.FindAllString(text, -1))
	isSource := sourceLangs[f.Info.Lang] != "" && f.Info.Lang != "docker"
	switch {
	case isSource:
	case winImage.MatchString(text) && l.commands > 0:
		b.add(Windows, 9, "an image for Windows")
	case cmdletRE.MatchString(text) && !strings.Contains(text, "docker run") && l.outputs == 0:
		b.add(Windows, 6+float64(n), "commands of PowerShell")
	case drivePath.MatchString(text) && l.outputs == 0:
		b.add(Windows, 14, "paths of Windows")
	case n > 0:
		b.add(Windows, 3+float64(n), "paths or variables of Windows")
	}
	if cmdTags[f.Info.Lang] && (n > 0 || batchRE.MatchString(text) || c.windows || regexp.MustCompile(`(?i)\bwindows\b|command prompt|\bcmd\b`).MatchString(f.Sentence)) {
		b.add(Windows, 8, "its language is %s, and the text is about Windows", f.Info.Lang)
	}
	if c.windows && !isSource && l.outputs == 0 && (l.commands > 0 || strings.HasPrefix(text, "> ") || n > 0) {
		b.add(Windows, 9, "the page is about Windows")
	}
	if regexp.MustCompile(`(?i)\b(?:on|for|in|using) (?:windows|powershell)\b[^.]*$`).MatchString(f.Sentence) && !regexp.MustCompile(`(?i)linux|mac`).MatchString(f.Sentence) && l.commands > 0 {
		b.add(Windows, 7, "the text before it says that it is for Windows")
	}
	if regexp.MustCompile(`(?i)^windows\b|powershell`).MatchString(f.Heading) && l.commands > 0 {
		b.add(Windows, 4, "it stands under the heading %q", f.Heading)
	}
}

var (
	everywhereRE = regexp.MustCompile(`^(?:docker|docker-compose|git|cd|mkdir|npm|python|pip|node) `)
	psOnlyRE     = regexp.MustCompile("`|\\$|@\\(|(?m)^\\s*[A-Z]")
)

// anyShell reports whether the commands of a PowerShell fence work in any
// shell, and no fence beside it has them for another one.
func (c *classifier) anyShell(f *foreign.Fence, l *look) bool {
	if c.windows || !l.parsed || l.statements == 0 || psOnlyRE.MatchString(withoutNotes(f.Code)) || l.outputs > 0 {
		return false
	}
	all, _ := session.Statements(f.Code)
	for _, s := range all {
		if !everywhereRE.MatchString(strings.TrimSpace(s.Text) + " ") {
			return false
		}
	}
	for i, other := range c.page.Fences {
		if other == f {
			before := f.Beside && i > 0 && shellTags[c.page.Fences[i-1].Info.Lang]
			return !before && !(i+1 < len(c.page.Fences) && c.page.Fences[i+1].Beside && shellTags[c.page.Fences[i+1].Info.Lang])
		}
	}
	return false
}

// withoutNotes returns code without comment lines.
func withoutNotes(code []string) string {
	var b strings.Builder
	for _, line := range code {
		if !strings.HasPrefix(strings.TrimSpace(line), "#") {
			b.WriteString(lastly.ReplaceAllString(line, "") + "\n")
		}
	}
	return b.String()
}

// batchRE matches code that only Windows shells understand.
var batchRE = regexp.MustCompile(`(?mi)^\s*(?:@?rem|set \w+=|@echo off)\b|%\w+%`)

// votePrompts: a prompt is the strongest sign of a transcript. Prompts of the
// program that the block before started mean input of that program.
func (c *classifier) votePrompts(b *ballot, f *foreign.Fence, l *look) {
	host, nested := l.prompts[session.Host], l.prompts[session.Nested]+l.prompts[session.Program]
	leads := false
	for _, line := range f.Code {
		if t := strings.TrimSpace(line); t != "" && !strings.HasPrefix(t, "#") {
			p, ok := session.At(t, c.inside != "")
			leads = ok && !p.Bare
			break
		}
	}
	isSource := sourceLangs[f.Info.Lang] != ""
	switch {
	case isSource:
	case Key(f.Code) != "":
		b.add(Typed, 20, "a key that is pressed")
	case host+nested == 0:
	case host == 0 && c.inside != "" && leads:
		b.add(Typed, 14, "the prompt of the program that the block before started")
	case leads && l.lines == 1 && messageOf(f.Code) != "":
		b.add(Output, 14, "a message behind a prompt")
	case host > 0 && nested == 0 && c.typedThere(f):
		b.add(Typed, 14, "the text before it says that it is typed in the container")
	case leads && textTags[f.Info.Lang] && !c.typedKnown(f) && outputWords.MatchString(f.Sentence):
		b.add(Output, 8, "the text before it announces what is printed") // "$ nodemon" in the log of npm
	case leads:
		b.add(Transcript, 12, "it begins with a prompt")
	case (outputLine(first(f.Code)) != "" || outputWords.MatchString(f.Sentence)) && !c.typedKnown(f):
		b.add(Output, 4, "a prompt stands below an output") // the prompt that waits at the end
		b.add(Transcript, 2, "a prompt stands in it")
	default:
		b.add(Transcript, 6, "a prompt stands in it")
	}
	if host+nested == 0 && l.bare > 0 && !isSource {
		text := first(f.Code)
		switch {
		case strings.HasPrefix(text, "> "):
			b.add(Transcript, 9, "it begins with the prompt >")
		case strings.HasPrefix(strings.TrimSpace(f.Text()), "# ") && l.outputs > 0 && sureCommand(strings.TrimPrefix(strings.TrimSpace(f.Code[0]), "# ")):
			b.add(Transcript, 14, "it begins with the prompt #")
		case l.commands == 0 && (l.outputs > 0 || allBare(f.Code)):
			b.add(Transcript, 7, "its lines begin with the prompt #")
		}
	}
	if sessionTags[f.Info.Lang] && host+nested > 0 {
		b.add(Transcript, 3, "its language is %s", f.Info.Lang)
	}
}

var (
	// thereRE matches a text that says that commands are typed in a container.
	thereRE = regexp.MustCompile(`(?i)(?:^|[.:;,] |\bnow )(?:in|inside|from|within) (?:the|your|this|our) (?:[\w-]+ )?container\b|\bcontainer(?:'s)? (?:terminal|shell|prompt|console|window)|\binstall \S+ (?:in|inside|on) (?:the|your|this|our) (?:[\w-]+ )?container`)
	// exitRE matches a text that tells readers to leave a container.
	exitRE = regexp.MustCompile(`(?i)\b(?:exit|leave|quit)\b[^.]*\bcontainer\b`)
	// hostRE matches a text that says that commands are typed on the machine.
	hostRE = regexp.MustCompile(`(?i)\b(?:host|your (?:computer|machine|laptop)|local(?:ly)?|(?:regular|other|another|new|first|second) (?:terminal|shell|window|tab))\b`)
	// onlyThere matches commands that a container may have, and the machine does not.
	onlyThere = regexp.MustCompile(`^(?:apk|yum|dnf|microdnf) `)
)

// pressRE matches a key that ends a program, as pages write it.
var pressRE = regexp.MustCompile(`(?i)^\W*(?:ctrl|control|ctl|strg)\s*[-+ ]\s*["'“]?([cd])["'”]?\W*$`)

// Key returns "^C" or "^D" if that key is all that code has, as in "$ (CTRL + C)", and
// "" otherwise.
func Key(code []string) string {
	key := ""
	for _, line := range code {
		t := strings.TrimSpace(line)
		if t == "" {
			continue
		}
		if p, ok := session.At(t, true); ok {
			t = strings.TrimPrefix(t, p.Text)
		}
		m := pressRE.FindStringSubmatch(t)
		if m == nil || key != "" {
			return ""
		}
		key = "^" + strings.ToUpper(m[1])
	}
	return key
}

// typedThere reports whether commands after the reader's own prompt are typed in a
// container that an earlier fence has entered.
func (c *classifier) typedThere(f *foreign.Fence) bool {
	if c.inside != "sh" && c.aways != "sh" {
		return false
	}
	// A page without other prompts writes "$ " for those of containers, too.
	uniform := !c.nested && c.inside == "sh" && !hostRE.MatchString(f.Sentence)
	there := uniform || thereRE.MatchString(f.Sentence) || c.aways == "sh" && exitRE.MatchString(f.Sentence) && Leaves(strings.TrimPrefix(first(f.Code), "$ "))
	for _, e := range session.Split(f.Code, Session(true)) {
		text := e.Command()
		if e.Prompt.Host != "" || onMachine.MatchString(text) {
			return false
		}
		there = there || onlyThere.MatchString(text)
	}
	return there
}

// messageOf returns the message that follows a prompt in place of a command, or "".
func messageOf(code []string) string {
	for _, line := range code {
		t := strings.TrimSpace(line)
		if t == "" {
			continue
		}
		p, ok := session.At(t, false)
		if rest := strings.TrimSpace(strings.TrimPrefix(t, p.Text)); ok && !p.Bare && outputLine(rest) != "" {
			if is, _ := isCommand(rest); !is {
				return rest
			}
		}
		break
	}
	return ""
}

// typedKnown reports whether a known command follows a prompt.
func (c *classifier) typedKnown(f *foreign.Fence) bool {
	for _, e := range session.Split(f.Code, Session(c.inside != "")) {
		if is, _ := isCommand(e.Command()); is {
			return true
		}
	}
	return false
}

func sureCommand(line string) bool {
	_, sure := isCommand(line)
	return sure
}

// allBare reports whether every line is a known command after "# ".
func allBare(code []string) bool {
	for _, line := range code {
		t := strings.TrimSpace(line)
		if t == "" {
			continue
		}
		rest, ok := strings.CutPrefix(t, "# ")
		if _, sure := isCommand(rest); !ok || !sure {
			return false
		}
	}
	return true
}

var (
	// keyRE matches a YAML key whose value is on the lines below.
	keyRE        = regexp.MustCompile(`^[a-z][\w-]*:\s*$`)
	contentWords = regexp.MustCompile(`(?i)\b(?:paste|contents?|add the following|following (?:code|lines?|text))\b`)
)

// voteFile: languages of source, shapes of source, and a text that names a file.
func (c *classifier) voteFile(b *ballot, f *foreign.Fence, g *Guess, l *look) {
	lead := first(f.Code)
	instructions, others := dockerfileLines(f.Code)
	name, why := fileOf(f, c.edited)
	if f.Info.Attr("save-as", "file", "filename") != "" && name != "" {
		b.add(File, 12, "%s", why)
	}
	if lang := sourceLangs[f.Info.Lang]; lang != "" {
		points := 8.0
		if (lang == "json" || lang == "yaml" || lang == "html" || lang == "sql") && name == "" {
			points = 5
		}
		b.add(File, points, "its language is %s", f.Info.Lang)
	}
	switch {
	case fromRE.MatchString(lead) && instructions > 0 && others <= instructions/4:
		b.add(File, 9, "it begins like a Dockerfile")
	case instructions > 0 && others == 0:
		b.add(File, 8, "instructions of a Dockerfile")
	}
	switch {
	case composeRE.MatchString(lead) && yamlShare(f.Code) > 0.7 && l.lines > 1:
		b.add(File, 8, "it begins like a Compose file")
	case kubeRE.MatchString(lead):
		b.add(File, 8, "it begins like a Kubernetes manifest")
	case l.jsonLike && strings.Contains(f.Text(), `"dependencies"`):
		b.add(File, 8, "it is like a package.json")
	}
	if g.Lang != "" && g.Lang != "json" && g.Lang != "dockerfile" && g.Lang != "yaml" && sourceLangs[f.Info.Lang] == "" && l.prompts[session.Host]+l.prompts[session.Nested] == 0 {
		points := 5.0
		if g.Lang == "html" && (c.ranFetches() || outputWords.MatchString(f.Sentence)) {
			points = 1
		}
		if g.Lang == "ini" || g.Lang == "sh" {
			points = 4
		}
		b.add(File, points, "it looks like %s", g.Lang)
	}
	if keyRE.MatchString(lead) && l.lines > 2 && l.sure == 0 && yamlShare(f.Code) > 0.9 && !sureCommand(f.Code[0]) {
		b.add(File, 8, "a key of YAML, with others below it")
	}
	if c.edited != "" && contentWords.MatchString(f.Sentence) && l.prompts[session.Host] == 0 && l.sure == 0 {
		b.add(File, 8, "the command before it opens %s, and the text says what goes there", c.edited)
	}
	if share(f.Code, pinnedRE.MatchString) == 1 {
		b.add(File, 6, "lines of a requirements.txt")
	}
	isShell := shellTags[f.Info.Lang] || cmdTags[f.Info.Lang]
	if name != "" && l.prompts[session.Host]+l.prompts[session.Nested] == 0 && c.named(f, why) {
		points := 4.0
		switch {
		case f.Info.Lang == "" || textTags[f.Info.Lang] || sourceLangs[f.Info.Lang] != "":
			points = 5
		case isShell && l.known == l.statements:
			points = 1 // "build it with this Dockerfile:"
		}
		if l.sure > 0 && l.sure == l.lines || l.sure > 0 && !strings.HasSuffix(name, ".sh") && l.firstIs {
			points = 1
		}
		if strings.HasPrefix(lead, "#!") {
			points += 10 // a script, whatever the language says
		}
		b.add(File, points, "%s", why)
	}
	if share(f.Code, envLineRE.MatchString) == 1 && strings.Contains(name, "env") {
		b.add(File, 6, "lines of %s", name)
	}
	if share(f.Code, ignoreRE.MatchString) > 0.8 && strings.Contains(name, "ignore") {
		b.add(File, 6, "lines of %s", name)
	}
}

// named reports whether the text announces a file, and not a command that uses
// one.
func (c *classifier) named(f *foreign.Fence, why string) bool {
	if !strings.HasPrefix(why, "the text") {
		return true
	}
	return editRE.MatchString(f.Sentence) && !outputWords.MatchString(f.Sentence) || makeRE.MatchString(f.Sentence) && !regexp.MustCompile(`(?i)\boutput\b`).MatchString(f.Sentence) ||
		len(strings.Fields(f.Sentence)) < 4
}

// ranFetches reports whether the last command fetches a URL.
func (c *classifier) ranFetches() bool {
	return strings.Contains(c.ran, "curl") || strings.Contains(c.ran, "wget") || strings.Contains(c.ran, "http ")
}

// voteOutput: shapes that only programs print, and a text that announces them.
func (c *classifier) voteOutput(b *ballot, f *foreign.Fence, l *look) {
	announced := outputWords.MatchString(f.Sentence)
	behind := f.Beside && c.last != nil && (c.last.Class == Commands || c.last.Class == Typed || c.last.Class == Transcript)
	if outputTags[f.Info.Lang] || f.Info.Has("output") {
		b.add(Output, 10, "its language is %s", f.Info.Lang)
	}
	if l.outputs > 0 && !l.firstIs {
		b.add(Output, 4+4*float64(l.outputs)/float64(max(l.lines, 1)), "%s", l.outputWhy)
	}
	isSource := sourceLangs[f.Info.Lang] != "" && f.Info.Lang != "json" && f.Info.Lang != "html" && f.Info.Lang != "yaml"
	if announced && !isSource {
		points := 4.0
		if l.sure > 0 && l.firstIs {
			points = 1
		}
		if shellTags[f.Info.Lang] && l.outputs == 0 && l.commands > 0 {
			points = 1
		}
		b.add(Output, points, "the text before it announces what is printed")
	}
	if behind && l.sure == 0 && !isSource && !shellTags[f.Info.Lang] {
		b.add(Output, 4, "it stands right behind commands")
	}
	if l.jsonLike && f.Info.Lang != "" && sourceLangs[f.Info.Lang] == "json" || l.jsonLike && f.Info.Lang == "" {
		if regexp.MustCompile(`\binspect\b|\bjson\b|--format|curl|/_cat|config`).MatchString(c.ran) && !strings.Contains(f.Text(), `"dependencies"`) {
			b.add(Output, 5, "JSON behind a command that prints it")
		} else {
			b.add(Output, 2, "JSON")
		}
	}
	if f.Info.Lang == "html" && c.ranFetches() && (announced || behind) || g0(f) && c.ranFetches() {
		b.add(Output, 5, "a page behind a command that fetches it")
	}
	if (f.Info.Lang == "yaml" || f.Info.Lang == "yml") && announced && strings.Contains(c.ran, "config") {
		b.add(Output, 5, "YAML behind a command that prints it")
	}
	if c.last != nil && c.last.Class != Text && catRE.MatchString(c.ran) && l.sure == 0 && (behind || announced) {
		b.add(Output, 6, "what the command before it prints of a file")
	}
	if c.last != nil && (c.last.Class == Commands || c.last.Class == Typed || c.last.Class == Transcript) && !shellTags[f.Info.Lang] && l.sure == 0 && l.commands == 0 && sourceLangs[f.Info.Lang] == "" {
		b.add(Output, 1.5, "it follows commands and is none")
	}
}

func g0(f *foreign.Fence) bool {
	return f.Info.Lang == "" && regexp.MustCompile(`(?i)^\s*<(?:!doctype|html)`).MatchString(f.Text())
}

// voteCommands: the first words of lines, and languages of shells. Lines that
// are neither commands nor parts of one make it mixed.
func (c *classifier) voteCommands(b *ballot, f *foreign.Fence, l *look) {
	if l.prompts[session.Host]+l.prompts[session.Nested]+l.prompts[session.Program] > 0 || sourceLangs[f.Info.Lang] != "" {
		return
	}
	tag := shellTags[f.Info.Lang] || cmdTags[f.Info.Lang] || f.Info.Lang == "docker"
	others := l.lines - l.commands - l.outputs
	rest := l.outputs
	if !l.parsed || l.known < l.statements {
		rest += max(0, l.statements-l.known)
	}
	if tag && l.outputs == 0 {
		points := 6.0
		if l.commands == 0 && l.known == 0 {
			points = 3
		}
		b.add(Commands, points, "its language is %s", f.Info.Lang)
	} else if tag {
		b.add(Commands, 1, "its language is %s", f.Info.Lang)
	}
	if f.Info.Has("execute") {
		b.add(Commands, 8, "readers click to run it")
	}
	switch {
	case l.firstIs && rest > 0 && (l.outputs > 0 || !tag && (others > 0 && !l.allParts())):
		b.add(Mixed, 7+float64(min(l.outputs, 3)), "a command, and below it lines that are none")
	case l.statements > 0 && l.known == l.statements && l.firstIs:
		b.add(Commands, 6+min(2, float64(l.sure)), "every line begins with a command")
	case l.commands > 0 && l.outputs == 0:
		b.add(Commands, 5*float64(l.commands)/float64(max(l.lines, 1)), "lines begin with commands")
	case l.outputs == 0 && l.lines <= 3 && f.Info.Lang == "" && share(f.Code, likeCommand.MatchString) == 1 && !proseEnd.MatchString(f.Text()) && !outputWords.MatchString(f.Sentence) && !(f.Beside && c.last != nil && c.last.Class == Commands):
		b.add(Commands, 3, "its words look like those of a command")
	case l.statements == 1 && l.outputs == 0 && l.parsed && runWords.MatchString(f.Sentence) && len(strings.Fields(f.Text())) < 12 && !proseEnd.MatchString(f.Text()) && regexp.MustCompile(`^[a-z./]`).MatchString(strings.TrimSpace(f.Text())):
		b.add(Commands, 3, "the text before it says to run it")
	}
}

// allParts reports whether all lines belong to statements that begin with
// commands: those of a here-document, of a loop.
func (l *look) allParts() bool { return l.parsed && l.known == l.statements }

// voteTyped: what can't be meant for the host is input of a program that is
// still running.
func (c *classifier) voteTyped(b *ballot, f *foreign.Fence, g *Guess, l *look) {
	if l.prompts[session.Host] > 0 || l.outputs > 0 && !l.firstIs {
		return
	}
	lead := first(f.Code)
	isSource := sourceLangs[f.Info.Lang] != "" && f.Info.Lang != "sql" && f.Info.Lang != "js" && f.Info.Lang != "javascript"
	sql := share(f.Code, func(s string) bool { return sqlRE.MatchString(s) }) > 0.5 || sqlRE.MatchString(lead) && strings.HasSuffix(strings.TrimSpace(f.Text()), ";")
	if whole := strings.Join(strings.Fields(f.Text()), " "); !isSource && strings.HasSuffix(whole, ";") && lead != "" {
		sql = sql || sqlRE.MatchString(whole) // a statement that goes over several lines
	}
	onHost := onMachine.MatchString(lead)
	says := typeWords.MatchString(f.Sentence) || typeWords.MatchString(f.Info.Attr("title")) || inTitle.MatchString(f.Info.Attr("title"))
	switch {
	case isSource:
	case sql && (c.inside != "" && c.inside != "sh" || says || f.Info.Lang == "" && c.inside != ""):
		b.add(Typed, 13, "SQL for the program that the block before started")
	case sql && f.Info.Lang != "" && f.Info.Attr("file", "title") == "" && len(mentions(f.Sentence)) == 0 && !onHost:
		b.add(Typed, 6, "SQL, and no file is named")
	case sql && !onHost && l.commands == 0:
		b.add(Typed, 6, "SQL")
	case share(f.Code, redisRE.MatchString) == 1 && (c.inside != "" || says):
		b.add(Typed, 12, "commands for the program that the block before started")
	case share(f.Code, mongoRE.MatchString) > 0.5:
		b.add(Typed, 9, "commands of the MongoDB shell")
	case replRE.MatchString(c.inside) && l.outputs == 0 && share(f.Code, sourceRE.MatchString) > 0.5:
		b.add(Typed, 17, "source for %s, which the block before started", c.inside)
	case onHost || c.windows:
	case c.inside != "sh" && l.sure > 0 && l.firstIs, strings.HasPrefix(lead, "sudo ") && !says: // for a shell, namely that of the host
	case c.aside && !says && g.Term != 1 && !Leaves(f.Text()): // it may be for that terminal, too
	case c.inside != "" && (l.commands > 0 || shellTags[f.Info.Lang] || f.Info.Has("execute") || Leaves(f.Text())):
		if l.outputs == 0 && !(outputWords.MatchString(f.Sentence) && l.commands == 0) || l.firstIs && l.outputs > 0 {
			b.add(Typed, 17, "the block before started %s, and this is typed to it", program(c.inside))
		}
	case c.maybe && says && l.commands > 0:
		b.add(Typed, 16, "the text before it says that it is typed in the container")
	case c.maybe && l.commands > 0 && l.lines < 6 && c.last != nil && c.last.Class != Text && regexp.MustCompile(`^(?:ls|cat|ps|cd|pwd|whoami|exit|uname|hostname|apt|apk|top|id|ip|env|touch|mkdir|echo|ping)\b`).MatchString(lead):
		b.add(Typed, 16, "the block before started a container with a terminal")
	case says && l.commands > 0 && !onHost && l.sure == l.lines:
		b.add(Typed, 4, "the text before it says that it is typed in the container")
	case Leaves(f.Text()):
		b.add(Typed, 15, "it leaves a program")
	}
}

// onMachine matches commands that are given on the machine, whatever has the terminal.
var onMachine = regexp.MustCompile(`^(?:sudo )?(?:docker|docker-compose|docker-machine|kubectl|git)\b`)

// inTitle matches the title of a fence that names the container in which it is
// typed.
var inTitle = regexp.MustCompile(`(?i)\b(?:in|inside|im|dans|en|dentro)\b.*\b(?:container|conteneur|contenedor)`)

var (
	replRE   = regexp.MustCompile(`^(?:python3?|ipython|node|irb|php)$`)
	sourceRE = regexp.MustCompile(`^\s*(?:$|import |from \S+ import |print\b|puts |console\.|const |let |var |require\(|\w+(?:\.\w+)*\(.*\)[;:]?$|\w[\w.\[\]]* ?=[^=]|for |while |if |def |return |[\d(]+ ?[-+*/%] ?[\d(])`)
)

func program(name string) string {
	if name == "sh" {
		return "a shell"
	}
	return name
}

// ownRE matches names in brackets that stand for the reader's values.
var ownRE = regexp.MustCompile(`\[(?:YOUR|MY|OUR|CONTAINER|IMAGE|NETWORK|VOLUME|IP|HOST|PORT)_[A-Z0-9_]+\]`)

// verbRE matches a line that begins with a name in brackets.
var verbRE = regexp.MustCompile(`^\s*<[a-z][a-z -]*> (?:<[a-z]|\[)`)

// voteText: text for readers.
func (c *classifier) voteText(b *ballot, f *foreign.Fence, l *look) {
	text := f.Text()
	if textTags[f.Info.Lang] {
		b.add(Text, 2, "its language is %s", f.Info.Lang)
	}
	if f.Info.Lang == "mermaid" || f.Info.Lang == "markdown" || f.Info.Lang == "md" || f.Info.Lang == "plantuml" || f.Info.Lang == "dot" {
		b.add(Text, 12, "its language is %s", f.Info.Lang)
	}
	if f.Info.Lang == "diff" || f.Info.Lang == "patch" {
		b.add(File, 6, "its language is %s", f.Info.Lang)
	}
	if n := len(synopsis.FindAllString(ownRE.ReplaceAllString(text, "X"), -1)); n > 0 && l.prompts[session.Host] == 0 && l.outputs == 0 && l.lines <= 6 && n >= (l.lines+1)/2 {
		b.add(Text, 16, "a synopsis: it has names in brackets for what is typed")
	}
	if l.lines == 1 && verbRE.MatchString(text) {
		b.add(Text, 12, "a synopsis: a name in brackets stands for the command")
	}
	if treeRE.MatchString(text) && l.prompts[session.Host] == 0 {
		points := 8.0
		if c.last != nil && strings.Contains(c.ran, "tree") {
			points = 1
			b.add(Output, 8, "what tree prints")
		}
		b.add(Text, points, "a tree of files")
	}
	if diagramRE.MatchString(text) && l.commands == 0 && l.outputs == 0 {
		b.add(Text, 6, "a diagram")
	}
	if share(f.Code, urlRE.MatchString) == 1 {
		b.add(Text, 8, "an address")
	}
	if l.commands == 0 && l.outputs == 0 && share(f.Code, func(s string) bool { return sentence.MatchString(s) }) > 0.5 {
		b.add(Text, 4, "sentences")
	}
	b.add(Text, 1, "nothing says that it is anything else")
}
