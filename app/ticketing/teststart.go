package ticketing

import (
	"context"
	"time"

	"psabridge/app"
	"psabridge/app/alert"
	"psabridge/app/settings"
)

// What a test ticket says to whoever comes across it.
const (
	testSummary = "Test by psabridge – please ignore"
	testText    = "This ticket shows that psabridge can open, note and close tickets here. psabridge closes it; there is nothing to do."
	testNote    = "Test note by psabridge. The ticket is closed next."
)

// StartTest puts one marked test ticket into the outbox: it will be created, noted, closed and read back, also while
// ticketing is switched off, because that is how one tries before switching it on. company 0 is TestCompany's. An
// unfinished test of the connection goes on instead of a second one. not_found: no such connection. invalid: there is no
// company to open it for; the field is company_id.
func (k *Desk) StartTest(ctx context.Context, connection string, company int64, by string) (delivery int64, err error) {
	if company <= 0 {
		if company, err = k.testCompany(ctx, connection, company); err != nil {
			return 0, err
		}
	} else if err := k.known(ctx, connection); err != nil {
		return 0, err
	}
	install, err := k.d.Store.Install(ctx)
	if err != nil {
		return 0, err
	}
	now := k.d.Now()
	t := app.Ticket{
		XRef:     alert.XRef(install.ID, app.TicketTestScope, connection+"\x00"+now.UTC().Format(time.RFC3339Nano)),
		ScopeKey: app.TicketTestScope, Connection: connection, Summary: testSummary,
	}
	p := app.TicketPayload{CompanyID: company, By: by, Severity: app.SeverityInfo, Summary: testSummary, Text: testText}
	if delivery, err = k.d.Store.StartTicketTest(ctx, t, p, now); err != nil {
		return 0, err
	}
	k.d.Wake()
	return delivery, nil
}

// TestCompany is the company a test ticket is opened for when none is chosen: the one a top organization of the
// connection is mapped to, which is the MSP itself; 0 for none. not_found: no such connection.
func (k *Desk) TestCompany(ctx context.Context, connection string) (int64, error) {
	if err := k.known(ctx, connection); err != nil {
		return 0, err
	}
	doc, err := k.d.Settings(ctx)
	if err != nil {
		return 0, err
	}
	organizations, err := k.d.Store.Tree(ctx)
	if err != nil {
		return 0, err
	}
	tree := settings.NewTree(organizations, doc)
	for _, o := range organizations {
		if o.ParentExternalID != "" {
			continue
		}
		if e := tree.Effective(o.Source, o.ExternalID); e.Connection == connection && e.Company.ID != 0 {
			return e.Company.ID, nil
		}
	}
	return 0, nil
}

func (k *Desk) testCompany(ctx context.Context, connection string, asked int64) (int64, error) {
	company, err := k.TestCompany(ctx, connection)
	switch {
	case err != nil:
		return 0, err
	case asked < 0:
		return 0, app.FieldErrorf("company_id", "%d is not the number of a company.", asked)
	case company == 0:
		return 0, app.FieldErrorf("company_id", "Choose the company the test ticket is opened for. Your own organization has no company on “%s” yet that could be taken.", connection)
	}
	return company, nil
}

// known is not_found for a connection that is not in the settings.
func (k *Desk) known(ctx context.Context, connection string) error {
	doc, err := k.d.Settings(ctx)
	if err != nil {
		return err
	}
	if _, ok := settings.ConnectionByName(doc, connection); !ok {
		return app.Errorf(app.NotFound, "There is no connection “%s”.", connection)
	}
	return nil
}

// TestProgress is how far a test ticket is, with its delivery. not_found: no such delivery, or not of a test.
func (k *Desk) TestProgress(ctx context.Context, delivery int64) (app.DeliveryRow, app.TestProgress, error) {
	row, err := k.d.Store.Delivery(ctx, delivery)
	if err != nil {
		return row, app.TestProgress{}, err
	}
	if row.Kind != app.DeliverTicketTest {
		return row, app.TestProgress{}, app.Errorf(app.NotFound, "Delivery %d is not a test ticket.", delivery)
	}
	ledger, err := k.d.Store.DeliveryLedger(ctx, delivery)
	return row, app.TestProgressOf(row.Delivery, ledger), err
}
