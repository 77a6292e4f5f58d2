package store

import (
	"context"
	"encoding/json"

	"psabridge/app"
)

const removedRules = "SELECT name, config FROM rules WHERE removed_at IS NOT NULL"

// scanRule reads of a rule how its tickets live and who is told, as the settings last had it. What it wanted, and when, is
// left out: it decides about nothing any more. One that cannot be read has nothing but its name.
func scanRule(s scanner) (app.AlertRule, error) {
	var name, raw string
	if err := s.Scan(&name, &raw); err != nil {
		return app.AlertRule{}, err
	}
	var kept struct {
		Via      app.Via          `json:"via"`
		Severity app.Severity     `json:"severity"`
		Ticket   app.TicketPolicy `json:"ticket"`
	}
	if json.Unmarshal([]byte(raw), &kept) != nil { // of a version that wrote it otherwise: the defaults are its manners
		return app.AlertRule{Name: name}, nil //nolint:nilerr // as said
	}
	return app.AlertRule{Name: name, Via: kept.Via, Severity: kept.Severity, Ticket: kept.Ticket}, nil
}

// goneRules lists the rules that left the settings and by which one of the conditions was opened.
func goneRules(ctx context.Context, q querier, conditions []app.Condition) ([]app.AlertRule, error) {
	named := map[string]bool{}
	for _, c := range conditions {
		if c.Rule != "" {
			named[c.Rule] = true
		}
	}
	if len(named) == 0 {
		return nil, nil
	}
	removed, err := all(ctx, q, scanRule, removedRules+" ORDER BY name")
	var gone []app.AlertRule
	for _, r := range removed {
		if named[r.Name] {
			gone = append(gone, r)
		}
	}
	return gone, err
}

// RemovedRule returns a rule that left the settings, as it last was; false when there was none of that name.
func (r *Reader) RemovedRule(ctx context.Context, name string) (app.AlertRule, bool, error) {
	list, err := all(ctx, r.db, scanRule, removedRules+" AND name = ?", name)
	if err != nil || len(list) == 0 {
		return app.AlertRule{}, false, failed("read a rule that was removed", err)
	}
	return list[0], true, nil
}
