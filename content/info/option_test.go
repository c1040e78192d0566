package info

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
)

// said is what options and errors come to, in a line each.
func said(o Options, problems []Problem) string {
	var parts []string
	v := reflect.ValueOf(o)
	for i := range v.NumField() {
		field := v.Type().Field(i)
		if !field.IsExported() || v.Field(i).IsZero() || field.Name == "Term" && o.Term == 1 {
			continue
		}
		parts = append(parts, fmt.Sprintf("%s=%v", field.Name, v.Field(i)))
	}
	for _, e := range problems {
		parts = append(parts, fmt.Sprintf("%d: %s", e.At+4, e.Msg))
	}
	return strings.Join(parts, "\n")
}

// The columns are those of a fence at the start of a line: "```" is before it.
func TestParseInfo(t *testing.T) {
	for _, c := range []struct {
		in   string
		lang string
		role Role
		want string
	}{
		{"", "", Shown, ""},
		{"text", "text", Shown, ""},
		{"BASH", "bash", Shell, ""},
		{"sh", "sh", Shell, ""},
		{"shell", "shell", Shell, ""},
		{"console", "console", Console, ""},
		{"output", "output", Output, ""},
		{"image-sizes", "image-sizes", Report, ""},
		{"image-layers", "image-layers", Report, ""},
		{"build-steps", "build-steps", Report, ""},
		{"python", "python", Unknown, ""},
		{"diff", "diff", Unknown, ""},
		{"c++", "c++", Unknown, ""},
		{"diff file=a", "diff", Diff, "File=a"},
		{"bash file=run.sh", "bash", File, "File=run.sh"},
		{"file=a", "", File, "File=a"},
		{"python{1}", "python", Unknown, "Marked=[{1 1}]"},
		{"{1,3-5}", "", Shown, "Marked=[{1 1} {3 5}]"},
		{"go {1} {3 - 5}", "go", Unknown, "Marked=[{1 1}]\n11: \"3 - 5\" is not a line or a range of lines such as 3-5"},
		{"go  { 2 , 4-6 }", "go", Unknown, "Marked=[{2 2} {4 6}]"},

		// values
		{`text title=plain`, "text", Shown, "Title=plain"},
		{`text title="two words"`, "text", Shown, "Title=two words"},
		{`text title=a="b"`, "text", Shown, `Title=a="b"`},
		{`text title="say \"hi\" \\ there"`, "text", Shown, `Title=say "hi" \ there`},
		{`bash type="y\n\t\r\e"`, "bash", Shell, "Type=y\n\t\r\x1b"},
		{`text title=""`, "text", Shown, `15: option "title" needs a value: title=…`},
		{`text title=`, "text", Shown, `15: option "title" needs a value: title=…`},
		{`text title`, "text", Shown, `9: option "title" needs a value: title=…`},
		{`text title="open`, "text", Shown, `15: missing closing quote "`},
		{`text title="open\`, "text", Shown, `15: missing closing quote "`},
		{`text title="a\q"`, "text", Shown, `15: unknown escape "\\q", expected one of \n \t \r \e \" \\`},
		{`text title="a"b wrap`, "text", Shown, "Wrap=true\n15: unexpected \"b\", expected a space"},
		{`text {1}x wrap`, "text", Shown, "Wrap=true\n9: unexpected \"x\", expected a space"},
		{"text\ttitle=a\twrap", "text", Shown, "Title=a\nWrap=true"},
		{`text title=größe wrap`, "text", Shown, "Title=größe\nWrap=true"},
		{`text =a`, "text", Shown, `9: missing the name of an option before "="`},

		// each option
		{"bash exit=2", "bash", Shell, "Exit=2"},
		{"bash exit=0", "bash", Shell, ""},
		{"bash exit=255", "bash", Shell, "Exit=255"},
		{"bash exit=256", "bash", Shell, `14: option "exit" needs an exit status from 0 to 255, not "256"`},
		{"bash exit=-1", "bash", Shell, `14: option "exit" needs an exit status from 0 to 255, not "-1"`},
		{"bash exit", "bash", Shell, `9: option "exit" needs an exit status from 0 to 255, not ""`},
		{"bash timeout=90s", "bash", Shell, "Timeout=1m30s"},
		{"bash timeout=0s", "bash", Shell, `17: option "timeout" needs a duration such as 30s or 5m, not "0s"`},
		{"bash timeout=5", "bash", Shell, `17: option "timeout" needs a duration such as 30s or 5m, not "5"`},
		{"console retry=1m", "console", Console, "Retry=1m0s"},
		{"bash ready=90s", "bash", Shell, "Ready=1m30s"},
		{"bash ready=no", "bash", Shell, "Unready=true"},
		{"bash timeout=24h", "bash", Shell, "Timeout=24h0m0s"},
		{"bash timeout=25h", "bash", Shell, `17: option "timeout" needs a duration of at most 24h, not "25h"`},
		{"bash retry=9999h", "bash", Shell, `15: option "retry" needs a duration of at most 24h, not "9999h"`},
		{"bash ready=25h", "bash", Shell, `15: option "ready" needs a duration of at most 24h, not "25h"`},
		{"bash ready=yes", "bash", Shell, `15: option "ready" is no, or a duration such as 90s, not "yes"`},
		{"bash ready", "bash", Shell, `9: option "ready" is no, or a duration such as 90s, not ""`},
		{"bash dies", "bash", Shell, "Ends=[]"},
		{"console dies=web,db ready=no", "console", Console, "Unready=true\nEnds=[web db]"},
		{"bash dies=", "bash", Shell, `14: option "dies" has no value, or names of containers: dies=web,db`},
		{"py file=a dies", "py", File, "File=a\nEnds=[]\n14: option \"dies\" needs run= on a file"},
		{"bash tty=no", "bash", Shell, "NoTTY=true"},
		{"bash tty=yes", "bash", Shell, ""},
		{"bash tty", "bash", Shell, `9: option "tty" is yes or no, not ""`},
		{"bash tty=off", "bash", Shell, `13: option "tty" is yes or no, not "off"`},
		{"bash hide quiet varies", "bash", Shell, "Hide=true\nQuiet=true\nVaries=true"},
		{"bash hide=yes", "bash", Shell, `14: option "hide" takes no value`},
		{"bash hide={1}", "bash", Shell, `14: option "hide" takes no value`},
		{"bash fold=10", "bash", Shell, "Fold=10"},
		{"bash fold=0", "bash", Shell, `14: option "fold" needs a number from 1, not "0"`},
		{"bash fold", "bash", Shell, `9: option "fold" needs a number from 1, not ""`},
		{"bash on=worker1", "bash", Shell, "On=worker1"},
		{"bash on", "bash", Shell, `9: option "on" needs a value: on=…`},
		{"text on=a", "text", Shown, `9: option "on" has no meaning on text`},
		{"text file=a on=b", "text", File, "File=a\nOn=b"},
		{"bash term=2", "bash", Shell, "Term=2"},
		{"bash term=9", "bash", Shell, "Term=9"},
		{"bash term=10", "bash", Shell, `14: option "term" needs a number from 1 to 9, not "10"`},
		{"bash term=x", "bash", Shell, `14: option "term" needs a number from 1 to 9, not "x"`},
		{`bash stay until="is ready"`, "bash", Shell, "Stay=true\nUntil=is ready"},
		{"bash name=x skip=later", "bash", Shell, "Skip=later\nName=x"},
		{"py file=a.py mode=0755", "py", File, "File=a.py\nMode=-rwxr-xr-x"},
		{"py file=a.py mode=755", "py", File, "File=a.py\nMode=-rwxr-xr-x"},
		{"py file=a.py mode=0", "py", File, "File=a.py\n22: option \"mode\" needs permissions in octal such as 0755, not \"0\""},
		{"py file=a.py mode=1777", "py", File, "File=a.py\n22: option \"mode\" needs permissions in octal such as 0755, not \"1777\""},
		{"py file=a.py mode=89", "py", File, "File=a.py\n22: option \"mode\" needs permissions in octal such as 0755, not \"89\""},
		{"py file=a.py append", "py", File, "File=a.py\nAppend=true"},
		{`py file=a.py run="python a.py" exit=1`, "py", File, "File=a.py\nRun=python a.py\nExit=1"},
		{"go nums wrap ins={1} del={2-3}", "go", Unknown, "Nums=true\nWrap=true\nIns=[{1 1}]\nDel=[{2 3}]"},
		{"go ins=1", "go", Unknown, `11: option "ins" needs lines in braces: ins={1,3-5}`},
		{"go ins", "go", Unknown, `7: option "ins" needs lines in braces: ins={1,3-5}`},
		{"go ins={}", "go", Unknown, `11: "" is not a line or a range of lines such as 3-5`},
		{"go {0}", "go", Unknown, `7: "0" is not a line or a range of lines such as 3-5`},
		{"go {5-2}", "go", Unknown, `7: "5-2" is not a line or a range of lines such as 3-5`},
		{"go {-2}", "go", Unknown, `7: "-2" is not a line or a range of lines such as 3-5`},
		{"go {1", "go", Unknown, `7: missing "}"`},
		{"go tab=Linux include=a.go#part", "go", Included, "Tab=Linux\nInclude=a.go#part"},
		{"go include=a.go lines=3-9", "go", Included, "Include=a.go\nLines={3 9}"},
		{"go include=a.go lines=3", "go", Included, "Include=a.go\nLines={3 3}"},
		{"go include=a.go lines=x", "go", Included, "Include=a.go\n26: option \"lines\" needs a range of lines such as 3-9, not \"x\""},
		{"go annotate", "go", Unknown, "Annotate=true"},

		// what does not go together
		{"bash exit=1 exit=2", "bash", Shell, "Exit=1\n16: option \"exit\" is given twice"},
		{"go nmae=x", "go", Unknown, `7: unknown option "nmae" (did you mean "name"?)`},
		{`py hl_lines="1" linenums="1"`, "py", Unknown, "7: unknown option \"hl_lines\" (did you mean \"{1,3-5}\"?)\n20: unknown option \"linenums\" (did you mean \"nums\"?)"},
		{"js showLineNumbers", "js", Unknown, `7: unknown option "showLineNumbers" (did you mean "nums"?)`},
		{"{python}", "", Shown, "4: the language stands without braces: python"},
		{"{.c++ .numberLines}", "", Shown, "4: the language stands without braces: c++"},
		{"go 1", "go", Unknown, `7: unknown option "1"`},
		{"bash Exit=1", "bash", Shell, `9: unknown option "Exit" (did you mean "exit"?)`},
		{"text skip=why", "text", Shown, `9: option "skip" has no meaning on text`},
		{"output exit=1", "output", Output, `11: option "exit" has no meaning on an expected output`},
		{"build-steps hide", "build-steps", Report, `16: option "hide" has no meaning on a report`},
		{"python term=2", "python", Unknown, `11: option "term" has no meaning on a snippet that does not run`},
		{"diff file=a append", "diff", Diff, "File=a\n16: option \"append\" has no meaning on a diff"},
		{"py file=a stay", "py", File, "File=a\n14: option \"stay\" has no meaning on a file"},
		{"console mode=0755", "console", Console, `12: option "mode" has no meaning on a console session`},
		{"py file=a exit=0 tty=yes", "py", File, "File=a\n14: option \"exit\" needs run= on a file\n21: option \"tty\" needs run= on a file"},
		{"bash type=x tty=no", "bash", Shell, "Type=x\nNoTTY=true\n9: option \"type\" needs a terminal, but tty=no takes it away"},
		{"bash stay exit=1 retry=1s tty=no", "bash", Shell, "Exit=1\nRetry=1s\nNoTTY=true\nStay=true\n" +
			"14: option \"exit\" has no meaning with stay: the command does not end\n" +
			"21: option \"retry\" has no meaning with stay: the command does not end\n" +
			"30: option \"tty\" has no meaning with stay: the command does not end"},
		{"bash stay tty=yes", "bash", Shell, "Stay=true"},
		{"bash until=x", "bash", Shell, "Until=x\n9: option \"until\" needs \"stay\""},
		{"go lines=1-2", "go", Unknown, "Lines={1 2}\n7: option \"lines\" needs include="},
	} {
		lang, role, o, problems := Parse(c.in)
		if got := said(o, problems); lang != c.lang || role != c.role || got != c.want {
			t.Errorf("%q: %q, %v,\n%s\nwant %q, %v,\n%s", c.in, lang, role, got, c.lang, c.role, c.want)
		}
	}
}

func TestCheckFile(t *testing.T) {
	const outside = ` is outside the lab's directory`
	for _, c := range []struct{ in, want string }{
		{"a", ""},
		{"a/b.c", ""},
		{".env", ""},
		{"..a/b..", ""},
		{"größe & maß.txt", ""},
		{"com10", ""},
		{"conf", ""},
		{"a:b", `"a:b"` + outside + ", expected a relative path"},
		{"", `option "file" needs a path: file=app.py`},
		{"/a", `"/a"` + outside + ", expected a relative path"},
		{"~", `"~"` + outside + ", expected a relative path"},
		{"~/a", `"~/a"` + outside + ", expected a relative path"},
		{"C:/a", `"C:/a"` + outside + ", expected a relative path"},
		{"..", `".."` + outside},
		{"../a", `"../a"` + outside},
		{"a/../../b", `"a/../../b"` + outside},
		{"a/..", `"a/.."` + outside},
		{`a\b`, `"a\\b" has a character that paths can't have, expected slashes between folders`},
		{"a\nb", `"a\nb" has a character that paths can't have, expected slashes between folders`},
		{"a\x1b[2Jb", `"a\x1b[2Jb" has a character that paths can't have, expected slashes between folders`},
		{"a\u202eb", `"a\u202eb" has a character that paths can't have, expected slashes between folders`},
		{"a/", `"a/" is a folder`},
		{".", `"." is a folder`},
		{"./a", `"./a" is not a plain path, expected "a"`},
		{"a//b", `"a//b" is not a plain path, expected "a/b"`},
		{"a/./b", `"a/./b" is not a plain path, expected "a/b"`},
		{"con", `"con" has a name that Windows reserves`},
		{"a/NUL.txt/b", `"a/NUL.txt/b" has a name that Windows reserves`},
		{"lpt9.tar.gz", `"lpt9.tar.gz" has a name that Windows reserves`},
	} {
		want := c.want
		if strings.HasPrefix(want, `"`) {
			want = "file " + want
		}
		if got := checkFile(Word{Value: c.in}); got != want {
			t.Errorf("%q: %q, want %q", c.in, got, want)
		}
	}
}

// Each option is told apart from what no option is called, and each has a
// place.
func TestOptionPlaces(t *testing.T) {
	_, _, o, problems := Parse(`bash  exit=2 title="x y" wrap`)
	for name, want := range map[string]int{"exit": 6, "title": 13, "wrap": 25, "hide": -1} {
		got, ok := o.At(name)
		if !ok {
			got = -1
		}
		if got != want {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
	}
	if problems != nil {
		t.Error(problems)
	}
}

func TestSuggestLanguage(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"bahs", ` (did you mean "bash"?)`},
		{"consol", ` (did you mean "console"?)`},
		{"image-size", ` (did you mean "image-sizes"?)`},
		{"dif", ` (did you mean "diff"?)`},
		{"python", ""},
		{"yaml", ""},
	} {
		if got := SuggestLanguage(c.in); got != c.want {
			t.Errorf("%q: %q, want %q", c.in, got, c.want)
		}
	}
}

// A fence with more options, or more mistakes, than anybody has read costs no more
// than others.
func TestLongInfo(t *testing.T) {
	for _, text := range []string{"bash " + strings.Repeat("w ", 500_000), "bash " + strings.Repeat("{a} ", 250_000), "bash title=" + strings.Repeat("w", 1_000_000)} {
		_, words := Split(text)
		_, _, _, problems := Parse(text)
		if len(words) > maxLength || len(problems) == 0 || len(problems) > maxProblems {
			t.Errorf("%.20s…: %d words, %d problems", text, len(words), len(problems))
		} else if got, want := problems[0].Msg, fmt.Sprintf("%d bytes of options, expected at most 10000", len(text)); got != want {
			t.Errorf("%.20s…: %s, want %s", text, got, want)
		}
	}
	if _, _, _, problems := Parse("bash " + strings.Repeat("w ", 1000)); len(problems) != maxProblems {
		t.Errorf("%d problems are told, want %d", len(problems), maxProblems)
	}
}
