package views

import (
	"slices"
	"strings"
	"time"

	"psabridge/app"
	"psabridge/views/layout"
	"psabridge/views/ui"
)

// Notifications is how a person is told that something needs him, and the account alerts are mailed by.
type Notifications struct {
	Shell    layout.Shell
	Form     NotifyForm
	Revision int64
	Mend     Mend // what a person came to this page for; zero when he just came
	Password ui.SecretState
	Webhook  ui.SecretState
	Channels []ChannelRow
	Standing []app.Notice // what needs a person now, as it is told
}

// NotifyForm are the values as typed or stored. Input names are the words in the comments. smtp_password and webhook_url are
// sent and never shown.
type NotifyForm struct {
	To             string // email_to: one address a line
	Host           string // smtp_host
	Port           string // smtp_port
	User           string // smtp_user
	TLS            string // smtp_tls: starttls | tls | none
	From           string // smtp_from
	MailPrivate    bool   // smtp_private
	Kind           string // webhook_kind: teams | slack | json; empty for none
	WebhookPrivate bool   // webhook_private
	Desktop        bool   // desktop
	Errors         ui.Errors
}

// ChannelRow is one road by which a person is told, and how that went last.
type ChannelRow struct {
	Channel string // app.Channel…
	On      bool
	Sent    *app.NoticeSent // nil: never used
}

// NoticeKinds are the words for everything a person is told of, by kind, in the order of the page.
var NoticeKinds = []struct{ Kind, Words string }{
	{"blocked", "A connection refuses our keys, does not answer, or no e-mail goes out"},
	{"parked", "Deliveries wait for you"},
	{"flood", "More tickets at once than open without asking"},
	{"start_line", "What held before you switched on waits for an answer"},
	{"source_unreadable", "A source cannot be read"},
	{"push_waiting", "A month is due and waits for you"},
	{"push_incomplete", "A push ended with lines not written"},
	{"push_writing", "A push is being written for more than an hour"},
	{"not_mapped", "Alerts wait for a company"},
	{"new_organization", "A new organization appeared"},
	{"mail_refused", "An alert does not reach somebody by e-mail"},
	{"checks_failed", "A check of a connection, or of these channels, went from good to bad"},
	{"checks_outdated", "A connection was changed and not tested since"},
	{"database", "psabridge cannot write its own database"},
	{"notify", "One of these channels itself does not work"},
}

// told says when a person was told of what needs him, or will be.
func (m Notifications) told(n app.Notice) string {
	if !n.ToldAt.IsZero() {
		return "Told " + ui.Moment(n.ToldAt, m.Shell.Now, m.Shell.Zone) + "."
	}
	if !slices.ContainsFunc(m.Channels, func(c ChannelRow) bool { return c.On }) {
		return "Nobody is told: no way is switched on."
	}
	due, why := n.OpenedAt.Add(app.NoticeSettle), "if it still stands then"
	for _, other := range m.Standing {
		if next := other.ToldAt.Add(app.NoticeQuiet); other.Kind == n.Kind && !other.ToldAt.IsZero() && next.After(due) {
			due, why = next, "with what else there is of its kind then"
		}
	}
	if !due.After(m.Shell.Now) {
		return "Told within a minute."
	}
	return "Told " + ui.Ago(due, m.Shell.Now) + ", " + why + "."
}

// name is what the channel is called.
func (r ChannelRow) name() string {
	if r.Channel == app.ChannelDesktop {
		return "This computer’s desktop"
	}
	return strings.TrimSuffix(sentence(ChannelWords(r.Channel)), ".")
}

// ChannelWords is a channel in a sentence.
func ChannelWords(channel string) string {
	switch channel {
	case app.ChannelEmail:
		return "e-mail"
	case app.ChannelWebhook:
		return "webhook"
	case app.ChannelDesktop:
		return "the desktop"
	}
	return channel
}

func (r ChannelRow) icon() string {
	switch r.Channel {
	case app.ChannelEmail:
		return "mail"
	case app.ChannelWebhook:
		return "ext"
	}
	return "info"
}

// last says how the channel went last.
func (r ChannelRow) last(s layout.Shell) string {
	switch {
	case !r.On:
		return "Off."
	case r.Sent == nil:
		return "Nothing was sent by it yet."
	case r.Sent.Error != "" && r.Sent.OKAt.IsZero():
		return "It never worked. Last tried " + ui.Moment(r.Sent.At, s.Now, s.Zone) + "."
	case r.Sent.Error != "":
		return "Last tried " + ui.Moment(r.Sent.At, s.Now, s.Zone) + "; it worked last " + ui.Moment(r.Sent.OKAt, s.Now, s.Zone) + "."
	}
	return "Last sent " + ui.Moment(latestOf(r.Sent.At, r.Sent.OKAt), s.Now, s.Zone) + "."
}

func latestOf(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
