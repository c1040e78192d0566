// Package adopt makes a handbook from labs that were written for other
// systems, or for none. It reads a file system and returns files, without side
// effects. It lists every guess, with its line and the reason.
//
// A page is converted in these steps: package sources lists the folder,
// foreign.Read finds the page's fences, classify.Page guesses their purposes,
// and a writer puts each into the handbook's format. Package needs finds out
// what a command needs, terminals in which terminal and directory it is run,
// and files which files it uses. Package layout assembles the page; package
// prose translates the text around the fences. Fences of the result that
// package content can't read are skipped, with the reason, so that the rest
// can be run.
package adopt
