package billing_test

import (
	"encoding/json"
	"strings"
	"testing"

	"psabridge/app"
	"psabridge/app/billing"
)

// sent is a push about two companies.
func sent() app.Push {
	one, held, other := stands("Contoso", "SEAT", "12", "Ada Lovelace", "Bob"), stands("Contoso", "X360-FSE", "3"), stands("Fabrikam", "SEAT", "7", "Mallory")
	ten := q("10")
	one.Before, one.Rule, one.Verdict = &ten, "rounded up", app.VerdictUpdate
	one.Decision, one.Note, one.DecidedBy = app.DecisionReleased, "they never look", "eve"
	one.Shares = []app.Share{{OrganizationID: 7, ReadingID: 31, Source: "sync", ExternalID: "4711", Name: "Contoso West", Quantity: q("12")}}
	held.State, held.Verdict, held.AdditionID = app.LinePlanned, app.VerdictHold, 0
	held.Holds = []app.Hold{{Code: app.HoldFirstTouch, Message: "Confirm once."}}
	broken := stands("Contoso", "GUESTS", "4")
	broken.State, broken.Holds = app.LinePlanned, []app.Hold{{Code: app.HoldMappingBroken, Message: "Somebody else's."}}
	broken.Shares = []app.Share{{Name: "Fabrikam"}}
	return app.Push{ID: 5, Connection: "cw", Period: period, ApprovedAt: now, ApprovedBy: "eve", Lines: []app.Line{other, one, held, broken, {Company: app.Named{}, After: q("1")}}}
}

func TestCustomers(t *testing.T) {
	got := billing.Customers(sent())
	if len(got) != 2 || got[0].Name != "Contoso" || got[1].Name != "Fabrikam" {
		t.Errorf("%v", got)
	}
}

func TestCustomerFile(t *testing.T) {
	push := sent()
	company := push.Lines[1].Company.ID
	previous := []app.Line{stands("Contoso", "SEAT", "10", "Ada Lovelace", "Zed")}
	f, ok := billing.CustomerFileOf(push, previous, company)
	if !ok || f.Company.Name != "Contoso" || f.Push != 5 || f.Period != period || !f.At.Equal(now) || len(f.Lines) != 1 || f.Undone {
		t.Fatalf("%v %+v", ok, f)
	}
	one := f.Lines[0]
	if !one.Before.Equal(q("10")) || !one.After.Equal(q("12")) || one.Rule != "rounded up" || len(one.Items) != 2 || one.Shares[0].Name != "Contoso West" {
		t.Errorf("%+v", one)
	}
	if len(one.Change.Added) != 1 || one.Change.Added[0].Name != "Bob" || len(one.Change.Removed) != 1 || one.Change.Removed[0].Name != "Zed" {
		t.Errorf("change %+v", one.Change)
	}
	push.State = app.PushUndone
	if f, _ := billing.CustomerFileOf(push, previous, company); !f.Undone {
		t.Error("the file of an undone push speaks as if it stood")
	}
	if _, ok := billing.CustomerFileOf(push, previous, 99); ok {
		t.Error("a stranger has a file")
	}
	if _, ok := billing.CustomerFileOf(push, previous, 0); ok {
		t.Error("what belongs to no company is in a file")
	}
}

// Nothing of another customer, no price, and no word that was meant for the house.
func TestCustomerFileKeepsToItself(t *testing.T) {
	push := sent()
	f, _ := billing.CustomerFileOf(push, nil, push.Lines[1].Company.ID)
	text, err := json.Marshal(f)
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{"Fabrikam", "Mallory", "rice", "AmountChange", "they never look", "eve", "Confirm once", `"organization_id":7`} {
		if strings.Contains(string(text), secret) {
			t.Errorf("the file holds %q: %s", secret, text)
		}
	}
}

// A corrected number and a typed one say so; why is the house's affair.
func TestCustomerFileSaysWhatAPersonSet(t *testing.T) {
	push := sent()
	push.Lines[1].Decision, push.Lines[1].Note = app.DecisionCorrected, "as agreed on 3 November"
	push.Lines[1].Shares[0].Override = "counted by phone"
	f, _ := billing.CustomerFileOf(push, []app.Line{stands("Contoso", "SEAT", "2", "server")}, push.Lines[1].Company.ID)
	l := f.Lines[0]
	if !l.Corrected || l.Shares[0].Override != "typed by hand" || len(l.Change.Removed) != 0 {
		t.Errorf("%+v", l)
	}
	if push.Lines[1].Shares[0].Override != "counted by phone" {
		t.Error("the push's own line was changed")
	}
}

// Whose lines are all held gets no file: nothing was billed.
func TestNoCustomerFileOfWhatWasNotBilled(t *testing.T) {
	push := sent()
	push.Lines[1].State = app.LineFailed
	if got := billing.Customers(push); len(got) != 1 || got[0].Name != "Fabrikam" {
		t.Errorf("%v", got)
	}
}

// An undo's file says what was given back, not what the number before was made of.
func TestCustomerFileOfAnUndo(t *testing.T) {
	push := sent()
	push.UndoOf = 4
	f, _ := billing.CustomerFileOf(push, nil, push.Lines[1].Company.ID)
	if l := f.Lines[0]; !f.Undo || len(l.Shares)+len(l.Items) > 0 || l.Rule != "" {
		t.Errorf("%+v", l)
	}
}
