package upkeep

import (
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"psabridge/app"
)

// logOf writes a log of lines with slog itself, so that what is read is what is written.
func logOf(t *testing.T, path string, write func(*slog.Logger)) {
	t.Helper()
	file, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	write(slog.New(slog.NewTextHandler(file, &slog.HandlerOptions{Level: slog.LevelDebug})))
}

func messages(lines []LogLine) (out []string) {
	for _, l := range lines {
		out = append(out, l.Message)
	}
	return out
}

func TestReadLog(t *testing.T) {
	path := filepath.Join(t.TempDir(), "psabridge.log")
	if lines, err := ReadLog(path, LogFilter{}); err != nil || lines != nil {
		t.Errorf("no log yet: %v %v", lines, err)
	}
	logOf(t, strings.TrimSuffix(path, ".log")+"-2026-11-01T10-00-00.000.log", func(l *slog.Logger) { l.Info("oldest") })
	logOf(t, strings.TrimSuffix(path, ".log")+"-2026-11-02T10-00-00.000.log", func(l *slog.Logger) { l.Warn("older") })
	logOf(t, path, func(l *slog.Logger) {
		l.Debug("detail")
		l.Info("source read", "source", "sync", "text", "with \"quotes\" and = and\nbreaks")
		for i := range 3000 {
			l.Info("filler", "i", i, "long", strings.Repeat("x", 100))
		}
		l.Error("newest", "error", "Contoso answered 502")
	})
	for name, one := range map[string]struct {
		f    LogFilter
		want []string
	}{
		"newest first":    {LogFilter{Lines: 2}, []string{"newest", "filler"}},
		"by level":        {LogFilter{Level: slog.LevelWarn}, []string{"newest", "older"}},
		"by text":         {LogFilter{Text: "contoso "}, []string{"newest"}},
		"across files":    {LogFilter{Text: "old"}, []string{"older", "oldest"}},
		"quoted":          {LogFilter{Text: `quotes`}, []string{"source read"}},
		"debug on demand": {LogFilter{Level: AllLevels, Text: "detail"}, []string{"detail"}},
		"no debug else":   {LogFilter{Text: "detail"}, nil},
	} {
		lines, err := ReadLog(path, one.f)
		if got := messages(lines); err != nil || !slices.Equal(got, one.want) {
			t.Errorf("%s: %q %v, want %q", name, got, err, one.want)
		}
	}
	last, err := ReadLog(path, LogFilter{Lines: 1})
	if err != nil {
		t.Fatal(err)
	}
	if lines, err := ReadLog(path, LogFilter{After: last[0].At}); err != nil || len(lines) != 0 {
		t.Errorf("after the newest: %v %v", lines, err)
	}
	if last[0].Level != slog.LevelError || last[0].Rest != `error="Contoso answered 502"` || time.Since(last[0].At) > time.Minute {
		t.Errorf("%+v", last[0])
	}
}

func TestTheLevelGoesBackByItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		level := new(slog.LevelVar)
		b := &Logbook{Level: level, Base: slog.LevelInfo, Now: time.Now, Log: slog.New(slog.DiscardHandler)}
		defer b.Stop()
		is := func(want slog.Level, bounded bool) {
			t.Helper()
			if got, until := b.At(); got != want || until.IsZero() == bounded {
				t.Errorf("level %v until %v, want %v", got, until, want)
			}
		}
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		is(slog.LevelInfo, false)
		must(b.Set(t.Context(), slog.LevelDebug, 0))
		is(slog.LevelDebug, true)
		time.Sleep(30 * time.Minute)
		must(b.Set(t.Context(), slog.LevelDebug, 2*time.Hour)) // longer, from now
		time.Sleep(time.Hour)
		is(slog.LevelDebug, true)
		time.Sleep(time.Hour + time.Second)
		synctest.Wait()
		is(slog.LevelInfo, false)
		must(b.Set(t.Context(), slog.LevelWarn, time.Hour))
		must(b.Set(t.Context(), slog.LevelInfo, time.Hour)) // as at the start: for good
		is(slog.LevelInfo, false)
		if err := b.Set(t.Context(), slog.LevelDebug, 48*time.Hour); app.ErrorCode(err) != app.Invalid {
			t.Errorf("two days: %v", err)
		}
	})
}
