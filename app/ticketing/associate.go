package ticketing

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"psabridge/app"
)

// associated makes sure that a board knows the type, subtype and item of a ticket together. Each may be right by itself and
// the three not: a rule can name the type and leave the subtype to the connection. ConnectWise would refuse every such
// ticket; this parks the first with the settings to change (T9). What nobody can tell is left to ConnectWise.
func (k *Desk) associated(ctx context.Context, j *job, board app.Option, t app.NewTicket) error {
	if t.TypeID == 0 || t.SubtypeID == 0 && t.ItemID == 0 {
		return nil
	}
	rule, service := j.rule.Ticket, j.connection.Ticketing
	where := " on the board “" + board.Name + "”"
	c := choice{what: "subtype", where: where}.of(j, rule.Subtype, service.Subtype)
	var rows []app.Association
	for _, read := range []func(context.Context, *job, int64) ([]app.Association, error){k.storedAssociations, k.liveAssociations, k.associationsAgain} {
		found, err := read(ctx, j, board.ID)
		switch {
		case app.ErrorCode(err) == app.Forbidden:
			return nil
		case err != nil:
			return err
		case slices.ContainsFunc(found, func(a app.Association) bool { return goesWith(a, t) }):
			return nil
		case len(found) > 0:
			rows = found
		}
	}
	if len(rows) == 0 {
		return nil
	}
	if slices.ContainsFunc(rows, func(a app.Association) bool {
		return goesWith(a, app.NewTicket{TypeID: t.TypeID, SubtypeID: t.SubtypeID})
	}) {
		c = choice{what: "item", where: where}.of(j, rule.Item, service.Item)
	}
	if !rule.Type.IsZero() {
		c.alert = j.rule.Name // it chose what does not go with the rest
	}
	return setUp(c.setting(j),
		"On the board “%s” the %s “%s” does not belong to the type “%s”. Choose ones that go together in %s, then retry.",
		board.Name, c.what, c.ref, either(rule.Type, service.Type), c.place(j))
}

// goesWith reports whether an association allows what a ticket names.
func goesWith(a app.Association, t app.NewTicket) bool {
	return a.TypeID == t.TypeID && (t.SubtypeID == 0 || a.SubtypeID == t.SubtypeID) && (t.ItemID == 0 || a.ItemID == t.ItemID)
}

// storedAssociations reads the cached list; it is empty when it was never read.
func (k *Desk) storedAssociations(ctx context.Context, j *job, board int64) ([]app.Association, error) {
	key := listKey{j.connection.Name, app.ListAssociations, board}
	k.options.mu.Lock()
	kept := k.options.ownPairs[key]
	k.options.mu.Unlock()
	if fresh(kept.at, j.now, storedKept) {
		return kept.rows, nil
	}
	rows, _, err := k.d.Store.Options(ctx, j.connection.Name, app.ListAssociations, board)
	if err != nil {
		return nil, err
	}
	list := make([]app.Association, 0, len(rows))
	for _, r := range rows {
		var a app.Association
		if json.Unmarshal(r.Body, &a) == nil {
			list = append(list, a)
		}
	}
	k.options.mu.Lock()
	defer k.options.mu.Unlock()
	k.options.ownPairs[key] = associationList{rows: list, at: j.now}
	return list, nil
}

// liveAssociations reads the list from ConnectWise, at most every few minutes.
func (k *Desk) liveAssociations(ctx context.Context, j *job, board int64) ([]app.Association, error) {
	if kept := k.options.associationsOf(j, board); fresh(kept.at, j.now, listsKept) {
		return kept.rows, nil
	}
	return k.readAssociations(ctx, j, board)
}

// associationsAgain reads the list once more before a delivery is parked for it, for the reasons of Desk.again.
func (k *Desk) associationsAgain(ctx context.Context, j *job, board int64) ([]app.Association, error) {
	for _, what := range []string{"subtype", "item"} {
		for _, alert := range []string{"", j.rule.Name} {
			if k.waitsBehind(ctx, j.delivery, choice{what: what, alert: alert}.setting(j)) {
				return nil, nil
			}
		}
	}
	if k.options.associationsOf(j, board).at.Equal(j.now) { // this attempt has read it itself
		return nil, nil
	}
	return k.readAssociations(ctx, j, board)
}

func (k *Desk) readAssociations(ctx context.Context, j *job, board int64) ([]app.Association, error) {
	rows, err := j.client.Associations(ctx, board)
	if err != nil && app.ErrorCode(err) != app.NotFound { // a list of a board that is gone is empty
		return nil, err
	}
	k.options.mu.Lock()
	defer k.options.mu.Unlock()
	k.options.associations[listKey{j.connection.Name, app.ListAssociations, board}] = associationList{rows: rows, at: j.now}
	return rows, nil
}

// associationList is a list of associations as ConnectWise gave it.
type associationList struct {
	rows []app.Association
	at   time.Time
}

func (o *options) associationsOf(j *job, board int64) associationList {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.associations[listKey{j.connection.Name, app.ListAssociations, board}]
}
