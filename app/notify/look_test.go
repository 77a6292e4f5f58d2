package notify_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"psabridge/app"
	"psabridge/app/channel"
)

// TestOneMessageForEachKind: what needs a person is told together, by every road, once.
func TestOneMessageForEachKind(t *testing.T) {
	w := newStoredWorld(t)
	w.need("parked", "a", "b", "c")
	w.need("source_unreadable", "sync")
	w.pass(50 * time.Minute)
	for _, name := range []string{app.ChannelEmail, app.ChannelWebhook} {
		w.want(name, "1 psabridge: Deliveries wait for you, for 3 reasons", "1 psabridge: About sync")
	}
	w.want(app.ChannelDesktop, "1 Deliveries wait for you, for 3 reasons", "1 About sync")
	first := w.sent[slices.IndexFunc(w.sent, func(s sent) bool { return s.Channel == app.ChannelEmail })]
	if len(first.Items) != 3 || first.Items[0] != (channel.Item{Title: "About a.", Text: "Mend a."}) || first.Page != "http://psabridge.localhost/parked" ||
		!slices.Equal(first.To, []string{"noc@example.com"}) || !strings.HasSuffix(first.ID, "@example.com") || first.Kind != "parked" {
		t.Errorf("%+v", first)
	}
	if ok := w.result(app.ChannelEmail); ok.Error != "" || !ok.OKAt.Equal(start.Add(time.Minute)) {
		t.Errorf("%+v", ok)
	}
	w.quietAboutSecrets()
}

// TestNothingTwiceAndNoNewsIsNotWritten: a minute without news writes nothing, and nothing is told again.
func TestNothingTwiceAndNoNewsIsNotWritten(t *testing.T) {
	w := newStoredWorld(t)
	w.need("parked", "a")
	w.pass(3 * time.Minute)
	written := w.writes
	w.pass(5 * time.Hour)
	if w.writes != written || len(w.sent) != 3 {
		t.Errorf("%d writes, %d messages", w.writes-written, len(w.sent))
	}
	w.needs = nil
	w.pass(5 * time.Hour)
	if w.writes != written+1 || len(w.sent) != 3 {
		t.Errorf("mended: %d writes, %d messages; that all is well is not told", w.writes-written, len(w.sent))
	}
}

// TestAtMostOnceAnHour: what comes within the hour waits for its end, and is told together.
func TestAtMostOnceAnHour(t *testing.T) {
	w := newWorld(t)
	w.need("parked", "a")
	w.pass(10 * time.Minute)
	w.need("parked", "b")
	w.pass(10 * time.Minute)
	w.need("parked", "c")
	w.need("blocked", "cw") // another kind does not wait
	w.pass(2 * time.Hour)
	w.want(app.ChannelDesktop, "1 About a", "21 About cw", "61 Deliveries wait for you, for 2 reasons")
}

// TestWhatMendsItselfIsNotTold: much is over with the next try. What cannot be is told at once.
func TestWhatMendsItselfIsNotTold(t *testing.T) {
	w := newWorld(t)
	for range 30 {
		w.needs = nil
		w.need("parked", "a")
		w.look()
		w.now = w.now.Add(59 * time.Second)
		w.needs = nil
		w.look()
		w.now = w.now.Add(time.Second)
	}
	if len(w.sent) != 0 {
		t.Errorf("%+v", w.sent)
	}
	w.atOnce = true
	w.need("blocked", "cw")
	w.look()
	if len(w.sent) != 3 {
		t.Errorf("%+v", w.sent)
	}
}

// TestARestartForgetsNothing: neither what was told, nor when, nor what was not.
func TestARestartForgetsNothing(t *testing.T) {
	w := newStoredWorld(t)
	w.need("parked", "a")
	w.pass(5 * time.Minute)
	w.need("parked", "b")
	for range 20 {
		w.restart()
		w.pass(time.Minute)
	}
	w.want(app.ChannelDesktop, "1 About a")
	w.restart()
	w.pass(time.Hour)
	w.want(app.ChannelDesktop, "1 About a", "61 About b")
}

// TestAChannelThatIsDown: the others tell, it is tried more and more rarely, the page says why, and it makes up for what it
// missed.
func TestAChannelThatIsDown(t *testing.T) {
	w := newStoredWorld(t)
	w.fails[app.ChannelWebhook] = down()
	w.need("parked", "a")
	w.pass(100 * time.Minute)
	if want := minutes(1, 2, 4, 9, 24, 84); !slices.Equal(w.tried[app.ChannelWebhook], want) {
		t.Errorf("tried at %v, want %v", w.tried[app.ChannelWebhook], want)
	}
	w.want(app.ChannelDesktop, "1 About a")
	w.want(app.ChannelEmail, "1 psabridge: About a")
	if r := w.result(app.ChannelWebhook); r.Error != "Nobody answers." || !r.OKAt.IsZero() {
		t.Errorf("%+v", r)
	}
	w.fails[app.ChannelWebhook] = nil
	w.notify.Hurry() // its settings changed
	w.pass(2 * time.Hour)
	w.want(app.ChannelWebhook, "100 psabridge: About a")
	w.want(app.ChannelDesktop, "1 About a")
	if r := w.result(app.ChannelWebhook); r.Error != "" {
		t.Errorf("%+v", r)
	}
	w.quietAboutSecrets()
}

// TestWhatIsMendedIsNotMadeUpFor: a channel that was down does not tell what nobody needs to know any more.
func TestWhatIsMendedIsNotMadeUpFor(t *testing.T) {
	w := newWorld(t)
	w.fails[app.ChannelWebhook] = down()
	w.need("parked", "a")
	w.pass(3 * time.Minute)
	w.needs, w.fails[app.ChannelWebhook] = nil, nil
	w.pass(3 * time.Hour)
	w.want(app.ChannelWebhook)
}

// TestNobodyTookIt: then it is still to be told, by whoever works first, also after a restart.
func TestNobodyTookIt(t *testing.T) {
	w := newWorld(t)
	for _, name := range []string{app.ChannelDesktop, app.ChannelEmail, app.ChannelWebhook} {
		w.fails[name] = down()
	}
	w.need("parked", "a")
	w.pass(30 * time.Minute)
	w.restart()
	w.fails[app.ChannelEmail] = nil
	w.pass(30 * time.Minute)
	w.want(app.ChannelEmail, "30 psabridge: About a")
}

// TestRefusedAccountsAreTriedRarely: accounts get locked.
func TestRefusedAccountsAreTriedRarely(t *testing.T) {
	w := newWorld(t)
	w.fails[app.ChannelEmail] = &app.Error{Code: app.Unauthorized, Outcome: app.OutcomeNone, Message: "Wrong password."}
	w.fails[app.ChannelWebhook] = &app.Error{Code: app.RateLimited, Outcome: app.OutcomeNone, RetryAfter: 40 * time.Minute, Message: "Wait."}
	w.need("parked", "a")
	w.pass(50 * time.Minute)
	if want := minutes(1, 11, 21, 31, 46); !slices.Equal(w.tried[app.ChannelEmail], want) {
		t.Errorf("e-mail tried at %v", w.tried[app.ChannelEmail])
	}
	if want := minutes(1, 41); !slices.Equal(w.tried[app.ChannelWebhook], want) {
		t.Errorf("webhook tried at %v", w.tried[app.ChannelWebhook])
	}
}

// TestAChannelDoesNotTellThatItFails: the others do.
func TestAChannelDoesNotTellThatItFails(t *testing.T) {
	w := newWorld(t)
	w.need("notify", app.ChannelEmail)
	w.pass(3 * time.Hour)
	w.want(app.ChannelEmail)
	w.want(app.ChannelDesktop, "1 About email")
	w.want(app.ChannelWebhook, "1 psabridge: About email")
}

// TestTheMailServerIsTriedInSilence: when there is nothing to say any more, it is found out all the same that it works again.
func TestTheMailServerIsTriedInSilence(t *testing.T) {
	w := newWorld(t)
	w.fails[app.ChannelEmail] = down()
	w.need("parked", "a")
	w.pass(2 * time.Minute)
	w.needs = nil
	w.pass(10 * time.Minute)
	if r := w.result(app.ChannelEmail); r.Error == "" || w.probes == 0 || w.probes > 5 {
		t.Errorf("%+v after %d probes", r, w.probes)
	}
	w.fails[app.ChannelEmail] = nil
	w.pass(time.Hour)
	if r := w.result(app.ChannelEmail); r.Error != "" || len(w.by(app.ChannelEmail)) != 0 {
		t.Errorf("%+v", r)
	}
	probes := w.probes
	w.pass(time.Hour)
	if w.probes != probes {
		t.Error("a server that works is asked on and on")
	}
}

// TestSomeReceiversRefused: the others have it, so it is told; who did not get it stays on the page.
func TestSomeReceiversRefused(t *testing.T) {
	w := newWorld(t)
	w.fails[app.ChannelEmail] = &channel.PartlyError{Message: "boss@example.com was refused."}
	w.need("parked", "a")
	w.pass(3 * time.Hour)
	w.want(app.ChannelEmail, "1 psabridge: About a")
	if r := w.result(app.ChannelEmail); r.Error != "boss@example.com was refused." || r.OKAt.IsZero() || w.probes != 0 {
		t.Errorf("%+v", r)
	}
}

// TestWhatStandsIsToldAgainAfterAWeek and says so.
func TestWhatStandsIsToldAgainAfterAWeek(t *testing.T) {
	w := newWorld(t)
	w.every = 30 * time.Minute
	w.need("parked", "a")
	w.pass(8 * 24 * time.Hour)
	w.want(app.ChannelDesktop, "30 About a", "10110 About a")
	if last := w.sent[len(w.sent)-1]; !strings.Contains(last.Text, "still stands") || last.ID == w.sent[2].ID {
		t.Errorf("%+v", last)
	}
}

// TestOnlyWhatIsSetUpIsUsed, and a demo leaves the desktop alone.
func TestOnlyWhatIsSetUpIsUsed(t *testing.T) {
	w := newWorld(t)
	w.demo = true
	w.doc.Notify = app.NotifySettings{Email: app.EmailSettings{SMTP: w.doc.Notify.Email.SMTP}} // nobody to write to
	w.restart()
	w.need("parked", "a")
	w.pass(5 * time.Minute)
	if len(w.tried) != 0 {
		t.Errorf("%v", w.tried)
	}
	w.demo = false
	w.restart()
	w.pass(5 * time.Minute)
	w.want(app.ChannelDesktop, "5 About a")
}

// TestADesktopNobodyAskedForMayBeMissing: that needs nobody. One that was asked for must work.
func TestADesktopNobodyAskedForMayBeMissing(t *testing.T) {
	w := newWorld(t)
	w.fails[app.ChannelDesktop] = down()
	w.doc.Notify.Desktop = nil
	w.need("parked", "a")
	w.pass(5 * time.Minute)
	if r := w.result(app.ChannelDesktop); r.Channel != "" {
		t.Errorf("%+v", r)
	}
	on := true
	w.doc.Notify.Desktop = &on
	w.pass(30 * time.Minute)
	if r := w.result(app.ChannelDesktop); r.Error != "Nobody answers." {
		t.Errorf("%+v", r)
	}
}

// TestAMissingSecretIsSaid: in words, without trying anything.
func TestAMissingSecretIsSaid(t *testing.T) {
	w := newWorld(t)
	delete(w.secrets, app.SecretWebhookURL)
	w.need("parked", "a")
	w.pass(5 * time.Minute)
	if r := w.result(app.ChannelWebhook); !strings.Contains(r.Error, "not set") || len(w.tried[app.ChannelWebhook]) != 0 {
		t.Errorf("%+v", r)
	}
	delete(w.secrets, app.SecretSMTPPassword)
	w.doc.Notify.Email.SMTP.User, w.doc.Notify.Email.SMTP.From = "", "bridge@example.com" // a server that wants none
	if err := w.notify.Test(t.Context(), app.ChannelEmail); err != nil {
		t.Error(err)
	}
}

// TestManyAreCounted: nobody reads hundreds of lines.
func TestManyAreCounted(t *testing.T) {
	w := newWorld(t)
	for i := range 300 {
		w.need("unheard_of", strings.Repeat("x", i+1))
	}
	w.pass(2 * time.Minute)
	if m := w.sent[0]; m.Title != "300 things need you" || len(m.Items) != 21 || m.Items[20].Title != "And 280 more." {
		t.Errorf("%q, %d items", m.Title, len(m.Items))
	}
}

// TestAClockSetBackSilencesNobody.
func TestAClockSetBackSilencesNobody(t *testing.T) {
	w := newStoredWorld(t)
	w.need("parked", "a")
	w.pass(5 * time.Minute)
	w.now = w.now.Add(-24 * time.Hour)
	w.need("parked", "b")
	w.pass(5 * time.Minute)
	if got := w.by(app.ChannelDesktop); len(got) != 2 || !strings.HasSuffix(got[1], "About b") {
		t.Errorf("%q", got)
	}
}

// TestStoppingIsNobodysFailure: what was under way is told at the next start.
func TestStoppingIsNobodysFailure(t *testing.T) {
	w := newStoredWorld(t)
	w.need("parked", "a")
	w.look()
	w.now = w.now.Add(time.Minute)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, name := range []string{app.ChannelDesktop, app.ChannelEmail, app.ChannelWebhook} {
		w.fails[name] = context.Canceled
	}
	_ = w.notify.Look(ctx, w.now) // the store may refuse a context that is over
	clear(w.fails)
	w.restart()
	w.pass(2 * time.Minute)
	w.want(app.ChannelDesktop, "1 About a")
	if r := w.result(app.ChannelDesktop); r.Error != "" {
		t.Errorf("%+v", r)
	}
}

// TestPropertyOnceAnHourAndNothingForgotten: whatever begins, ends and breaks, no channel takes two messages of a kind within an
// hour, and what stands for long enough beside a channel that works is told.
func TestPropertyOnceAnHourAndNothingForgotten(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		w := newWorld(t)
		w.every = 7 * time.Minute
		kinds, subjects := []string{"parked", "blocked"}, []string{"a", "b", "c"}
		channels := []string{app.ChannelDesktop, app.ChannelEmail, app.ChannelWebhook}
		for range rapid.IntRange(1, 12).Draw(rt, "steps") {
			switch rapid.IntRange(0, 4).Draw(rt, "step") {
			case 0:
				w.need(rapid.SampledFrom(kinds).Draw(rt, "kind"), rapid.SampledFrom(subjects).Draw(rt, "subject"))
			case 1:
				if len(w.needs) > 0 {
					w.needs = slices.Delete(w.needs, 0, 1)
				}
			case 2:
				w.fails[rapid.SampledFrom(channels).Draw(rt, "down")] = down()
			case 3:
				w.fails[rapid.SampledFrom(channels).Draw(rt, "up")] = nil
			case 4:
				w.restart()
			}
			w.pass(time.Duration(rapid.IntRange(1, 40).Draw(rt, "minutes")) * time.Minute)
		}
		clear(w.fails)
		w.pass(150 * time.Minute)
		last := map[string]time.Duration{}
		for _, s := range w.sent {
			key := s.Channel + " " + s.Kind
			if before, ok := last[key]; ok && s.At-before < time.Hour {
				rt.Fatalf("%s at %v and %v", key, before, s.At)
			}
			last[key] = s.At
		}
		open, err := w.store.Notices(t.Context())
		if err != nil {
			rt.Fatal(err)
		}
		for _, one := range open {
			if one.ToldAt.IsZero() {
				rt.Fatalf("nobody was told of %s %s", one.Kind, one.Subject)
			}
		}
	})
}
