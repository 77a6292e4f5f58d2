package push

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"psabridge/app"
)

// step is what one line needs, after its agreement was read again just before writing.
type step int

const (
	stepWrite  step = iota // ConnectWise still holds what the plan saw
	stepHolds              // it holds the planned quantity already: the write before us arrived, or nothing is left to do
	stepChange             // someone changed it since the plan: hands off
	stepUnsure             // a create was sent and cannot be found
)

// compare decides from what ConnectWise holds now. Only quantity, end, payer and product are compared, not when the
// record was last touched (M12). sent says that bytes of this line's write may have reached ConnectWise before.
func compare(l app.Line, now []app.Addition, sent bool) (step, app.Addition, string) {
	if l.Before == nil {
		return compareCreate(l, now, sent)
	}
	i := slices.IndexFunc(now, func(a app.Addition) bool { return a.ID == l.AdditionID })
	if i < 0 {
		return stepChange, app.Addition{}, fmt.Sprintf("Line #%d is gone from the agreement since the plan was made. Nothing was written; make a new plan.", l.AdditionID)
	}
	a := now[i]
	switch {
	case l.ProductID != 0 && a.ProductID != l.ProductID:
		return stepChange, a, fmt.Sprintf("Line #%d is a line of %s now, not of %s. Nothing was written; make a new plan.", a.ID, a.Product, l.Product)
	case !a.CancelledDate.Equal(l.CancelledDate):
		return stepChange, a, fmt.Sprintf("The cancelled date of line #%d was changed since the plan was made. Nothing was written; make a new plan.", a.ID)
	case a.BillCustomer != l.BillCustomer:
		return stepChange, a, fmt.Sprintf("Line #%d is set to %s now; the plan saw %s. Nothing was written; make a new plan.", a.ID, a.BillCustomer, l.BillCustomer)
	case a.Quantity.Equal(l.After):
		return stepHolds, a, ""
	case !a.Quantity.Equal(*l.Before):
		return stepChange, a, fmt.Sprintf("Someone changed line #%d from %s to %s since the plan was made. Nothing was written; make a new plan.", a.ID, *l.Before, a.Quantity)
	}
	return stepWrite, a, ""
}

// compareCreate looks for a line of the product. There was none in any state when the plan was made, so one that is
// there now is ours if we may have sent it and it is as we asked, and somebody else's otherwise.
func compareCreate(l app.Line, now []app.Addition, sent bool) (step, app.Addition, string) {
	var found []app.Addition
	for _, a := range now {
		if a.ProductID == l.ProductID {
			found = append(found, a)
		}
	}
	switch {
	case len(found) == 0 && sent:
		return stepUnsure, app.Addition{}, fmt.Sprintf(
			"A line of %s was sent to agreement %s and no answer came; it cannot be found there. Look at the agreement: if the line is there, retry; if not, drop this and make a new plan.", l.Product, l.Agreement.Name)
	case len(found) == 0:
		return stepWrite, app.Addition{}, ""
	case sent && len(found) == 1 && found[0].CancelledDate.IsZero() && found[0].Quantity.Equal(l.After):
		return stepHolds, found[0], ""
	}
	return stepChange, found[0], fmt.Sprintf("The agreement has a line of %s now (#%d, quantity %s) that was not there when the plan was made. No second one was made; make a new plan.", l.Product, found[0].ID, found[0].Quantity)
}

// request is what an intent records of one line's write.
type request struct {
	Line      int64         `json:"line"`
	Agreement int64         `json:"agreement"`
	Addition  int64         `json:"addition,omitempty"`
	Product   string        `json:"product"`
	Quantity  app.Quantity  `json:"quantity"`
	Before    *app.Quantity `json:"before"`
	Create    bool          `json:"create,omitempty"`
}

func requestOf(l app.Line) string {
	text, err := json.Marshal(request{
		Line: l.ID, Agreement: l.Agreement.ID, Addition: l.AdditionID, Product: l.Product, Quantity: l.After, Before: l.Before, Create: l.Before == nil,
	})
	if err != nil {
		return fmt.Sprintf(`{"line":%d}`, l.ID) // strings and decimals always print
	}
	return string(text)
}

// sentLines reads from the attempts of a delivery which lines may have reached ConnectWise without an answer.
func sentLines(attempts []app.Attempt) map[int64]bool {
	sent := map[int64]bool{}
	for _, a := range attempts {
		if a.IntentAt.IsZero() || a.Outcome != "unknown" {
			continue
		}
		for one := range strings.SplitSeq(a.Request, "\n") {
			var r request
			if json.Unmarshal([]byte(one), &r) == nil && r.Line != 0 {
				sent[r.Line] = true
			}
		}
	}
	return sent
}
