package render

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode"

	"handbook/content/record"
)

// TestHostileRecord renders a page with records that somebody wrote who can make
// their checksums: texts hold markup and escape sequences, numbers are none that a
// run has, lists have other lengths. Nothing panics, and nothing of it runs.
// HANDBOOK_SEED chooses them.
func TestHostileRecord(t *testing.T) {
	seed, _ := strconv.ParseUint(os.Getenv("HANDBOOK_SEED"), 10, 64)
	random := rand.New(rand.NewPCG(seed, 7))
	refused, rendered := 0, 0
	for try := 0; try < 12 || try < 100 && (refused == 0 || rendered < 4); try++ {
		site := sampleSite(t)
		p := site.Page("labs/04-flask.md")
		r, err := record.Decode(record.Encode(p.Record)) // a copy
		if err != nil {
			t.Fatal(err)
		}
		how := spoiler{random, try%3 == 0, false}
		how.spoil(reflect.ValueOf(&r.Results).Elem())
		how.spoil(reflect.ValueOf(&r.Also).Elem())
		r, err = record.Decode(record.Encode(r))
		if err != nil {
			refused++
			continue
		}
		p.Record = r
		files, err := Site(site, sampleFresh, Options{BaseURL: "https://example.org"})
		if err != nil {
			continue
		}
		for _, name := range []string{"labs/04-flask/index.html", "print/index.html"} {
			checkHarmless(t, name, fmt.Sprintf("seed %d, try %d", seed, try), files[name], "svg", "template", "id")
		}
		rendered++
	}
	if refused == 0 || rendered < 4 {
		t.Errorf("%d were refused, %d were rendered", refused, rendered)
	}
}

// A spoiler changes values of a record at random.
type spoiler struct {
	random  *rand.Rand
	all     bool // to those that no run has, too
	printed bool // what was printed or typed, or is in a file, which may have control characters
}

// spoil changes some of the values in a value.
func (s spoiler) spoil(v reflect.Value) {
	random := s.random
	some := random.IntN(20) == 0
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			s.spoil(v.Elem())
		}
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			if some {
				v.Set(reflect.ValueOf(time.Unix(random.Int64N(1<<36), 0).UTC()))
			}
			return
		}
		for i := range v.NumField() {
			name := v.Type().Field(i).Name
			s.printed = slices.Contains([]string{"Text", "Output", "File", "Path"}, name)
			if s.all || !slices.Contains([]string{"Kind", "Verdict", "Mode", "Number", "CutAt"}, name) {
				s.spoil(v.Field(i))
			}
		}
	case reflect.Slice:
		switch n := v.Len(); {
		case some && n > 0:
			v.SetLen(random.IntN(n))
		case some && s.all:
			v.Set(reflect.MakeSlice(v.Type(), 1+random.IntN(3), 3))
		}
		for i := range v.Len() {
			s.spoil(v.Index(i))
		}
	case reflect.String:
		if some {
			v.SetString(s.text())
		}
	case reflect.Int, reflect.Int64:
		if some {
			v.SetInt(int64(random.IntN(9)))
		}
		if some && s.all {
			v.SetInt([]int64{-1, 1000, math.MaxInt64, math.MinInt64}[random.IntN(4)])
		}
	case reflect.Float64:
		if some && s.all {
			v.SetFloat([]float64{-1, 0, 1e300, -1e300, 1e-300}[random.IntN(5)])
		}
	case reflect.Bool:
		if some {
			v.SetBool(!v.Bool())
		}
	}
}

// text returns a hostile text.
func (s spoiler) text() string {
	for {
		text := hostileText(s.random)
		if s.all || s.printed || !strings.ContainsFunc(text, func(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) }) {
			return text
		}
	}
}

// hostileText is markup, or a text that terminals, shells or addresses obey.
func hostileText(random *rand.Rand) string {
	all := append([]string{"", "\x1b]8;;javascript:alert(1)\x1b\\x\x1b]8;;\x1b\\", "\x1b[31m<b>", "javascript:alert(1)", "//evil.dev/x", "../../up", "a\nb", "\x1b[999;999Hx",
		"\u202e", "sha256:", "docker.io/<i>", "'; touch owned; '", "$(touch owned)", "](javascript:alert(1))", "passed", "failed", "skipped", "28", "29"}, hostileHTML...)
	return all[random.IntN(len(all))]
}
