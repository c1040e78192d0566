package preview

import (
	"context"
	_ "embed"
	"encoding/json"
	"net/http"
)

// A Place is where a page wants a terminal, and of what size.
type Place struct {
	ID      string `json:"id"` // of the element of the snippet that is run next; "" leaves it to Labs
	Columns int    `json:"columns"`
	Rows    int    `json:"rows"`
}

//go:embed terminal.js
var terminalScript []byte

// terminal opens a terminal for a page, and tells it line by line what that shows,
// until it is over. Who leaves the page, leaves the terminal.
func (s *Server) terminal(w http.ResponseWriter, r *http.Request) {
	var asked struct {
		Place
		Page string `json:"page"`
	}
	if !s.asked(w, r, &asked) {
		return
	}
	w.Header().Set("Content-Type", "application/x-ndjson")
	out := http.NewResponseController(w)
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	s.Labs.Terminal(ctx, asked.Page, asked.Place, func(news any) error {
		b, err := json.Marshal(news)
		if err == nil {
			_, err = w.Write(append(b, '\n'))
		}
		if err == nil {
			err = out.Flush()
		}
		return err
	})
}
