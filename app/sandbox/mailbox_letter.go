package sandbox

import (
	"bytes"
	"encoding/base64"
	"io"
	"mime"
	"mime/quotedprintable"
	"net/mail"
	"slices"
	"strings"
)

// letter reads a message for people: the subject and text as a mail program shows them.
func (s *mailSession) letter(body []byte) Mail {
	out := Mail{At: s.box.now().UTC(), From: s.from, To: slices.Clone(s.to), User: s.user, Encrypted: s.encrypted, Raw: string(body)}
	m, err := mail.ReadMessage(bytes.NewReader(body))
	if err != nil {
		out.Text = string(body)
		return out
	}
	out.MessageID, out.InReplyTo = plainID(m.Header.Get("Message-Id")), plainID(m.Header.Get("In-Reply-To"))
	if out.Subject, err = new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject")); err != nil {
		out.Subject = m.Header.Get("Subject")
	}
	text := m.Body
	switch strings.ToLower(m.Header.Get("Content-Transfer-Encoding")) {
	case "quoted-printable":
		text = quotedprintable.NewReader(text)
	case "base64":
		text = base64.NewDecoder(base64.StdEncoding, text)
	}
	all, _ := io.ReadAll(text) // what could be decoded
	out.Text = strings.ReplaceAll(string(all), "\r\n", "\n")
	return out
}

func plainID(id string) string { return strings.Trim(strings.TrimSpace(id), "<>") }
