package report

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

// A Shard is one of several parts of the labs, each of which is verified by
// another job.
type Shard struct {
	Index int    `json:"index"` // from 1
	Of    int    `json:"of"`
	Labs  int    `json:"labs"`  // of all shards
	Split string `json:"split"` // digest of the way in which the labs were split: all shards have to have the same
}

// maxShards is into how many parts labs can be split.
const maxShards = 10_000

func (s *Shard) String() string { return fmt.Sprintf("%d/%d", s.Index, s.Of) }

// A ShardError says that a text names no shard.
type ShardError struct {
	Msg      string
	FromZero int // the number of shards, where they seem to be counted from 0
}

func (e *ShardError) Error() string { return e.Msg }

// ParseShard reads "2/5". An error is a *ShardError.
func ParseShard(text string) (*Shard, error) {
	index, of, ok := strings.Cut(text, "/")
	i, err := strconv.Atoi(index)
	n, errOf := strconv.Atoi(of)
	switch {
	case !ok || err != nil || errOf != nil:
		return nil, &ShardError{Msg: "expected which one of how many, such as 2/5"}
	case n < 1:
		return nil, &ShardError{Msg: "there has to be at least one shard"}
	case i < 1:
		return nil, &ShardError{Msg: "shards are counted from 1", FromZero: n}
	case i > n && n == 1:
		return nil, &ShardError{Msg: "there is 1 shard only"}
	case i > n:
		return nil, &ShardError{Msg: fmt.Sprintf("there are %d shards only", n)}
	case n > maxShards:
		return nil, &ShardError{Msg: fmt.Sprintf("there are at most %d shards", maxShards)}
	}
	return &Shard{Index: i, Of: n}, nil
}

// An Estimate is how long a lab will take.
type Estimate struct {
	File    string  // from the repository's root on
	Fresh   bool    // it will not be run
	Seconds float64 // that it took the last time; 0: not known
}

// EstimateOf estimates a lab by its record and those of the labs before it.
func EstimateOf(site *content.Site, page *content.Page, file string, fresh bool) Estimate {
	e := Estimate{File: file, Fresh: fresh}
	for {
		if page.Record == nil {
			e.Seconds = 0
			return e
		}
		e.Seconds += page.Record.Seconds
		if page.Lab.After == "" {
			return e
		}
		page = site.Page(page.Lab.After)
	}
}

// Choose tells which of the labs belong to the shard, and remembers how they
// were split. Every lab is in exactly one shard. The longest ones are dealt out
// first, each to the shard that has least to do; a lab that will not be run
// counts for nothing. All of it depends only on the labs, so jobs need not talk
// to each other; Merge checks that they had the same ones.
func (s *Shard) Choose(labs []Estimate) []bool {
	split := split(labs, s.Of)
	h := sha256.New()
	for _, i := range byFile(labs) {
		fmt.Fprintf(h, "%d %s\n", split[i], labs[i].File)
	}
	s.Labs, s.Split = len(labs), "sha256:"+hex.EncodeToString(h.Sum(nil))
	mine := make([]bool, len(labs))
	for i := range labs {
		mine[i] = split[i] == s.Index
	}
	return mine
}

func byFile(labs []Estimate) []int {
	order := indexes(len(labs))
	slices.SortFunc(order, func(a, b int) int { return strings.Compare(labs[a].File, labs[b].File) })
	return order
}

// A machine is up in about this time; a fresh lab costs nothing, but shall not
// go to a single shard with all the others.
const (
	machineSeconds = 2
	freshSeconds   = 0.001
)

// weigh estimates all labs. One of which nothing is known is taken for an
// average one.
func weigh(labs []Estimate) []float64 {
	var known []float64
	for _, l := range labs {
		if l.Seconds > 0 {
			known = append(known, l.Seconds)
		}
	}
	average := median(known)
	all := make([]float64, len(labs))
	for i, l := range labs {
		switch {
		case l.Fresh:
			all[i] = freshSeconds
		case l.Seconds == 0:
			all[i] = average + machineSeconds
		default:
			all[i] = l.Seconds + machineSeconds
		}
	}
	return all
}

func median(all []float64) float64 {
	if len(all) == 0 {
		return 1
	}
	sorted := slices.Sorted(slices.Values(all))
	return sorted[len(sorted)/2]
}

// split returns the shard of each lab, 1 to n.
func split(labs []Estimate, n int) []int {
	seconds := weigh(labs)
	order := indexes(len(labs))
	slices.SortFunc(order, func(a, b int) int {
		return cmp.Or(cmp.Compare(seconds[b], seconds[a]), strings.Compare(labs[a].File, labs[b].File))
	})
	load, shards := make([]float64, n), make([]int, len(labs))
	for _, i := range order {
		least := 0
		for j := range load {
			if load[j] < load[least] {
				least = j
			}
		}
		load[least] += seconds[i]
		shards[i] = least + 1
	}
	return shards
}

func indexes(n int) []int {
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	return all
}
