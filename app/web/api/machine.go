package api

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"psabridge/app"
	"psabridge/app/secret"
	"psabridge/app/upkeep"
)

// MachineDeps are what the pages and the API ask about this computer. What is left out answers nothing.
type MachineDeps struct {
	SelfTest SelfTest
	Logbook  Logbook
	Support  Support
	Keychain Keychain
	// KeysBack makes what had no keys try again, once the keychain gives them.
	KeysBack func(ctx context.Context)
}

// SelfTest are the checks of this computer.
type SelfTest interface {
	// Rows are the newest results; with look everything is looked at anew.
	Rows(ctx context.Context, look bool) ([]app.CheckRow, error)
	// Wrong is what the last look found wrong and nothing else tells.
	Wrong() []app.CheckRow
}

// Logbook reads the log and sets its level.
type Logbook interface {
	Lines(upkeep.LogFilter) ([]upkeep.LogLine, error)
	At() (level slog.Level, until time.Time)
	Set(ctx context.Context, level slog.Level, length time.Duration) error
}

// Support makes support bundles.
type Support interface {
	Make(ctx context.Context, withNames bool) (upkeep.Bundle, error)
}

// Keychain knows what keeps keys from being had.
type Keychain interface {
	Trouble() (secret.Trouble, bool)
	Look(ctx context.Context, again bool) (secret.Trouble, bool, error)
}

// Fill puts an answer in place of what was left out.
func (d *MachineDeps) Fill() {
	if d.SelfTest == nil {
		d.SelfTest = noMachine{}
	}
	if d.Logbook == nil {
		d.Logbook = noMachine{}
	}
	if d.Support == nil {
		d.Support = noMachine{}
	}
	if d.Keychain == nil {
		d.Keychain = noMachine{}
	}
	if d.KeysBack == nil {
		d.KeysBack = func(context.Context) {}
	}
}

// noMachine answers that there is nothing to tell.
type noMachine struct{}

func (noMachine) Rows(context.Context, bool) ([]app.CheckRow, error) { return nil, nil }

func (noMachine) Wrong() []app.CheckRow { return nil }

func (noMachine) Lines(upkeep.LogFilter) ([]upkeep.LogLine, error) { return nil, nil }

func (noMachine) At() (slog.Level, time.Time) { return slog.LevelInfo, time.Time{} }

func (noMachine) Set(context.Context, slog.Level, time.Duration) error {
	return app.Errorf(app.NotFound, "This bridge keeps no log.")
}

func (noMachine) Make(context.Context, bool) (upkeep.Bundle, error) {
	return upkeep.Bundle{}, app.Errorf(app.NotFound, "This bridge makes no support bundle.")
}

func (noMachine) Trouble() (secret.Trouble, bool) { return secret.Trouble{}, false }

func (noMachine) Look(context.Context, bool) (secret.Trouble, bool, error) {
	return secret.Trouble{}, false, nil
}

// LogLevels are the names of the levels, quietest last.
var LogLevels = []string{"debug", "info", "warn", "error"}

// LevelOf reads a level's name; info when it is none.
func LevelOf(name string) slog.Level {
	var l slog.Level
	if l.UnmarshalText([]byte(name)) != nil {
		return slog.LevelInfo
	}
	return l
}

// LevelName is a level as people write it.
func LevelName(l slog.Level) string { return strings.ToLower(l.String()) }

// LengthOf reads how long a level is wanted; 0 when nothing is said. invalid: it is no length of time.
func LengthOf(text string) (time.Duration, error) {
	if text == "" {
		return 0, nil
	}
	var d app.Duration
	if err := d.UnmarshalText([]byte(text)); err != nil {
		return 0, app.FieldErrorf("for", "%s", app.ErrorMessage(err))
	}
	return d.D(), nil
}

// LogLine is one line of the log.
type LogLine struct {
	At      time.Time `json:"at"`
	Level   string    `json:"level"`
	Message string    `json:"message"`
	Rest    string    `json:"rest" doc:"the pairs of key and value behind it, as they were written"`
}

// LogLevel is what is logged.
type LogLevel struct {
	Level string     `json:"level" enum:"debug,info,warn,error"`
	Until *time.Time `json:"until" doc:"when it goes back to what psabridge was started with; null: it is that"`
}

// LogView is the newest of the log.
type LogView struct {
	LogLevel
	Lines []LogLine `json:"lines" nullable:"false" doc:"newest first"`
}

type logInput struct {
	Level string    `query:"level" enum:"debug,info,warn,error" default:"info" doc:"this and worse"`
	Text  string    `query:"q" maxLength:"200" doc:"stands somewhere in the line"`
	Lines int       `query:"lines" minimum:"1" maximum:"1000" default:"100"`
	After time.Time `query:"since" doc:"newer than this"`
}

type logOutput struct{ Body LogView }

type logLevelOutput struct{ Body LogLevel }

type logLevelInput struct {
	Body struct {
		Level string `json:"level" enum:"debug,info,warn,error"`
		For   string `json:"for,omitempty" maxLength:"20" doc:"e.g. 30m or 2h, at most a day; left out: an hour"`
	}
}

type supportInput struct {
	Names bool `query:"names" doc:"leave the names of organizations, companies, people and computers as they are"`
}

type keychainOutput struct{ Body KeychainState }

// KeychainState is what keeps keys from being had.
type KeychainState struct {
	OK      bool     `json:"ok"`
	Kind    string   `json:"kind,omitempty" enum:"locked,missing,silent,refused,lost,moved"`
	Message string   `json:"message,omitempty"`
	Names   []string `json:"names" nullable:"false" doc:"the keys that are gone, or kept elsewhere"`
}

func (s *server) registerMachine(a huma.API) {
	get(a, "/log", "The newest lines of the log", s.log)
	post(a, "/log/level", "Log more or less for a while", s.setLogLevel)
	post(a, "/keychain/retry", "Ask the keychain again, also when it stayed locked", s.askKeychain)
	op := operation(http.MethodGet, "/support", "A file for whoever helps: state, checks, settings and log, without keys")
	op.Responses = map[string]*huma.Response{"200": {
		Description: "The ZIP file", Content: map[string]*huma.MediaType{"application/zip": {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}},
	}}
	huma.Register(a, op, s.support)
}

func (s *server) log(_ context.Context, in *logInput) (*logOutput, error) {
	lines, err := s.Logbook.Lines(upkeep.LogFilter{Level: LevelOf(in.Level), Text: in.Text, Lines: in.Lines, After: in.After})
	if err != nil {
		return nil, s.fail(err)
	}
	out := LogView{LogLevel: s.logLevel(), Lines: make([]LogLine, 0, len(lines))}
	for _, l := range lines {
		out.Lines = append(out.Lines, LogLine{At: l.At.UTC(), Level: LevelName(l.Level), Message: l.Message, Rest: l.Rest})
	}
	return &logOutput{Body: out}, nil
}

func (s *server) logLevel() LogLevel {
	level, until := s.Logbook.At()
	return LogLevel{Level: LevelName(level), Until: timeOrNil(until)}
}

func (s *server) setLogLevel(ctx context.Context, in *logLevelInput) (*logLevelOutput, error) {
	length, err := LengthOf(in.Body.For)
	if err == nil {
		err = s.Logbook.Set(ctx, LevelOf(in.Body.Level), length)
	}
	if err != nil {
		return nil, s.fail(err)
	}
	return &logLevelOutput{Body: s.logLevel()}, nil
}

func (s *server) support(ctx context.Context, in *supportInput) (*rawOutput, error) {
	b, err := s.Support.Make(ctx, in.Names)
	if err != nil {
		return nil, s.fail(err)
	}
	return &rawOutput{ContentType: "application/zip", Body: b.Content}, nil
}

func (s *server) askKeychain(ctx context.Context, _ *struct{}) (*keychainOutput, error) {
	t, is, err := s.Keychain.Look(ctx, true)
	if err != nil {
		return nil, s.fail(err)
	}
	if !is {
		s.KeysBack(ctx)
	}
	return &keychainOutput{Body: KeychainState{OK: !is, Kind: string(t.Kind), Message: t.Message, Names: append([]string{}, t.Names...)}}, nil
}

// addMachine adds the checks of this computer. look: they are made now.
func (s *server) addMachine(ctx context.Context, out *TestResult, look bool) error {
	rows, err := s.SelfTest.Rows(ctx, look)
	for _, row := range rows {
		out.add(check(row))
	}
	return err
}
