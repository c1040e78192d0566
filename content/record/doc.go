// Package record has what happened when a lab ran: what its commands printed, the
// images and builds that they made, what is left on the machine. It is committed
// beside the page, as a file that shows whether it was edited.
package record
