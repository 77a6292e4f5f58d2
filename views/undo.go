package views

import (
	"time"

	"psabridge/app"
	"psabridge/views/layout"
)

// Undo is what undoing a push would restore, shown before anything is written.
type Undo struct {
	Shell     layout.Shell
	Push      app.Push // without lines
	Zone      *time.Location
	State     UndoState
	UndoneBy  int64 // the push that undid it; 0
	PlanID    int64 // 0 while nothing was worked out
	Digest    string
	PlannedAt time.Time
	Problems  []string
	Open      bool      // it may still be approved
	Restores  []LineRow // get their old quantity back
	Left      []LineRow // stay as they are, with the reason
	Same      int       // hold the old quantity already
	Amount    *app.Money
	Unpriced  int
}

// ready reports whether the button that restores has something to do.
func (m Undo) ready() bool { return m.PlanID != 0 && m.Open && m.State.Possible && len(m.Restores) > 0 }
