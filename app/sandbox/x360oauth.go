package sandbox

import (
	"crypto/rand"
	"net/http"
	"net/url"
	"strings"
	"time"

	"psabridge/app/sandbox/sample"
)

// What the vendor's token answers hold, and when it stops listening.
const (
	tokenLife   = time.Hour
	lockAfter   = 4
	lockFor     = 15 * time.Minute
	textWrong   = "Invalid credentials given."
	textLocked  = "Account temporarily locked due to repeated failed login attempts."
	textNoCode  = "Invalid authentication code."
	textRefresh = "Invalid refresh token."
)

// token360 is one access token.
type token360 struct {
	until time.Time
	guid  string
}

func oauthError(status int, code, text string) *answer {
	return jsonAnswer(status, object{"error": code, "error_description": text})
}

// token is POST /oauth/token.
func (x *X360Sync) token(r *http.Request) *answer {
	if r.Method != http.MethodPost {
		return anchorError(http.StatusMethodNotAllowed)
	}
	if err := r.ParseForm(); err != nil {
		return anchorError(http.StatusBadRequest)
	}
	if !x.clientKnown(r) {
		return oauthError(http.StatusUnauthorized, "invalid_client", "The client is not registered.")
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	switch r.PostForm.Get("grant_type") {
	case "password":
		return x.password(r.PostForm)
	case "refresh_token":
		return x.refreshToken(r.PostForm)
	case "authorization_code":
		return x.codeGrant(r.PostForm)
	}
	return oauthError(http.StatusBadRequest, "unsupported_grant_type", "This grant is not allowed for the client.")
}

// clientKnown takes the client from the form or from Basic authentication;
// which of the two the real server wants is not known.
func (x *X360Sync) clientKnown(r *http.Request) bool {
	id, secret := r.PostForm.Get("client_id"), r.PostForm.Get("client_secret")
	if user, pass, ok := r.BasicAuth(); ok {
		id, secret = unescaped(user), unescaped(pass)
	}
	return id == sample.SyncClientID && (!x.opts.ClientSecret || secret == sample.SyncClientSecret)
}

// unescaped undoes the form encoding RFC 6749 asks for inside Basic.
func unescaped(s string) string {
	if u, err := url.QueryUnescape(s); err == nil {
		return u
	}
	return s
}

func (x *X360Sync) password(f url.Values) *answer {
	if x.now().Before(x.locked) {
		return oauthError(http.StatusBadRequest, "invalid_grant", textLocked)
	}
	if !strings.EqualFold(f.Get("username"), sample.SyncUsername) || f.Get("password") != sample.SyncPassword {
		return x.fail(textWrong)
	}
	if x.opts.AuthCode && f.Get("auth_code") != sample.SyncAuthCode {
		return x.fail(textNoCode)
	}
	x.failures = 0
	return x.issue(f.Get("guid"), f.Get("dns_name"))
}

// fail counts a wrong sign-in; the fourth in a row locks the account.
func (x *X360Sync) fail(text string) *answer {
	x.failures++
	if x.failures >= lockAfter {
		x.locked, x.failures = x.now().Add(lockFor), 0
		text = textLocked
	}
	return oauthError(http.StatusBadRequest, "invalid_grant", text)
}

// issue gives out a pair of tokens. A login without a guid this server knows
// leaves a new machine behind.
func (x *X360Sync) issue(guid, name string) *answer {
	if guid == "" || !x.guids[guid] {
		guid = strings.ToLower(rand.Text())
		x.guids[guid] = true
		if name == "" {
			name = "API"
		}
		x.msp.AddLogin(sample.MasterID, guid, name, x.now())
	}
	access, refresh := rand.Text(), rand.Text()
	x.tokens[access] = token360{x.now().Add(tokenLife), guid}
	x.refresh[refresh] = guid
	return jsonAnswer(http.StatusOK, object{
		"access_token": access, "expires_in": int(tokenLife.Seconds()), "guid": guid, "token_type": "Bearer", "refresh_token": refresh, "scope": "full",
	})
}

// refreshToken rotates: the token that was sent is worth nothing from here on,
// whether or not the answer arrives.
func (x *X360Sync) refreshToken(f url.Values) *answer {
	old := f.Get("refresh_token")
	guid, ok := x.refresh[old]
	if !ok {
		return oauthError(http.StatusBadRequest, "invalid_grant", textRefresh)
	}
	delete(x.refresh, old)
	return x.issue(guid, f.Get("dns_name"))
}

// revoke is POST /oauth/revoke; an unknown token is no error (RFC 7009).
func (x *X360Sync) revoke(r *http.Request) *answer {
	if r.Method != http.MethodPost {
		return anchorError(http.StatusMethodNotAllowed)
	}
	if err := r.ParseForm(); err != nil {
		return anchorError(http.StatusBadRequest)
	}
	if !x.clientKnown(r) {
		return oauthError(http.StatusUnauthorized, "invalid_client", "The client is not registered.")
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	delete(x.tokens, r.PostForm.Get("token"))
	delete(x.refresh, r.PostForm.Get("token"))
	return jsonAnswer(http.StatusOK, object{"status": "ok"})
}

// authorize is the page a browser is sent to. Nobody sits in front of this
// server, so consent is given at once.
func (x *X360Sync) authorize(r *http.Request) *answer {
	q := r.URL.Query()
	to, err := url.Parse(q.Get("redirect_uri"))
	if err != nil || to.Host == "" || q.Get("response_type") != "code" || q.Get("client_id") != sample.SyncClientID {
		return anchorError(http.StatusBadRequest)
	}
	code := rand.Text()
	x.mu.Lock()
	x.codes[code] = q.Get("redirect_uri")
	x.mu.Unlock()
	back := to.Query()
	back.Set("code", code)
	if s := q.Get("state"); s != "" {
		back.Set("state", s)
	}
	to.RawQuery = back.Encode()
	a := textAnswer(http.StatusFound, "text/plain; charset=utf-8", "")
	a.header.Set("Location", to.String())
	return a
}

// codeGrant redeems a code, once and only for the address it was sent to.
func (x *X360Sync) codeGrant(f url.Values) *answer {
	to, ok := x.codes[f.Get("code")]
	delete(x.codes, f.Get("code"))
	if !ok || to != f.Get("redirect_uri") {
		return oauthError(http.StatusBadRequest, "invalid_grant", "Invalid authorization code.")
	}
	return x.issue(f.Get("guid"), f.Get("dns_name"))
}

func (x *X360Sync) signedIn(r *http.Request) bool {
	scheme, value, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	x.mu.Lock()
	defer x.mu.Unlock()
	t, ok := x.tokens[value]
	return ok && strings.EqualFold(scheme, "Bearer") && x.now().Before(t.until)
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

// Unlock lets a locked account in again.
func (x *X360Sync) Unlock() {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.failures, x.locked = 0, time.Time{}
}
