package connect

import (
	"context"
	"strings"

	"psabridge/app"
)

// Secrets gives a factory the secrets of one name, for the one host its client will talk to.
type Secrets struct {
	store  SecretStore
	prefix string
	host   string
	owner  string
}

// words are the secrets' names as the page shows them.
var words = map[string]string{
	"public_key": "public key", "private_key": "private key", "client_id": "client ID", "client_secret": "client secret",
	"username": "user name", "password": "password", "auth_code": "two-step code", "api_key": "API key",
}

// Host is where the secrets will be sent.
func (s Secrets) Host() string { return s.host }

// Need returns a secret that must be set. unauthorized: it is not, and the message names the field.
func (s Secrets) Need(ctx context.Context, key string) (app.Secret, error) {
	v, err := s.store.Get(ctx, s.prefix+key, s.host)
	if app.ErrorCode(err) == app.NotFound {
		return "", &app.Error{Code: app.Unauthorized, Field: key, Outcome: app.OutcomeNone, Message: "The " + word(key) + " of the " + s.owner + " is not set. Enter it there."}
	}
	return v, s.explain(key, err)
}

// Optional returns a secret, empty when it is not set.
func (s Secrets) Optional(ctx context.Context, key string) (app.Secret, error) {
	v, err := s.store.Get(ctx, s.prefix+key, s.host)
	if app.ErrorCode(err) == app.NotFound {
		return "", nil
	}
	return v, s.explain(key, err)
}

// explain says which field an error of the store is about, in the page's words. Nothing was sent.
func (s Secrets) explain(key string, err error) error {
	if err == nil {
		return nil
	}
	message := strings.ReplaceAll(app.ErrorMessage(err), s.prefix+key, "The "+word(key)+" of the "+s.owner)
	return &app.Error{Code: app.ErrorCode(err), Field: key, Outcome: app.OutcomeNone, Message: message, Err: err}
}

func word(key string) string {
	if w := words[key]; w != "" {
		return w
	}
	return key
}
