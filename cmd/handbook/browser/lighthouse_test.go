package browser

import (
	"compress/gzip"
	"encoding/json"
	"mime"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// A lighthouseReport is the part of Lighthouse's report that the tests read.
type lighthouseReport struct {
	Categories map[string]struct {
		Score     float64 `json:"score"` // 0 to 1
		AuditRefs []struct {
			ID     string  `json:"id"`
			Weight float64 `json:"weight"`
		} `json:"auditRefs"`
	} `json:"categories"`
	Audits map[string]struct {
		Score        *float64 `json:"score"`
		Title        string   `json:"title"`
		DisplayValue string   `json:"displayValue"`
		NumericValue float64  `json:"numericValue"`
	} `json:"audits"`
}

// lighthousePages are the pages that Lighthouse looks at.
var lighthousePages = []string{"", "guides/writing-labs/", "labs/04-flask/"}

// TestLighthouse wants 100 in the three categories that do not depend on how
// fast the computer is. TestWeight and TestNoShift check what makes the fourth,
// performance; BenchmarkLighthouse prints it.
func TestLighthouse(t *testing.T) {
	t.Parallel()
	modules := npm(t)
	for _, page := range lighthousePages {
		t.Run("/"+page, func(t *testing.T) {
			t.Parallel()
			report := lighthouse(t, modules, below+page, "accessibility", "best-practices", "seo")
			for name, category := range report.Categories {
				if category.Score == 1 {
					continue
				}
				t.Errorf("%s is %.0f", name, 100*category.Score)
				for _, ref := range category.AuditRefs {
					if a := report.Audits[ref.ID]; ref.Weight > 0 && a.Score != nil && *a.Score < 1 {
						t.Logf("%s: %.2f, %s %s", name, *a.Score, a.Title, a.DisplayValue)
					}
				}
			}
		})
	}
}

// BenchmarkLighthouse prints what Lighthouse says about speed on a simulated
// phone with a slow network. Files are sent compressed, as by the hosts of static
// sites. The figures depend on what else the computer does meanwhile.
//
//	go test ./cmd/handbook/browser -run - -bench Lighthouse -benchtime 1x
func BenchmarkLighthouse(b *testing.B) {
	modules := npm(b)
	server := httptest.NewServer(http.HandlerFunc(serveCompressed))
	defer server.Close()
	for _, page := range lighthousePages {
		b.Run("/"+page, func(b *testing.B) {
			for b.Loop() {
				report := lighthouse(b, modules, server.URL+"/"+page, "performance")
				b.ReportMetric(100*report.Categories["performance"].Score, "performance")
				for id, unit := range map[string]string{
					"first-contentful-paint": "first-paint-ms", "largest-contentful-paint": "largest-paint-ms",
					"speed-index": "speed-index-ms", "total-blocking-time": "blocking-ms",
				} {
					b.ReportMetric(report.Audits[id].NumericValue, unit)
				}
			}
		})
	}
}

// serveCompressed serves the handbook's own site with gzip.
func serveCompressed(w http.ResponseWriter, r *http.Request) {
	name := filepath.Join(public, filepath.Clean("/"+r.URL.Path))
	if strings.HasSuffix(r.URL.Path, "/") {
		name = filepath.Join(name, "index.html")
	}
	b, err := os.ReadFile(name)
	if err != nil {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", mime.TypeByExtension(filepath.Ext(name)))
	w.Header().Set("Content-Encoding", "gzip")
	z := gzip.NewWriter(w)
	defer z.Close()
	_, _ = z.Write(b)
}

// lighthouse has Lighthouse look at a page. The report has all the categories
// that were asked for.
func lighthouse(t testing.TB, modules, url string, categories ...string) *lighthouseReport {
	t.Helper()
	file := filepath.Join(t.TempDir(), "report.json")
	cmd := exec.Command("node", filepath.Join(modules, "lighthouse", "cli", "index.js"), url, "--quiet",
		"--output=json", "--output-path="+file, "--only-categories="+strings.Join(categories, ","),
		"--chrome-flags=--headless=new --no-sandbox --disable-gpu --disable-quic --disable-component-update --disable-background-networking --disable-sync")
	cmd.Env = append(os.Environ(), "CHROME_PATH="+findBrowser())
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("lighthouse: %v\n%s", err, out)
	}
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var report lighthouseReport
	if err := json.Unmarshal(b, &report); err != nil {
		t.Fatal(err)
	}
	if len(report.Categories) != len(categories) {
		t.Fatalf("%d categories, want %d", len(report.Categories), len(categories))
	}
	return &report
}
