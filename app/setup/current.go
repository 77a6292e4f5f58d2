package setup

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"time"

	"psabridge/app"
	"psabridge/app/secret"
)

// CheckRun tells when a connection was tested last, and whether that test is about the connection as it is now. What a
// test proved of other settings or other keys proves nothing any more.
func (s *Setup) CheckRun(ctx context.Context, connection string) (app.CheckRun, error) {
	_, _, about, err := s.tested(ctx, connection)
	if err != nil {
		return app.CheckRun{}, err
	}
	at, was, err := s.Store.CheckedAbout(ctx, connection)
	return app.CheckRun{At: at, Current: was == about && !at.IsZero()}, err
}

func noConnection(name string) error {
	return app.Errorf(app.NotFound, "There is no connection %s in the settings.", name)
}

// about is a fingerprint of what a test of a connection is about: its settings, and when and for which address its keys
// were set. Of the keys themselves nothing goes into it.
func (s *Setup) about(ctx context.Context, conn app.ConnectionSettings) (string, error) {
	records, err := s.Vault.List(ctx)
	if err != nil {
		return "", err
	}
	type key struct {
		Key, Host string
		At        time.Time
	}
	var keys []key
	for _, name := range secret.ConnectionKeys {
		for _, r := range records {
			if r.Name == secret.ConnectionName(conn.Name, name) {
				keys = append(keys, key{name, r.BoundHost, r.SetAt.UTC()})
			}
		}
	}
	text, err := json.Marshal(struct {
		Connection app.ConnectionSettings
		Keys       []key
	}{conn, keys})
	if err != nil {
		return "", app.Wrap(err, app.Internal, "The settings of connection "+conn.Name+" cannot be compared.")
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:]), nil
}
