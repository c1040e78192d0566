// Package assist tells what an editor can offer at a place of a handbook: what
// could be written there, what is known of what stands there, and where that
// leads. It knows nothing of protocols: a place is a line and a byte, from 0.
package assist
