package web

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"psabridge/app"
	"psabridge/views"
	"psabridge/views/ui"
)

// pickLists reads drop-downs of tickets from the cache, for what a form shows as chosen.
type pickLists struct {
	s          *Server
	ctx        context.Context //nolint:containedctx // it lives for one request
	connection string
	board      int64 // 0 while none is chosen, or several have its name
	err        error
}

func (s *Server) pickLists(ctx context.Context, connection, board string) *pickLists {
	l := &pickLists{s: s, ctx: ctx, connection: connection}
	if board != "" {
		l.board = idNamed(l.read(app.ListBoards, 0), board)
	}
	return l
}

// read is one list as it is cached; an error stays and everything after it is empty.
func (l *pickLists) read(list app.OptionList, parent int64) []app.Option {
	if l.err != nil {
		return nil
	}
	var all []app.Option
	all, _, l.err = options[app.Option](l.ctx, l.s, l.connection, list, parent)
	return all
}

// ofBoard is a list of the chosen board.
func (l *pickLists) ofBoard(list app.OptionList) []app.Option {
	if l.board == 0 {
		return nil
	}
	return l.read(list, l.board)
}

// ticketingLists fills the drop-downs of the service defaults for the board, type and subtype the form shows.
func (s *Server) ticketingLists(ctx context.Context, connection string, t *views.TicketingForm) error {
	l := s.pickLists(ctx, connection, t.Board)
	statuses := l.ofBoard(app.ListStatuses)
	closed := slices.DeleteFunc(slices.Clone(statuses), func(o app.Option) bool { return !o.Closed })
	t.Boards, t.Sources = choices(l.read(app.ListBoards, 0), t.Board), choices(l.read(app.ListSources, 0), t.Source)
	t.Statuses, t.ClosedStatuses = choices(statuses, t.Status), choices(closed, t.ClosedStatus)
	t.Types, t.Teams = choices(l.ofBoard(app.ListTypes), t.Type), choices(l.ofBoard(app.ListTeams), t.Team)
	t.Priorities = choices(l.read(app.ListPriorities, 0), t.PriorityInfo, t.PriorityWarn, t.PriorityCrit)
	subtypes, items := l.associated(t.Type, t.Subtype)
	t.Subtypes, t.Items = choices(subtypes, t.Subtype), choices(items, t.Item)
	return l.err
}

// associated are the subtypes that go with a type, and the items that go with both. Without a type there is none; without
// any association that was read, all of the board's are shown rather than none.
func (l *pickLists) associated(kind, subtype string) (subtypes, items []app.Option) {
	of := idNamed(l.ofBoard(app.ListTypes), kind)
	if of == 0 {
		return nil, nil
	}
	subtypes, items = l.ofBoard(app.ListSubtypes), l.ofBoard(app.ListItems)
	if l.err != nil {
		return nil, nil
	}
	var together []app.Association
	if together, _, l.err = options[app.Association](l.ctx, l.s, l.connection, app.ListAssociations, l.board); len(together) == 0 {
		return subtypes, items
	}
	chosen := idNamed(subtypes, subtype)
	subtypes = slices.DeleteFunc(subtypes, func(o app.Option) bool {
		return !slices.ContainsFunc(together, func(a app.Association) bool { return a.TypeID == of && a.SubtypeID == o.ID })
	})
	items = slices.DeleteFunc(items, func(o app.Option) bool {
		return !slices.ContainsFunc(together, func(a app.Association) bool { return a.TypeID == of && a.SubtypeID == chosen && a.ItemID == o.ID })
	})
	return subtypes, items
}

// idNamed finds an entry by what a form sent: its name, or "#" and its id. Of several with one name none is taken for
// the person.
func idNamed(all []app.Option, text string) int64 {
	if id, ok := byID(text); ok {
		return id
	}
	var found []int64
	for _, o := range all {
		if o.Name == text {
			found = append(found, o.ID)
		}
	}
	if len(found) != 1 {
		return 0
	}
	return found[0]
}

// byID reads "#12". A name that looks so is offered by its id too, so the two cannot be taken for each other.
func byID(text string) (int64, bool) {
	digits, marked := strings.CutPrefix(text, "#")
	id, err := strconv.ParseInt(digits, 10, 64)
	return id, marked && err == nil && id > 0
}

// choices are the entries that can be picked. The name is the value, because settings name things by name; where that
// does not say which entry is meant, because several have it, or where the settings name it by id, the value is "#" and
// the id, and the label shows the id too. Inactive entries are shown only while they are chosen.
func choices(all []app.Option, chosen ...string) []ui.Choice {
	twice := map[string]int{}
	for _, o := range all {
		twice[o.Name]++
	}
	out := make([]ui.Choice, 0, len(all))
	for _, o := range all {
		c := ui.Choice{Value: o.Name, Label: o.Name}
		id := ui.ID(o.ID)
		if twice[o.Name] > 1 || slices.Contains(chosen, id) || o.Name != strings.TrimSpace(o.Name) || strings.HasPrefix(o.Name, "#") {
			c.Value = id
		}
		if twice[o.Name] > 1 {
			c.Label += " " + id
		}
		if o.Inactive {
			if !slices.Contains(chosen, c.Value) {
				continue
			}
			c.Label += " (inactive)"
		}
		out = append(out, c)
	}
	return out
}

// chosenRef is what a drop-down says in the settings. What was named by id and not touched stays as it was; a new choice
// by id carries the entry's name for the eye.
func chosenRef(was app.Ref, text string, all []app.Option) app.Ref {
	if text == refValue(was) {
		return was
	}
	id, ok := byID(text)
	if !ok {
		return app.Ref{Name: text}
	}
	ref := app.Ref{ID: id}
	for _, o := range all {
		if o.ID == id {
			ref.Name = o.Name
		}
	}
	return ref
}

// refValue is what a drop-down sends for what the settings say.
func refValue(r app.Ref) string {
	if r.ID != 0 {
		return ui.ID(r.ID)
	}
	return r.Name
}
