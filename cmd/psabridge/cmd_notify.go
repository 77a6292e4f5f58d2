package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"text/tabwriter"
	"time"
)

type notifyCmd struct {
	List notifyList `cmd:"" help:"Say how you are told when something needs you, and whether it works."`
	Test notifyTest `cmd:"" help:"Send something harmless by desktop, email or webhook."`
}

type notifyList struct{}

type channelLine struct {
	Channel string     `json:"channel"`
	On      bool       `json:"on"`
	Kind    string     `json:"kind"`
	To      []string   `json:"to"`
	SentAt  *time.Time `json:"sent_at"`
	OKAt    *time.Time `json:"ok_at"`
	Error   string     `json:"error"`
}

// Run lists the ways a person is told.
func (n notifyList) Run(ctx context.Context, g *globals, c console) error {
	return g.withBridge(ctx, c, func(cl *client) error { return n.ask(ctx, g, c, cl) })
}

func (notifyList) ask(ctx context.Context, g *globals, c console, cl *client) error {
	return show(ctx, g, c, cl, "/notify", func(w io.Writer, list listAnswer[channelLine]) {
		tw := tabwriter.NewWriter(w, 0, 2, 2, ' ', 0)
		for _, one := range list.Items {
			_, _ = fmt.Fprintf(tw, "%s\t%s\t%s\n", one.Channel, one.where(), one.came())
		}
		_ = tw.Flush()
	})
}

func (l channelLine) where() string {
	switch {
	case !l.On:
		return "off"
	case len(l.To) > 0:
		return "to " + strings.Join(l.To, ", ")
	case l.Kind != "":
		return l.Kind
	}
	return "on"
}

func (l channelLine) came() string {
	switch {
	case l.SentAt == nil:
		return "never used"
	case l.Error != "":
		return "failed " + shortTime(*l.SentAt) + because(l.Error)
	}
	return "worked " + shortTime(*l.SentAt)
}

type notifyTest struct {
	Channel string `arg:"" help:"desktop, email or webhook." enum:"desktop,email,webhook"`
}

// Run sends a test.
func (n notifyTest) Run(ctx context.Context, g *globals, c console) error {
	return g.withBridge(ctx, c, func(cl *client) error { return n.ask(ctx, g, c, cl) })
}

func (n notifyTest) ask(ctx context.Context, g *globals, c console, cl *client) error {
	if err := cl.call(ctx, http.MethodPost, "/notify/test", map[string]string{"channel": n.Channel}, nil); err != nil {
		return err
	}
	return g.said(c, map[string]any{"channel": n.Channel, "sent": true}, "The test was sent by %s. Look whether it arrived.", n.Channel)
}
