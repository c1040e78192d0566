package screen

import (
	"github.com/mattn/go-runewidth"

	"handbook/content/sgr"
)

// A grid is the cells of a terminal's screen, with the cursor among them.
type grid struct {
	width, height int

	rows     []row // top first; at most height of them
	x, y     int   // the cursor
	pen      sgr.Style
	saved    cursor
	wrapNext bool // the last column was written; the next character wraps
	noWrap   bool // characters behind the last column overwrite it (DECAWM is off)
	top, bot int  // scroll region, rows from and to, both included

	above *history // where rows go that scroll out at the top; nil if they are lost
}

type cursor struct {
	x, y int
	pen  sgr.Style
}

// at is the cursor's row.
func (g *grid) at() *row { return &g.rows[g.y] }

// putText writes what text starts with of printable ASCII, as far as the
// cursor's row reaches but one character at least, and returns its length.
func (g *grid) putText(text []byte) int {
	if g.wrapNext {
		g.put(rune(text[0]))
		return 1
	}
	n := 1
	for most := min(len(text), g.width-g.x); n < most && text[n] >= ' ' && text[n] < 0x7f; n++ {
	}
	cells := g.claim(n)
	for i, b := range text[:n] {
		cells[i] = cell{letters[b-' ' : b-' '+1], g.pen}
	}
	g.advance(n)
	return n
}

// put writes a character at the cursor. It returns false for one that has no cell of
// its own and combines with the one before.
func (g *grid) put(r rune) bool {
	w := runewidth.RuneWidth(r)
	if w == 0 {
		g.combine(r)
		return false
	}
	switch {
	case !g.wrapNext && g.x+w <= g.width:
	case g.noWrap:
		g.x, g.wrapNext = g.width-w, false
	default:
		g.at().soft = true
		g.x = 0
		g.lineFeed()
	}
	cells := g.claim(w)
	cells[0] = cell{letter(r), g.pen}
	if w == 2 {
		cells[1] = cell{"", g.pen}
	}
	g.advance(w)
	return true
}

// claim returns the n cells from the cursor on, to be written.
func (g *grid) claim(n int) []cell {
	r := g.at()
	r.pad(g.x + n)
	r.split(g.x, g.x+n)
	return r.cells[g.x : g.x+n]
}

// advance moves the cursor behind what was written.
func (g *grid) advance(n int) {
	g.x += n
	if g.x >= g.width {
		g.x, g.wrapNext = g.width-1, true
	}
}

// combine adds to the character before the cursor.
func (g *grid) combine(r rune) {
	cells, x := g.at().cells, g.x-1
	if g.wrapNext {
		x++
	}
	if x > 0 && x < len(cells) && cells[x].text == "" {
		x--
	}
	if x >= 0 && x < len(cells) && len(cells[x].text) < 32 {
		cells[x].text += string(r)
	}
}

// letters holds the printable characters of ASCII, which would otherwise be
// allocated one by one.
const letters = " !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~"

func letter(r rune) string {
	if r >= ' ' && r <= '~' {
		return letters[r-' ' : r-' '+1]
	}
	return string(r)
}

// blankRow returns an erased row.
func (g *grid) blankRow() row {
	if g.pen.Bg == 0 {
		return row{}
	}
	return row{cells: blanks(g.width, g.pen.Bg)}
}

// reach makes the screen at least as long as row y.
func (g *grid) reach(y int) {
	for len(g.rows) <= y {
		g.rows = append(g.rows, row{})
	}
}

// used is how many rows something was written in.
func (g *grid) used() int {
	used := g.y + 1
	if g.x == 0 && !g.wrapNext { // what is written next begins in this row
		used = g.y
	}
	for y, r := range g.rows {
		if !r.blank() {
			used = max(used, y+1)
		}
	}
	return min(used, len(g.rows))
}

func (g *grid) lineFeed() {
	g.wrapNext = false
	if g.y == g.bot {
		g.scrollUp(1)
		return
	}
	g.y = min(g.y+1, g.height-1)
	g.reach(g.y)
}

// reverseLineFeed moves the cursor up, or the region down if it is at its top.
func (g *grid) reverseLineFeed() {
	if g.y == g.top {
		g.scrollDown(1)
	} else {
		g.y = max(g.y-1, 0)
	}
}

// scrollUp moves the scroll region's rows up. What leaves the screen at its
// very top is kept, as a terminal keeps its scrollback.
func (g *grid) scrollUp(n int) {
	g.reach(g.bot)
	if g.top > 0 {
		g.unjoin(g.top - 1)
	}
	for range min(n, g.bot-g.top+1) {
		gone := g.rows[g.top]
		if g.top == 0 && g.above != nil {
			g.above.take(gone)
		}
		copy(g.rows[g.top:], g.rows[g.top+1:g.bot+1])
		g.rows[g.bot] = row{cells: gone.cells[:0]} // nothing else holds them
		if g.pen.Bg != 0 {
			g.rows[g.bot] = g.blankRow()
		}
	}
}

func (g *grid) scrollDown(n int) {
	g.reach(g.bot)
	g.unjoin(g.top - 1)
	for range min(n, g.bot-g.top+1) {
		copy(g.rows[g.top+1:g.bot+1], g.rows[g.top:g.bot])
		g.rows[g.top] = g.blankRow()
	}
}

// unjoin notes that a row, or the last one that has scrolled out (-1), is not
// carried on below any more.
func (g *grid) unjoin(y int) {
	if y >= 0 {
		g.rows[y].soft = false
	} else if g.above != nil {
		g.above.endLine()
	}
}

// save and restore are about the cursor with its style.
func (g *grid) save() { g.saved = cursor{g.x, g.y, g.pen} }

func (g *grid) restore() {
	g.moveTo(g.saved.x, g.saved.y)
	g.pen, g.wrapNext = g.saved.pen, false
}

// moveBy moves the cursor up or down, not across an edge of the scroll region.
func (g *grid) moveBy(rows int) {
	y := g.y + rows
	if g.y >= g.top {
		y = max(y, g.top)
	}
	if g.y <= g.bot {
		y = min(y, g.bot)
	}
	g.moveTo(g.x, y)
}

func (g *grid) moveTo(x, y int) {
	g.x = min(max(x, 0), g.width-1)
	g.y = min(max(y, 0), g.height-1)
	g.reach(g.y)
}

// tab moves the cursor to a tab stop, n of them to the right or, below 0, to the left.
func (g *grid) tab(n int) {
	at := g.x / 8
	if n < 0 {
		at = (g.x - 1) / 8
		n++
	}
	g.moveTo((at+n)*8, g.y)
}

// erase blanks the rows below the cursor (0), above it (1), or all (2), with the
// part of the cursor's own row.
func (g *grid) erase(how int) {
	switch how {
	case 0:
		g.eraseLine(0)
		g.rows = g.rows[:g.y+1]
		if g.pen.Bg != 0 {
			g.reach(g.height - 1)
		}
		for i := g.y + 1; i < len(g.rows); i++ {
			g.rows[i] = g.blankRow()
		}
	case 1:
		g.unjoin(-1)
		for i := range g.y {
			g.rows[i] = g.blankRow()
		}
		g.eraseLine(1)
	case 2:
		g.unjoin(-1)
		if g.pen.Bg != 0 {
			g.reach(g.height - 1)
		}
		for i := range g.rows {
			g.rows[i] = g.blankRow()
		}
	}
}

// eraseLine blanks the cursor's row from the cursor on (0), up to it (1), or all (2).
func (g *grid) eraseLine(how int) {
	if how == 2 || how == 0 && g.x == 0 {
		g.unjoin(g.y - 1)
	}
	switch how {
	case 0:
		g.at().soft = false
		g.at().erase(g.x, g.width, g.pen.Bg)
	case 1:
		g.at().erase(0, g.x+1, g.pen.Bg)
	case 2:
		*g.at() = g.blankRow()
	}
}

// insertLines puts blank rows at the cursor's.
func (g *grid) insertLines(n int) {
	g.fromHere(func() { g.scrollDown(n) })
}

// deleteLines takes out rows from the cursor's on. They are lost: they do not scroll
// out.
func (g *grid) deleteLines(n int) {
	g.fromHere(func() {
		above := g.above
		g.above = nil
		g.scrollUp(n)
		g.above = above
	})
}

// fromHere scrolls with the cursor's row as the first one of the region, if it is in
// there.
func (g *grid) fromHere(scroll func()) {
	if g.y < g.top || g.y > g.bot {
		return
	}
	g.unjoin(g.y - 1)
	top := g.top
	g.top = g.y
	scroll()
	g.top = top
}

// reset blanks the screen and puts everything back that programs can set.
func (g *grid) reset() {
	g.pen = sgr.Style{}
	g.erase(2)
	g.x, g.y, g.top, g.bot = 0, 0, 0, g.height-1
	g.saved, g.wrapNext, g.noWrap = cursor{}, false, false
}
