// Package mistake has what is wrong at a place in a site's files: Pos, Error and
// Errors. Package content gives them their names for the rest of the program;
// the packages below it use them from here.
package mistake
