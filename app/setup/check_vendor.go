package setup

import (
	"context"

	"psabridge/app"
	"psabridge/app/settings"
)

// vendorChecks asks of each source that is read whether somebody switched the vendor's own bridge off (M13). Where no
// call tells, a person has to. Nobody but us bills what is sent to an inbox.
func (r *run) vendorChecks() []check {
	var all []check
	for _, s := range r.doc.Sources {
		if !s.Pushed() {
			all = append(all, check{id: "vendor_off." + s.Name, title: "The vendor's own push and PSA alerts of " + s.Name + " are switched off", prove: r.vendorOff(s), local: true})
		}
	}
	return all
}

var fixVendorOff = map[string]string{
	settings.KindX360Sync: "In x360Sync open the top-level organization ▸ Settings ▸ PSA and take the tick from Billing Enabled, and under Activity ▸ Alerts the tick from PSA System; then confirm it on the Set up page.",
	settings.KindAxcient:  "In x360Cloud open the Reseller Portal ▸ Settings ▸ PSA and turn the Ticketing toggle to Disabled, and switch off what x360Portal bills to ConnectWise by itself; then confirm it on the Set up page.",
}

func (r *run) vendorOff(s app.SourceSettings) func(context.Context) finding {
	return func(ctx context.Context) finding {
		c, said := r.confirmed[app.VendorOff(s.Name)]
		if !said || c.By == policySays {
			c, said = r.askPolicy(ctx, s, c, said)
		}
		if said {
			return ok("Confirmed by " + app.Who(c.By) + " on " + printed(c.At, r.conn) + ".")
		}
		fix := fixVendorOff[s.Kind]
		switch {
		case r.conn.Billing.Enabled && r.conn.Billing.Approval == app.ApprovalAutomatic:
			return warning("Nobody has confirmed it, and psabridge pushes by itself. If the vendor pushes too, both write the same quantities.", fix)
		case r.conn.Billing.Enabled:
			return warning("Nobody has confirmed it. If the vendor pushes too, both write the same quantities.", fix)
		case r.conn.Ticketing.Enabled:
			return warning("Nobody has confirmed it. If the vendor's alerts still go to the PSA, each opens a second ticket.", fix)
		}
		return skipped("Nobody has confirmed it yet. It matters once ticketing or billing is switched on.")
	}
}

// askPolicy asks x360Sync itself, whose policy may prove it, or say the opposite of what it proved before. A source that does
// not answer leaves what was known as it was.
func (r *run) askPolicy(ctx context.Context, s app.SourceSettings, known app.Confirmation, said bool) (app.Confirmation, bool) {
	if r.Account == nil || s.Kind != settings.KindX360Sync {
		return known, said
	}
	if _, err := r.account(ctx, s.Name); err != nil {
		return known, said
	}
	now, err := r.said(ctx)
	if err != nil {
		return known, said
	}
	c, is := now[app.VendorOff(s.Name)]
	return c, is
}
