package sources

import "slices"

// Copies are the files of the source that are copied unchanged, sorted.
type Copies []string

// Has reports whether a file is among them.
func (c Copies) Has(name string) bool {
	_, found := slices.BinarySearch(c, name)
	return found
}

// Below returns the files in a folder, and in those below it.
func (c Copies) Below(dir string) Copies {
	if dir == "." {
		return c
	}
	start, _ := slices.BinarySearch(c, dir+"/")
	end, _ := slices.BinarySearch(c, dir+"0") // the character after the slash
	return c[start:end]
}
