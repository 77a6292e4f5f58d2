package notify

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"psabridge/app"
	"psabridge/app/channel"
	"psabridge/app/link"
)

// several is the title of a message about more than one notice of a kind.
var several = map[string]string{
	"blocked":           "Nothing is sent on %d connections",
	"parked":            "Deliveries wait for you, for %d reasons",
	"source_unreadable": "%d sources cannot be read",
	"checks_failed":     "Checks of %d connections failed",
	"checks_outdated":   "%d connections were not tested since you changed them",
	"not_mapped":        "Alerts of %d organizations wait for a mapping",
	"mapping_broken":    "Mappings of %d connections are to repair",
	"new_organization":  "%d new organizations",
	"start_line":        "%d questions about what held before you switched on",
	"flood":             "%d alerts ask before they open more tickets",
	"mail_refused":      "%d alerts do not reach everybody by e-mail",
	"push_waiting":      "%d months wait for your push",
	"push_incomplete":   "%d pushes are not complete",
	"push_writing":      "%d pushes are still being written",
	kindNotify:          "%d ways to tell you do not work",
}

// mostItems bounds a message. Nobody reads more, and the page has them all.
const mostItems = 20

// message is the one message about what a channel has to tell of a kind.
func (l *look) message(name, kind string, list []app.Notice) channel.Message {
	m := channel.Message{Kind: kind, Page: l.Page(pageOf(list))}
	if len(list) == 1 {
		m.Title, m.Text = strings.TrimSuffix(list[0].Title, "."), list[0].Text
	} else {
		format := several[kind]
		if format == "" {
			format = "%d things need you"
		}
		m.Title = fmt.Sprintf(format, len(list))
		for _, one := range list[:min(len(list), mostItems)] {
			m.Items = append(m.Items, channel.Item{Title: one.Title, Text: one.Text})
		}
		if more := len(list) - mostItems; more > 0 {
			m.Items = append(m.Items, channel.Item{Title: fmt.Sprintf("And %d more.", more)})
		}
	}
	if l.toldAWeekAgo(list) {
		m.Text = strings.TrimSpace(m.Text + "\nYou were told of this a week ago; it still stands.")
	}
	l.address(&m, name, list)
	return m
}

// pageOf is where all of it is mended: its own page, or the overview when there are several.
func pageOf(list []app.Notice) string {
	for _, one := range list[1:] {
		if one.Page != list[0].Page {
			return link.Overview
		}
	}
	return list[0].Page
}

// toldAWeekAgo reports whether all of it stood for so long that it is told again.
func (l *look) toldAWeekAgo(list []app.Notice) bool {
	for _, one := range list {
		if one.ToldAt.IsZero() || l.now.Sub(one.ToldAt) < again {
			return false
		}
	}
	return true
}

// address adds what a channel needs besides. A mail and a chat are full of other programs' messages: the title says whose this
// one is. The Message-ID is that of the notices, so that a copy sent again is known as one. A server that puts some receivers off
// does not keep the others waiting for ever.
func (l *look) address(m *channel.Message, name string, list []app.Notice) {
	m.Title = titled(name, l.settings, m.Title)
	if name != app.ChannelEmail {
		return
	}
	h := sha256.New()
	l.mu.Lock()
	r := l.road(name)
	for _, one := range list {
		at := one.ToldAt
		if was := r.lines[keyOf(one)]; was.unsure() {
			at = was.toldAt
		}
		fmt.Fprintf(h, "%q %q %s %s\n", one.Kind, one.Subject, one.OpenedAt.UTC(), at.UTC())
	}
	m.WithoutLate = r.late >= latePatience
	l.mu.Unlock()
	m.To = l.settings.Email.To
	m.ID = "notice." + hex.EncodeToString(h.Sum(nil)[:12]) + "@" + domain(l.settings.Email.SMTP.From)
}

// titled names us in a message, where the channel does not.
func titled(name string, s app.NotifySettings, title string) string {
	if name == app.ChannelEmail || name == app.ChannelWebhook && s.Webhook.Kind != app.WebhookJSON {
		return "psabridge: " + title
	}
	return title
}

// domain is the right side of an address; a Message-ID needs one.
func domain(address string) string {
	if _, d, ok := strings.Cut(address, "@"); ok && d != "" {
		return d
	}
	return "psabridge.invalid"
}
