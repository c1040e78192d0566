package search

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"handbook/render/calls"
)

const (
	// Name is the name of the file of the index that is loaded first.
	Name = "search.js"
	// Folder holds the others.
	Folder = "search/"

	wordsName = Folder + "words.js"
)

const (
	// maxShard is the size of the largest shard that is not split, in bytes. A
	// shard of a single term can be larger.
	maxShard = 16 << 10
	// minShard is the size of the smallest part that is split off.
	minShard = maxShard / 4
	// maxWords is how many words are kept for suggestions.
	maxWords = 4000
)

// An Index is the index of a site whose pages are still being rendered.
type Index struct {
	ranks   []int    // of each page, in the order of numbers
	numbers []uint32 // of each page

	mu      sync.Mutex
	put     func(name string, b []byte)
	order   []numberedPage
	next    int                  // rank of the page that is added next
	waiting map[int][]byte       // terms of pages with higher ranks, by rank
	once    map[string]uint32    // terms of only one page: its number and the level
	terms   map[string]*postings // the other terms, which are few
	shards  []string             // their prefixes, in hex
}

// New begins the index of the pages at paths. It calls put with its files.
func New(paths []string, put func(name string, b []byte)) *Index {
	x := &Index{ranks: make([]int, len(paths)), numbers: make([]uint32, len(paths)), put: put,
		order: numbered(paths), waiting: make(map[int][]byte), once: make(map[string]uint32), terms: make(map[string]*postings)}
	for rank, p := range x.order {
		x.ranks[p.index], x.numbers[p.index] = rank, p.number
	}
	return x
}

// Order returns the pages in the order in which they are best added, so that
// the index does not have to hold entries back.
func (x *Index) Order() []int {
	order := make([]int, len(x.order))
	for rank, p := range x.order {
		order[rank] = p.index
	}
	return order
}

// Add adds the entry of the i-th page. Several goroutines may call it at once.
func (x *Index) Add(i int, e *Entry) {
	x.put(x.TextOf(i), e.Text)
	x.mu.Lock()
	defer x.mu.Unlock()
	x.waiting[x.ranks[i]] = e.Terms
	for {
		terms, ok := x.waiting[x.next]
		if !ok {
			return
		}
		delete(x.waiting, x.next)
		x.add(x.order[x.next].number, terms)
		x.next++
	}
}

// TextOf returns the name of the file with the text of the i-th page.
func (x *Index) TextOf(i int) string { return fmt.Sprintf("%sp-%06x.js", Folder, x.numbers[i]) }

// Names returns the sorted names of the files of an index that is closed.
func (x *Index) Names() []string {
	names := []string{Name, wordsName}
	for i := range x.numbers {
		names = append(names, x.TextOf(i))
	}
	for _, prefix := range x.shards {
		names = append(names, shardName(prefix))
	}
	slices.Sort(names)
	return names
}

func shardName(prefix string) string { return Folder + "t-" + prefix + ".js" }

// Close puts the files about all pages, which must have been added.
func (x *Index) Close() {
	sorted := x.sorted()
	x.cut("", sorted)
	x.words(sorted)
	slices.Sort(x.shards)
	x.put(Name, calls.Write(function, len(x.order), x.shards))
}

// A numberedPage is a page with the number that the index has for it.
type numberedPage struct {
	index  int
	number uint32 // of 24 bits
}

// numbered returns the pages at paths in the order of their numbers. A number
// is a digest of the path. If two pages have the same one, the second gets the
// next free number.
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

// postings are the pages on which a term occurs.
type postings struct {
	term  string
	pages int
	last  uint32
	text  []byte // for each page: the difference of its number to that of the page before it, and its level
}

// digits are the digits of the numbers in postings: 5 bits each, the lowest
// first, with 32 added to all but the last one.
const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

// add adds the terms of a page. Pages are added in the order of their numbers.
func (x *Index) add(page uint32, terms []byte) {
	for len(terms) > 0 {
		end := 1 + int(terms[0])
		term, level := terms[1:end], terms[end]
		terms = terms[end+1:]
		if p := x.terms[string(term)]; p != nil { // without a copy of the term
			p.add(page, level)
			continue
		}
		first, ok := x.once[string(term)]
		if !ok {
			x.once[string(term)] = page<<8 | uint32(level)
			continue
		}
		p := newPostings(string(term), first)
		p.add(page, level)
		x.terms[p.term] = p
		delete(x.once, p.term)
	}
}

// newPostings returns the postings of a term of one page, as they are in once.
func newPostings(term string, first uint32) *postings {
	p := &postings{term: term}
	p.add(first>>8, byte(first))
	return p
}

func (p *postings) add(page uint32, level byte) {
	n := page - p.last
	for ; n >= 32; n >>= 5 {
		p.text = append(p.text, digits[n&31|32])
	}
	p.text = append(p.text, digits[n], digits[level])
	p.last = page
	p.pages++
}

// sorted returns the postings of all terms.
func (x *Index) sorted() []*postings {
	list := make([]*postings, 0, len(x.terms)+len(x.once))
	for _, p := range x.terms {
		list = append(list, p)
	}
	for term, first := range x.once {
		list = append(list, newPostings(term, first))
	}
	x.terms, x.once = nil, nil
	slices.SortFunc(list, func(a, b *postings) int { return strings.Compare(a.term, b.term) })
	return list
}

// cut writes the shard of a prefix in hex, with sorted terms that start with
// it. If there are too many, the largest groups with a prefix that is one
// digit longer get shards of their own.
func (x *Index) cut(prefix string, terms []*postings) {
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
	x.put(shardName(prefix), calls.Write(function, values))
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

// words writes the words for suggestions. If there are too many, it writes
// those on most pages.
func (x *Index) words(terms []*postings) {
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
	x.put(wordsName, calls.Write(function, strings.Join(list, " ")))
}

// isSpelt reports whether a term is a word that can be recognized if it is
// misspelt: one of four letters or more.
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
