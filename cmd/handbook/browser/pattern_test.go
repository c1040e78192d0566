package browser

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"handbook/verify/docker/testenv/need"
)

// TestPatterns enters values on a page: what fits a pattern of the settings in Go
// fits it in the browser, and one that backtracks for ever ends at once.
func TestPatterns(t *testing.T) {
	t.Parallel()
	need.Browser.Find(t, browsers...)
	patterns := []string{"[a-z0-9]{2,4}", "(a+)+b", "(a|a)*$", "(?i)[a-f]*k", `\w\W\w`, `(?s)[^\x00-\x{ffff}]+`, "^a|b$", "[[:alpha:]-]+"}
	values := []string{"a", "ab", "ab12", "ab123", "AB", "aaab", "K", "\u212a", "a-b", "é", "a.b", "😀", "😀a", "😀😀", strings.Repeat("a", 60), strings.Repeat("a", 60) + "b"}
	settings, page := "patterns:\n", "# Values\n\n"
	placeholders := "placeholders:\n"
	for i, pattern := range patterns {
		name := fmt.Sprintf("YOUR_%d", i)
		settings += "  " + name + ": '" + pattern + "'\n"
		placeholders += "  " + name + ": x\n"
		page += "```text\nthe value " + name + "\n```\n\n"
	}
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "content"), 0o755); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"handbook.yaml": settings + placeholders, "index.md": page} {
		if err := os.WriteFile(filepath.Join(dir, "content", name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command(program, "build")
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("handbook build: %v\n%s", err, out)
	}
	server := httptest.NewServer(http.FileServer(http.Dir(filepath.Join(dir, "public"))))
	t.Cleanup(server.Close)
	w := open(t, server.URL+"/", "index.html")
	want(w, `document.querySelectorAll(".value input").length`, len(patterns))
	for i, pattern := range patterns {
		re := regexp.MustCompile(`\A(?:` + pattern + `)\z`)
		for _, value := range values {
			quoted, err := json.Marshal(value)
			if err != nil {
				t.Fatal(err)
			}
			w.run(fmt.Sprintf(`const f = document.querySelectorAll(".value input")[%d]; f.value = %s; f.dispatchEvent(new InputEvent("input"))`, i, quoted))
			shown := value
			if !re.MatchString(value) {
				shown = fmt.Sprintf("YOUR_%d", i)
			}
			want(w, fmt.Sprintf(`document.querySelectorAll("[data-ph]")[%d].textContent`, i), shown)
		}
	}
}
