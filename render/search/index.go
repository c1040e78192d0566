package search

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"handbook/render/calls"
)

const (
	// Name is the file of the index that is loaded first.
	Name = "search.js"
	// Folder holds the others.
	Folder = "search/"
)

const (
	// maxShard is the size of the largest shard that is not cut, in bytes. That of a
	// single term can be larger.
	maxShard = 16 << 10
	// minShard is the size of the smallest part of it that is cut off.
	minShard = maxShard / 4
	// maxWords is how many words are kept for those that are misspelt.
	maxWords = 4000
)

// Index returns the files of the index: entries are those of the pages at paths.
func Index(paths []string, entries []*Entry) map[string][]byte {
	x := &index{files: make(map[string][]byte), terms: make(map[string]*postings)}
	for _, p := range numbered(paths) {
		x.files[fmt.Sprintf("%sp-%06x.js", Folder, p.number)] = entries[p.index].Text
		x.add(p.number, entries[p.index].Terms)
	}
	sorted := x.sorted()
	x.cut("", sorted)
	x.words(sorted)
	slices.Sort(x.shards)
	x.files[Name] = calls.Write(function, len(paths), x.shards)
	return x.files
}

// A numberedPage is a page with the number that the index has for it.
type numberedPage struct {
	index  int
	number uint32 // of 24 bits
}

// numbered returns the pages at paths in the order of their numbers. A number is a
// digest of the path. Where two pages have the same one, the second gets the next
// one that is free.
func numbered(paths []string) []numberedPage {
	order := make([]int, len(paths))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(paths[a], paths[b]) })
	pages, taken := make([]numberedPage, 0, len(paths)), make(map[uint32]bool)
	for _, i := range order {
		sum := sha256.Sum256([]byte(paths[i]))
		n := binary.BigEndian.Uint32(sum[:]) >> 8
		for taken[n] {
			n = (n + 1) & 0xffffff
		}
		taken[n] = true
		pages = append(pages, numberedPage{i, n})
	}
	slices.SortFunc(pages, func(a, b numberedPage) int { return cmp.Compare(a.number, b.number) })
	return pages
}

// An index is what is made of all entries.
type index struct {
	files  map[string][]byte
	terms  map[string]*postings
	shards []string // their prefixes, in hex
}

// Postings are the pages on which a term stands.
type postings struct {
	term  string
	pages int
	last  uint32
	text  []byte // of each page: its number less that of the page before it, its level
}

// digits are those of the numbers in postings: 5 bits each, the lowest first, with
// a 32 added to all but the last one.
const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

// add adds the terms of a page. Pages are added in the order of their numbers.
func (x *index) add(page uint32, terms []byte) {
	for len(terms) > 0 {
		end := 1 + int(terms[0])
		p := x.terms[string(terms[1:end])] // without a copy of the term
		if p == nil {
			p = &postings{term: string(terms[1:end])}
			x.terms[p.term] = p
		}
		n := page - p.last
		for ; n >= 32; n >>= 5 {
			p.text = append(p.text, digits[n&31|32])
		}
		p.text = append(p.text, digits[n], digits[terms[end]])
		p.last = page
		p.pages++
		terms = terms[end+1:]
	}
}

func (x *index) sorted() []*postings {
	list := make([]*postings, 0, len(x.terms))
	for _, p := range x.terms {
		list = append(list, p)
	}
	slices.SortFunc(list, func(a, b *postings) int { return strings.Compare(a.term, b.term) })
	return list
}

// cut writes the shard of a prefix in hex: of sorted terms that start with it. If
// they are too many, those of the larger prefixes that are one digit longer get
// shards of their own.
func (x *index) cut(prefix string, terms []*postings) {
	left := terms
	if sizeOf(terms) > maxShard {
		left = nil
		for len(terms) > 0 {
			digit, ok := hexDigit(terms[0].term, len(prefix))
			n := 1
			for ; n < len(terms); n++ {
				if next, _ := hexDigit(terms[n].term, len(prefix)); next != digit {
					break
				}
			}
			if ok && sizeOf(terms[:n]) >= minShard {
				x.cut(prefix+string(digit), terms[:n])
			} else {
				left = append(left, terms[:n]...)
			}
			terms = terms[n:]
		}
	}
	if len(left) == 0 && prefix != "" {
		return
	}
	values := make([]string, 0, 2*len(left))
	for _, p := range left {
		values = append(values, p.term, string(p.text))
	}
	x.shards = append(x.shards, prefix)
	x.files[Folder+"t-"+prefix+".js"] = calls.Write(function, values)
}

// hexDigit returns the i-th digit of a term in hex; false if the term is shorter.
func hexDigit(term string, i int) (digit rune, ok bool) {
	if i/2 >= len(term) {
		return 0, false
	}
	b := term[i/2]
	if i%2 == 0 {
		b >>= 4
	}
	return rune("0123456789abcdef"[b&15]), true
}

func sizeOf(terms []*postings) int {
	n := 0
	for _, p := range terms {
		n += len(p.term) + len(p.text) + len(`"","",`)
	}
	return n
}

// words writes the words that others are likely to be meant for: those of most
// pages, if there are too many.
func (x *index) words(terms []*postings) {
	var words []*postings
	for _, p := range terms {
		if isSpelt(p.term) {
			words = append(words, p)
		}
	}
	if len(words) > maxWords {
		slices.SortStableFunc(words, func(a, b *postings) int { return b.pages - a.pages })
		words = words[:maxWords]
		slices.SortFunc(words, func(a, b *postings) int { return strings.Compare(a.term, b.term) })
	}
	list := make([]string, len(words))
	for i, p := range words {
		list[i] = p.term
	}
	x.files[Folder+"words.js"] = calls.Write(function, strings.Join(list, " "))
}

// isSpelt reports whether a term is a word that can be misspelt and still be
// known: one of four letters or more.
func isSpelt(term string) bool {
	n := 0
	for _, r := range term {
		if !unicode.IsLetter(r) && !unicode.IsMark(r) || unspaced(r) {
			return false
		}
		n++
	}
	return n >= 4 && utf8.ValidString(term)
}
