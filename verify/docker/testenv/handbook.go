package testenv

import (
	"os"
	"testing"

	"handbook/content"
)

// HubPassword is the password of labs' users at the stand-in for Docker Hub, where
// a test has to type it.
const HubPassword = "no-password-of-Docker-Hub"

// EachLab calls test with each lab of the handbook that has one machine, in a test of
// its own. dir is the handbook's folder of pages. Labs with several machines have tests
// of their own, which have to tell the machines apart.
func EachLab(t *testing.T, dir string, test func(t *testing.T, site *content.Site, page *content.Page)) {
	t.Helper()
	site, err := content.Load(os.DirFS(dir), "content")
	if err != nil {
		t.Fatal(err)
	}
	for _, page := range site.Pages {
		if page.Lab != nil && len(page.Lab.Machines) < 2 {
			t.Run(page.Path, func(t *testing.T) { test(t, site, page) })
		}
	}
}
