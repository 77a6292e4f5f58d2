package setup

import (
	"context"
	"slices"
	"strings"
	"time"

	"psabridge/app"
	"psabridge/app/secret"
	"psabridge/app/settings"
)

// SetSecret stores a key or password, bound to the host its connection or source has now. invalid: no such secret, or
// nothing in it. not_found: the settings do not have the connection or source yet.
func (s *Setup) SetSecret(ctx context.Context, name string, value app.Secret) error {
	return s.SetSecrets(ctx, app.NamedSecret{Name: name, Value: value})
}

// SetSecrets is SetSecret for those of one connection or source that were entered together: no client is made of half of
// them, and the others are told when all are stored.
func (s *Setup) SetSecrets(ctx context.Context, secrets ...app.NamedSecret) error {
	doc, _, err := s.Document(ctx)
	if err != nil {
		return err
	}
	var owner secret.Owner
	err = s.Vault.Together(func() error {
		for _, one := range secrets {
			if owner, err = s.setSecret(ctx, doc, one); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil && len(secrets) > 0 {
		s.secretChanged(ctx, owner, doc)
	}
	return err
}

func (s *Setup) setSecret(ctx context.Context, doc app.Settings, one app.NamedSecret) (secret.Owner, error) {
	owner, err := secret.ParseName(one.Name)
	if err != nil {
		return owner, err
	}
	value := trimmed(owner, one)
	host, err := boundTo(doc, owner, one.Name, value)
	if err != nil {
		return owner, err
	}
	if err := fits(doc, owner, one.Name); err != nil {
		return owner, err
	}
	if err := s.Vault.Set(ctx, one.Name, value, host, s.Now()); err != nil {
		return owner, err
	}
	s.Log.InfoContext(ctx, "secret set", "name", one.Name)
	return owner, nil
}

// keysOfKind are the secrets a kind of source has. Another one would lie in the keychain for nothing.
var keysOfKind = map[string][]string{
	settings.KindX360Sync: {"client_id", "client_secret", "username", "password", "auth_code"},
	settings.KindAxcient:  {"api_key"},
}

// fits refuses a secret that a source of its kind does not have.
func fits(doc app.Settings, owner secret.Owner, name string) error {
	c, _ := settings.SourceByName(doc, owner.Name)
	key := name[strings.LastIndexByte(name, '/')+1:]
	switch {
	case owner.Connection, owner.Notify, slices.Contains(keysOfKind[c.Kind], key):
		return nil
	case c.Pushed():
		return app.FieldErrorf("name", "%s is an inbox. It signs in nowhere, so it has no secrets; whoever sends to it needs a token: psabridge token create --source %s", c.Name, c.Name)
	}
	return app.FieldErrorf("name", "A source of the kind %s has no %s. It has %s.", c.Kind, key, listed(keysOfKind[c.Kind]))
}

// trimmed takes away what pasting and piping add: keys and addresses hold no space at all, a password may, but no line break.
func trimmed(owner secret.Owner, one app.NamedSecret) app.Secret {
	if owner.Connection || one.Name == app.SecretWebhookURL {
		return app.Secret(strings.TrimSpace(one.Value.Reveal()))
	}
	return app.Secret(strings.TrimRight(one.Value.Reveal(), "\r\n"))
}

// DeleteSecret removes a key or password. Its connection or source may be gone already.
func (s *Setup) DeleteSecret(ctx context.Context, name string) error {
	owner, err := secret.ParseName(name)
	if err != nil {
		return err
	}
	if err := s.Vault.Delete(ctx, name); err != nil {
		return err
	}
	s.Log.InfoContext(ctx, "secret deleted", "name", name)
	doc, _, err := s.Document(ctx)
	if err != nil {
		return err
	}
	s.secretChanged(ctx, owner, doc)
	return nil
}

// secretChanged tells the others. A source's own sign-in stays: it knows itself which credentials it was made with, which
// machine we are at the vendor, and what was refused. A two-step code that is taken away after its use must not end it.
func (s *Setup) secretChanged(ctx context.Context, owner secret.Owner, doc app.Settings) {
	c := Changed{Document: doc}
	switch {
	case owner.Notify:
		c.Notify = true
	case owner.Connection:
		c.Connections = []string{owner.Name}
	default:
		c.Sources = []string{owner.Name}
	}
	s.tell(context.WithoutCancel(ctx), c)
}

// Secrets lists what is stored, never the values.
func (s *Setup) Secrets(ctx context.Context) ([]app.SecretRecord, error) { return s.Vault.List(ctx) }

// Secret gives a value to the code that signs requests with it. unauthorized: it was entered for another host than the
// one in the settings.
func (s *Setup) Secret(ctx context.Context, name string) (app.Secret, error) {
	owner, err := secret.ParseName(name)
	switch {
	case err != nil:
		return "", err
	case name == app.SecretWebhookURL:
		return s.webhook(ctx)
	}
	return s.reveal(ctx, name, owner)
}

// Token gives the sign-in a source renewed last. not_found: it has none, and signs in with its credentials.
func (s *Setup) Token(ctx context.Context, source string) (app.Secret, error) {
	return s.reveal(ctx, secret.TokenName(source), secret.Owner{Name: source})
}

// TokenInfo tells when a source's sign-in was stored or renewed last; false when it has none for its address.
func (s *Setup) TokenInfo(ctx context.Context, source string) (setAt time.Time, ok bool) {
	doc, _, err := s.Document(ctx)
	if err != nil {
		return time.Time{}, false
	}
	host, err := hostOf(doc, secret.Owner{Name: source})
	if err != nil {
		return time.Time{}, false
	}
	setAt, err = s.Vault.SetAt(ctx, secret.TokenName(source), host)
	return setAt, err == nil
}

// SaveToken keeps the sign-in a source renewed. It replaces the old one, which the vendor no longer takes.
func (s *Setup) SaveToken(ctx context.Context, source string, token app.Secret) error {
	doc, _, err := s.Document(ctx)
	if err != nil {
		return err
	}
	host, err := hostOf(doc, secret.Owner{Name: source})
	if err != nil {
		return err
	}
	return s.Vault.Set(ctx, secret.TokenName(source), token, host, s.Now())
}

func (s *Setup) reveal(ctx context.Context, name string, owner secret.Owner) (app.Secret, error) {
	doc, _, err := s.Document(ctx)
	if err != nil {
		return "", err
	}
	host, err := hostOf(doc, owner)
	if err != nil {
		return "", err
	}
	return s.Vault.Get(ctx, name, host)
}

// boundTo returns the host a new secret is for. A webhook's address is the secret itself, so it says its own.
func boundTo(doc app.Settings, owner secret.Owner, name string, value app.Secret) (string, error) {
	switch {
	case name != app.SecretWebhookURL:
		return hostOf(doc, owner)
	case doc.Notify.Webhook.Kind == "":
		return "", app.Errorf(app.NotFound, "There is no webhook in the settings. Save its kind first (notify.webhook.kind).")
	}
	return settings.WebhookHost(value, doc.Notify.Webhook.AllowPrivateNetwork)
}

// webhook gives the address of the webhook. It is kept for its own host, so no other address of the settings can get it.
func (s *Setup) webhook(ctx context.Context) (app.Secret, error) {
	records, err := s.Vault.List(ctx)
	if err != nil {
		return "", err
	}
	at := slices.IndexFunc(records, func(r app.SecretRecord) bool { return r.Name == app.SecretWebhookURL })
	if at < 0 {
		return "", app.Errorf(app.NotFound, "The address of the webhook is missing. Enter it under Settings ▸ Notifications.")
	}
	return s.Vault.Get(ctx, app.SecretWebhookURL, records[at].BoundHost)
}

// hostOf returns the host a secret of this owner is for.
func hostOf(doc app.Settings, owner secret.Owner) (string, error) {
	if owner.Notify {
		if host := settings.MailHost(doc.Notify); host != "" {
			return host, nil
		}
		return "", app.Errorf(app.NotFound, "There is no mail server in the settings. Save it first, so that its password is kept for its host.")
	}
	if owner.Connection {
		if c, known := settings.ConnectionByName(doc, owner.Name); known {
			return settings.Host(c.SiteURL), nil
		}
		return "", app.Errorf(app.NotFound, "There is no connection %s in the settings. Save it first, so that its keys are kept for its address.", owner.Name)
	}
	if c, known := settings.SourceByName(doc, owner.Name); known {
		return settings.Host(settings.SourceWithDefaults(c).Host), nil
	}
	return "", app.Errorf(app.NotFound, "There is no source %s in the settings. Save it first, so that its password is kept for its address.", owner.Name)
}
