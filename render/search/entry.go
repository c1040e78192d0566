package search

import (
	"slices"
	"sync"

	"handbook/render/calls"
	"handbook/render/plain"
)

// An Entry is the part of the index for one page. It depends on the page
// alone.
type Entry struct {
	Text  []byte // the script with the page's text
	Terms []byte // each term with its length before it and its level after it
}

// function is the name of the function that every file of the index calls.
const function = "hbSearch"

// A level says how much a term says about a page. The script in browsers has
// the same bits.
type level byte

// The bits of a level: how often the term occurs in the text, from 0 to 3, and
// whether it occurs in headings, in the title and, for an option, in a command
// of a lab.
const (
	once      level = 1
	often     level = 3
	inHeading level = 4
	inTitle   level = 8
	inCommand level = 16
)

// NewEntry returns the entry of a page, whose URL is relative to the site's root.
func NewEntry(url, title string, passages []plain.Passage) *Entry {
	rows := make([][3]string, 0, len(passages))
	found := idleTallies.Get().(map[string]tally)
	defer func() {
		clear(found)
		idleTallies.Put(found)
	}()
	at := func(where level) func(string) {
		return func(term string) {
			t := found[term]
			t.where |= where
			found[term] = t
		}
	}
	Terms(title, at(inTitle))
	for i, p := range passages {
		if p.Heading == "" && p.Text == "" && i > 0 {
			continue
		}
		rows = append(rows, [3]string{p.ID, p.Heading, p.Text})
		Terms(p.Heading, at(inHeading))
		Terms(p.Text, func(term string) {
			t := found[term]
			t.count++
			found[term] = t
		})
		Terms(p.Commands, func(term string) {
			if term[0] == '-' {
				at(inCommand)(term)
			}
		})
	}
	return &Entry{Text: calls.Write(function, url, title, rows), Terms: termsOf(found)}
}

// A tally counts a term while a page is read.
type tally struct {
	count int // in the text
	where level
}

func (t tally) level() level {
	if t.count == 0 {
		return t.where
	}
	return t.where | min(level(min(t.count+4, 10)/2)-1, often) // 1, 2 to 3, more
}

// idleTallies are reused, since most of the cost of an entry would be new
// maps.
var idleTallies = sync.Pool{New: func() any { return make(map[string]tally) }}

func termsOf(found map[string]tally) []byte {
	terms, size := make([]string, 0, len(found)), 0
	for term := range found {
		terms = append(terms, term)
		size += len(term) + 2
	}
	slices.Sort(terms)
	b := make([]byte, 0, size)
	for _, term := range terms {
		b = append(append(append(b, byte(len(term))), term...), byte(found[term].level()))
	}
	return b
}
