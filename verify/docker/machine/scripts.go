package machine

import _ "embed"

// Scripts are what process 1 of a machine runs.
var (
	// Init starts the engine of a machine that has one.
	//
	//go:embed init
	Init []byte

	// Enter gives a machine a user namespace of its own, and runs Init in it.
	//
	//go:embed enter
	Enter []byte

	// Plain waits on a plain machine.
	//
	//go:embed plain
	Plain string
)
