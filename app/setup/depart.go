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

// revokeWithin bounds how long a vendor is waited for when its source is removed.
const revokeWithin = 10 * time.Second

// departed are the sources that leave the settings with an edit, and those that become another kind under their name:
// neither needs its secrets any more.
func departed(before, after app.Settings) []app.SourceSettings {
	return slices.DeleteFunc(slices.Clone(before.Sources), func(was app.SourceSettings) bool {
		is, stays := settings.SourceByName(after, was.Name)
		return stays && is.Kind == was.Kind
	})
}

// endSignIns ends the sign-ins of sources at their vendors, while the settings still know where. A vendor that does not
// answer keeps nobody from leaving.
func (s *Setup) endSignIns(ctx context.Context, sources []app.SourceSettings) (warnings []string) {
	for _, c := range sources {
		if _, signedIn := s.TokenInfo(ctx, c.Name); s.Revoke == nil || !signedIn {
			continue
		}
		ctx, cancel := context.WithTimeout(ctx, revokeWithin)
		err := s.Revoke(ctx, c.Name)
		cancel()
		if err != nil {
			s.Log.WarnContext(ctx, "sign-in not ended at the vendor", "source", c.Name, "error", err)
			warnings = append(warnings, "The sign-in of "+c.Name+" could not be ended at the vendor: "+app.ErrorMessage(err)+" It is forgotten here; end it there if you want to be sure.")
		}
	}
	return warnings
}

// secretsLeft are the secrets nobody needs any more: of the sources and connections that leave, of a mail server that leaves, of a
// webhook.
func secretsLeft(before, after app.Settings, left []app.SourceSettings) (names []string) {
	for _, c := range left {
		for _, key := range append(slices.Clone(secret.SourceKeys), "token") {
			names = append(names, secret.SourceName(c.Name, key))
		}
	}
	for _, c := range before.Connections {
		if _, stays := settings.ConnectionByName(after, c.Name); stays {
			continue
		}
		for _, key := range secret.ConnectionKeys {
			names = append(names, secret.ConnectionName(c.Name, key))
		}
	}
	if settings.MailHost(before.Notify) != "" && settings.MailHost(after.Notify) == "" {
		names = append(names, app.SecretSMTPPassword)
	}
	if before.Notify.Webhook.Kind != "" && after.Notify.Webhook.Kind == "" {
		names = append(names, app.SecretWebhookURL)
	}
	return names
}

// forgetSecrets takes secrets out of the keychain.
func (s *Setup) forgetSecrets(ctx context.Context, names []string) (warnings []string) {
	for _, name := range names {
		err := s.Vault.Delete(ctx, name)
		if err == nil || app.ErrorCode(err) == app.NotFound {
			continue
		}
		s.Log.WarnContext(ctx, "secret not deleted", "name", name, "error", err)
		warnings = append(warnings, name+" is still in the keychain: "+app.ErrorMessage(err))
	}
	return warnings
}

// Departing names, in the words of a person, whose keys an edit that was not made yet would delete: keys cannot be brought back by
// going back to an older revision of the settings.
func Departing(before, after app.Settings) (owners []string) {
	for _, c := range departed(before, after) {
		if !c.Pushed() {
			owners = append(owners, "source "+c.Name)
		}
	}
	for _, c := range before.Connections {
		if _, stays := settings.ConnectionByName(after, c.Name); !stays {
			owners = append(owners, "connection "+c.Name)
		}
	}
	return owners
}

// ForgetOrphans deletes what is still in the keychain of connections and sources that left while it could not be opened.
func (s *Setup) ForgetOrphans(ctx context.Context) error {
	s.editing.Lock()
	defer s.editing.Unlock()
	doc, _, err := s.Document(ctx)
	if err != nil {
		return err
	}
	records, err := s.Vault.Records(ctx)
	if err != nil {
		return err
	}
	var names []string
	for _, r := range records {
		if orphan(doc, r.Name) {
			names = append(names, r.Name)
		}
	}
	s.forgetSecrets(ctx, names)
	return nil
}

// orphan reports whether a secret belongs to a connection or source the settings do not have.
func orphan(doc app.Settings, name string) bool {
	kind, rest, _ := strings.Cut(name, "/")
	owner, _, _ := strings.Cut(rest, "/")
	switch kind {
	case "connections":
		_, known := settings.ConnectionByName(doc, owner)
		return !known
	case "sources":
		_, known := settings.SourceByName(doc, owner)
		return !known
	}
	return false
}
