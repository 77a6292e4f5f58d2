package x360sync

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"time"

	"psabridge/app"
)

// Token is the little that has to survive a restart. It is a secret: it belongs in the keychain, as JSON.
type Token struct {
	RefreshToken string `json:"refresh_token,omitempty"`
	// GUID is the machine the server made of our first sign-in; sent again so that it makes no second one.
	GUID string `json:"guid,omitempty"`
	// Login tells by which credentials RefreshToken was got, without telling them.
	Login string `json:"login,omitempty"`
	// Tried tells, as Login does, with which credentials the last sign-in or renewal was tried, and Entered when the newest
	// of them ever tried had been entered, in microseconds since 1970. They are not tried by password again unless a person
	// enters something, because a few wrong sign-ins lock the account.
	Tried   string `json:"tried,omitempty"`
	Entered int64  `json:"entered,omitempty"`
	// Reason is what the server said when there is no RefreshToken, and Cause what probably happened.
	Reason string `json:"reason,omitempty"`
	Cause  string `json:"cause,omitempty"`
	// Basic says that the client secret goes into the header instead of the form: that is what worked last.
	Basic bool `json:"basic,omitempty"`
}

// TokenStore keeps the Token of one source.
type TokenStore interface {
	// Load returns the stored token, or the zero Token when there is none. A not_found or unauthorized error says the
	// same: there is none for this server.
	Load(ctx context.Context) (Token, error)
	// Save replaces it. Only when Save returned nil may an access token that came with it be used.
	Save(ctx context.Context, t Token) error
}

// Credentials are what a person entered. A client secret is only for servers where a client was registered. Without a
// user name and password there is a sign-in only when a person signed in on the vendor's own page.
type Credentials struct {
	Username     string
	Password     app.Secret
	AuthCode     app.Secret // two-step code, good for one sign-in
	ClientID     string     // empty: "anchor"
	ClientSecret app.Secret
	// EnteredAt is when the newest of them was entered. Entering the same password again is a wish to try it again.
	EnteredAt time.Time
}

func (c Credentials) clientID() string {
	if c.ClientID == "" {
		return "anchor"
	}
	return c.ClientID
}

// login tells whose sign-in a refresh token belongs to. A two-step code is not part of it: it is used up by the sign-in
// and may be deleted afterwards.
func (c Credentials) login(server string) string {
	return fingerprint(server, strings.ToLower(c.Username), c.Password.Reveal(), c.clientID(), c.ClientSecret.Reveal())
}

// atPage tells whose sign-in it is when it was got on the vendor's own page: which user name or password stands here has
// nothing to do with it.
func (c Credentials) atPage(server string) string {
	return fingerprint(server, grantCode, c.clientID(), c.ClientSecret.Reveal())
}

// entered is EnteredAt as a Token keeps it; 0 when it is not known.
func (c Credentials) entered() int64 { return max(0, c.EnteredAt.UnixMicro()) }

// fingerprint is one way; that it is kept next to nothing but tokens, in the keychain, is what makes that good enough.
func fingerprint(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(sum[:16])
}

// grant is the server's answer to a sign-in or a refresh.
type grant struct {
	AccessToken  string `json:"access_token"`
	RefreshToken string `json:"refresh_token"`
	ExpiresIn    amount `json:"expires_in"`
	GUID         ref    `json:"guid"`
}
