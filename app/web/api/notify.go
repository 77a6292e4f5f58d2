package api

import (
	"context"
	"slices"
	"time"

	"psabridge/app"
)

// Channel is one way a person is told when something needs him.
type Channel struct {
	Channel string     `json:"channel" enum:"desktop,email,webhook"`
	On      bool       `json:"on" doc:"notices are told by it"`
	Kind    string     `json:"kind" doc:"of the webhook: teams, slack or json"`
	To      []string   `json:"to" nullable:"false" doc:"of e-mail: whom it is told"`
	SentAt  *time.Time `json:"sent_at" doc:"when it was last tried"`
	OKAt    *time.Time `json:"ok_at" doc:"when it last worked"`
	Error   string     `json:"error" doc:"why the last try failed; empty when it worked"`
}

func (s *server) channels(ctx context.Context, _ *struct{}) (*listOutput[Channel], error) {
	doc, _, err := s.Settings.Document(ctx)
	if err != nil {
		return nil, s.fail(err)
	}
	sent, err := s.Read.NoticesSent(ctx)
	if err != nil {
		return nil, s.fail(err)
	}
	n := doc.Notify
	all := []Channel{
		{Channel: app.ChannelDesktop, On: n.OnDesktop()},
		{Channel: app.ChannelEmail, On: n.Email.SMTP.Host != "" && len(n.Email.To) > 0, To: n.Email.To},
		{Channel: app.ChannelWebhook, On: n.Webhook.Kind != "", Kind: n.Webhook.Kind},
	}
	return newList(all, app.Page{}, func(c Channel) Channel {
		c.To = append([]string{}, c.To...)
		if at := slices.IndexFunc(sent, func(n app.NoticeSent) bool { return n.Channel == c.Channel }); at >= 0 {
			c.SentAt, c.OKAt, c.Error = timeOrNil(sent[at].At), timeOrNil(sent[at].OKAt), sent[at].Error
		}
		return c
	}, nil), nil
}

func (s *server) testNotice(ctx context.Context, in *struct {
	Body struct {
		Channel string `json:"channel" enum:"desktop,email,webhook"`
	}
},
) (*struct{}, error) {
	return s.done(s.TestNotice(ctx, in.Body.Channel))
}
