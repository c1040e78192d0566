// Package verify runs labs on machines and records what happens.
//
// A Planner makes a Plan of each lab: its files and commands in order, with a
// digest of all that can change the result. Planner.Check compares the digests
// with the records beside the pages. A Runner takes a Plan to a Machine that an
// Engine has made, types its commands there, and returns a content.Record, or
// the Failures of the page.
//
// The package knows no technology. What it needs of it are the interfaces
// Engine and Machine; verify/docker implements them.
package verify
