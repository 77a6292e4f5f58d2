// Package channeltest is what every channel must keep to: the code and outcome of each failure, words a person can act on,
// and no secret in any of them.
package channeltest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"psabridge/app"
	"psabridge/app/channel"
)

// Message is one with everything in it, and with what a name of a customer may hold at worst.
func Message() channel.Message {
	return channel.Message{
		To: []string{"noc@nordlicht.example"}, Kind: "parked",
		Title: "2 deliveries need you\r\nBcc: everybody@elsewhere.example",
		Text:  "They wait since 09:00.\n.\nQUIT",
		Items: []channel.Item{
			{Title: "Müller & Söhne <!channel> [here](https://elsewhere.example)", Text: "Board *NOC* has no default team.\r\nX-Evil: 1"},
			{Title: "--help <b>bold</b> ]]>"},
		},
		Page: "http://psabridge-k3v9x2ab.localhost:7341/deliveries?state=parked",
		ID:   "k3v9x2ab.1@psabridge.invalid", ReplyTo: "k3v9x2ab.0@psabridge.invalid",
	}
}

// Case is one situation a channel can be in.
type Case struct {
	Name string
	// Make brings the world into the situation and returns a channel in it.
	Make func(t *testing.T) channel.Channel
	// Change changes Message; nil sends it as it is.
	Change  func(m *channel.Message)
	Code    app.Code // "" is success
	Outcome app.Outcome
	Says    []string      // parts of what the person reads
	After   time.Duration // RetryAfter of the error
	Partly  bool          // a *channel.PartlyError
	// Deferred is true where the other side puts off this message alone.
	Deferred bool
}

// Run sends in every situation. secrets must show up in no error.
func Run(t *testing.T, secrets []string, cases []Case) {
	t.Helper()
	for _, tc := range cases {
		t.Run(tc.Name, func(t *testing.T) {
			c, m := tc.Make(t), Message()
			if tc.Change != nil {
				tc.Change(&m)
			}
			err := c.Send(t.Context(), m)
			tc.judge(t, err)
			noSecret(t, err, secrets)
		})
	}
	t.Run("a caller that gave up", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		err := cases[0].Make(t).Send(ctx, Message())
		if code := app.ErrorCode(err); code != app.Unavailable {
			t.Errorf("%s: %v", code, err)
		}
		noSecret(t, err, secrets)
	})
}

func (tc Case) judge(t *testing.T, err error) {
	t.Helper()
	if _, partly := errors.AsType[*channel.PartlyError](err); partly != tc.Partly {
		t.Errorf("partly %t: %v", partly, err)
	} else if partly {
		for _, part := range tc.Says {
			if !strings.Contains(err.Error(), part) {
				t.Errorf("%q says nothing of %q", err, part)
			}
		}
		return
	}
	if _, deferred := errors.AsType[*channel.DeferredError](err); deferred != tc.Deferred {
		t.Errorf("deferred %t: %v", deferred, err)
	}
	if code := app.ErrorCode(err); code != tc.Code {
		t.Fatalf("code %q, want %q: %v", code, tc.Code, err)
	}
	if err == nil {
		return
	}
	e, ok := errors.AsType[*app.Error](err)
	if !ok || e.Outcome != tc.Outcome || e.RetryAfter != tc.After {
		t.Errorf("outcome %q after %v, want %q after %v: %v", e.Outcome, e.RetryAfter, tc.Outcome, tc.After, err)
	}
	for _, part := range tc.Says {
		if !strings.Contains(app.ErrorMessage(err), part) {
			t.Errorf("%q says nothing of %q", app.ErrorMessage(err), part)
		}
	}
}

func noSecret(t *testing.T, err error, secrets []string) {
	t.Helper()
	for all := err; all != nil; all = errors.Unwrap(all) {
		said := fmt.Sprintf("%v %+v %#v %s", all, all, all, app.ErrorMessage(all))
		for _, secret := range secrets {
			if strings.Contains(said, secret) {
				t.Errorf("a secret in %s", said)
			}
		}
	}
}
