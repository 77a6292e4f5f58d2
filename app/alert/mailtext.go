package alert

import (
	"fmt"
	"slices"
	"strconv"

	"psabridge/app"
)

// mailOpens tells that something holds, with all of its circle that waits to be told: one e-mail does for all.
func (w *world) mailOpens(c *condition, r *app.AlertRule) {
	name := w.organizationName(c.OrganizationID)
	t := w.templates(r, c.Object.Kind)
	m := app.MailPayload{Subject: t.summaryFrom(c.Condition, name), Reason: app.ReasonFirst}
	if c.again == app.ReasonDateCame || c.again == app.ReasonStart {
		m.Reason = c.again
	}
	m.Text = below(t.bodyFrom(c.Condition, name), c.sentence(m.Reason))
	thread := w.thread(c)
	what := "open"
	if c.ofMany() {
		what = manyOpen
	}
	id := w.messageID(c, what)
	if thread == "" {
		thread = id
	} else {
		m.InReplyTo = thread
		m.Text = below(m.Text, "Others that were told of before still hold.")
	}
	n := 0
	for _, other := range w.circles[w.circle(c)] {
		if opens, _, _ := other.mailStands(); opens && other != c {
			m.Text = alongside(m.Text, w.alsoMail(c, other, alsoText(other.Condition)))
			w.mailKnown(other, thread)
			n++
		}
	}
	if n > 0 {
		m.Subject = cut(m.Subject, summaryLimit-len(" (and 99999 more)")) + fmt.Sprintf(" (and %d more)", n)
	}
	w.mailKnown(c, thread)
	w.post(c, r, what, m)
}

// alsoMail is what an e-mail about one condition says of another, which may be of another organization.
func (w *world) alsoMail(c, other *condition, text string) string {
	if other.OrganizationID == c.OrganizationID {
		return text
	}
	return text + " (" + w.organizationName(other.OrganizationID) + ")"
}

// mailAgainNow tells that it became worse, or still holds when the date came until which it was to be quiet.
func (w *world) mailAgainNow(c *condition, r *app.AlertRule) {
	m := app.MailPayload{Reason: app.ReasonWorsened, InReplyTo: c.Thread(), Subject: cut("Worse: "+c.Title, summaryLimit), Text: worsenedText(c.Condition)}
	what := "worse:" + itoa(c.Level) + ":" + string(c.Severity)
	if c.again == app.ReasonDateCame {
		m.Reason, what = c.again, "date:"+itoa(int(w.s.Now.Unix()))
		m.Subject = cut("Still: "+c.Title, summaryLimit)
		m.Text = below("It still holds: "+sentence(c.Title)+"\n"+c.Text, c.extra)
	}
	m.Text = below(m.Text, w.facts(c))
	for _, other := range w.circles[w.circle(c)] {
		if _, again, _ := other.mailStands(); again && other != c && other.Thread() == c.Thread() && other.again == c.again {
			m.Text = alongside(m.Text, w.alsoMail(c, other, againText(other)))
			w.mailKnown(other, other.Thread())
		}
	}
	w.mailKnown(c, c.Thread())
	w.post(c, r, what, m)
}

// againText says why people are told of a condition again.
func againText(c *condition) string {
	if c.again == app.ReasonDateCame {
		return "It still holds: " + sentence(c.Title)
	}
	return worsenedText(c.Condition)
}

// mailOver tells that all of a thread is over, with the facts.
func (w *world) mailOver(c *condition, r *app.AlertRule) {
	var group []*condition
	for _, other := range w.circles[w.circle(c)] {
		if other.Thread() == c.Thread() {
			group = append(group, other)
		}
	}
	m := app.MailPayload{
		Reason: app.ReasonCleared, InReplyTo: c.Thread(), Subject: cut("Over: "+c.Title, summaryLimit),
		Text: below(below(sentence(c.Title), clearedText(c, group)), w.facts(c)),
	}
	for _, other := range group {
		if other.Mailed != "" {
			other.Mailed = ""
			w.change(other)
		}
	}
	c.MailQuietUntil = w.s.Now.Add(w.manners(c).noteEvery)
	w.change(c)
	w.post(c, r, "over", m)
}

// mailKnown says that people know of a condition, and begins the quiet time.
func (w *world) mailKnown(c *condition, thread string) {
	if c.asks != "" {
		w.amend(c.asks, app.OutcomeMail, app.ReasonFirst)
		c.asks = ""
	}
	c.Mailed, c.MailThread = app.MailedOpen, thread
	c.MailQuietUntil = w.s.Now.Add(w.manners(c).noteEvery)
	w.change(c)
}

// facts is who and what a later e-mail is about.
func (w *world) facts(c *condition) string {
	text := "Organization: " + w.organizationName(c.OrganizationID)
	if c.Object.Kind != "" {
		text += "\nObject: " + objectName(c.Object)
	}
	return text + "\nFirst seen: " + moment(c.FirstAt) + "\nCount: " + itoa(c.Occurrences) + "\nAlert: " + c.Rule
}

// mailName names an e-mail for ever: one is decided once, and sending it again sends the same. The episode is named by
// what began it: its number begins anew when the rules forgot those before.
func mailName(c *condition, what string) string {
	episode := app.HashKey(c.FirstEvent, strconv.FormatInt(c.FirstAt.UnixMilli(), 10))
	return "mail:" + c.Key + ":" + episode + ":" + itoa(c.Comebacks) + ":" + what
}

func (w *world) messageID(c *condition, what string) string {
	id := app.HashKey(w.s.InstallID, mailName(c, what)) + "@" + w.s.InstallID + ".psabridge"
	if what == manyOpen {
		return manyMark + id
	}
	return id
}

// mailLane is what keeps the e-mails about the same things in order.
func mailLane(c *condition, r *app.AlertRule) string {
	if c.ofMany() {
		return "mail:" + app.HashKey(c.Source, "many", c.Rule)
	}
	return "mail:" + ScopeKey(c.Condition, r.Ticket.Per)
}

// post decides an e-mail. Those of one scope go one after the other.
func (w *world) post(c *condition, r *app.AlertRule, what string, m app.MailPayload) {
	m.To, m.MessageID = slices.Clone(r.Via.Email), w.messageID(c, what)
	m.Rule, m.Source, m.OrganizationID, m.Organization = c.Rule, c.Source, c.OrganizationID, w.organizationName(c.OrganizationID)
	m.Object, m.Type = c.Object, c.Type
	m.Text = shorten(m.Text, 2*textLimit)
	w.out.Deliveries = append(w.out.Deliveries, app.DecidedDelivery{
		DedupKey: mailName(c, what), Kind: app.DeliverMail, Connection: app.MailConnection,
		Lane: mailLane(c, r), Mail: &m,
	})
}
