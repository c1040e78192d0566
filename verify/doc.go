// Package verify runs labs on machines and records what happens.
//
// A Runner takes a plan of a lab (see package plans) to a Machine that an Engine has
// made, types its commands there, and returns a content.Record, or the Failures of
// the page.
//
// The package knows no technology. What it needs of it are the interfaces
// Engine and Machine; verify/docker implements them.
package verify
