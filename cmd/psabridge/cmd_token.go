package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"
)

type tokenCmd struct {
	Create tokenCreate `cmd:"" help:"Make a token that may send to one inbox and do nothing else. It is printed once."`
	List   tokenList   `cmd:"" help:"List the tokens of an inbox."`
	Revoke tokenRevoke `cmd:"" help:"End a token."`
}

// tokenAnswer is a token as the API shows it.
type tokenAnswer struct {
	ID        string     `json:"id"`
	Name      string     `json:"name"`
	EndsWith  string     `json:"ends_with"`
	CreatedAt time.Time  `json:"created_at"`
	RevokedAt *time.Time `json:"revoked_at"`
	Token     string     `json:"token,omitempty"`
}

func tokensOf(source string) string { return "/sources/" + url.PathEscape(source) + "/tokens" }

type tokenCreate struct {
	Name   string `arg:"" help:"What will use it, e.g. Veeam."`
	Source string `required:"" help:"Name of the inbox." placeholder:"NAME"`
}

// Run makes a token and prints it: the token alone, so that a script can keep it.
func (t tokenCreate) Run(ctx context.Context, g *globals, c console) error {
	return g.withBridge(ctx, c, func(cl *client) error {
		var raw json.RawMessage
		if err := cl.call(ctx, http.MethodPost, tokensOf(t.Source), map[string]string{"name": t.Name}, &raw); err != nil {
			return err
		}
		var made tokenAnswer
		if err := json.Unmarshal(raw, &made); err != nil {
			return err
		}
		return g.print(c, raw, func(w io.Writer) { _, _ = fmt.Fprintln(w, made.Token) })
	})
}

type tokenList struct {
	Source string `required:"" help:"Name of the inbox." placeholder:"NAME"`
}

// Run lists tokens, never their values.
func (t tokenList) Run(ctx context.Context, g *globals, c console) error {
	return g.withBridge(ctx, c, func(cl *client) error {
		var list struct {
			Items []tokenAnswer `json:"items"`
		}
		if err := cl.call(ctx, http.MethodGet, tokensOf(t.Source), nil, &list); err != nil {
			return err
		}
		return g.print(c, list, func(w io.Writer) {
			if len(list.Items) == 0 {
				_, _ = fmt.Fprintln(w, "There is no token yet.")
			}
			for _, one := range list.Items {
				state := "good"
				if one.RevokedAt != nil {
					state = "revoked " + shortTime(*one.RevokedAt)
				}
				_, _ = fmt.Fprintf(w, "%s  %s  ends in …%s, made %s, %s\n", one.ID, one.Name, one.EndsWith, shortTime(one.CreatedAt), state)
			}
		})
	})
}

type tokenRevoke struct {
	ID     string `arg:"" help:"The token's id, as token list shows it."`
	Source string `required:"" help:"Name of the inbox." placeholder:"NAME"`
}

// Run ends a token.
func (t tokenRevoke) Run(ctx context.Context, g *globals, c console) error {
	return g.withBridge(ctx, c, func(cl *client) error {
		if err := cl.call(ctx, http.MethodDelete, tokensOf(t.Source)+"/"+url.PathEscape(t.ID), nil, nil); err != nil {
			return err
		}
		return g.said(c, map[string]any{"id": t.ID, "revoked": true}, "Token %s is revoked.", t.ID)
	})
}
