package main

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"handbook/content"
)

// A shard is one of several parts of the labs, each of which is verified by
// another job.
type shard struct {
	Index int    `json:"index"` // from 1
	Of    int    `json:"of"`
	Labs  int    `json:"labs"`  // of all shards
	Split string `json:"split"` // names the way in which the labs were split: all shards have to have it
}

func (s *shard) String() string { return fmt.Sprintf("%d/%d", s.Index, s.Of) }

// parseShard reads "2/5".
func parseShard(spec string) (*shard, error) {
	index, of, ok := strings.Cut(spec, "/")
	i, err := strconv.Atoi(index)
	n, errOf := strconv.Atoi(of)
	switch {
	case !ok || err != nil || errOf != nil:
		return nil, misused(fmt.Errorf("--shard %s: expected which one of how many, such as 2/5", spec), "")
	case n < 1:
		return nil, misused(fmt.Errorf("--shard %s: there has to be at least one shard", spec), "")
	case i < 1:
		return nil, misused(fmt.Errorf("--shard %s: shards are counted from 1", spec), fmt.Sprintf("a job that counts from 0 says $((INDEX + 1))/%d", n))
	case i > n:
		return nil, misused(fmt.Errorf("--shard %s: %s only", spec, thereIs(n, "shard")), "")
	}
	return &shard{Index: i, Of: n}, nil
}

func thereIs(n int, noun string) string {
	if n == 1 {
		return "there is 1 " + noun
	}
	return fmt.Sprintf("there are %s", count(n, noun))
}

// A weighed lab is one with the seconds that it will take.
type weighed struct {
	lab     *lab
	file    string
	seconds float64
	shard   int
}

// choose returns the shard's labs, in their order, and remembers how they were
// split. Every lab is in exactly one shard; what is fresh counts for nothing
// if it is not going to be run. The longest ones go first, each to the shard
// that has least to do. All of it depends only on the checkout and on all, so
// jobs need not talk to each other; that they started from the same checkout
// is seen when their reports are joined.
func (s *shard) choose(labs []*lab, all bool) []*lab {
	list := weigh(labs, all)
	split(list, s.Of)
	h := sha256.New()
	for _, w := range list {
		fmt.Fprintf(h, "%d %s\n", w.shard, w.file)
	}
	s.Labs, s.Split = len(list), "sha256:"+hex.EncodeToString(h.Sum(nil))
	mine := map[*lab]bool{}
	for _, w := range list {
		mine[w.lab] = w.shard == s.Index
	}
	return slices.DeleteFunc(slices.Clone(labs), func(l *lab) bool { return !mine[l] })
}

// A machine is up in about this time; a fresh lab costs nothing, but shall not
// go to a single shard with all the others.
const (
	machineSeconds = 2
	freshSeconds   = 0.001
)

// weigh estimates labs from their records. One that has no record is taken for
// an average one.
func weigh(labs []*lab, all bool) []weighed {
	in := findRepository()
	var known []float64
	list := make([]weighed, len(labs))
	for i, l := range labs {
		list[i] = weighed{lab: l, file: in.path(l.page.File()), seconds: recordedSeconds(l)}
		if list[i].seconds > 0 {
			known = append(known, list[i].seconds)
		}
	}
	average := median(known)
	for i, l := range labs {
		switch w := &list[i]; {
		case !all && l.page.State == content.Fresh:
			w.seconds = freshSeconds
		case w.seconds == 0:
			w.seconds = average + machineSeconds
		default:
			w.seconds += machineSeconds
		}
	}
	return list
}

// recordedSeconds is how long the lab took, with those before it; 0 if that is
// not known.
func recordedSeconds(l *lab) (total float64) {
	for page := l.page; page != nil; {
		if page.Record == nil {
			return 0
		}
		total += page.Record.Seconds
		if page.Lab.After == "" {
			break
		}
		page = l.site.Page(page.Lab.After)
	}
	return total
}

func median(all []float64) float64 {
	if len(all) == 0 {
		return 1
	}
	sorted := slices.Sorted(slices.Values(all))
	return sorted[len(sorted)/2]
}

// split gives every lab its shard, 1 to n, and sorts them by file.
func split(list []weighed, n int) {
	slices.SortFunc(list, func(a, b weighed) int {
		return cmp.Or(cmp.Compare(b.seconds, a.seconds), strings.Compare(a.file, b.file))
	})
	load := make([]float64, n)
	for i := range list {
		least := 0
		for j := range load {
			if load[j] < load[least] {
				least = j
			}
		}
		load[least] += list[i].seconds
		list[i].shard = least + 1
	}
	slices.SortFunc(list, func(a, b weighed) int { return strings.Compare(a.file, b.file) })
}
