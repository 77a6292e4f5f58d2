package billing

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"time"

	"psabridge/app"
)

// vouched is what an approval stands for. A field that is not here may change without asking again.
type vouched struct {
	Connection  string        `json:"connection"`
	Period      string        `json:"period"`
	SettingsRev int64         `json:"settings_rev"`
	UndoOf      int64         `json:"undo_of"`
	Lines       []vouchedLine `json:"lines"`
}

type vouchedLine struct {
	Agreement int64          `json:"agreement"`
	ProductID int64          `json:"product_id"`
	Product   string         `json:"product"`
	Company   int64          `json:"company"`
	Addition  int64          `json:"addition"`
	Before    *app.Quantity  `json:"before"`
	After     app.Quantity   `json:"after"`
	Unit      string         `json:"unit"`
	Shares    []vouchedShare `json:"shares"`
	Effective string         `json:"effective,omitempty"`
	SetBy     string         `json:"effective_by,omitempty"`
	Cancelled string         `json:"cancelled,omitempty"`
	Payer     string         `json:"payer"`
	UnitPrice *app.Money     `json:"unit_price"`
	Amount    *app.Money     `json:"amount"`
	Verdict   app.Verdict    `json:"verdict"`
	Decision  app.Decision   `json:"decision"`
	Note      string         `json:"note,omitempty"`
	Holds     []app.HoldCode `json:"holds"`
}

type vouchedShare struct {
	Organization string       `json:"organization"`
	Quantity     app.Quantity `json:"quantity"`
	Override     string       `json:"override,omitempty"`
}

// Digest names a plan by its content: the same lines, holds and decisions give the same digest, anything else another.
func Digest(p app.Plan) string {
	v := vouched{Connection: p.Connection, Period: p.Period.String(), SettingsRev: p.SettingsRev, UndoOf: p.UndoOf, Lines: []vouchedLine{}}
	lines := slices.Clone(p.Lines)
	slices.SortStableFunc(lines, byKey)
	for _, l := range lines {
		v.Lines = append(v.Lines, vouchedLine{
			Agreement: l.Agreement.ID, ProductID: l.ProductID, Product: l.Product, Company: l.Company.ID, Addition: l.AdditionID,
			Before: l.Before, After: l.After, Unit: l.Unit, Shares: vouchedShares(l), Effective: dateOnly(l.EffectiveDate), SetBy: l.EffectiveBy, Cancelled: dateOnly(l.CancelledDate),
			Payer: l.BillCustomer, UnitPrice: l.UnitPrice, Amount: l.AmountChange,
			Verdict: l.Verdict, Decision: l.Decision, Note: l.Note, Holds: codes(l),
		})
	}
	text, err := json.Marshal(v)
	if err != nil {
		panic("billing: a digest cannot be written: " + err.Error()) // only strings, numbers and decimals: cannot happen
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

func vouchedShares(l app.Line) []vouchedShare {
	out := []vouchedShare{}
	for _, s := range parts(l) {
		out = append(out, vouchedShare{Organization: partName(s), Quantity: s.Quantity, Override: s.Override})
	}
	return out
}

func dateOnly(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.DateOnly)
}

// codes lists the holds of a line once each, in order.
func codes(l app.Line) []app.HoldCode {
	out := []app.HoldCode{}
	for _, h := range l.Holds {
		out = append(out, h.Code)
	}
	slices.Sort(out)
	return slices.Compact(out)
}
