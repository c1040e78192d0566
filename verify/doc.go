// Package verify runs labs on machines and says what happened.
//
// A Plan is what a lab does, made of its page alone, with a digest of all that
// can change the result. A Runner takes it to a Machine that an Engine has made,
// types its commands into one live shell, and returns a content.Record, or the
// Failures of the page. Diff compares two records, volatile text set aside.
//
// The package knows no technology: what it needs of a machine is two byte
// streams of a process (Machine.Exec). A machine that knows more says so by
// implementing Observer or Weigher.
package verify
