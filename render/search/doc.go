// Package search makes the index in which readers search.
//
// The index is split into files, so that a query loads little of it and an
// edit changes little of it:
//
//   - search.js says how many pages there are and into which shards the terms are
//     cut.
//   - search/t-61.js is a shard: the terms that start with these bytes (in hex),
//     each with the pages it stands on and how much it says about each. The terms
//     of a longer prefix that has a shard of its own are there instead.
//   - search/p-1f2e3d.js is the text of a page, for exact ranks and for excerpts.
//     Its number is a digest of the page's path: no page changes another one's.
//   - search/words.js has the words that a misspelt one may stand for.
//
// A browser (templates/assets/search.js) cuts a query into terms, loads the
// shards of these, chooses the best pages, loads their texts, and ranks the
// headings in them. It must cut texts into the same terms as this package:
// testdata/terms.json is tested on both sides.
//
// Nothing in a shard depends on the order of pages, on the length of a page or
// on other terms. So the edit of a page changes the page's text, the shards of
// the terms that it adds or removes, and nothing else. A shard that grows too
// large is split.
package search
