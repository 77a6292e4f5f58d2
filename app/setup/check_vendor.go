package setup

import (
	"context"

	"psabridge/app"
)

// vendorChecks asks of each source whether somebody switched the vendor's own bridge off (M13). No call
// tells, so a person has to.
func (r *run) vendorChecks() []check {
	var all []check
	for _, s := range r.doc.Sources {
		all = append(all, check{id: "vendor_off." + s.Name, title: "The vendor's own push and PSA alerts of " + s.Name + " are switched off", prove: r.vendorOff(s.Name), local: true})
	}
	return all
}

func (r *run) vendorOff(source string) func(context.Context) finding {
	return func(context.Context) finding {
		if c, said := r.confirmed[app.VendorOff(source)]; said {
			return ok("Confirmed by " + c.By + " on " + printed(c.At, r.conn) + ".")
		}
		const fix = "In x360Sync open the top-level organization ▸ Settings ▸ PSA and take the tick from Billing Enabled, and under Activity ▸ Alerts the tick from PSA System; then confirm it on the Set up page."
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
