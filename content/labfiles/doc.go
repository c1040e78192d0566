// Package labfiles finds the files of a site's repository that labs have on their
// machines: those that a page names (files), and those of the Git repositories that
// labs clone from elsewhere than from their addresses (clones).
//
// Only what git does not ignore goes to a machine. Records do not, nor do links and
// what stands behind them.
package labfiles
