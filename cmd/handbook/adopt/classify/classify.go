package classify

import (
	"cmp"
	"fmt"
	"regexp"
	"strings"

	"handbook/cmd/handbook/adopt/foreign"
	"handbook/cmd/handbook/adopt/session"
)

// A Class is a kind of fence.
type Class string

// The classes.
const (
	Transcript Class = "transcript" // prompts, what was typed at them, what was printed
	Commands   Class = "commands"   // commands without prompts
	Mixed      Class = "mixed"      // commands and their output, without prompts
	File       Class = "file"       // a file, or a part of one
	Output     Class = "output"     // the output of commands in another fence
	Typed      Class = "typed"      // input of a program that the block before started
	Windows    Class = "windows"    // for a Windows shell or Windows images
	Text       Class = "text"       // text for readers
)

// A Guess is the guessed class of a fence, with details.
type Guess struct {
	Fence *foreign.Fence
	Class Class
	Why   string

	File    string // the name of the file that it shows, "" if not known
	FileWhy string
	Lang    string // of a file
	Part    bool   // it is a part of a file only
	Shell   bool   // what is typed goes to a shell in a container
	Mixed   bool   // input is mixed with output
	Term    int    // the terminal that the page names, 0 if none
	Host    string // the host that it names
}

// A classifier classifies the fences of a page in order.
type classifier struct {
	page    *foreign.Page
	windows bool     // the page is about Windows
	nested  bool     // the page shows prompts of shells in containers
	inside  string   // the program that has the terminal: "sh", "mysql", …; "" if none
	outer   []string // the programs in which that was started, the outermost first
	maybe   bool     // inside is uncertain: an image with an unknown program was started with -it
	aside   bool     // the fence before was for another terminal
	aways   string   // the program that has another terminal than the first one
	edited  string   // the file that the last command opened in an editor
	last    *Guess   // the guess before
	ran     string   // the last command of the last fence with commands
}

// Page guesses the classes of the fences of a page.
func Page(p *foreign.Page) []*Guess {
	c := &classifier{page: p, windows: aboutWindows(p)}
	for _, f := range p.Fences {
		count, _ := session.Prompts(f.Code, Session(false))
		c.nested = c.nested || count[session.Nested] > 0
	}
	var all []*Guess
	for _, f := range p.Fences {
		g := c.guess(f)
		c.follow(g)
		c.last = g
		all = append(all, g)
	}
	return all
}

var aboutRE = regexp.MustCompile(`(?i)\bwindows (?:containers?|server|docker)|nano ?server|powershell`)

// aboutWindows reports whether a page is for readers on Windows: its title says
// so, and its text again and again.
func aboutWindows(p *foreign.Page) bool {
	n := 0
	for _, line := range p.Lines {
		n += len(aboutRE.FindAllString(line, -1)) + len(winImage.FindAllString(line, -1))
	}
	titled := regexp.MustCompile(`(?i)\bwindows\b|powershell|\.net framework`).MatchString(p.Title)
	return titled && n >= 4 || n >= 12
}

// A vote is points for a class.
type vote struct {
	class  Class
	points float64
	why    string
}

type ballot struct{ votes []vote }

func (b *ballot) add(class Class, points float64, format string, args ...any) {
	b.votes = append(b.votes, vote{class, points, fmt.Sprintf(format, args...)})
}

// decide returns the class with most points and its strongest reason.
func (b *ballot) decide() (Class, string) {
	sum, best := map[Class]float64{}, map[Class]vote{}
	for _, v := range b.votes {
		sum[v.class] += v.points
		if v.points > best[v.class].points {
			best[v.class] = v
		}
	}
	winner, most := Text, 0.0
	for _, class := range []Class{Windows, Typed, Transcript, File, Mixed, Commands, Output, Text} {
		if sum[class] > most {
			winner, most = class, sum[class]
		}
	}
	return winner, cmp.Or(best[winner].why, "nothing says that it is anything else")
}

var (
	outputTags  = set(`output out log logs stdout result response http ansi`)
	shellTags   = set(`bash sh shell zsh console shell-session shellsession sh-session terminal cli term term1 term2 term3 term4 ksh fish commandline cmdline bash-session commands command shellscript powershell-session run`)
	sessionTags = set(`console shell-session shellsession sh-session bash-session`)
	textTags    = set(`text plain plaintext txt none nohighlight no-highlight markdown md mermaid diff-text ascii`)
	psTags      = set(`powershell ps1 pwsh ps posh`)
	cmdTags     = set(`cmd bat batch dosbatch dos winbatch`)

	// outputWords announce an output, expectWords less surely so.
	outputWords = regexp.MustCompile(`(?i)(?:\boutputs?\b|\b(?:you|we)(?:'ll| will| should| can| may| might)?(?: now| then)? (?:also )?(?:see|get|obtain|find)\b|\bresults?(?: is| are| in|:|$)|\breturns?\b|\bresponds?\b|\bprints?\b|\bresponse\b|\blooks? (?:something )?(?:like|similar)|\bsimilar to\b|\bexpect(?:ed)?\b|\bsortie\b|\bAusgabe\b|\bsalida\b|\bdisplays?\b|\berror message\b|\bgreeted\b|\br[ée]sultats?\b|\bdevriez\b.* voir\b|\bs'affiche\b|\bobtendremos\b|\bresultado\b|\brisultato\b|\bsa[ií]da\b|\bsollten? .*\bsehen\b|\bergibt\b|[Вв]ывод|[Рр]езультат|увидите|輸出|输出|结果|結果|出力)[^.]*(?:[:.…]|$)`)
	typeWords   = regexp.MustCompile(`(?i)(?:\binside (?:the|your|this|of the) (?:container|shell)|\bin(?:to)? the (?:container(?:'s)?|mysql|psql|mongo|redis|python)(?:'s)? (?:shell|prompt|console|cli|terminal)?|\bfrom (?:inside|within) (?:the|this|your) container|\bwithin the container|\bat the (?:mysql|psql|postgres|redis|mongo)|\bnow (?:that )?(?:you(?:'re| are)|we(?:'re| are)) (?:in|inside)|\bIssue the following commands?|\bdans (?:le|ce|votre|notre) conteneur\b|\bà l'intérieur du conteneur|\bim (?:\w+[- ])?container\b|\bshell (?:von|des|im|du|del) \S+|\bdentro (?:del?|do|al|il) (?:contenedor|container|conteneur)|внутри контейнера|容器[内內裡里中])`)
	leaveWords  = regexp.MustCompile("(?i)\\b(?:exit|leave|quit|detach|come out|log ?out|stop)\\w*(?: from| out)?(?: of)? (?:the|this|your|our|its)? ?(?:container|shell|session|process)|`exit`|ctrl[-+ ]?(?:p|d|c)|from (?:the|your) host|on (?:the|your) host|back (?:on|to|at|in) (?:the|your) (?:host|terminal|local|machine)|\\b(?:quitte[rz]|sort(?:ir|ez)|verlass\\w*|sal(?:ir|ga)?|esci|uscire|sair|saia) (?:le |du |de |den |el |del |dal |do )?(?:conteneur|container|contenedor)|\\bauf dem host\\b|\\bsur (?:l'hôte|la machine h[ôo]s?te?)|\\ben el host\\b|\\bsull'host\\b")
	runWords    = regexp.MustCompile(`(?i)\b(?:run|execut\w+|typ\w+|enter|issu\w+|us\w+|start|launch|command|commands?)\b[^.]*[:.]?$`)
	otherTerm   = regexp.MustCompile(`(?i)\b(?:(?:an)?other|second|new|different|separate) (?:terminal|shell|window|tab|console|command prompt|session)|\b(?:neue[sn]?|zweite[sn]?|andere[sn]?|weitere[sn]?) (?:\w+-)?(?:terminal|konsole|shell|fenster)|\b(?:autre|second|deuxième|nouveau|nouvelle) (?:terminal|console|shell|fenêtre)|\b(?:otr[oa]|segund[oa]|nuev[oa]|outr[oa]|nov[oa]|altr[oa]|second[oa]) (?:terminal\w*|consol[ae]|ventana|shell|janela|finestra)|друг(?:ом|ой) (?:терминал\w*|консол\w*)|[另新]\S{0,4}(?:終端|终端|視窗|窗口)`)
	thirdTerm   = regexp.MustCompile(`(?i)\bthird (?:terminal|shell|window|tab)`)
	numbered    = regexp.MustCompile(`(?i)\bterminal(?: window)? #?([1-9])\b(?:[^\d.]|$)`)
	noOther     = regexp.MustCompile(`(?i)(?:n't|not|no need|without|instead of)[^.]{0,40}(?:other|second|new|different|separate) (?:terminal|shell|window|tab)`)
	firstTerm   = regexp.MustCompile(`(?i)\b(?:first|original|previous) (?:terminal|shell|window|tab)`)
	// likeCommand matches a line that looks like a command of an unknown
	// program: a word, and further words of which one is not plain.
	likeCommand = regexp.MustCompile(`^[a-z][a-z0-9_-]+(?: [a-z]\S*)*? (?:-{1,2}\w\S*|<[\w -]+>|\S*[./:=]\S*|[a-z]+-[a-z]+(?: [a-z]+)?)(?: \S+)*$`)
	catRE       = regexp.MustCompile(`\b(?:cat|more|less|type|head|tail) +(?:\./)?` + fileName + `\s*$`)
)

func (c *classifier) guess(f *foreign.Fence) *Guess {
	g := &Guess{Fence: f, Lang: langOf(f)}
	g.Term = terminalOf(f)
	if leaveWords.MatchString(f.Sentence) && !typeWords.MatchString(f.Sentence) {
		c.keeps("", false)
	}
	b := &ballot{}
	if strings.TrimSpace(f.Text()) == "" {
		g.Class, g.Why = Text, "it is empty"
		return g
	}
	l := c.look(f)
	c.voteWindows(b, f, l)
	c.votePrompts(b, f, l)
	c.voteFile(b, f, g, l)
	c.voteOutput(b, f, l)
	c.voteCommands(b, f, l)
	c.voteTyped(b, f, g, l)
	c.voteText(b, f, l)
	g.Class, g.Why = b.decide()
	g.Mixed = g.Class == Typed && l.outputs > 0
	if text := messageOf(f.Code); g.Class == Output && text != "" && l.lines == 1 {
		f.Code = []string{text}
	}
	if g.Class == File {
		g.File, g.FileWhy = fileOf(f, c.edited)
	}
	g.Shell = c.inside == "sh" || c.maybe
	g.Host = l.host
	return g
}

// terminalOf returns the terminal that a page names for a fence, 0 if none.
func terminalOf(f *foreign.Fence) int {
	var n int
	if _, err := fmt.Sscanf(f.Info.Lang, "term%d", &n); err == nil {
		return n
	}
	if v := f.Info.Attr("terminal-id", "term", "terminal", "data-term"); v != "" {
		if _, err := fmt.Sscanf(strings.TrimLeft(v, ".term"), "%d", &n); err == nil {
			return n
		}
	}
	if m := numbered.FindStringSubmatch(f.Sentence); m != nil {
		return int(m[1][0] - '0')
	}
	if m := numbered.FindStringSubmatch(f.Heading); m != nil {
		return int(m[1][0] - '0')
	}
	switch {
	case thirdTerm.MatchString(f.Sentence):
		return 3
	case otherTerm.MatchString(f.Sentence) && !noOther.MatchString(f.Sentence):
		return 2
	case firstTerm.MatchString(f.Sentence):
		return 1
	}
	return 0
}

// A look describes the lines of a fence.
type look struct {
	lines      int // lines that are not blank
	commands   int // lines that begin with the name of a command, or continue one
	sure       int // of these, those that are certainly commands
	outputs    int // lines that only programs print
	outputWhy  string
	firstIs    bool // the first line is a command
	parsed     bool // it can be parsed as shell
	prompts    map[session.Kind]int
	bare       int
	host       string
	jsonLike   bool
	statements int
	known      int // statements that begin with the name of a command
}

func (c *classifier) look(f *foreign.Fence) *look {
	l := &look{}
	l.prompts, l.bare = session.Prompts(f.Code, Session(c.inside != ""))
	open, told := false, false // a command continues; it prints the environment
	listed := false            // it lists files
	heredoc := strings.Contains(f.Text(), "<<")
	for _, line := range f.Code {
		t := strings.TrimSpace(line)
		if t == "" {
			continue
		}
		if p, ok := session.At(t, c.inside != ""); ok && p.Host != "" && l.host == "" {
			l.host = p.Host
		}
		if strings.HasPrefix(t, "#") && !strings.HasPrefix(t, "#!") {
			continue
		}
		l.lines++
		if open {
			l.commands++
			open = strings.HasSuffix(t, `\`)
			continue
		}
		why := outputLine(line)
		if why == "" && told && envLineRE.MatchString(t) {
			why = "variables below a command that tells them"
		}
		if why == "" && listed && namesRE.MatchString(t) {
			why = "names of files below a command that lists them"
		}
		if why == "" && shellTags[f.Info.Lang] && !heredoc && strangeRE.MatchString(line) {
			why = "lines that no shell reads"
		}
		if why != "" {
			l.outputs++
			l.outputWhy = cmp.Or(l.outputWhy, why)
			continue
		}
		is, sure := isCommand(t)
		if is {
			l.commands++
			open, told, listed = strings.HasSuffix(t, `\`), tellsRE.MatchString(t), listsRE.MatchString(t)
			if l.lines == 1 {
				l.firstIs = true
			}
		}
		if sure {
			l.sure++
		}
	}
	var all []session.Statement
	all, l.parsed = session.Statements(f.Code)
	for _, s := range all {
		l.statements++
		if is, _ := isCommand(strings.SplitN(s.Text, "\n", 2)[0]); is || strings.Contains(s.Text, "<<") && strings.HasPrefix(s.Text, "cat") {
			l.known++
		}
	}
	t := strings.TrimSpace(f.Text())
	l.jsonLike = strings.HasPrefix(t, "{") || strings.HasPrefix(t, "[{") || strings.HasPrefix(t, "[\n")
	return l
}
