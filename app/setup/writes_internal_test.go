package setup

import (
	"slices"
	"testing"
	"time"

	"psabridge/app"
)

func TestWeigh(t *testing.T) {
	hour := func(h int) time.Time { return time.Date(2026, 11, 5, h, 0, 0, 0, time.UTC) }
	const status, note = `{"status":"Closed","status_id":105,"ticket":1}`, `{"note":"x","ticket":1}`
	for name, test := range map[string]struct {
		proofs []app.Proof
		has    []string // rights that are proved
		lacks  []string // rights that were refused
	}{
		"nothing":              {nil, nil, nil},
		"created":              {[]app.Proof{{Kind: app.DeliverTicketCreate, Done: true, At: hour(1)}}, []string{ticketsAdd}, nil},
		"noted":                {[]app.Proof{{Kind: app.DeliverTicketNote, Done: true, Request: note, At: hour(1)}}, []string{ticketsEdit}, nil},
		"noted, left open":     {[]app.Proof{{Kind: app.DeliverTicketNote, Done: true, Closing: true, Request: note, At: hour(1)}}, []string{ticketsEdit}, nil},
		"closed":               {[]app.Proof{{Kind: app.DeliverTicketNote, Done: true, Closing: true, Request: note + "\n" + status, At: hour(1)}}, []string{ticketsEdit, ticketsClose}, nil},
		"tested, not closed":   {[]app.Proof{{Kind: app.DeliverTicketTest, Done: true, At: hour(1)}}, []string{ticketsAdd, ticketsEdit}, nil},
		"tested":               {[]app.Proof{{Kind: app.DeliverTicketTest, Done: true, Closing: true, At: hour(1)}}, []string{ticketsAdd, ticketsEdit, ticketsClose}, nil},
		"create refused":       {[]app.Proof{{Kind: app.DeliverTicketCreate, Request: `{"Summary":"x"}`, At: hour(1)}}, nil, []string{ticketsAdd}},
		"note refused":         {[]app.Proof{{Kind: app.DeliverTicketNote, Closing: true, Request: note, At: hour(1)}}, nil, []string{ticketsEdit}},
		"close refused":        {[]app.Proof{{Kind: app.DeliverTicketNote, Closing: true, Request: note + "\n" + status, At: hour(1)}}, nil, []string{ticketsClose}},
		"read refused":         {[]app.Proof{{Kind: app.DeliverTicketNote, Closing: true, At: hour(1)}}, nil, nil},
		"test hung in create":  {[]app.Proof{{Kind: app.DeliverTicketTest, Request: `{"Summary":"x"}`, At: hour(1)}}, nil, []string{ticketsAdd}},
		"test hung in note":    {[]app.Proof{{Kind: app.DeliverTicketTest, Request: note, At: hour(1)}}, []string{ticketsAdd}, []string{ticketsEdit}},
		"test hung in close":   {[]app.Proof{{Kind: app.DeliverTicketTest, Request: status, At: hour(1)}}, []string{ticketsAdd, ticketsEdit}, []string{ticketsClose}},
		"test hung before":     {[]app.Proof{{Kind: app.DeliverTicketTest, At: hour(1)}}, nil, nil},
		"pushed":               {[]app.Proof{{Kind: app.DeliverAgreement, Done: true, At: hour(1)}}, []string{agreementsEdit}, nil},
		"created a line":       {[]app.Proof{{Kind: app.DeliverAgreement, Done: true, Created: true, At: hour(1)}}, []string{agreementsAdd}, nil},
		"creating was refused": {[]app.Proof{{Kind: app.DeliverAgreement, Request: `{"line":2,"create":true}`, At: hour(1)}}, nil, []string{agreementsAdd}},
		"changing was refused": {[]app.Proof{{Kind: app.DeliverAgreement, Request: `{"line":2}`, At: hour(1)}}, nil, []string{agreementsEdit}},
		"mended since": {
			[]app.Proof{{Kind: app.DeliverTicketCreate, Request: `{"Summary":"x"}`, At: hour(1)}, {Kind: app.DeliverTicketTest, Done: true, Closing: true, At: hour(2)}},
			[]string{ticketsAdd, ticketsEdit, ticketsClose},
			nil,
		},
		"taken away since": {
			[]app.Proof{{Kind: app.DeliverTicketCreate, Done: true, At: hour(1)}, {Kind: app.DeliverTicketCreate, Request: `{"Summary":"x"}`, At: hour(2)}}, nil, []string{ticketsAdd},
		},
	} {
		for _, right := range []string{ticketsAdd, ticketsEdit, ticketsClose, agreementsEdit, agreementsAdd} {
			proved, refused := weigh(test.proofs, right)
			lacks := refused != nil && !refused.At.Before(proved)
			has := !proved.IsZero() && !lacks
			if has != slices.Contains(test.has, right) || lacks != slices.Contains(test.lacks, right) {
				t.Errorf("%s: %s is proved %v, refused %v", name, right, has, lacks)
			}
		}
	}
}
