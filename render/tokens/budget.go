package tokens

import "errors"

// ErrTooMuch is returned for a text whose tokens would take too much time or
// memory.
var ErrTooMuch = errors.New("its tokens take too much")

// A Budget limits the cost of all texts of a page. Steps are counted and not
// timed, so that a page looks the same whatever computer renders it.
type Budget struct {
	steps int // of all patterns, and of all lexers inside others
	left  int // bytes that may be left to Chroma, whose steps cannot be counted
}

// What authors write takes less than 20 steps a byte, and 50 where it is short.
// A step takes 5 to 35 nanoseconds. Chroma takes up to half a millisecond for some
// bytes.
const (
	floorSteps = 1 << 17
	byteSteps  = 256
	pageSteps  = 1 << 27
	textLeft   = 4 << 10
	pageLeft   = 16 << 10

	stillSteps = 16 // for a rule that matches nothing
	tokenSteps = 16 // for a token that Chroma has made
)

// NewBudget returns the budget of a page.
func NewBudget() *Budget { return &Budget{pageSteps, pageLeft} }

// newBudget is the budget of a text.
func newBudget(text string) *Budget { return &Budget{floorSteps + byteSteps*len(text), textLeft} }

// share takes the budget of a text from that of its page.
func (b *Budget) share(text string) *Budget {
	part := newBudget(text)
	part.steps, part.left = min(part.steps, b.steps), min(part.left, b.left)
	b.steps, b.left = b.steps-part.steps, b.left-part.left
	return part
}

// add gives back what a text has not used.
func (b *Budget) add(rest *Budget) {
	b.steps, b.left = b.steps+max(rest.steps, 0), b.left+max(rest.left, 0)
}

// spend takes steps.
func (b *Budget) spend(steps int) {
	if b.steps -= steps; b.steps < 0 {
		panic(ErrTooMuch)
	}
}

// leave takes bytes that are left to Chroma.
func (b *Budget) leave(bytes int) {
	if b.left -= bytes; b.left < 0 {
		panic(ErrTooMuch)
	}
}
