package sandbox

import (
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"net/smtp"
	"net/textproto"
	"strconv"
	"strings"
	"testing"

	"psabridge/app/sandbox/sample"
)

const letterForTest = "From: a@x.example\r\nTo: b@x.example\r\nSubject: =?UTF-8?q?M=C3=BCller?=\r\nMessage-ID: <1@x>\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nGr=C3=BC=C3=9Fe\r\n..\r\n"

func newMailbox(t *testing.T, o MailOptions) (*Mailbox, string) {
	t.Helper()
	box, err := StartMailbox(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = box.Stop() })
	return box, net.JoinHostPort(box.Host(), strconv.Itoa(box.Port()))
}

// dialMail talks to a mail server without the help of any adapter.
func dialMail(t *testing.T, box *Mailbox, address string, secure bool) *smtp.Client {
	t.Helper()
	c, err := smtp.Dial(address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	if secure {
		if err := c.StartTLS(&tls.Config{ServerName: "localhost", RootCAs: box.Roots(), MinVersion: tls.VersionTLS12}); err != nil {
			t.Fatal(err)
		}
	}
	return c
}

func post(c *smtp.Client, to string) error {
	if err := c.Mail("a@x.example"); err != nil {
		return err
	}
	if err := c.Rcpt(to); err != nil {
		return err
	}
	w, err := c.Data()
	if err != nil {
		return err
	}
	if _, err := w.Write([]byte(letterForTest)); err != nil {
		return err
	}
	return w.Close()
}

func TestMailboxKeepsMail(t *testing.T) {
	box, address := newMailbox(t, MailOptions{User: "me", Password: "pw"})
	c := dialMail(t, box, address, true)
	if err := post(c, "b@x.example"); err == nil || !strings.HasPrefix(err.Error(), "530") {
		t.Errorf("without signing in: %v", err)
	}
	if err := c.Auth(smtp.PlainAuth("", "me", "pw", box.Host())); err != nil {
		t.Fatal(err)
	}
	if err := post(c, "b@x.example"); err != nil {
		t.Fatal(err)
	}
	got := box.Mails()
	if len(got) != 1 || got[0].Subject != "Müller" || got[0].Text != "Grüße\n..\n" || got[0].MessageID != "1@x" || got[0].To[0] != "b@x.example" || got[0].User != "me" || !got[0].Encrypted {
		t.Errorf("%+v", got)
	}
	if err := dialMail(t, box, address, false).Auth(smtp.PlainAuth("", "me", "other", box.Host())); err == nil || !strings.HasPrefix(err.Error(), "535") {
		t.Errorf("a wrong password: %v", err)
	}
}

func TestMailFaults(t *testing.T) {
	box, address := newMailbox(t, MailOptions{})
	box.Add(
		MailFault{On: "RCPT", Address: "b@x.example", Reply: "451 4.7.1 Greylisted"},
		MailFault{On: "END", Cut: true},
		MailFault{On: "END", Cut: true, Lost: true},
		MailFault{On: "END", Reply: "554 5.7.1 Spam"},
	)
	if err := post(dialMail(t, box, address, false), "b@x.example"); err == nil || !strings.HasPrefix(err.Error(), "451") {
		t.Errorf("greylisted: %v", err)
	}
	for i, want := range []int{1, 1} { // kept and lost, both without an answer
		err := post(dialMail(t, box, address, false), "b@x.example")
		if _, answered := err.(*textproto.Error); err == nil || answered || len(box.Mails()) != want { //nolint:errorlint // net/smtp wraps none
			t.Errorf("cut %d: %v, %d mails", i, err, len(box.Mails()))
		}
	}
	if err := post(dialMail(t, box, address, false), "b@x.example"); err == nil || !strings.HasPrefix(err.Error(), "554") || len(box.Mails()) != 1 {
		t.Errorf("spam: %v, %d mails", err, len(box.Mails()))
	}
	box.Clear()
	if err := post(dialMail(t, box, address, false), "b@x.example"); err != nil || len(box.Mails()) != 2 {
		t.Errorf("%v, %d mails", err, len(box.Mails()))
	}
}

// TestMailboxTakesCommandsAhead: a client that does not wait for the answers is served all the same.
func TestMailboxTakesCommandsAhead(t *testing.T) {
	box, address := newMailbox(t, MailOptions{})
	conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	text := textproto.NewConn(conn)
	if _, err := conn.Write([]byte("EHLO me\r\nMAIL FROM:<a@x.example>\r\nRCPT TO:<b@x.example>\r\nDATA\r\n")); err != nil {
		t.Fatal(err)
	}
	for _, code := range []int{220, 250, 250, 250, 354} {
		if _, _, err := text.ReadResponse(code); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := conn.Write([]byte(letterForTest + ".\r\nQUIT\r\n")); err != nil {
		t.Fatal(err)
	}
	if _, _, err := text.ReadResponse(250); err != nil || len(box.Mails()) != 1 {
		t.Errorf("%v, %d mails", err, len(box.Mails()))
	}
}

func TestChatTakesPosts(t *testing.T) {
	r, err := Start(t.Context(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Stop() }()
	slack := `{"text":"fallback","blocks":[{"type":"header","text":{"type":"plain_text","text":"2 wait"}},{"type":"section","text":{"type":"plain_text","text":"Board NOC"}}]}`
	teams := `{"type":"message","attachments":[{"content":{"type":"AdaptiveCard","body":[{"type":"RichTextBlock","inlines":[{"type":"TextRun","text":"2 wait"}]},{"type":"TextBlock","text":"Board NOC"}]}}]}`
	plain := `{"kind":"parked","title":"2 wait","items":[{"title":"Board","text":"NOC"}],"page":"http://x/"}`
	for _, tc := range []struct {
		address, body string
		status        int
		text          string
	}{
		{r.WebhookURL, slack, http.StatusOK, "2 wait\nBoard NOC"},
		{r.WebhookURL, teams, http.StatusOK, "2 wait\nBoard NOC"},
		{r.WebhookURL, plain, http.StatusOK, "2 wait\nBoard\nNOC\nhttp://x/"},
		{r.WebhookURL, "no json", http.StatusBadRequest, ""},
		{r.WebhookURL + "x", slack, http.StatusNotFound, ""},
	} {
		before := len(r.Chat.Posts())
		if status := postJSON(t, tc.address, tc.body); status != tc.status {
			t.Errorf("%s: %d", tc.body, status)
		}
		posts := r.Chat.Posts()
		if tc.text == "" != (len(posts) == before) || tc.text != "" && posts[before].Text != tc.text {
			t.Errorf("%s: %+v", tc.body, posts)
		}
	}
	r.Chat.Faults.Add(RateLimited("30"))
	if status := postJSON(t, r.WebhookURL, slack); status != http.StatusTooManyRequests {
		t.Errorf("status %d", status)
	}
}

func postJSON(t *testing.T, address, body string) int {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	return res.StatusCode
}

// TestLookShowsWhatWasTold: people find the mailbox and the chat beside the tickets, and nothing in them is a page of its own.
func TestLookShowsWhatWasTold(t *testing.T) {
	r, err := Start(t.Context(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Stop() }()
	postJSON(t, r.WebhookURL, `{"title":"<b>2 wait</b>"}`)
	c := dialMail(t, r.Mailbox, net.JoinHostPort(r.Mailbox.Host(), strconv.Itoa(r.Mailbox.Port())), true)
	if err := c.Auth(smtp.PlainAuth("", sample.MailUser, sample.MailPassword, r.Mailbox.Host())); err != nil {
		t.Fatal(err)
	}
	if err := post(c, sample.MailTo); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"mailbox": "Müller", "chat": "&lt;b&gt;2 wait&lt;/b&gt;", "mailbox.json": `"subject":"Müller"`, "chat.json": "2 wait"} {
		if body := lookAt(t, r.LookURL+name); !strings.Contains(body, want) {
			t.Errorf("%s: no %s in %s", name, want, body)
		}
	}
}

func lookAt(t *testing.T, address string) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}
