package images

var ReadSaved = readSaved
