package store_test

import (
	"strings"
	"testing"
	"time"

	"psabridge/app"
	"psabridge/store"
	"psabridge/store/storetest"
)

// circle decides on e-mails of one thread: each names the conditions it tells of, by object, the first one its own.
func circle(name string, reason app.Reason, objects ...string) store.Decide {
	return func(st app.AlertState) app.AlertDecision {
		m := &app.MailPayload{
			To: []string{"noc@msp.example"}, Subject: name, MessageID: name + "@host", InReplyTo: "first@host", Rule: "r", Reason: reason,
			Source: st.Source, OrganizationID: "7", Object: app.Object{Kind: app.ObjectMachine, ExternalID: objects[0]}, Type: "t",
		}
		if name == "first" {
			m.InReplyTo = ""
		}
		what := ":open"
		if reason != app.ReasonFirst {
			what = ":" + string(reason)
		}
		d := app.AlertDecision{Deliveries: []app.DecidedDelivery{{DedupKey: "mail:" + name + what, Kind: app.DeliverMail, Connection: app.MailConnection, Lane: "mail:" + name, Mail: m}}}
		for _, id := range objects {
			c := app.Condition{
				Key: id, Episode: 1, Source: st.Source, OrganizationID: "7", Object: app.Object{Kind: app.ObjectMachine, ExternalID: id}, Type: "t", Severity: app.SeverityWarning,
				Rule: "r", State: app.ConditionQuiet, Wait: app.ReasonNotViaPSA, Occurrences: 1, FirstAt: st.Now, LastAt: st.Now, FirstEvent: "e",
			}
			for _, old := range st.Conditions {
				if old.Key == id {
					c = old
				}
			}
			c.Mailed, c.MailThread, c.MailQuietUntil = app.MailedOpen, "first@host", st.Now.Add(15*time.Minute)
			d.Conditions = append(d.Conditions, c)
		}
		return d
	}
}

// TestAGivenUpMailWasNotTold: what a person gave up before it was sent is known to nobody; nothing may say later that people
// know of it. Where another e-mail told of it, or this one may have arrived, they do.
func TestAGivenUpMailWasNotTold(t *testing.T) {
	type mail struct {
		name    string
		reason  app.Reason
		objects []string
	}
	first := mail{"first", app.ReasonFirst, []string{"a", "b"}}
	worse := mail{"worse", app.ReasonWorsened, []string{"a"}}
	later := mail{"later", app.ReasonFirst, []string{"c", "d"}}
	over := mail{"over", app.ReasonCleared, []string{"a"}}
	for name, tc := range map[string]struct {
		mails  []mail
		sent   string // was delivered
		unsure string // went out without an answer
		drop   []string
		untold string // objects nobody was told of
	}{
		"the only one":                 {[]mail{first}, "", "", []string{"first"}, "ab"},
		"it may have arrived":          {[]mail{first}, "", "first", []string{"first"}, ""},
		"worse was told before":        {[]mail{first, worse}, "first", "", []string{"worse"}, ""},
		"worse tells it":               {[]mail{first, worse}, "", "", []string{"first"}, ""},
		"both":                         {[]mail{first, worse}, "", "", []string{"first", "worse"}, "ab"},
		"those that came later":        {[]mail{first, later}, "first", "", []string{"later"}, "cd"},
		"later ones say of the others": {[]mail{first, later}, "", "", []string{"first"}, "ab"},
		"only its end is to be told":   {[]mail{first, over}, "", "", []string{"first"}, "ab"},
		"its end":                      {[]mail{first, over}, "first", "", []string{"over"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			s := storetest.Open(t)
			seed(t, s, 0)
			ids := map[string]int64{}
			for i, m := range tc.mails {
				at := t0.Add(time.Duration(i) * time.Minute)
				decideNow(t, s, at, circle(m.name, m.reason, m.objects...))
				d := claim(t, s, at)
				ids[m.name] = d.ID
				switch m.name {
				case tc.sent:
					intend(t, s, d, at)
					settle(t, s, d, app.Settlement{State: app.DeliveryDone})
				case tc.unsure:
					intend(t, s, d, at)
					settle(t, s, d, app.Settlement{State: app.DeliveryParked, Code: app.Unavailable, Message: "No answer."})
				default:
					intend(t, s, d, at)
					settle(t, s, d, app.Settlement{State: app.DeliveryParked, Code: app.Invalid, Message: "No such user."})
				}
			}
			for _, m := range tc.drop {
				must(t, s.DropDelivery(t.Context(), ids[m], "Nobody reads it", "Ada", t0.Add(time.Hour)))
			}
			list, err := s.Conditions(t.Context(), app.ConditionFilter{Page: app.Page{Limit: 10}})
			must(t, err)
			var untold strings.Builder
			for i := range list {
				c := list[len(list)-1-i]
				if c.Mailed == "" && c.Thread() == "" {
					untold.WriteString(c.Key)
				}
			}
			if untold.String() != tc.untold {
				t.Errorf("nobody was told of %q, want %q: %+v", untold.String(), tc.untold, list)
			}
			must(t, s.Verify(t.Context()))
		})
	}
}

// TestAGivenUpMailIsDecidedAnew: the e-mail of the next change has the same name, and is another delivery.
func TestAGivenUpMailIsDecidedAnew(t *testing.T) {
	s := storetest.Open(t)
	seed(t, s, 0)
	decideNow(t, s, t0, circle("first", app.ReasonFirst, "a"))
	d := claim(t, s, t0)
	settle(t, s, d, app.Settlement{State: app.DeliveryParked, Code: app.Invalid, Message: "No such user."})
	must(t, s.DropDelivery(t.Context(), d.ID, "x", "Ada", t0))
	decideNow(t, s, t0.Add(time.Hour), circle("first", app.ReasonFirst, "a"))
	if next := claim(t, s, t0.Add(time.Hour)); next.ID == d.ID {
		t.Errorf("%+v", next)
	}
}

// TestAnswersAreCounted: those that put a delivery off, until a person has it tried again. Nothing was sent by them.
func TestAnswersAreCounted(t *testing.T) {
	s := storetest.Open(t)
	seed(t, s, 0)
	decideNow(t, s, t0, circle("first", app.ReasonFirst, "a"))
	put := app.Settlement{State: app.DeliveryWaiting, Code: app.Unavailable, Message: "452 Mailbox full", Answered: true, Uncounted: true}
	for i := range 3 {
		at := t0.Add(time.Duration(i) * time.Hour)
		d := claim(t, s, at)
		intend(t, s, d, at)
		put.At, put.NextAt = at, at.Add(time.Minute)
		settle(t, s, d, put)
	}
	d := claim(t, s, t0.Add(3*time.Hour))
	if d.Deferrals != 3 || !d.DeferredSince.Equal(t0) || d.Failures != 0 {
		t.Errorf("%+v", d)
	}
	intend(t, s, d, t0)
	settle(t, s, d, app.Settlement{State: app.DeliveryParked, Code: app.Unavailable, Message: "For a day.", Answered: true})
	must(t, s.RetryDelivery(t.Context(), d.ID, "Ada", t0))
	if d = claim(t, s, t0); d.State != app.DeliverySending || d.Deferrals != 0 || !d.DeferredSince.IsZero() {
		t.Errorf("tried again by hand: %+v", d)
	}
}

// TestWhomAMailDidNotReach is kept with the delivery, and listed until a later e-mail of the alert reached everybody.
func TestWhomAMailDidNotReach(t *testing.T) {
	s := storetest.Open(t)
	seed(t, s, 0)
	const said = "The mail server does not take mail for boss@example.com."
	send := func(name, message string, at time.Time) app.Delivery {
		decideNow(t, s, at, circle(name, app.ReasonFirst, name))
		d := claim(t, s, at)
		intend(t, s, d, at)
		settle(t, s, d, app.Settlement{At: at, State: app.DeliveryDone, Message: message})
		return d
	}
	d := send("first", said, t0)
	if got := delivery(t, s, d.ID); got.State != app.DeliveryDone || got.Reason != said {
		t.Errorf("%+v", got)
	}
	missed := func(since time.Time, want ...int64) {
		t.Helper()
		list, err := s.MailsNotForAll(t.Context(), since)
		must(t, err)
		if len(list) != len(want) || len(want) > 0 && list[0].ID != want[0] {
			t.Errorf("%+v, want %v", list, want)
		}
	}
	missed(t0, d.ID)
	missed(t0.Add(time.Second))
	again := send("second", said, t0.Add(time.Minute))
	missed(t0, again.ID)
	send("third", "", t0.Add(2*time.Minute))
	missed(t0)
}
