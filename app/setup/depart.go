package setup

import (
	"context"
	"slices"
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

// forgetSecrets takes what sources signed in with out of the keychain.
func (s *Setup) forgetSecrets(ctx context.Context, sources []app.SourceSettings) (warnings []string) {
	for _, c := range sources {
		for _, key := range append(slices.Clone(secret.SourceKeys), "token") {
			err := s.Vault.Delete(ctx, secret.SourceName(c.Name, key))
			if err == nil || app.ErrorCode(err) == app.NotFound {
				continue
			}
			s.Log.WarnContext(ctx, "secret not deleted", "source", c.Name, "key", key, "error", err)
			warnings = append(warnings, "The "+key+" of "+c.Name+" is still in the keychain: "+app.ErrorMessage(err))
		}
	}
	return warnings
}
