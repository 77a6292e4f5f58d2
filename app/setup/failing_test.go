package setup_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"psabridge/app"
	"psabridge/app/sandbox"
	"psabridge/app/sandbox/sample"
)

// conn changes the connection's settings.
func conn(change func(*app.ConnectionSettings)) func(*testing.T, *bench) {
	return func(t *testing.T, b *bench) {
		b.edit(t, func(doc *app.Settings) { change(&doc.Connections[0]) })
	}
}

func ticketing(change func(*app.TicketingSettings)) func(*testing.T, *bench) {
	return conn(func(c *app.ConnectionSettings) { change(&c.Ticketing) })
}

func quirk(change func(*sandbox.Quirks)) func(*testing.T, *bench) {
	return func(_ *testing.T, b *bench) { b.cw.SetQuirks(change) }
}

// person does something in ConnectWise.
func person(do func(*sandbox.ConnectWise) error) func(*testing.T, *bench) {
	return func(t *testing.T, b *bench) {
		if err := do(b.cw); err != nil {
			t.Fatal(err)
		}
	}
}

// TestEachCheckFails makes every check fail, one at a time, and looks at the sentence and the click that mends it. All
// others stay as they were, unless they hang on the one that failed.
func TestEachCheckFails(t *testing.T) {
	const mapped = "agreement.sync/4711" // the first customer of the sample, mapped to company 250 and agreement 900
	for name, test := range map[string]struct {
		prepare func(*testing.T, *bench)
		id      string
		state   app.CheckState
		says    []string
		fix     []string
		also    []string // other checks that fail with it
	}{
		"no server": {
			func(t *testing.T, b *bench) {
				conn(func(c *app.ConnectionSettings) { c.SiteURL = sandbox.NobodyListens })(t, b)
				b.secrets(t)
			}, "address", app.CheckFailed, []string{"No connection to 127.0.0.1:1024"}, []string{"Open ConnectWise in the browser", "firewall"}, nil,
		},
		"private network": {
			func(_ *testing.T, b *bench) { b.unreachable("https://10.1.2.3", "is in a private network") }, "address", app.CheckFailed, []string{"private network"}, []string{"self-hosted"}, nil,
		},
		"busy":           {quirk(func(q *sandbox.Quirks) { q.RequestsPerMinute = 1 }), "keys", app.CheckFailed, []string{"wait"}, []string{"Wait a moment"}, nil},
		"another server": {quirk(func(q *sandbox.Quirks) { q.HiddenLookup = true }), "connectwise", app.CheckWarning, []string{"hides its company lookup"}, []string{"/login/companyinfo"}, nil},
		"unknown company": {
			conn(func(c *app.ConnectionSettings) { c.CompanyID = "nobody" }), "company", app.CheckFailed, []string{"“nobody”"}, []string{"company you type at the ConnectWise sign-in", "region"}, nil,
		},
		"wrong key": {setKey("wrong-wrong-wrong"), "keys", app.CheckFailed, []string{"does not accept the keys"}, []string{"System ▸ Members ▸ API Members", "API Keys"}, nil},
		"wrong key, hidden lookup": {
			func(t *testing.T, b *bench) {
				setKey("of-another-member")(t, b)
				b.cw.SetQuirks(func(q *sandbox.Quirks) { q.HiddenLookup = true })
			}, "keys", app.CheckFailed, []string{"does not accept the keys"}, []string{"API Keys"}, []string{"connectwise"},
		},
		"clock": {quirk(func(q *sandbox.Quirks) { q.ClockSkew = 11 * time.Minute }), "clock", app.CheckWarning, []string{"11m0s apart"}, []string{"automatic time"}, nil},

		"too many rights": {
			quirk(func(q *sandbox.Quirks) { q.Grants = []string{"System ▸ Member Maintenance", "Finance ▸ Invoicing"} }), "rights.excess", app.CheckWarning,
			[]string{"System ▸ Member Maintenance and Finance ▸ Invoicing"},
			[]string{"System ▸ Security Roles", "None"},
			nil,
		},

		"no such board": {
			ticketing(func(c *app.TicketingSettings) { c.Board = app.Ref{Name: "Alarms"} }), "board", app.CheckFailed, []string{"no board “Alarms”"}, []string{"Service defaults", "System ▸ Setup Tables ▸ Service Board"}, nil,
		},
		"board in look-alike letters": {
			ticketing(func(c *app.TicketingSettings) { c.Board = app.Ref{Name: "Аlerts"} }), "board", app.CheckFailed, []string{"the 1st letter you entered is a Cyrillic А"}, []string{"Service defaults"}, nil,
		},
		"board deleted": {person(func(cw *sandbox.ConnectWise) error { cw.DeleteBoard(sample.BoardAlerts); return nil }), "board", app.CheckFailed, []string{"renamed or removed"}, []string{"System ▸ Setup Tables"}, nil},
		"inactive board": {
			ticketing(func(c *app.TicketingSettings) { c.Board = app.Ref{Name: "Projects (closed)"} }), "board", app.CheckFailed, []string{"inactive"}, []string{"System ▸ Setup Tables ▸ Service Board"}, nil,
		},
		"two boards": {
			ticketing(func(c *app.TicketingSettings) { c.Board = app.Ref{Name: "NOC"} }), "board", app.CheckFailed, []string{"2 entries “NOC”", "record 12 and record 14", "{id: 12}"}, []string{"Service defaults"}, nil,
		},
		"no board": {ticketing(func(c *app.TicketingSettings) { *c = app.TicketingSettings{Enabled: true} }), "board", app.CheckWarning, []string{"default board of the API member"}, []string{"System ▸ Members ▸ API Members"}, nil},
		"no board, but a status": {
			ticketing(func(c *app.TicketingSettings) { c.Board = app.Ref{} }), "board", app.CheckFailed, []string{"A status is chosen but no board"}, []string{"Choose the board under Service defaults"}, nil,
		},
		"no default status": {
			func(t *testing.T, b *bench) {
				ticketing(func(c *app.TicketingSettings) { c.Status = app.Ref{} })(t, b)
				b.cw.DeleteStatus(101)
			}, "status.default", app.CheckFailed, []string{"no open default status"}, []string{"Service Board ▸ Alerts ▸ Statuses", "tick Default"}, nil,
		},
		"born closed": {ticketing(func(c *app.TicketingSettings) { c.Status = app.Ref{Name: "Closed"} }), "status.default", app.CheckFailed, []string{"born closed"}, []string{"open status"}, nil},
		"no closed status": {
			func(t *testing.T, b *bench) {
				ticketing(func(c *app.TicketingSettings) { c.ClosedStatus = app.Ref{} })(t, b)
				b.cw.DeleteStatus(105)
			}, "status.closed", app.CheckFailed, []string{"no status that closes"}, []string{"Service Board ▸ Alerts ▸ Statuses", "Closed Status"}, nil,
		},
		"completed does not close": {
			ticketing(func(c *app.TicketingSettings) { c.ClosedStatus = app.Ref{Name: "Completed"} }), "status.closed", app.CheckFailed, []string{"Completed does not close"}, []string{"Closed Status box", "Statuses"}, nil,
		},
		"no default team": {
			func(t *testing.T, b *bench) {
				ticketing(func(c *app.TicketingSettings) { c.Team = app.Ref{} })(t, b)
				b.cw.DeleteTeam(301)
			}, "team.default", app.CheckWarning, []string{"belong to nobody"}, []string{"Service Board ▸ Alerts ▸ Teams", "tick Default"}, nil,
		},
		"team deleted": {person(func(cw *sandbox.ConnectWise) error { cw.DeleteTeam(301); return nil }), "team.default", app.CheckFailed, []string{"no team “Service Desk”"}, []string{"Service Board ▸ Alerts ▸ Teams"}, nil},
		"no such type": {ticketing(func(c *app.TicketingSettings) { c.Type = app.Ref{ID: 211} }), "type", app.CheckFailed, []string{"no type #211"}, []string{"Service Board ▸ Alerts ▸ Types"}, nil},
		"inactive type": {
			ticketing(func(c *app.TicketingSettings) { c.Type = app.Ref{Name: "Old type"} }), "type", app.CheckFailed, []string{"inactive"}, []string{"Service Board ▸ Alerts ▸ Types"}, nil,
		},
		"no such subtype": {
			ticketing(func(c *app.TicketingSettings) { c.Subtype = app.Ref{Name: "Line"} }), "subtype", app.CheckFailed, []string{"no subtype “Line”"}, []string{"Service Board ▸ Alerts ▸ Subtypes"}, nil,
		},
		"subtype of another type": {
			ticketing(func(c *app.TicketingSettings) {
				c.Type, c.Subtype = app.Ref{Name: "File sync"}, app.Ref{Name: "File server"}
			}), "subtype", app.CheckFailed,
			[]string{"The subtype File server does not belong to the type File sync on the board Alerts"},
			[]string{"System ▸ Setup Tables ▸ Service Board ▸ Alerts"},
			nil,
		},
		"item of another subtype": {
			ticketing(func(c *app.TicketingSettings) { c.Subtype, c.Item = app.Ref{Name: "Quota"}, app.Ref{Name: "Disk"} }), "item", app.CheckFailed,
			[]string{"The item Disk does not belong to the type Backup with the subtype Quota"},
			[]string{"Service Board ▸ Alerts"},
			nil,
		},
		"no such priority": {
			ticketing(func(c *app.TicketingSettings) { c.Priority[app.SeverityCritical] = app.Ref{Name: "P0"} }), "priority", app.CheckFailed, []string{"critical: ", "“P0”"}, []string{"System ▸ Setup Tables ▸ Priority"}, nil,
		},
		"two priorities": {
			ticketing(func(c *app.TicketingSettings) {
				c.Priority[app.SeverityCritical] = app.Ref{Name: "Priority 1 - Emergency"}
			}), "priority", app.CheckFailed, []string{"record 1 and record 5"}, []string{"Service defaults"}, nil,
		},
		"two sources": {
			ticketing(func(c *app.TicketingSettings) { c.Source = app.Ref{Name: "Phone"} }), "source", app.CheckFailed, []string{"record 1 and record 5", "{id: 1}"}, []string{"System ▸ Setup Tables ▸ Source"}, nil,
		},
		"alert on a board that is gone": {
			func(t *testing.T, b *bench) {
				b.edit(t, func(doc *app.Settings) { doc.Alerts[0].Ticket.Board = app.Ref{Name: "Gone"} })
			}, "alert.File server unreachable", app.CheckFailed, []string{"no board “Gone”"}, []string{"in the alert"}, nil,
		},
		"no Imported": {
			person(func(cw *sandbox.ConnectWise) error { cw.DeleteCompanyStatus(sample.StatusImported); return nil }), "company_status.imported", app.CheckWarning,
			[]string{"no active company status Imported"},
			[]string{"System ▸ Setup Tables ▸ Company Status"},
			nil,
		},

		"product in other letters": {
			product("x360-storage"), "product.storage", app.CheckFailed, []string{"“X360-STORAGE” (record 1502): upper and lower case differ"}, []string{"Procurement ▸ Product Catalog"}, nil,
		},
		"product renamed with a space": {
			person(func(cw *sandbox.ConnectWise) error { return cw.SetProduct(1502, "identifier", "X360-STORAGE  ") }), "product.storage", app.CheckFailed,
			[]string{"“X360-STORAGE␣␣” (record 1502): it has 2 spaces at the end", "record 1602", "another dash (U+2010)"},
			[]string{"Procurement ▸ Product Catalog"},
			nil,
		},
		"product in Cyrillic": {
			product("Х360-STORAGE"), "product.storage", app.CheckFailed, []string{"the 1st letter you entered is a Cyrillic Х, not the letter X"}, []string{"Procurement ▸ Product Catalog"}, nil,
		},
		"two products": {
			product("X360-TWICE"), "product.storage", app.CheckFailed, []string{"2 products “X360-TWICE”", "record 1607", "record 1608", "None of them is taken"}, []string{"another Product ID"}, nil,
		},
		"bundle":           {product("X360-BUNDLE"), "product.storage", app.CheckFailed, []string{"bundle"}, []string{"class Agreement"}, nil},
		"inactive product": {product("X360-ACCOUNT-OLD"), "product.storage", app.CheckFailed, []string{"inactive"}, []string{"Inactive", "Procurement ▸ Product Catalog"}, nil},
		"sold by TB": {
			person(func(cw *sandbox.ConnectWise) error {
				return cw.SetProduct(1502, "unitOfMeasure", map[string]any{"id": 2.0, "name": "TB"})
			}), "unit.storage", app.CheckWarning,
			[]string{"sold by TB", "billed in GB"},
			[]string{"Unit of Measure"},
			nil,
		},

		"company deleted": {
			person(func(cw *sandbox.ConnectWise) error { return cw.DeleteCompany(sample.CompanyOf(4711)) }), mapped, app.CheckFailed, []string{"was deleted"}, []string{"recycle bin", "Settings ▸ PSA"}, nil,
		},
		"company deleted and made anew": {
			func(t *testing.T, b *bench) {
				var name string
				for _, c := range sample.New(1, morning).PSA.Companies {
					if c.ID == sample.CompanyOf(4711) {
						name = c.Name
					}
				}
				if err := b.cw.DeleteCompany(sample.CompanyOf(4711)); err != nil {
					t.Fatal(err)
				}
				if _, err := b.cw.AddCompany(sample.Company{Identifier: "Anew", Name: name, StatusID: sample.StatusActive}); err != nil {
					t.Fatal(err)
				}
			}, mapped, app.CheckFailed, []string{"was deleted", "(Anew, record ", "nothing goes there before you say so"}, []string{"Settings ▸ PSA"}, nil,
		},
		"company inactive": {
			person(func(cw *sandbox.ConnectWise) error {
				return cw.SetCompanyStatus(sample.CompanyOf(4711), sample.StatusInactive)
			}), mapped, app.CheckFailed, []string{"inactive"}, []string{"Companies ▸ Companies"}, nil,
		},
		"agreement deleted": {
			person(func(cw *sandbox.ConnectWise) error {
				cw.AddAgreement(sample.CompanyOf(4711), "Another", morning.AddDate(0, -1, 0))
				cw.DeleteAgreement(sample.AgreementOf(4711))
				return nil
			}), mapped, app.CheckFailed, []string{"no agreement 900 any more", "The company has Another (record "}, []string{"Settings ▸ PSA"}, nil,
		},
		"agreement cancelled": {
			person(func(cw *sandbox.ConnectWise) error { return cw.CancelAgreement(sample.AgreementOf(4711)) }), mapped, app.CheckFailed, []string{"is cancelled"}, []string{"Finance ▸ Agreements"}, nil,
		},

		"vendor not switched off": {
			func(t *testing.T, b *bench) {
				if err := b.Confirm(t.Context(), "Ada", app.VendorOff("sync"), false); err != nil {
					t.Fatal(err)
				}
			}, "vendor_off.sync", app.CheckWarning, []string{"Nobody has confirmed it", "both write"}, []string{"x360Sync", "Billing Enabled", "Set up page"}, nil,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := sampled(t, sandbox.Options{MSP: sample.WithTrouble(sample.New(1, morning))})
			if err := b.Confirm(t.Context(), "Ada", app.VendorOff("sync"), true); err != nil {
				t.Fatal(err)
			}
			before, _ := b.test(t)
			test.prepare(t, b)
			after, _ := b.test(t)
			got := after[test.id]
			if got.State != test.state {
				t.Errorf("%+v, want %s", got, test.state)
			}
			contains(t, got.Message, test.says...)
			contains(t, got.Fix, test.fix...)
			for id, row := range after {
				was, known := before[id]
				if id == test.id || slices.Contains(test.also, id) || !known || row.State == was.State || row.State == app.CheckSkipped || row.State == app.CheckOK {
					continue
				}
				t.Errorf("%s failed too: %+v", id, row)
			}
		})
	}
}

// unreachable gives the connection a client that cannot be made, as of an address that is refused.
func (b *bench) unreachable(site, message string) {
	b.override(overridden{identifyErr: app.Errorf(app.Unavailable, "%s %s.", site, message)})
}

// TestEachRightIsNamed takes the rights of the role away, one at a time.
func TestEachRightIsNamed(t *testing.T) {
	for right, test := range map[string]struct {
		id    string
		state app.CheckState
		fix   string
	}{
		"Companies ▸ Company Maintenance ▸ Inquire":   {"right.companies.inquire", app.CheckFailed, "set Companies ▸ Company Maintenance ▸ Inquire to All"},
		"Finance ▸ Agreements ▸ Inquire":              {"right.agreements.inquire", app.CheckFailed, "set Finance ▸ Agreements ▸ Inquire to All"},
		"Procurement ▸ Product Catalog ▸ Inquire":     {"right.catalog.inquire", app.CheckFailed, "set Procurement ▸ Product Catalog ▸ Inquire to All"},
		"Service Desk ▸ Service Tickets ▸ Inquire":    {"right.tickets.inquire", app.CheckFailed, "set Service Desk ▸ Service Tickets ▸ Inquire to All"},
		"System ▸ Table Setup ▸ Inquire":              {"right.table_setup.inquire", app.CheckFailed, "set System ▸ Table Setup ▸ Inquire to All"},
		"Service / Service Board":                     {"right.table_setup.inquire", app.CheckFailed, "customize beside System ▸ Table Setup, allow Service / Service Board"},
		"Service / Priority":                          {"right.table_setup.inquire", app.CheckFailed, "allow Service / Priority"},
		"Service / Source":                            {"right.table_setup.inquire", app.CheckFailed, "allow Service / Source"},
		"Company / Company Status":                    {"right.table_setup.inquire", app.CheckFailed, "allow Company / Company Status"},
		"Companies ▸ Contacts ▸ Inquire":              {"", "", ""}, // not used
		"Companies ▸ Configurations ▸ Inquire":        {"", "", ""},
		"Agreement / Agreement Type":                  {"", "", ""},
		"Agreement / Billing Cycle":                   {"", "", ""},
		"Procurement / Product Type":                  {"", "", ""},
		"Procurement / Unit of Measure":               {"", "", ""},
		"Service Desk ▸ Service Tickets ▸ Add":        {"right.tickets.add", app.CheckSkipped, ""}, // no read shows it
		"Service Desk ▸ Service Tickets ▸ Edit":       {"right.tickets.edit", app.CheckSkipped, ""},
		"Service Desk ▸ Close Service Tickets ▸ Edit": {"right.tickets.close", app.CheckSkipped, ""},
		"Finance ▸ Agreements ▸ Add":                  {"right.agreements.add", app.CheckSkipped, ""},
		"Finance ▸ Agreements ▸ Edit":                 {"right.agreements.edit", app.CheckSkipped, ""},
	} {
		t.Run(right, func(t *testing.T) {
			t.Parallel()
			b := sampled(t, sandbox.Options{Quirks: sandbox.Quirks{Lacks: []string{right}}})
			byID, rows := b.test(t)
			if test.id == "" {
				for _, row := range rows {
					if strings.HasPrefix(row.ID, "right") && row.State == app.CheckFailed {
						t.Errorf("%+v", row)
					}
				}
				return
			}
			got := byID[test.id]
			if got.State != test.state {
				t.Errorf("%+v", got)
			}
			contains(t, got.Fix, test.fix)
			if test.state == app.CheckSkipped {
				contains(t, got.Message, "Not proven yet")
			} else {
				contains(t, got.Fix, "System ▸ Security Roles")
			}
		})
	}
	covered := len(sandbox.Rights())
	if covered != 20 {
		t.Errorf("the sandbox knows %d rights; the table above has 20", covered)
	}
}

// TestCertificates reaches a server nobody vouches for.
func TestCertificates(t *testing.T) {
	server := httptest.NewTLSServer(http.NotFoundHandler())
	defer server.Close()
	b := sampled(t, sandbox.Options{})
	conn(func(c *app.ConnectionSettings) { c.SiteURL = server.URL })(t, b)
	b.secrets(t)
	byID, _ := b.test(t)
	contains(t, byID["address"].Message, "certificate", "not trusted")
	contains(t, byID["address"].Fix, "CA file")
}

func TestAnotherRegion(t *testing.T) {
	b := sampled(t, sandbox.Options{})
	b.override(overridden{identity: &app.Identity{CompanyName: "Nordlicht", Version: "v2025.8", SiteURL: "https://eu.myconnectwise.net"}})
	byID, _ := b.test(t)
	if got := byID["company"]; got.State != app.CheckWarning {
		t.Errorf("%+v", got)
	}
	contains(t, byID["company"].Fix, "Change the Site URL", "https://eu.myconnectwise.net")
	if byID["keys"].State != app.CheckOK {
		t.Errorf("%+v", byID["keys"])
	}
}

// TestARunAsksForEachThingOnce counts the calls of a healthy connection, also with everything chosen that can be.
func TestARunAsksForEachThingOnce(t *testing.T) {
	b := sampled(t, sandbox.Options{})
	ticketing(func(c *app.TicketingSettings) {
		c.Subtype, c.Item = app.Ref{Name: "File server"}, app.Ref{Name: "Disk"}
	})(t, b)
	b.cw.ForgetRequests()
	byID, _ := b.test(t)
	for _, id := range []string{"type", "subtype", "item"} {
		if byID[id].State != app.CheckOK {
			t.Errorf("%+v", byID[id])
		}
	}
	seen := map[string]int{}
	for _, r := range b.cw.Log() {
		seen[r.Method+" "+r.Path+"?"+r.Query]++
	}
	for call, n := range seen {
		if n > 1 {
			t.Errorf("asked %d times: %s", n, call)
		}
	}
	if n := b.cw.Requests(); n > 25 {
		t.Errorf("%d calls with a subtype and an item", n)
	}
}

func TestTestTellsHowLongEachTook(t *testing.T) {
	b := sampled(t, sandbox.Options{})
	b.cw.Faults.Add(sandbox.Fault{Path: "/service/boards", Times: -1, Before: func(*http.Request) { b.advance(300 * time.Millisecond) }})
	byID, _ := b.test(t)
	if took := byID["right.table_setup.inquire"].Took; took < 300*time.Millisecond {
		t.Errorf("took %v", took)
	}
	stored, err := b.store.Checks(context.WithoutCancel(t.Context()), "cw")
	if err != nil || !slices.ContainsFunc(stored, func(c app.CheckRow) bool { return c.Took >= 300*time.Millisecond }) {
		t.Errorf("not stored: %v", err)
	}
}
