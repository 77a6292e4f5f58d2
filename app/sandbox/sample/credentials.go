package sample

// What the sample's administrator would have written down. They are worth
// nothing anywhere else.
const (
	// CompanyID is the ConnectWise login company.
	CompanyID = "nordlicht"
	// PublicKey is the public key of the API member.
	PublicKey = "sAmPlEpUbLiCkEy1"
	// PrivateKey is the private key of the API member.
	PrivateKey = "sAmPlEpRiVaTeKey"
	// ClientID is the integration's identifier every ConnectWise request carries.
	ClientID = "6f1d2a44-0c1b-4c55-9a5e-3f7d2b8e9c10"
	// MemberIdentifier is the API member the keys belong to.
	MemberIdentifier = "Axcient"

	// SyncUsername signs in to x360Sync.
	SyncUsername = "admin@nordlicht.example"
	// SyncPassword is the password of SyncUsername.
	SyncPassword = "correct horse battery staple"
	// SyncAuthCode is the two-step code, where the sandbox asks for one.
	SyncAuthCode = "123456"
	// SyncClientID is the registered OAuth2 client.
	SyncClientID = "anchor"
	// SyncClientSecret is the secret of SyncClientID, where the sandbox asks for one.
	SyncClientSecret = "sample-client-secret"

	// AxcientKey is the key of the Axcient public API.
	AxcientKey = "ax-sample-5c1e77d0b2f94a6e"

	// MailUser and MailPassword sign in to the mail server.
	MailUser     = "alerts@nordlicht.example"
	MailPassword = "sample-mail-password"
	// MailTo is who is told by e-mail.
	MailTo = "noc@nordlicht.example"
	// ChatPath is the webhook's path. Who knows it may post.
	ChatPath = "/services/T00000000/B00000000/sAmPlEwEbHoOkToKeN"
)

// How Settings names ConnectWise and x360Sync, and AllSettings the rest.
const (
	ConnectionName = "cw"
	SourceName     = "sync"
	CloudName      = "cloud" // x360Cloud
	InboxName      = "inbox" // what is sent to the bridge
)

// Secret is one value to be stored under a name of the local API.
type Secret struct{ Name, Value string }

// Secrets are the credentials that belong to the document Settings returns.
func Secrets() []Secret {
	return []Secret{
		{"connections/" + ConnectionName + "/public_key", PublicKey},
		{"connections/" + ConnectionName + "/private_key", PrivateKey},
		{"sources/" + SourceName + "/client_id", SyncClientID},
		{"sources/" + SourceName + "/client_secret", SyncClientSecret},
		{"sources/" + SourceName + "/username", SyncUsername},
		{"sources/" + SourceName + "/password", SyncPassword},
	}
}

// SecretWebhook is the name of the webhook's address. The address itself is not
// in AllSecrets, because it depends on where the chat is served.
const SecretWebhook = "notify/webhook_url" //nolint:gosec // a name, not a secret

// AllSecrets are the credentials that belong to the document AllSettings returns.
func AllSecrets() []Secret {
	return append(Secrets(), Secret{"sources/" + CloudName + "/api_key", AxcientKey}, Secret{"notify/smtp_password", MailPassword})
}
