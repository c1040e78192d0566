// Package names knows the names that Docker gives to containers for which the
// user has none: "vigorous_poitras".
package names

import (
	"strings"
	"sync"

	"github.com/docker/docker/pkg/namesgenerator"
)

// Generated reports whether Docker could have made up a name.
func Generated(name string) bool {
	adjective, surname, ok := strings.Cut(strings.TrimRight(name, "0123456789"), "_")
	if !ok {
		return false
	}
	known := words()
	return known.adjectives[adjective] && known.surnames[surname]
}

type lists struct{ adjectives, surnames map[string]bool }

// words returns the words of Docker's generator, which keeps its lists to
// itself: so many names that each of some 350 words is surely among them.
var words = sync.OnceValue(func() lists {
	known := lists{map[string]bool{}, map[string]bool{}}
	for range 20_000 {
		adjective, surname, _ := strings.Cut(namesgenerator.GetRandomName(0), "_")
		known.adjectives[adjective], known.surnames[surname] = true, true
	}
	return known
})
