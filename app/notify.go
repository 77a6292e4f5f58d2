package app

import "time"

// When a person is told of what needs him.
const (
	NoticeSettle = time.Minute // how long it must stand before: much mends itself with the next try
	NoticeQuiet  = time.Hour   // how long nothing more is told of a kind
)

// NotifySettings say how psabridge tells a person that something needs him, by roads that do not need ConnectWise. Its
// e-mail account also carries the alerts that a rule sends by e-mail.
type NotifySettings struct {
	Email   EmailSettings   `yaml:"email,omitempty" json:"email,omitzero"`
	Webhook WebhookSettings `yaml:"webhook,omitempty" json:"webhook,omitzero"`
	Desktop *bool           `yaml:"desktop,omitempty" json:"desktop,omitempty"` // default true
}

// IsZero reports whether nothing is set.
func (n NotifySettings) IsZero() bool {
	return n.Email.IsZero() && n.Webhook == (WebhookSettings{}) && n.Desktop == nil
}

// OnDesktop reports whether notices are shown on this computer's desktop.
func (n NotifySettings) OnDesktop() bool { return n.Desktop == nil || *n.Desktop }

// MarshalYAML prints desktop: false too; the library takes a pointer to false for "not set".
func (n NotifySettings) MarshalYAML() (any, error) {
	var desktop any
	if n.Desktop != nil {
		desktop = *n.Desktop
	}
	return struct {
		Email   EmailSettings   `yaml:"email,omitempty"`
		Webhook WebhookSettings `yaml:"webhook,omitempty"`
		Desktop any             `yaml:"desktop,omitempty"`
	}{n.Email, n.Webhook, desktop}, nil
}

// EmailSettings are the account e-mail is sent by, and who is told when something needs a person.
type EmailSettings struct {
	To   []string     `yaml:"to,omitempty" json:"to,omitempty"`
	SMTP SMTPSettings `yaml:"smtp,omitempty" json:"smtp,omitzero"`
}

// IsZero reports whether nothing is set.
func (e EmailSettings) IsZero() bool { return len(e.To) == 0 && e.SMTP == (SMTPSettings{}) }

// SMTPSettings are a mail server. Its password is the secret notify/smtp_password, bound to the host.
type SMTPSettings struct {
	Host string `yaml:"host,omitempty" json:"host,omitempty"`
	Port int    `yaml:"port,omitempty" json:"port,omitempty"` // default 587, with tls 465
	User string `yaml:"user,omitempty" json:"user,omitempty"`
	TLS  string `yaml:"tls,omitempty" json:"tls,omitempty"`   // starttls (default) | tls | none; none only for this computer or a private network
	From string `yaml:"from,omitempty" json:"from,omitempty"` // default: user when that is an address
	// AllowPrivateNetwork lets the server be in a private network.
	AllowPrivateNetwork bool `yaml:"allow_private_network,omitempty" json:"allow_private_network,omitempty"`
}

// How a mail server is spoken to.
const (
	SMTPStartTLS = "starttls"
	SMTPTLS      = "tls"
	SMTPNone     = "none"
)

// WebhookSettings are a chat or a program that takes notices. Its address is the secret notify/webhook_url.
type WebhookSettings struct {
	Kind string `yaml:"kind,omitempty" json:"kind,omitempty"` // teams | slack | json; empty: none
	// AllowPrivateNetwork lets the address be in a private network.
	AllowPrivateNetwork bool `yaml:"allow_private_network,omitempty" json:"allow_private_network,omitempty"`
}

// The kinds of webhooks.
const (
	WebhookTeams = "teams"
	WebhookSlack = "slack"
	WebhookJSON  = "json"
)

// The secrets of NotifySettings.
//
//nolint:gosec // names, not passwords
const (
	SecretSMTPPassword = "notify/smtp_password"
	SecretWebhookURL   = "notify/webhook_url"
)

// MailConnection is what stands for the mail server where deliveries name a connection. No connection may be called so.
const MailConnection = "e-mail"

// Notice is something that needs a person: opened when it began, closed when it was mended. Those of one kind are told
// together, at most once an hour.
type Notice struct {
	ID       int64
	Kind     string // as in needs_you of the status: parked, blocked, source_unreadable, checks, start_line, …
	Subject  string // tells two of one kind apart, and does not change while it stands
	Title    string
	Text     string
	Page     string // path of the page that mends it
	OpenedAt time.Time
	ClosedAt time.Time // zero while it stands
	ToldAt   time.Time // zero: nobody was told yet
}

// NoticeSent is what came of telling by one channel last.
type NoticeSent struct {
	Channel string // desktop | email | webhook
	At      time.Time
	OKAt    time.Time // last success; zero: never
	Error   string    // for the person; empty when the last try succeeded
}

// NoticeTold is what one channel told of a notice, or has still to tell.
type NoticeTold struct {
	NoticeID      int64
	Kind, Subject string // of the notice; not stored with it
	Channel       string
	At            time.Time // when the channel took it, or may have; zero: it has not
	Owed          bool      // it is to tell it: another channel did, or its own message may not have arrived
}

// The channels notices are told by.
const (
	ChannelDesktop = "desktop"
	ChannelEmail   = "email"
	ChannelWebhook = "webhook"
)

// MailPayload is an e-mail that tells of an alert. It is decided whole, so that sending it again sends the same.
type MailPayload struct {
	To        []string `json:"to"`
	Subject   string   `json:"subject"`
	Text      string   `json:"text"`
	MessageID string   `json:"message_id"`            // without brackets; the same on every attempt, so that a second copy is known as one
	InReplyTo string   `json:"in_reply_to,omitempty"` // the first message of the episode

	Rule           string `json:"rule"`
	Reason         Reason `json:"reason"`
	Source         string `json:"source"`
	OrganizationID string `json:"organization_id"` // external id at the source
	Organization   string `json:"organization"`
	Object         Object `json:"object"`
	Type           string `json:"type"`
}
