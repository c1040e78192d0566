// Package plain writes what a page shows as text, without a theme: Markdown for
// programs and for people who paste the page, and Passages for the search.
//
// Both have the same outputs, measured values and reports as the page.
package plain
