package api

import (
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"psabridge/app"
	"psabridge/app/inbox"
	"psabridge/app/receive"
)

// Inbox takes what is sent to an inbox source.
type Inbox interface {
	Events(ctx context.Context, source, shape string, who inbox.Customer, body []byte) (app.Received, error)
	Readings(ctx context.Context, source string, body []byte, dry bool, by string) (app.Received, error)
	Feed(ctx context.Context, source, fileName string, r io.Reader, given *app.CSVMapping, dry bool, by string) (receive.Fed, error)
	Imports(ctx context.Context, source string, p app.Page) ([]app.Import, error)
	MakeToken(ctx context.Context, source, name string) (app.Secret, app.InboxToken, error)
	Tokens(ctx context.Context, source string) ([]app.InboxToken, error)
	RevokeToken(ctx context.Context, source string, id int64) error
	// TokenName is what the token with a hash is for; empty when it is none of an inbox.
	TokenName(ctx context.Context, sum [32]byte) string
}

// noInbox is the inbox of a bridge that has none.
type noInbox struct{}

func errNoInbox() error { return app.Errorf(app.NotFound, "This bridge has no inbox.") }

// Events implements Inbox.
func (noInbox) Events(context.Context, string, string, inbox.Customer, []byte) (app.Received, error) {
	return app.Received{}, errNoInbox()
}

// Readings implements Inbox.
func (noInbox) Readings(context.Context, string, []byte, bool, string) (app.Received, error) {
	return app.Received{}, errNoInbox()
}

// Feed implements Inbox.
func (noInbox) Feed(context.Context, string, string, io.Reader, *app.CSVMapping, bool, string) (receive.Fed, error) {
	return receive.Fed{}, errNoInbox()
}

// Imports implements Inbox.
func (noInbox) Imports(context.Context, string, app.Page) ([]app.Import, error) {
	return nil, errNoInbox()
}

// MakeToken implements Inbox.
func (noInbox) MakeToken(context.Context, string, string) (app.Secret, app.InboxToken, error) {
	return "", app.InboxToken{}, errNoInbox()
}

// Tokens implements Inbox.
func (noInbox) Tokens(context.Context, string) ([]app.InboxToken, error) { return nil, errNoInbox() }

// RevokeToken implements Inbox.
func (noInbox) RevokeToken(context.Context, string, int64) error { return errNoInbox() }

// TokenName implements Inbox.
func (noInbox) TokenName(context.Context, [32]byte) string { return "" }

// SentEvent is an event as it is sent to an inbox.
type SentEvent struct {
	ID           string     `json:"id,omitempty" doc:"makes it idempotent; without one, the hash of the rest does"`
	OccurredAt   *time.Time `json:"occurred_at,omitempty" doc:"with its time zone; needed when there is no id"`
	Organization *SentParty `json:"organization,omitempty" doc:"whose it is; left out, it belongs to the source as a whole"`
	Type         string     `json:"type" doc:"small letters with dots between the parts, e.g. backup.failed; alert rules go by it"`
	State        string     `json:"state" enum:"problem,recovery,info"`
	Severity     string     `json:"severity,omitempty" enum:"info,warning,critical" doc:"left out: a warning for a problem, else info"`
	Object       *SentThing `json:"object,omitempty" doc:"what it is about; left out, the organization"`
	Title        string     `json:"title"`
	Text         string     `json:"text,omitempty"`
}

// SentParty is a customer as the sender knows them: an id, a name, or both.
type SentParty struct {
	ID   string `json:"id,omitempty"`
	Name string `json:"name,omitempty"`
}

// SentThing is one thing of a customer.
type SentThing struct {
	Kind string `json:"kind"`
	ID   string `json:"id,omitempty"`
	Name string `json:"name,omitempty"`
}

// SentEvents are several events in one call.
type SentEvents struct {
	Events []SentEvent `json:"events" minItems:"1" maxItems:"10000"`
}

// SentReadings are readings as they are sent to an inbox.
type SentReadings struct {
	Readings []SentReading `json:"readings" minItems:"1" maxItems:"10000"`
}

// SentReading is one reading as it is sent.
type SentReading struct {
	Organization SentParty  `json:"organization"`
	Meter        string     `json:"meter"`
	Quantity     Number     `json:"quantity"`
	Unit         string     `json:"unit,omitempty" maxLength:"20" doc:"each (default), bytes, GB, TB, or another word"`
	AsOf         *time.Time `json:"as_of,omitempty" doc:"when it was read; either this or covers"`
	Covers       string     `json:"covers,omitempty" doc:"the month it covers, 2026-10; either this or as_of"`
	Items        []SentItem `json:"items,omitempty" doc:"what was counted; it must add up to the quantity"`
}

// SentItem is one thing that was counted.
type SentItem struct {
	Kind   string `json:"kind,omitempty"`
	ID     string `json:"id,omitempty"`
	Name   string `json:"name,omitempty"`
	Amount Number `json:"amount,omitzero" doc:"1 when left out"`
	Detail string `json:"detail,omitempty"`
}

// Received says what came of what was sent.
type Received struct {
	Accepted      int `json:"accepted" doc:"stored"`
	Duplicates    int `json:"duplicates" doc:"known already, and sent again as they were"`
	Organizations int `json:"organizations"`
}

// sentBody is a body that is read as it comes: what is wrong with it is said by app/inbox, by its path.
type sentBody struct {
	body   io.Reader
	kind   string
	query  url.Values
	bearer string // what the caller showed
}

// Resolve implements huma.Resolver.
func (b *sentBody) Resolve(ctx huma.Context) []error {
	address := ctx.URL()
	b.body, b.kind, b.query = ctx.BodyReader(), ctx.Header("Content-Type"), address.Query()
	b.bearer = strings.TrimPrefix(ctx.Header("Authorization"), "Bearer ")
	return nil
}

// sender is who sent something: the token of an inbox by its name, or whoever holds the token of the API.
func (s *server) sender(ctx context.Context, b sentBody) string {
	if name := s.Inbox.TokenName(ctx, sha256.Sum256([]byte(b.bearer))); name != "" {
		return "token " + name
	}
	return caller
}

// json reads the whole of a JSON body.
func (b *sentBody) json() ([]byte, error) {
	if t := mediaOf(b.kind); t != "" && t != "application/json" {
		return nil, app.Errorf(app.Invalid, "Send JSON with Content-Type: application/json, not %s.", t)
	}
	body, err := io.ReadAll(io.LimitReader(b.body, inbox.MaxBody+1))
	if err != nil {
		return nil, cutOff(err)
	}
	return body, nil // one that is too long is refused where it is read
}

// cutOff says why a body did not arrive whole.
func cutOff(err error) error {
	if big, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return app.Wrap(err, app.Invalid, "The body is larger than "+mebibytes(big.Limit)+". Send it in parts.")
	}
	return app.Wrap(err, app.Invalid, "The body did not arrive whole. Send it again.")
}

type eventsSent struct {
	sentBody
	Name             string `path:"name" maxLength:"64"`
	Shape            string `query:"shape" maxLength:"64" doc:"the sender's own form: simplebackups, restic or primebackup; left out: psabridge's"`
	OrganizationID   string `query:"organization_id" maxLength:"200" doc:"whose the events are that name no organization"`
	OrganizationName string `query:"organization_name" maxLength:"200"`
}

// EventsResult says what came of events that were sent.
type EventsResult struct {
	Received
	Changed    int      `json:"changed" doc:"not stored, because another event came with the same id before and said something else"`
	ChangedIDs []string `json:"changed_ids" nullable:"false" doc:"their ids"`
	Problem    string   `json:"problem" doc:"what to do about them; empty when there are none"`
}

type eventsOutput struct{ Body EventsResult }

func received(got app.Received) Received {
	return Received{Accepted: got.Accepted, Duplicates: got.Duplicates, Organizations: got.Organizations}
}

func (s *server) sendEvents(ctx context.Context, in *eventsSent) (*eventsOutput, error) {
	body, err := in.json()
	if err != nil {
		return nil, s.fail(err)
	}
	got, err := s.Inbox.Events(ctx, in.Name, in.Shape, inbox.Customer{ID: in.OrganizationID, Name: in.OrganizationName}, body)
	if err != nil {
		return nil, s.fail(err)
	}
	ids := append([]string{}, got.ChangedIDs...)
	return &eventsOutput{Body: EventsResult{Received: received(got), Changed: got.Changed, ChangedIDs: ids, Problem: got.Problem}}, nil
}

// registerInbox registers the calls programs send to. Their bodies are documented here and read by app/inbox.
func (s *server) registerInbox(a huma.API) {
	schema := func(t reflect.Type, name string) *huma.Schema {
		return a.OpenAPI().Components.Schemas.Schema(t, true, name)
	}
	events := operation(http.MethodPost, "/sources/{name}/events", "Send events to an inbox; answered when they are stored, before anything is told to ConnectWise")
	huma.Register(a, events, s.sendEvents)
	// Said afterwards: what is said before, the library reads the body for.
	a.OpenAPI().Paths[events.Path].Post.RequestBody = &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{"application/json": {Schema: &huma.Schema{AnyOf: []*huma.Schema{
		schema(reflect.TypeFor[SentEvents](), "SentEvents"), schema(reflect.TypeFor[SentEvent](), "SentEvent"),
		{Type: huma.TypeObject, Description: "with ?shape=: what that program sends", AdditionalProperties: true},
	}}}}}

	usage := operation(http.MethodPost, "/sources/{name}/usage", "Send readings to an inbox: JSON, or a CSV file")
	huma.Register(a, usage, s.sendUsage)
	a.OpenAPI().Paths[usage.Path].Post.RequestBody = &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{
		"application/json": {Schema: schema(reflect.TypeFor[SentReadings](), "SentReadings")},
		"text/csv":         {Schema: &huma.Schema{Type: huma.TypeString, Description: "at most 50 MiB; columns customer_id,customer_name,meter,quantity,unit,as_of, or those map.… names"}},
	}}

	get(a, "/sources/{name}/imports", "Files and calls that brought readings into an inbox, newest first", s.imports)
	get(a, "/sources/{name}/tokens", "The tokens that may send to an inbox", s.tokens)
	post(a, "/sources/{name}/tokens", "Make a token that may send to an inbox and do nothing else", s.makeToken)
	del(a, "/sources/{name}/tokens/{id}", "End a token", s.revokeToken)
}

// Token lets a program send to one inbox.
type Token struct {
	ID        ID         `json:"id"`
	Source    string     `json:"source"`
	Name      string     `json:"name" doc:"what it is for"`
	EndsWith  string     `json:"ends_with"`
	CreatedAt time.Time  `json:"created_at"`
	RevokedAt *time.Time `json:"revoked_at"`
}

// NewToken is a token that was just made.
type NewToken struct {
	Token
	Value string `json:"token" doc:"shown this once"`
}

func token(t app.InboxToken) Token {
	return Token{ID: id(t.ID), Source: t.Source, Name: t.Name, EndsWith: t.EndsWith, CreatedAt: t.CreatedAt.UTC(), RevokedAt: timeOrNil(t.RevokedAt)}
}

func (s *server) tokens(ctx context.Context, in *SourceInput) (*listOutput[Token], error) {
	rows, err := s.Inbox.Tokens(ctx, in.Name)
	if err != nil {
		return nil, s.fail(err)
	}
	return newList(rows, app.Page{}, token, nil), nil
}

type tokenInput struct {
	SourceInput
	Body struct {
		Name string `json:"name" minLength:"1" maxLength:"60" doc:"what will use it"`
	}
}

type newTokenOutput struct{ Body NewToken }

func (s *server) makeToken(ctx context.Context, in *tokenInput) (*newTokenOutput, error) {
	value, t, err := s.Inbox.MakeToken(ctx, in.Name, in.Body.Name)
	if err != nil {
		return nil, s.fail(err)
	}
	return &newTokenOutput{Body: NewToken{Token: token(t), Value: value.Reveal()}}, nil
}

func (s *server) revokeToken(ctx context.Context, in *struct {
	SourceInput
	RowInput
},
) (*struct{}, error) {
	n, err := in.ID.parse("id")
	if err != nil {
		return nil, s.fail(err)
	}
	return s.done(s.Inbox.RevokeToken(ctx, in.Name, n))
}
