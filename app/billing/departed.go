package billing

import (
	"slices"

	"psabridge/app"
)

// leaving are the holds that say nothing but that an organization left.
var leaving = []app.HoldCode{app.HoldShareLeft, app.HoldOrganizationGone, app.HoldFellToZero}

// ReleaseLeft releases the lines that wait for nothing but a person's word that an organization left (M6), and says how
// many. A line that is held for something else too, or tied to one that is, stays held; so does every line it is not on.
func ReleaseLeft(p app.Plan, source, organization, note, by string) (app.Plan, int, error) {
	if err := decidable(p); err != nil {
		return p, 0, err
	}
	left := app.Share{Source: source, ExternalID: organization}
	p.Lines = slices.Clone(p.Lines)
	n := 0
	for i, l := range p.Lines {
		if l.Verdict != app.VerdictHold || !leftOnly(l, left) {
			continue
		}
		tied := together(p.Lines, i)
		if slices.ContainsFunc(tied, func(j int) bool { return !leftOnly(p.Lines[j], left) || mayGoAlong(p.Lines[j]) != nil }) {
			continue
		}
		for _, j := range tied {
			settle(&p.Lines[j], app.DecisionReleased, note, by)
			n++
		}
	}
	p.Digest = Digest(p)
	return p, n, nil
}

// leftOnly reports whether a line is held because organizations left, the one that is meant alone. That another one left as
// well, or that nothing is used by anybody who stays, is another question.
func leftOnly(l app.Line, left app.Share) bool {
	others := slices.ContainsFunc(l.Shares, func(s app.Share) bool {
		return shareKey(s) != shareKey(left) && s.Quantity.IsZero() && (l.After.IsZero() || s.ReadingID == 0 && s.Override == "")
	})
	stays := !l.After.IsZero() && hasHold(l, app.HoldFellToZero) // then it was somebody who stays
	return onlyHeldBy(l, leaving) && !others && !stays && slices.ContainsFunc(l.Shares, func(s app.Share) bool { return shareKey(s) == shareKey(left) })
}
