package api

import (
	"context"
	"net/http"
	"reflect"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"psabridge/app"
)

// Changed is what a new settings document differs in.
type Changed struct {
	Changed []app.Change `json:"changed" nullable:"false"`
}

const yamlType = "application/yaml"

// registerSettings adds the two calls whose body is the settings document itself, YAML or JSON.
func (s *server) registerSettings(a huma.API) {
	doc := &huma.Schema{Type: huma.TypeObject, Description: "the settings document, without secrets", AdditionalProperties: true}
	text := &huma.Schema{Type: huma.TypeString}
	both := map[string]*huma.MediaType{yamlType: {Schema: text}, "application/json": {Schema: doc}}

	read := operation(http.MethodGet, "/settings", "The settings document; YAML when Accept asks for it")
	read.Responses = map[string]*huma.Response{"200": {Description: "The document", Content: both}}
	huma.Register(a, read, s.getSettings)

	write := operation(http.MethodPut, "/settings", "Replace the settings document, all or nothing")
	write.RequestBody = &huma.RequestBody{Required: true, Content: both}
	write.Responses = map[string]*huma.Response{
		"200": jsonResponse("What changed", a.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[Changed](), true, "Changed")),
	}
	write.SkipValidateBody = true // app/settings says it better, with the line
	write.MaxBodyBytes = -1       // the guard in front knows how much a document may be
	huma.Register(a, write, s.putSettings)
}

type settingsInput struct {
	Accept string `header:"Accept"`
}

type rawOutput struct {
	ContentType string `header:"Content-Type"`
	Body        []byte
}

func (s *server) getSettings(ctx context.Context, in *settingsInput) (*rawOutput, error) {
	asJSON := !strings.Contains(in.Accept, "yaml")
	b, err := s.Settings.Export(ctx, asJSON)
	if err != nil {
		return nil, s.fail(err)
	}
	if asJSON {
		return &rawOutput{ContentType: "application/json", Body: b}, nil
	}
	return &rawOutput{ContentType: yamlType, Body: b}, nil
}

type putSettingsInput struct {
	DryRun  bool   `query:"dry_run" doc:"say what would change, change nothing"`
	Force   bool   `query:"force" doc:"also when deliveries or an unfinished push need what is left out, or a connection that has written gets another address of the same ConnectWise"`
	RawBody []byte `contentType:"application/yaml"`
}

type changedOutput struct{ Body Changed }

func (s *server) putSettings(ctx context.Context, in *putSettingsInput) (*changedOutput, error) {
	changes, err := s.Settings.Replace(ctx, caller, in.RawBody, in.DryRun, in.Force)
	if err != nil {
		return nil, s.fail(err)
	}
	if changes == nil {
		changes = []app.Change{}
	}
	return &changedOutput{Body: Changed{Changed: changes}}, nil
}

// SecretInfo says that a secret is stored.
type SecretInfo struct {
	Name     string    `json:"name"`
	SetAt    time.Time `json:"set_at"`
	EndsWith string    `json:"ends_with" doc:"empty for a password"`
}

func (s *server) secrets(ctx context.Context, _ *struct{}) (*listOutput[SecretInfo], error) {
	rows, err := s.Settings.Secrets(ctx)
	if err != nil {
		return nil, s.fail(err)
	}
	return newList(rows, app.Page{}, func(r app.SecretRecord) SecretInfo {
		return SecretInfo{Name: r.Name, SetAt: r.SetAt.UTC(), EndsWith: r.Tail()}
	}, nil), nil
}

// SecretName is a secret's name as a path: connections/<name>/private_key.
type SecretName struct {
	Kind string `path:"kind" maxLength:"64"`
	Name string `path:"name" maxLength:"64"`
	Key  string `path:"key" maxLength:"64"`
}

func (n SecretName) String() string { return n.Kind + "/" + n.Name + "/" + n.Key }

type setSecretInput struct {
	SecretName
	Body struct {
		Value string `json:"value" minLength:"1" maxLength:"65536"`
	}
}

func (s *server) setSecret(ctx context.Context, in *setSecretInput) (*struct{}, error) {
	return s.done(s.Settings.SetSecret(ctx, in.String(), app.Secret(in.Body.Value)))
}

func (s *server) deleteSecret(ctx context.Context, in *struct{ SecretName }) (*struct{}, error) {
	return s.done(s.Settings.DeleteSecret(ctx, in.String()))
}

// NotifySecretName is the name of a secret of the notices as a path: notify/smtp_password.
type NotifySecretName struct {
	Key string `path:"key" maxLength:"64" doc:"smtp_password or webhook_url"`
}

func (n NotifySecretName) String() string { return "notify/" + n.Key }

func (s *server) setNotifySecret(ctx context.Context, in *struct {
	NotifySecretName
	Body struct {
		Value string `json:"value" minLength:"1" maxLength:"65536"`
	}
},
) (*struct{}, error) {
	return s.done(s.Settings.SetSecret(ctx, in.String(), app.Secret(in.Body.Value)))
}

func (s *server) deleteNotifySecret(ctx context.Context, in *struct{ NotifySecretName }) (*struct{}, error) {
	return s.done(s.Settings.DeleteSecret(ctx, in.String()))
}
