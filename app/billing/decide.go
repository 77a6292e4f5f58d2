package billing

import (
	"slices"
	"strings"

	"psabridge/app"
)

// noTarget are the holds that leave nothing certain to write to. Neither a release nor a correction can help there.
var noTarget = map[app.HoldCode]string{
	app.HoldProductNotFound:   "the Product ID is not one item of the catalog",
	app.HoldProductBundle:     "a bundle cannot be a line of an agreement",
	app.HoldNoAgreement:       "there is no agreement to write to",
	app.HoldAgreementInactive: "the agreement is not active",
	app.HoldAmbiguousAddition: "two open lines of the product could be meant",
	app.HoldMappingBroken:     "the mapping contradicts ConnectWise",
}

// noQuantity are the holds that leave no number to write. A person can correct the line, with a note.
var noQuantity = map[app.HoldCode]string{
	app.HoldIncompleteReading: "the reading is not complete, and an incomplete reading never bills",
	app.HoldUnitMismatch:      "the reading cannot be turned into the rule's unit",
}

// Releasable returns nil when a person may release the line, else an Invalid error that says why not.
func Releasable(l app.Line) error {
	if err := Correctable(l); err != nil {
		return err
	}
	for _, h := range l.Holds {
		if why, ok := noQuantity[h.Code]; ok {
			return app.FieldErrorf("line", "This line cannot be released: %s. Make a new plan when that is fixed, correct the line with a note, or skip it.", why)
		}
	}
	return nil
}

// Correctable returns nil when it is certain what a corrected quantity would be written to.
func Correctable(l app.Line) error {
	for _, h := range l.Holds {
		why, ok := noTarget[h.Code]
		if h.Code == app.HoldAdditionCancelled && l.AdditionID == 0 {
			why, ok = "its line on the agreement is cancelled or gone", true
		}
		if ok {
			return app.FieldErrorf("line", "This line cannot be released or corrected: %s. Fix that and make a new plan, or skip the line.", why)
		}
	}
	switch {
	case l.AdditionID != 0 || !l.EffectiveDate.IsZero():
		return nil
	case l.Verdict == app.VerdictSame:
		return app.FieldErrorf("line", "This line writes nothing and cannot be corrected: its agreement is not active, or its line there is cancelled. Set that right in ConnectWise and make a new plan.")
	default:
		return app.FieldErrorf("line", "This line cannot be released or corrected: it is not certain what would be written. Fix what holds it and make a new plan, or skip the line.")
	}
}

// Decide records what a person said about one line and works out the plan anew. A correction needs a quantity of 0 or
// more and a note. Lines that a move of an organization ties together are released and skipped together, and a correction
// of one releases the others (M6).
func Decide(p app.Plan, lineID int64, decision app.Decision, quantity *app.Quantity, note, by string) (app.Plan, error) {
	if err := decidable(p); err != nil {
		return p, err
	}
	p.Lines = slices.Clone(p.Lines)
	i := slices.IndexFunc(p.Lines, func(l app.Line) bool { return l.ID == lineID })
	if i < 0 {
		return p, app.Errorf(app.NotFound, "This plan has no line %d. A newer plan may have taken its place.", lineID)
	}
	var err error
	switch decision {
	case app.DecisionReleased:
		err = release(p.Lines, i, note, by)
	case app.DecisionSkipped:
		err = skip(p.Lines, i, note, by)
	case app.DecisionCorrected:
		err = correct(p.Lines, i, quantity, note, by)
	default:
		err = app.FieldErrorf("decision", "%q is not a decision. It is released, skipped or corrected.", decision)
	}
	if err != nil {
		return p, err
	}
	p.Digest = Digest(p)
	return p, nil
}

// ReleaseAll releases every line that is held by nothing but these holds, and says how many that were.
func ReleaseAll(p app.Plan, held []app.HoldCode, note, by string) (app.Plan, int, error) {
	if err := decidable(p); err != nil {
		return p, 0, err
	}
	for _, code := range held {
		for _, never := range []map[app.HoldCode]string{noTarget, noQuantity} {
			if why, ok := never[code]; ok {
				return p, 0, app.FieldErrorf("codes", "Lines held by %s cannot be released: %s.", code, why)
			}
		}
	}
	p.Lines = slices.Clone(p.Lines)
	n := 0
	for i, l := range p.Lines {
		if l.Verdict != app.VerdictHold || !onlyHeldBy(l, held) {
			continue
		}
		tied := together(p.Lines, i)
		if slices.ContainsFunc(tied, func(j int) bool { return !onlyHeldBy(p.Lines[j], held) || mayGoAlong(p.Lines[j]) != nil }) {
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

func decidable(p app.Plan) error {
	switch {
	case p.UndoOf != 0:
		return app.Errorf(app.Conflict, "This is the undo of a push. It is written as it stands.")
	case p.State != "" && p.State != app.PlanOpen:
		return app.Errorf(app.Conflict, "This plan is %s. Make a new plan and decide there.", p.State)
	}
	return nil
}

func onlyHeldBy(l app.Line, held []app.HoldCode) bool {
	return len(l.Holds) > 0 && !slices.ContainsFunc(l.Holds, func(h app.Hold) bool { return !slices.Contains(held, h.Code) })
}

func release(lines []app.Line, i int, note, by string) error {
	l := &lines[i]
	if l.Decision == app.DecisionCorrected {
		return app.FieldErrorf("line", "This line was corrected to %s. Correct it again, to what stands there to leave it as it is, or make a new plan.", l.After)
	}
	if len(l.Holds) == 0 {
		if l.Decision != app.DecisionSkipped {
			return app.FieldErrorf("line", "Nothing holds this line, so there is nothing to release.")
		}
		settle(l, app.DecisionNone, note, by)
		return nil
	}
	if err := Releasable(*l); err != nil {
		return err
	}
	tied := together(lines, i)
	for _, j := range tied {
		if err := mayGoAlong(lines[j]); err != nil {
			return tiedError(lines[j], "released", err)
		}
	}
	for _, j := range tied {
		settle(&lines[j], app.DecisionReleased, note, by)
	}
	return nil
}

// mayGoAlong returns nil when a line may be released because another one is.
func mayGoAlong(l app.Line) error {
	if l.Decision == app.DecisionCorrected {
		return app.FieldErrorf("line", "It was corrected to %s. Correct this line as well, or make a new plan.", l.After)
	}
	return Releasable(l)
}

func tiedError(other app.Line, what string, err error) error {
	return app.FieldErrorf("line", "This line goes together with %s on %s, which cannot be %s: %s", other.Product, other.Agreement.Name, what, app.ErrorMessage(err))
}

// together lists line i and the lines an organization's move ties to it, whatever was said about them: written without
// each other they would bill the organization twice, or not at all.
func together(lines []app.Line, i int) []int {
	out := []int{i}
	for at := 0; at < len(out); at++ {
		for j, l := range lines {
			if !slices.Contains(out, j) && Tied(lines[out[at]], l) {
				out = append(out, j)
			}
		}
	}
	return out
}

func shareOrganization(a, b app.Line) bool {
	return slices.ContainsFunc(a.Shares, func(s app.Share) bool {
		return slices.ContainsFunc(b.Shares, func(t app.Share) bool { return shareKey(s) == shareKey(t) })
	})
}

func skip(lines []app.Line, i int, note, by string) error {
	if err := skippable(lines[i]); err != nil {
		return err
	}
	tied := together(lines, i)
	for _, j := range tied {
		if err := skippable(lines[j]); err != nil {
			return tiedError(lines[j], "skipped", err)
		}
	}
	for _, j := range tied {
		settle(&lines[j], app.DecisionSkipped, note, by)
	}
	return nil
}

func skippable(l app.Line) error {
	switch {
	case l.Decision == app.DecisionCorrected: // a release of the skipped line would find the number, but not whose it is
		return app.FieldErrorf("line", "This line was corrected to %s and keeps no other number to come back to. Correct it to %s, which writes nothing, or make a new plan.", l.After, nothing(l))
	case l.Verdict == app.VerdictSame:
		return app.FieldErrorf("line", "This line would write nothing, so there is nothing to skip.")
	}
	return nil
}

// nothing is the quantity that changes nothing on a line.
func nothing(l app.Line) app.Quantity {
	if l.Before == nil {
		return app.Q(0)
	}
	return *l.Before
}

func correct(lines []app.Line, i int, quantity *app.Quantity, note, by string) error {
	l := &lines[i]
	switch {
	case quantity == nil:
		return app.FieldErrorf("quantity", "A correction needs the quantity to bill.")
	case BadQuantity(*quantity) != "":
		return app.FieldErrorf("quantity", "%s", BadQuantity(*quantity))
	case strings.TrimSpace(note) == "":
		return app.FieldErrorf("note", "A correction needs a note: in a year someone will ask where the number came from.")
	}
	if err := Correctable(*l); err != nil {
		return err
	}
	others := slices.DeleteFunc(together(lines, i), func(j int) bool { return j == i || lines[j].Decision == app.DecisionCorrected })
	for _, j := range others {
		if err := Releasable(lines[j]); err != nil {
			return tiedError(lines[j], "released", err)
		}
	}
	for _, j := range others {
		settle(&lines[j], app.DecisionReleased, note, by)
	}
	l.After = *quantity
	l.AmountChange = correctedAmount(*l)
	settle(l, app.DecisionCorrected, note, by)
	return nil
}

// correctedAmount prices a corrected line. Where the effect was unknown before, it stays unknown.
func correctedAmount(l app.Line) *app.Money {
	if l.AmountChange == nil || l.UnitPrice == nil {
		return nil
	}
	amount := difference(l).Mul(*l.UnitPrice)
	return &amount
}

func settle(l *app.Line, d app.Decision, note, by string) {
	l.Decision, l.Note, l.DecidedBy = d, strings.TrimSpace(note), by
	l.Verdict = verdict(*l)
}
