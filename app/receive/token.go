package receive

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"net/http"
	"net/url"
	"strings"
	"unicode"

	"psabridge/app"
)

// maxTokens is how many good tokens an inbox may have: more than that nobody can tell apart.
const maxTokens = 50

// MakeToken makes a token that may send to one inbox and do nothing else. The token itself is returned once and not kept.
// Codes: not_found, invalid, conflict.
func (k *Desk) MakeToken(ctx context.Context, source, name string) (app.Secret, app.InboxToken, error) {
	if err := k.inbox(ctx, source); err != nil {
		return "", app.InboxToken{}, err
	}
	name = strings.TrimSpace(name)
	if name == "" || len([]rune(name)) > 60 || strings.ContainsFunc(name, unicode.IsControl) {
		return "", app.InboxToken{}, app.FieldErrorf("name", "Say in a few words what will use the token, so that you know which one to end later.")
	}
	tokens, err := k.deps.Store.InboxTokens(ctx, source)
	if err != nil {
		return "", app.InboxToken{}, err
	}
	good := 0
	for _, t := range tokens {
		if t.RevokedAt.IsZero() {
			good++
		}
	}
	if good >= maxTokens {
		return "", app.InboxToken{}, app.Errorf(app.Conflict, "%s has %d tokens already. Revoke those nobody uses first.", source, good)
	}
	value := app.Secret(rand.Text() + rand.Text())
	t := app.InboxToken{Source: source, Name: name, EndsWith: value.EndsWith(), CreatedAt: k.deps.Now()}
	if t.ID, err = k.deps.Store.SaveInboxToken(ctx, t, sha256.Sum256([]byte(value.Reveal()))); err != nil {
		return "", app.InboxToken{}, err
	}
	k.deps.Log.Info("inbox token made", "source", source, "token", t.ID)
	return value, t, nil
}

// Tokens lists the tokens of an inbox, those that were revoked too. Codes: not_found, invalid.
func (k *Desk) Tokens(ctx context.Context, source string) ([]app.InboxToken, error) {
	if err := k.inbox(ctx, source); err != nil {
		return nil, err
	}
	return k.deps.Store.InboxTokens(ctx, source)
}

// RevokeToken ends a token of an inbox; ending it twice changes nothing. Codes: not_found.
func (k *Desk) RevokeToken(ctx context.Context, source string, id int64) error {
	tokens, err := k.Tokens(ctx, source)
	if err != nil {
		return err
	}
	for _, t := range tokens {
		if t.ID == id {
			k.deps.Log.Info("inbox token revoked", "source", source, "token", id)
			return k.deps.Store.RevokeInboxToken(ctx, id, k.deps.Now())
		}
	}
	return app.Errorf(app.NotFound, "%s has no token %d.", source, id)
}

// Permits reports whether a token, by its hash, is one of an inbox, and whether it opens a call: sending events and usage to
// its own source, and nothing else. The hash is looked up, not compared: what its timing tells is of no use without the
// token.
func (k *Desk) Permits(ctx context.Context, sum [32]byte, method, path string) (known, may bool) {
	t, known := k.token(ctx, sum)
	base := "/api/v1/sources/" + url.PathEscape(t.Source)
	return known, known && method == http.MethodPost && (path == base+"/events" || path == base+"/usage")
}

// TokenName is what the token of an inbox with a hash is for; empty when there is none.
func (k *Desk) TokenName(ctx context.Context, sum [32]byte) string {
	t, _ := k.token(ctx, sum)
	return t.Name
}

func (k *Desk) token(ctx context.Context, sum [32]byte) (app.InboxToken, bool) {
	t, err := k.deps.Store.InboxToken(ctx, sum)
	if err != nil && app.ErrorCode(err) != app.NotFound {
		k.deps.Log.Warn("inbox token was not looked up", "error", err)
	}
	return t, err == nil
}
