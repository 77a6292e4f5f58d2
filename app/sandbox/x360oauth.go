package sandbox

import (
	"cmp"
	"crypto/rand"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"psabridge/app/sandbox/sample"
)

// What the vendor's token answers hold, and when it stops listening.
const (
	tokenLife   = time.Hour
	codeLife    = 10 * time.Minute
	lockAfter   = 4
	lockFor     = 15 * time.Minute
	textWrong   = "Invalid credentials given."
	textLocked  = "Account temporarily locked due to repeated failed login attempts."
	textNoCode  = "Invalid authentication code."
	textRefresh = "Invalid refresh token."
	textCode    = "Invalid authorization code."
)

// signIn360 is what one sign-in has given out so far.
type signIn360 struct {
	guid  string
	since time.Time
	ended bool
}

// token360 is one token of a sign-in.
type token360 struct {
	of    *signIn360
	until time.Time // zero: for ever
	uses  int       // left, for access tokens; negative: any number
	used  bool      // a refresh token that was replaced
}

func (t *token360) good(now time.Time) bool {
	return t != nil && !t.of.ended && !t.used && (t.until.IsZero() || now.Before(t.until))
}

// code360 is one authorization code.
type code360 struct {
	to    string
	until time.Time
	gave  *signIn360 // nil: not redeemed yet
}

func oauthError(status int, code, text string) *answer {
	return jsonAnswer(status, object{"error": code, "error_description": text})
}

// token is POST /oauth/token.
func (x *X360Sync) token(c syncCall) *answer {
	if an := x.form(c); an != nil {
		return an
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	grant := c.PostForm.Get("grant_type")
	if len(c.q.Grants) > 0 && !slices.Contains(c.q.Grants, grant) {
		return oauthError(http.StatusBadRequest, "unauthorized_client", "This grant is not allowed for the client.")
	}
	switch grant {
	case "password":
		return x.password(c.q, c.PostForm)
	case "refresh_token":
		return x.refreshToken(c.q, c.PostForm)
	case "authorization_code":
		return x.codeGrant(c.q, c.PostForm)
	}
	return oauthError(http.StatusBadRequest, "unsupported_grant_type", "This grant is not allowed for the client.")
}

// form reads what was posted and who posts it.
func (x *X360Sync) form(c syncCall) *answer {
	if c.Method != http.MethodPost {
		return anchorError(http.StatusMethodNotAllowed)
	}
	if err := c.ParseForm(); err != nil {
		return anchorError(http.StatusBadRequest)
	}
	if !clientKnown(c) {
		return oauthError(http.StatusUnauthorized, "invalid_client", "The client is not registered.")
	}
	return nil
}

// clientKnown takes the client from the form or from Basic authentication;
// which of the two the real server wants is not known.
func clientKnown(c syncCall) bool {
	id, secret, in := c.PostForm.Get("client_id"), c.PostForm.Get("client_secret"), "body"
	if user, pass, ok := c.BasicAuth(); ok {
		id, secret, in = unescaped(user), unescaped(pass), "basic"
	}
	if id != sample.SyncClientID || !c.q.ClientSecret {
		return id == sample.SyncClientID
	}
	return secret == sample.SyncClientSecret && (c.q.SecretIn == "" || c.q.SecretIn == in)
}

// unescaped undoes the form encoding RFC 6749 asks for inside Basic.
func unescaped(s string) string {
	if u, err := url.QueryUnescape(s); err == nil {
		return u
	}
	return s
}

func (x *X360Sync) password(q *SyncQuirks, f url.Values) *answer {
	if x.now().Before(x.locked) {
		return oauthError(http.StatusBadRequest, "invalid_grant", textLocked)
	}
	if !strings.EqualFold(f.Get("username"), sample.SyncUsername) || f.Get("password") != sample.SyncPassword {
		return x.fail(q, textWrong)
	}
	if q.AuthCode && f.Get("auth_code") != sample.SyncAuthCode {
		return x.fail(q, textNoCode)
	}
	x.failures = 0
	return x.issue(q, x.signIn(q, f), "")
}

// fail counts a wrong sign-in; the last of so many in a row locks the account.
func (x *X360Sync) fail(q *SyncQuirks, text string) *answer {
	x.failures++
	if x.failures >= cmp.Or(q.LockAfter, lockAfter) {
		x.locked, x.failures = x.now().Add(lockFor), 0
		text = textLocked
	}
	return oauthError(http.StatusBadRequest, "invalid_grant", text)
}

// signIn begins what tokens hang on. A login without a guid this server knows
// leaves a new machine behind.
func (x *X360Sync) signIn(q *SyncQuirks, f url.Values) *signIn360 {
	guid := f.Get("guid")
	if guid == "" || !x.guids[guid] || q.NewMachines {
		guid = strings.ToLower(rand.Text())
		x.guids[guid] = true
		x.msp.AddLogin(sample.MasterID, guid, cmp.Or(f.Get("dns_name"), "API"), x.now())
	}
	return &signIn360{guid: guid, since: x.now()}
}

// issue gives out a pair of tokens; refresh is the old refresh token where it
// stays good.
func (x *X360Sync) issue(q *SyncQuirks, of *signIn360, refresh string) *answer {
	life := cmp.Or(q.AccessLife, tokenLife)
	access := rand.Text()
	x.tokens[access] = &token360{of: of, until: x.now().Add(life), uses: cmp.Or(q.AccessUses, -1)}
	body := object{"access_token": access, "expires_in": int(life.Seconds()), "guid": of.guid, "token_type": "Bearer", "scope": "full"}
	if refresh == "" {
		next := &token360{of: of}
		if q.TokenDays > 0 {
			from := x.now()
			if q.DaysFromSignIn {
				from = of.since
			}
			next.until = from.AddDate(0, 0, q.TokenDays)
		}
		refresh = rand.Text()
		x.refresh[refresh] = next
		body["refresh_token"] = refresh
	}
	return jsonAnswer(http.StatusOK, body)
}

// refreshToken rotates: the token that was sent is worth nothing from here on,
// whether or not the answer arrives.
func (x *X360Sync) refreshToken(q *SyncQuirks, f url.Values) *answer {
	old := x.refresh[f.Get("refresh_token")]
	if !old.good(x.now()) {
		if old != nil && old.used && q.ReuseEndsAll {
			old.of.ended = true
		}
		return oauthError(http.StatusBadRequest, "invalid_grant", textRefresh)
	}
	if q.NoRotation {
		return x.issue(q, old.of, f.Get("refresh_token"))
	}
	old.used = true
	return x.issue(q, old.of, "")
}

// revoke is POST /oauth/revoke; an unknown token is no error (RFC 7009). With a
// refresh token the access tokens of its sign-in end too.
func (x *X360Sync) revoke(c syncCall) *answer {
	if an := x.form(c); an != nil {
		return an
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	token := c.PostForm.Get("token")
	if t := x.refresh[token]; t != nil {
		t.of.ended = true
	}
	delete(x.tokens, token)
	delete(x.refresh, token)
	return jsonAnswer(http.StatusOK, object{"status": "ok"})
}

// authorize is the page a browser is sent to. Nobody sits in front of this
// server, so consent is given, or refused, at once. An address that is not
// registered is never sent anybody.
func (x *X360Sync) authorize(c syncCall) *answer {
	in := c.URL.Query()
	to, err := url.Parse(in.Get("redirect_uri"))
	if err != nil || to.Host == "" || !registered(c.q, to) || in.Get("client_id") != sample.SyncClientID {
		return anchorError(http.StatusBadRequest)
	}
	back := to.Query()
	if s := in.Get("state"); s != "" {
		back.Set("state", s)
	}
	switch {
	case in.Get("response_type") != "code":
		back.Set("error", "unsupported_response_type")
	case c.q.Deny:
		back.Set("error", "access_denied")
		back.Set("error_description", "The user denied the request.")
	default:
		code := rand.Text()
		x.mu.Lock()
		x.codes[code] = &code360{to: in.Get("redirect_uri"), until: x.now().Add(codeLife)}
		x.mu.Unlock()
		back.Set("code", code)
	}
	to.RawQuery = back.Encode()
	a := textAnswer(http.StatusFound, "text/plain; charset=utf-8", "")
	a.header.Set("Location", to.String())
	return a
}

// registered tells whether an address to return to is one of the client's.
func registered(q *SyncQuirks, to *url.URL) bool {
	if len(q.RedirectURIs) == 0 || slices.Contains(q.RedirectURIs, to.String()) {
		return true
	}
	return q.AnyLoopbackPort && to.Hostname() == "127.0.0.1" && slices.ContainsFunc(q.RedirectURIs, func(raw string) bool {
		u, err := url.Parse(raw)
		return err == nil && u.Hostname() == to.Hostname() && u.Scheme == to.Scheme && u.Path == to.Path && u.RawQuery == to.RawQuery
	})
}

// codeGrant redeems a code, once, for some minutes and only for the address it
// was sent to.
func (x *X360Sync) codeGrant(q *SyncQuirks, f url.Values) *answer {
	code := x.codes[f.Get("code")]
	switch {
	case code == nil || code.to != f.Get("redirect_uri") || !x.now().Before(code.until):
		delete(x.codes, f.Get("code"))
	case code.gave != nil:
		if q.CodeOnce {
			code.gave.ended = true
		}
	default:
		code.gave = x.signIn(q, f)
		return x.issue(q, code.gave, "")
	}
	return oauthError(http.StatusBadRequest, "invalid_grant", textCode)
}

// signedIn tells whether a request carries a good access token, and uses it up
// by one.
func (x *X360Sync) signedIn(r *http.Request) bool {
	scheme, value, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	x.mu.Lock()
	defer x.mu.Unlock()
	t := x.tokens[value]
	if !strings.EqualFold(scheme, "Bearer") || !t.good(x.now()) || t.uses == 0 {
		return false
	}
	if t.uses > 0 {
		t.uses--
	}
	return true
}

// ExpireTokens ends every access token, as the hour does; refresh tokens stay good.
func (x *X360Sync) ExpireTokens() {
	x.mu.Lock()
	defer x.mu.Unlock()
	clear(x.tokens)
}

// RevokeAll ends every token: somebody has to sign in again.
func (x *X360Sync) RevokeAll() {
	x.mu.Lock()
	defer x.mu.Unlock()
	clear(x.tokens)
	clear(x.refresh)
}

// SignIns counts the sign-ins that can still be refreshed.
func (x *X360Sync) SignIns() int {
	x.mu.Lock()
	defer x.mu.Unlock()
	live := map[*signIn360]bool{}
	for _, t := range x.refresh {
		if t.good(x.now()) {
			live[t.of] = true
		}
	}
	return len(live)
}

// Unlock lets a locked account in again.
func (x *X360Sync) Unlock() {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.failures, x.locked = 0, time.Time{}
}
