// Package plans makes a Plan of each lab of a site: its files and commands in order,
// with a digest of all that can change the result. Planner.Check compares the digests
// with the records beside the pages. Nothing is run.
package plans
