package preview

import (
	"context"
	_ "embed"
	"encoding/json"
	"net/http"
)

// A Place is the place and the size of a terminal that a page requests.
type Place struct {
	ID      string `json:"id"` // id of the element of the snippet before which the lab stops; "" lets Labs decide
	Columns int    `json:"columns"`
	Rows    int    `json:"rows"`
}

//go:embed terminal.js
var terminalScript []byte

// terminal opens a terminal for a page, and sends what it shows as lines of
// JSON until it ends. Leaving the page ends the terminal.
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
