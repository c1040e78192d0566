package testenv

import (
	"os"
	"testing"

	"handbook/content"
)

// HubPassword is the password of labs' users at the stand-in for Docker Hub, where
// a test has to type it.
const HubPassword = "no-password-of-Docker-Hub"

// EachLab calls test with each lab of the handbook, in a test of its own. dir is
// the handbook's folder of pages.
func EachLab(t *testing.T, dir string, test func(t *testing.T, site *content.Site, page *content.Page)) {
	t.Helper()
	site, err := content.Load(os.DirFS(dir), "content")
	if err != nil {
		t.Fatal(err)
	}
	for _, page := range site.Pages {
		if page.Lab != nil {
			t.Run(page.Path, func(t *testing.T) { test(t, site, page) })
		}
	}
}
