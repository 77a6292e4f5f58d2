package secret

import (
	"regexp"
	"slices"
	"strings"

	"psabridge/app"
)

// Connection and Source secrets a person may set, in the order the page asks for them.
var (
	ConnectionKeys = []string{"public_key", "private_key"}
	SourceKeys     = []string{"client_id", "client_secret", "username", "password", "auth_code", "api_key"}
)

// notifyNames are the secrets of how a person is told. There is one mail server and one webhook, so they have no owner's name.
var notifyNames = []string{app.SecretSMTPPassword, app.SecretWebhookURL}

// nameShape is what a person may set: the kind of owner, its name in the settings, the key.
var nameShape = regexp.MustCompile(`^(connections|sources)/([A-Za-z0-9][A-Za-z0-9._-]{0,39})/([a-z_]+)$`)

// Owner is what a secret belongs to: a connection or a source of the settings document, or how a person is told.
type Owner struct {
	Connection bool // a source otherwise, or Notify
	Name       string
	Notify     bool // the mail server or the webhook; then there is no name
}

// ConnectionName is the name of a connection's secret.
func ConnectionName(connection, key string) string { return "connections/" + connection + "/" + key }

// SourceName is the name of a source's secret.
func SourceName(source, key string) string { return "sources/" + source + "/" + key }

// TokenName is the name of the sign-in a source renews by itself. No person sets, lists or deletes it.
func TokenName(source string) string { return SourceName(source, "token") }

// ParseName tells whose secret a name means. It is Invalid for a name nobody may set.
func ParseName(name string) (Owner, error) {
	if slices.Contains(notifyNames, name) {
		return Owner{Notify: true}, nil
	}
	m := nameShape.FindStringSubmatch(name)
	if m == nil {
		return Owner{}, unknownName(name)
	}
	keys := SourceKeys
	if m[1] == "connections" {
		keys = ConnectionKeys
	}
	if slices.Contains(keys, m[3]) {
		return Owner{Connection: m[1] == "connections", Name: m[2]}, nil
	}
	return Owner{}, unknownName(name)
}

func unknownName(name string) error {
	if len(name) > 100 || strings.ContainsFunc(name, func(r rune) bool { return r < ' ' }) {
		name = "this"
	}
	return app.FieldErrorf("name", "There is no secret called %s. Known are connections/<name>/%s, sources/<name>/%s, and %s.",
		name, strings.Join(ConnectionKeys, "|"), strings.Join(SourceKeys, "|"), strings.Join(notifyNames, " and "))
}
