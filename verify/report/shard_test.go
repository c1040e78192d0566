package report

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"testing/fstest"

	"handbook/content"
	"handbook/content/record"
)

// taking makes labs that have taken so many seconds, 0 for one of which it is
// not known.
func taking(seconds ...float64) (labs []Estimate) {
	for i, s := range seconds {
		labs = append(labs, Estimate{File: fmt.Sprintf("labs/%03d.md", i), Seconds: s})
	}
	return labs
}

// Whatever the labs and however many jobs: each lab is in one shard, every job
// comes to the same split, and no shard has more to do than its even part and
// one lab.
func TestShards(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		times := make([]float64, r.IntN(40))
		for i := range times {
			if r.IntN(4) > 0 {
				times[i] = 1 + 100*r.Float64()*r.Float64()
			}
		}
		n := 1 + r.IntN(8)
		seen := map[string]int{}
		var first Shard
		for i := range n {
			labs := taking(times...)
			r.Shuffle(len(labs), func(i, j int) { labs[i], labs[j] = labs[j], labs[i] })
			s := Shard{Index: i + 1, Of: n}
			for j, mine := range s.Choose(labs) {
				if mine {
					seen[labs[j].File]++
				}
			}
			if i == 0 {
				first = s
			}
			if s.Split != first.Split || s.Labs != len(times) {
				t.Fatalf("shard %v: split %s of %d labs, the first one has %s", &s, s.Split, s.Labs, first.Split)
			}
		}
		for file, times := range seen {
			if times != 1 {
				t.Fatalf("%s is in %d shards", file, times)
			}
		}
		if len(seen) != len(times) {
			t.Fatalf("%d of %d labs are in a shard", len(seen), len(times))
		}
		checkBalance(t, taking(times...), n)
	}
}

func checkBalance(t *testing.T, labs []Estimate, n int) {
	t.Helper()
	seconds := weigh(labs)
	load, total, longest := make([]float64, n), 0.0, 0.0
	for i, shard := range split(labs, n) {
		load[shard-1] += seconds[i]
		total += seconds[i]
		longest = max(longest, seconds[i])
	}
	for i, seconds := range load {
		if seconds > total/float64(n)+longest {
			t.Errorf("shard %d has %.0f s to do, of %.0f s over %d shards, the longest %.0f s", i+1, seconds, total, n, longest)
		}
	}
}

// One long lab has a shard of its own, and one without a record counts as an
// average one.
func TestShardByTimes(t *testing.T) {
	labs := taking(100, 10, 20, 30, 40, 0)
	if got := weigh(labs)[5]; got != 30+machineSeconds {
		t.Errorf("a lab without a record counts %v s", got)
	}
	if got := fmt.Sprint(split(labs, 2)); got != "[1 2 1 2 2 2]" {
		t.Errorf("got %s", got)
	}
}

// What need not be run costs nothing, but is spread all the same.
func TestShardFresh(t *testing.T) {
	labs := taking(100, 100, 100, 100, 10, 10)
	for i := range 4 {
		labs[i].Fresh = true
	}
	for i := range 2 {
		s := Shard{Index: i + 1, Of: 2}
		stale, all := 0, 0
		for j, mine := range s.Choose(labs) {
			if mine {
				all++
				if !labs[j].Fresh {
					stale++
				}
			}
		}
		if stale != 1 || all != 3 {
			t.Errorf("shard %v has %d labs, %d of them stale", &s, all, stale)
		}
	}
}

func TestParseShard(t *testing.T) {
	for text, want := range map[string]string{
		"2/5": "", "1/1": "",
		"2": "expected which one of how many, such as 2/5", "a/b": "expected which one of how many, such as 2/5", "1/": "expected which one of how many, such as 2/5",
		"1/0": "there has to be at least one shard", "0/3": "shards are counted from 1", "4/3": "there are 3 shards only", "2/1": "there is 1 shard only",
		"1/10001": "there are at most 10000 shards",
	} {
		s, err := ParseShard(text)
		if want == "" && (err != nil || s.String() != text) || want != "" && (err == nil || err.Error() != want) {
			t.Errorf("%q: %v, %v", text, s, err)
		}
	}
}

// A report that says it is one of a million million is none: all others would be
// missed by name.
func TestReadShard(t *testing.T) {
	for shard, want := range map[string]string{
		`{"index":1,"of":1000000000000,"labs":1,"split":""}`: "1/1000000000000", `{"index":0,"of":2,"labs":1,"split":""}`: "0/2", `{"index":3,"of":2,"labs":1,"split":""}`: "3/2",
	} {
		_, err := Read("a.json", []byte(`{"shard":`+shard+`,"labs":[]}`))
		if err == nil || err.Error() != "a.json is not a JSON report of verify: it is that of shard "+want {
			t.Errorf("%s: %v", shard, err)
		}
	}
}

// The reports of 1,000 labs that were not run are made in a few milliseconds.
func BenchmarkReportOfFresh(b *testing.B) {
	files := fstest.MapFS{}
	for i := range 1000 {
		name := fmt.Sprintf("labs/%03d.md", i)
		files[name] = &fstest.MapFile{Data: []byte("---\nlab: {}\n---\n\n```bash\ntrue\n```\n")}
		files[record.Path(name)] = &fstest.MapFile{Data: record.Encode(&content.Record{Format: record.Format, Page: name, Results: content.Results{Seconds: 10}})}
	}
	site, err := content.Load(files, "content")
	if err != nil {
		b.Fatal(err)
	}
	var outcomes []*Outcome
	for _, p := range site.Pages {
		if p.Lab != nil {
			outcomes = append(outcomes, Fresh(p))
		}
	}
	for b.Loop() {
		New(outcomes, Context{})
	}
}
