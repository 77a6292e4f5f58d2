package connectwise

import (
	"testing"

	"psabridge/app"
)

// TestAnswersToAQuantity: only an answer that says so is a yes or a no; of any other the line is looked at again.
func TestAnswersToAQuantity(t *testing.T) {
	const set, create = "PATCH finance/agreements/12/additions/99", "POST finance/agreements/12/additions"
	for name, tc := range map[string]struct {
		asked, answer string
		code          app.Code
		outcome       app.Outcome
	}{
		"set":                         {set, `{"id":99,"agreementId":12,"quantity":5.00}`, "", ""},
		"set, in another notation":    {set, `{"id":99,"agreementId":12,"quantity":0.5e1}`, "", ""},
		"the old quantity":            {set, `{"id":99,"agreementId":12,"quantity":3}`, app.Conflict, app.OutcomeNone},
		"no quantity":                 {set, `{"id":99,"agreementId":12}`, app.Unavailable, app.OutcomeUnknown},
		"a null quantity":             {set, `{"id":99,"agreementId":12,"quantity":null}`, app.Unavailable, app.OutcomeUnknown},
		"a text":                      {set, `{"id":99,"agreementId":12,"quantity":"5"}`, app.Unavailable, app.OutcomeUnknown},
		"no number":                   {set, `{"id":99,"agreementId":12,"quantity":NaN}`, app.Unavailable, app.OutcomeUnknown},
		"more than can be":            {set, `{"id":99,"agreementId":12,"quantity":1e999999999}`, app.Unavailable, app.OutcomeUnknown},
		"another line":                {set, `{"id":98,"agreementId":12,"quantity":5}`, app.Unavailable, app.OutcomeUnknown},
		"another agreement's":         {set, `{"id":99,"agreementId":13,"quantity":5}`, app.Unavailable, app.OutcomeUnknown},
		"an error with a 200":         {set, `{"code":"InvalidObject","message":"no"}`, app.Unavailable, app.OutcomeUnknown},
		"null":                        {set, `null`, app.Unavailable, app.OutcomeUnknown},
		"cut":                         {set, `{"id":99,"agreementId":12,"quan`, app.Unavailable, app.OutcomeUnknown},
		"a list":                      {set, `[{"id":99,"agreementId":12,"quantity":5}]`, app.Unavailable, app.OutcomeUnknown},
		"created":                     {create, `{"id":99,"agreementId":12,"quantity":5,"product":{"id":7}}`, "", ""},
		"created with the old one":    {create, `{"id":99,"agreementId":12,"quantity":3,"product":{"id":7}}`, app.Conflict, app.OutcomeNone},
		"created, another product":    {create, `{"id":99,"agreementId":12,"quantity":5,"product":{"id":8}}`, app.Conflict, app.OutcomeNone},
		"created, no quantity":        {create, `{"id":99,"agreementId":12,"product":{"id":7}}`, app.Unavailable, app.OutcomeUnknown},
		"created, no product":         {create, `{"id":99,"agreementId":12,"quantity":5}`, app.Unavailable, app.OutcomeUnknown},
		"created elsewhere":           {create, `{"id":99,"agreementId":13,"quantity":5,"product":{"id":7}}`, app.Unavailable, app.OutcomeUnknown},
		"created, an error with 200":  {create, `{"code":"InvalidObject","message":"no"}`, app.Unavailable, app.OutcomeUnknown},
		"created, null":               {create, `null`, app.Unavailable, app.OutcomeUnknown},
		"created, more than there is": {create, `{"id":99,"agreementId":12,"quantity":1e999999999,"product":{"id":7}}`, app.Unavailable, app.OutcomeUnknown},
	} {
		c := scriptedClient(t, &scripted{answers: map[string]string{tc.asked: tc.answer}})
		var err error
		if tc.asked == set {
			_, err = c.SetQuantity(t.Context(), 12, 99, app.Q(5))
		} else {
			_, err = c.CreateAddition(t.Context(), 12, app.NewAddition{ProductID: 7, Quantity: app.Q(5), BillCustomer: "Billable"})
		}
		if app.ErrorCode(err) != tc.code || err != nil && app.ErrorOutcome(err) != tc.outcome {
			t.Errorf("%s: %v (%s)", name, err, app.ErrorOutcome(err))
		}
	}
}
