package search

import (
	"maps"
	"slices"

	"handbook/render/calls"
	"handbook/render/plain"
)

// An Entry is what the index has of a page. It is made of the page alone.
type Entry struct {
	Text  []byte // the script with the page's text
	Terms []byte // each with its length before it and its level after it
}

// function is what every file of the index calls, with what it holds.
const function = "hbSearch"

// A level says how much a term says about a page. A browser knows the same bits.
type level byte

// The levels of a term: how often it stands in the text, from 0 to 3, and whether
// it stands in headings and in the title, and, if it is an option, in a command of
// a lab.
const (
	once      level = 1
	often     level = 3
	inHeading level = 4
	inTitle   level = 8
	inCommand level = 16
)

// NewEntry returns the entry of a page, whose URL is relative to the site's root.
func NewEntry(url, title string, passages []plain.Passage) *Entry {
	e := new(Entry)
	rows := make([][3]string, 0, len(passages))
	counts, where := make(map[string]int), make(map[string]level)
	Terms(title, func(term string) { where[term] |= inTitle })
	for i, p := range passages {
		if p.Heading == "" && p.Text == "" && i > 0 {
			continue
		}
		rows = append(rows, [3]string{p.ID, p.Heading, p.Text})
		Terms(p.Heading, func(term string) { where[term] |= inHeading })
		Terms(p.Text, func(term string) { counts[term]++ })
		Terms(p.Commands, func(term string) {
			if term[0] == '-' {
				where[term] |= inCommand
			}
		})
	}
	for term, n := range counts {
		where[term] |= min(level((n+4)/2)-1, often) // 1, 2 to 3, more
	}
	e.Text = calls.Write(function, url, title, rows)
	for _, term := range slices.Sorted(maps.Keys(where)) {
		e.Terms = append(append(append(e.Terms, byte(len(term))), term...), byte(where[term]))
	}
	return e
}
