package classify

import (
	"strings"

	"handbook/cmd/handbook/adopt/session"
)

// Between separates commands and outputs in code without prompts. A line is a
// command if it begins with the name of one and nothing suggests that it is
// output.
func Between(code []string) (all []*session.Entry) {
	var cur *session.Entry
	open := false
	for i, line := range code {
		t := strings.TrimSpace(line)
		if open {
			cur.Typed = append(cur.Typed, line)
			open = strings.HasSuffix(t, `\`)
			continue
		}
		is, sure := isCommand(t)
		if cur != nil && envLineRE.MatchString(t) && tellsRE.MatchString(cur.Command()) {
			is = false // output of "env"
		}
		blank := i == 0 || strings.TrimSpace(code[i-1]) == ""
		switch {
		case t == "" && cur != nil && len(cur.Output) == 0:
		case is && outputLine(line) == "" && (sure || cur == nil || blank || len(cur.Output) == 0 && !alsoProse[strings.Fields(t)[0]]):
			cur = &session.Entry{Line: i, Typed: []string{t}, Prompt: session.Prompt{Kind: session.Host, Name: "$"}}
			all = append(all, cur)
			open = strings.HasSuffix(t, `\`)
		default:
			if cur == nil {
				cur = &session.Entry{Line: i}
				all = append(all, cur)
			}
			cur.Output = append(cur.Output, strings.TrimRight(line, " \t"))
		}
	}
	for _, e := range all {
		for len(e.Output) > 0 && e.Output[len(e.Output)-1] == "" {
			e.Output = e.Output[:len(e.Output)-1]
		}
	}
	return all
}
