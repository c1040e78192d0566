package live

import (
	"io"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"handbook/cmd/handbook/labs"
	"handbook/cmd/handbook/preview"
	"handbook/cmd/handbook/progress"
	"handbook/cmd/handbook/project"
	"handbook/content"
)

// Pages that go where something is edited find it as it is now, though the rest of the
// site is not rendered yet.
func TestFollowsToWhatIsThere(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	save := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, "content", name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, "content"), 0o777); err != nil {
		t.Fatal(err)
	}
	save("index.md", "# Home\n")
	save("a.md", "# A\n\nOld.\n")
	here, err := project.Find(dir)
	if err != nil {
		t.Fatal(err)
	}
	tell := func(err error) { t.Error(err) }
	show := progress.New(io.Discard, io.Discard)
	defer show.End()
	s := New(Options{
		Here: here, URL: "http://127.0.0.1:1/", Server: &preview.Server{}, History: here.History(t.Context()),
		Changes: make(chan struct{}), Follows: true, Log: io.Discard, Tell: tell, Note: func(content.Errors) {},
	})
	s.Labs = labs.NewAutoRunner(labs.Runner{}, show, tell, s.UpdateThen)
	s.Labs.Stage = s.Board
	s.Update()
	save("a.md", "# A\n\nNew.\n")
	s.UpdateThen(func() {
		w := httptest.NewRecorder()
		s.Server.ServeHTTP(w, httptest.NewRequest("GET", "http://127.0.0.1:1/a/", nil))
		if page := w.Body.String(); !strings.Contains(page, "<p>New.</p>") || !strings.Contains(page, `data-place="1"`) {
			t.Errorf("pages go to\n%s", page)
		}
	})
}
