package main

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"testing/fstest"

	"handbook/content"
)

// siteOfTimes is a site of labs that have taken so many seconds, 0 for one
// without a record.
func siteOfTimes(t testing.TB, times ...float64) []*lab {
	t.Helper()
	files := fstest.MapFS{}
	for i, seconds := range times {
		name := fmt.Sprintf("labs/%03d.md", i)
		files[name] = &fstest.MapFile{Data: []byte("---\nlab: {}\n---\n\n```bash\ntrue\n```\n")}
		if seconds > 0 {
			files[content.RecordPath(name)] = &fstest.MapFile{Data: content.EncodeRecord(&content.Record{Format: content.RecordFormat, Page: name, Seconds: seconds})}
		}
	}
	site, err := content.Load(files, "content")
	if err != nil {
		t.Fatal(err)
	}
	var labs []*lab
	for _, p := range site.Pages {
		if p.Lab != nil {
			labs = append(labs, &lab{site: site, page: p})
		}
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
		var first shard
		for i := range n {
			labs := siteOfTimes(t, times...)
			r.Shuffle(len(labs), func(i, j int) { labs[i], labs[j] = labs[j], labs[i] })
			s := shard{Index: i + 1, Of: n}
			for _, l := range s.choose(labs, true) {
				seen[l.page.Path]++
			}
			if i == 0 {
				first = s
			}
			if s.Split != first.Split || s.Labs != len(times) {
				t.Fatalf("shard %v: split %s of %d labs, the first one has %s", &s, s.Split, s.Labs, first.Split)
			}
		}
		for page, times := range seen {
			if times != 1 {
				t.Fatalf("%s is in %d shards", page, times)
			}
		}
		if len(seen) != len(times) {
			t.Fatalf("%d of %d labs are in a shard", len(seen), len(times))
		}
		checkBalance(t, weigh(siteOfTimes(t, times...), true), n)
	}
}

func checkBalance(t *testing.T, list []weighed, n int) {
	t.Helper()
	split(list, n)
	load, total, longest := make([]float64, n), 0.0, 0.0
	for _, w := range list {
		load[w.shard-1] += w.seconds
		total += w.seconds
		longest = max(longest, w.seconds)
	}
	for i, seconds := range load {
		if seconds > total/float64(n)+longest {
			t.Errorf("shard %d has %.0f s to do, of %.0f s over %d shards, the longest %.0f s", i+1, seconds, total, n, longest)
		}
	}
}

// The known case: one long lab has a shard of its own, and one without a
// record counts as an average one.
func TestShardByTimes(t *testing.T) {
	list := weigh(siteOfTimes(t, 100, 10, 20, 30, 40, 0), true)
	if got := list[5].seconds; got != 30+machineSeconds {
		t.Errorf("a lab without a record counts %v s", got)
	}
	split(list, 2)
	var shards []int
	for _, w := range list {
		shards = append(shards, w.shard)
	}
	if got := fmt.Sprint(shards); got != "[1 2 1 2 2 2]" {
		t.Errorf("got %s", got)
	}
}

// What need not be run costs nothing, but is spread all the same.
func TestShardFresh(t *testing.T) {
	labs := siteOfTimes(t, 100, 100, 100, 100, 10, 10)
	for _, l := range labs[:4] {
		l.page.State = content.Fresh
	}
	for i := range 2 {
		s := shard{Index: i + 1, Of: 2}
		stale := 0
		mine := s.choose(labs, false)
		for _, l := range mine {
			if l.page.State != content.Fresh {
				stale++
			}
		}
		if stale != 1 || len(mine) != 3 {
			t.Errorf("shard %v has %d labs, %d of them stale", &s, len(mine), stale)
		}
	}
}

// What a run tells of labs that were fresh costs next to nothing: 1,000 of
// them are looked at in 100 ms, reading included.
func BenchmarkReportOfFresh(b *testing.B) {
	times := make([]float64, 1000)
	for i := range times {
		times[i] = 10
	}
	labs := siteOfTimes(b, times...)
	for b.Loop() {
		newReport(nil, labs, findRepository())
	}
}
