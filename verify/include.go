package verify

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"unicode/utf8"

	"handbook/content"
	"handbook/content/info"
	"handbook/content/wording"
	"handbook/verify/files"
	"handbook/verify/plans"
)

// include looks at the file that a snippet includes, as it is on the machine
// now. What a snippet shows goes into its result; a file beside the page is shown
// if the machine has none of that name. What a snippet runs has to be what the
// page says.
func (l *lab) include(ctx context.Context, step *plans.Step, result *content.SnippetResult) error {
	s, name := step.Snippet, step.Snippet.IncludedFile()
	if s.Beside && (s.Role != info.Included || !fs.ValidPath(name)) {
		return nil
	}
	text, problem, err := l.at(s).files.Read(ctx, l.plan.Lab.Dir, name)
	if err != nil || problem != "" && s.Beside {
		return err
	}
	var shown string
	if problem == "" {
		shown, problem = partOf(s, text)
	}
	if written := l.claims.bind(s.Code); problem == "" && s.Role != info.Included && shown != written {
		problem = fmt.Sprintf("file %q is not what the snippets above have written any more, expected that only those change what is run", name)
	}
	if problem != "" {
		l.stopped = l.stopped || s.Role != info.Included
		l.failed.add(&Failure{Pos: s.OptionAt("include"), Msg: problem})
		return nil
	}
	if s.Role == info.Included {
		result.File, result.Text = name, l.found.Unbind(shown)
	}
	return nil
}

// partOf returns the part of a file that a snippet includes.
func partOf(s *content.Snippet, text []byte) (part, problem string) {
	if !utf8.Valid(text) || bytes.IndexByte(text, 0) >= 0 {
		return "", fmt.Sprintf("file %q is not text", s.IncludedFile())
	}
	part, problem = s.Part(string(text))
	if problem == "" && len(part) > files.MaxFile {
		problem = fmt.Sprintf("file %q has %s to show, expected at most %s", s.IncludedFile(), wording.DecimalSize(int64(len(part))), wording.DecimalSize(files.MaxFile))
	}
	return part, problem
}
