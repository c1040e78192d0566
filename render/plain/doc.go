// Package plain writes what a page shows as text, without a theme: Markdown for
// programs and for people who paste the page, and Passages for the search.
//
// Both show what the page shows: outputs, measured values and reports are those
// of the page's results.
package plain
