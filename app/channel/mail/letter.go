package mail

import (
	"bytes"
	"strings"
	"unicode"

	gomail "github.com/wneessen/go-mail"

	"psabridge/app"
	"psabridge/app/channel"
)

const (
	ourName     = "psabridge"
	mostSubject = 200    // characters
	mostText    = 60_000 // characters; what is longer is a defect somewhere, and no server would take much more
)

// letter writes a message as it goes over the line: plain text in UTF-8, marked as made by a program so that nobody's
// holiday answer comes back.
func (c *Channel) letter(m channel.Message, to []string) ([]byte, error) {
	msg := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	if err := msg.FromFormat(ourName, c.from); err != nil {
		return nil, defect(err)
	}
	if err := msg.To(to...); err != nil {
		return nil, defect(err)
	}
	msg.Subject(cut(oneLine(m.Title), mostSubject))
	msg.SetDate()
	msg.SetMessageID()
	if plainID(m.ID) {
		msg.SetMessageIDWithValue(m.ID)
	}
	if plainID(m.ReplyTo) {
		msg.SetGenHeader(gomail.HeaderInReplyTo, "<"+m.ReplyTo+">")
		msg.SetGenHeader(gomail.HeaderReferences, "<"+m.ReplyTo+">")
	}
	msg.SetGenHeader("Auto-Submitted", "auto-generated")
	msg.SetBodyString(gomail.TypeTextPlain, text(m))
	var out bytes.Buffer
	if _, err := msg.WriteTo(&out); err != nil {
		return nil, defect(err)
	}
	return out.Bytes(), nil
}

func defect(err error) error {
	return &app.Error{Code: app.Internal, Outcome: app.OutcomeNone, Message: "a message cannot be written", Err: err}
}

// text is what a person reads.
func text(m channel.Message) string {
	var parts []string
	if t := strings.TrimSpace(m.Text); t != "" {
		parts = append(parts, t)
	}
	var list strings.Builder
	for _, item := range m.Items {
		list.WriteString("- " + oneLine(item.Title) + "\n")
		if t := strings.TrimSpace(item.Text); t != "" {
			list.WriteString("  " + strings.ReplaceAll(t, "\n", "\n  ") + "\n")
		}
	}
	if list.Len() > 0 {
		parts = append(parts, strings.TrimSuffix(list.String(), "\n"))
	}
	if m.Page != "" {
		parts = append(parts, "On the computer that runs psabridge:\n"+m.Page)
	}
	return cut(clean(strings.Join(parts, "\n\n")), mostText) + "\n"
}

// oneLine keeps a text from becoming a header of its own.
func oneLine(s string) string {
	return strings.Join(strings.Fields(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, s)), " ")
}

// clean takes out what a mail has no use for; line feeds and tabs stay.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' {
			return -1
		}
		return r
	}, strings.ReplaceAll(s, "\r\n", "\n"))
}

func cut(s string, most int) string {
	if r := []rune(s); len(r) > most {
		return string(r[:most-1]) + "…"
	}
	return s
}

// plainID reports whether a Message-ID can stand in a header as it is: left@right without spaces, brackets and controls.
func plainID(id string) bool {
	left, right, ok := strings.Cut(id, "@")
	return ok && left != "" && right != "" && len(id) <= 200 && !strings.ContainsFunc(id, func(r rune) bool {
		return r <= ' ' || r >= 0x7f || r == '<' || r == '>'
	})
}
