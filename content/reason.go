package content

// A Reason is why something failed, for programs. Each kind of error that the
// user can do something about has its own, declared by the package that makes
// the error. cmd/handbook has a hint about each. "" is no Reason.
type Reason string

// Reasons of an Error of this package.
const (
	ReasonOpenFence  Reason = "open-fence"    // a fence is never closed
	ReasonUnknownKey Reason = "unknown-key"   // a mapping has no such key; Detail lists those that it has
	ReasonLink       Reason = "link"          // a link leads to nothing that may be read
	ReasonNotFresh   Reason = "lab-not-fresh" // a lab has to be run before it can be published
)
