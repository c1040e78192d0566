// Package adopt makes a handbook of labs that were written for other systems, or
// for none. It reads a file system and returns files; it changes nothing and asks
// nobody. Every guess that it makes is kept in a list, with the line that it is
// about and the reason.
//
// A page goes this way: package sources lists the folder, foreign.Read finds the
// page's fences, classify.Page guesses what they are for, and a writer puts each into
// the handbook's format. Package needs knows what a command needs, terminals in which
// terminal and directory it is given, and files which files it uses. Package layout puts
// the page together; package prose translates the text around the fences. What content
// cannot read of the result is skipped, with its reason, so that the rest can be run.
package adopt
