package content

import "handbook/content/mistake"

// Mistakes in the content, and their places, under the names by which the rest of
// the program knows them.
type (
	Pos    = mistake.Pos
	Error  = mistake.Error
	Errors = mistake.Errors
	Reason = mistake.Reason
)

// Reasons of an Error of this package.
const (
	ReasonOpenFence Reason = "open-fence"    // a fence is never closed
	ReasonLink      Reason = "link"          // a link leads to nothing that may be read
	ReasonNotFresh  Reason = "lab-not-fresh" // a lab has to be run before it can be published
)
