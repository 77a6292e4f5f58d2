package setup

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"psabridge/app"
	"psabridge/app/settings"
)

// unfinished are the states of deliveries that still need their connection and source.
var unfinished = []app.DeliveryState{app.DeliveryWaiting, app.DeliverySending, app.DeliveryChecking, app.DeliveryParked}

// stillNeeded refuses to remove a connection or source that something unfinished would then have nowhere to go with.
func (s *Setup) stillNeeded(ctx context.Context, before, after app.Settings) error {
	connections, sources := removed(before, after)
	if len(connections) == 0 && len(sources) == 0 {
		return nil
	}
	byConnection, bySource, err := s.countUnfinished(ctx)
	if err != nil {
		return err
	}
	for _, name := range connections {
		writing, err := s.pushUnderWay(ctx, name)
		if err != nil {
			return err
		}
		if n := byConnection[name]; n > 0 || writing != "" {
			return needed("connection", name, n, writing)
		}
	}
	for _, name := range sources {
		if n := bySource[name]; n > 0 {
			return needed("source", name, n, "")
		}
	}
	return nil
}

func removed(before, after app.Settings) (connections, sources []string) {
	for _, c := range before.Connections {
		if _, stays := settings.ConnectionByName(after, c.Name); !stays {
			connections = append(connections, c.Name)
		}
	}
	if settings.MailHost(before.Notify) != "" && settings.MailHost(after.Notify) == "" {
		connections = append(connections, app.MailConnection) // what alerts by e-mail are listed under
	}
	for _, c := range before.Sources {
		if _, stays := settings.SourceByName(after, c.Name); !stays {
			sources = append(sources, c.Name)
		}
	}
	return connections, sources
}

func needed(what, name string, deliveries int, push string) error {
	var why []string
	if deliveries == 1 {
		why = append(why, "1 delivery is not finished")
	}
	if deliveries > 1 {
		why = append(why, fmt.Sprintf("%d deliveries are not finished", deliveries))
	}
	if push != "" {
		why = append(why, "the push of "+push+" is being written")
	}
	return app.Errorf(app.Conflict, "The %s %s is still needed: %s. Finish or drop them first, or leave it out of the exported settings and import them with: psabridge settings import --force", what, name, strings.Join(why, " and "))
}

// countUnfinished counts unfinished deliveries by connection and by source.
func (s *Setup) countUnfinished(ctx context.Context) (byConnection, bySource map[string]int, err error) {
	byConnection, bySource = make(map[string]int), make(map[string]int)
	for _, state := range unfinished {
		page := app.Page{Limit: 1000}
		for {
			rows, err := s.Store.Deliveries(ctx, app.DeliveryFilter{State: state, Page: page})
			if err != nil {
				return nil, nil, err
			}
			for _, row := range rows {
				byConnection[row.Connection]++
				bySource[sourceOf(row.Delivery)]++
				page.After = row.ID
			}
			if len(rows) < page.Size() {
				break
			}
		}
	}
	return byConnection, bySource, nil
}

// sourceOf returns the source a ticket delivery tells about; "" for other kinds.
func sourceOf(d app.Delivery) string {
	var payload struct {
		Source string `json:"source"`
	}
	_ = json.Unmarshal(d.Payload, &payload) // one that cannot be read names none
	return payload.Source
}

func (s *Setup) pushUnderWay(ctx context.Context, connection string) (string, error) {
	pushes, err := s.Store.Pushes(ctx, app.PushFilter{Connection: connection})
	if err != nil {
		return "", err
	}
	for _, p := range pushes {
		if p.State == app.PushWriting {
			return p.Period.String(), nil
		}
	}
	return "", nil
}
