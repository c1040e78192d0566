// Package labfiles finds the files of a site's repository that labs have on
// their machines: those that a page names (files), and those of Git
// repositories that labs clone, if the site says where else to find them
// (clones).
//
// Files that git ignores do not go to a machine, nor do records, and symbolic
// links are not followed.
package labfiles
