package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"slices"
	"time"

	"psabridge/app"
	"psabridge/app/upkeep"
	"psabridge/app/web/api"
)

type logCmd struct {
	Show  logShow  `cmd:"" default:"withargs" help:"Print the newest lines of the log. It needs no running bridge."`
	Level logLevel `cmd:"" help:"Log more or less for a while; then it goes back by itself."`
}

type logShow struct {
	Level  string `help:"This and worse." enum:"debug,info,warn,error" default:"info"`
	Text   string `short:"q" help:"Only lines with this text."`
	Lines  int    `short:"n" help:"At most so many." default:"50"`
	Follow bool   `short:"f" help:"Go on with what is logged, until it is stopped with Ctrl C."`
}

// followEvery is how often a log that is followed is read.
const followEvery = time.Second

// Run prints the newest lines, oldest first. It reads the file itself: the log is wanted most when the bridge does not start.
func (l logShow) Run(ctx context.Context, g *globals, c console) error {
	dir, err := g.dir()
	if err != nil {
		return err
	}
	path := filepath.Join(dir, logFile)
	f := upkeep.LogFilter{Level: api.LevelOf(l.Level), Text: l.Text, Lines: l.Lines}
	lines, err := upkeep.ReadLog(path, f)
	if err != nil {
		return err
	}
	slices.Reverse(lines)
	if err := g.printLog(c, lines); err != nil || !l.Follow {
		return err
	}
	return g.followLog(ctx, c, path, f, lines)
}

func (g *globals) followLog(ctx context.Context, c console, path string, f upkeep.LogFilter, seen []upkeep.LogLine) error {
	f.After, f.Lines = time.Now(), 1000
	if len(seen) > 0 {
		f.After = seen[len(seen)-1].At
	}
	every := time.NewTicker(followEvery)
	defer every.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-every.C:
		}
		lines, err := upkeep.ReadLog(path, f)
		if err != nil {
			return err
		}
		if len(lines) == 0 {
			continue
		}
		f.After = lines[0].At
		slices.Reverse(lines)
		if err := g.printLog(c, lines); err != nil {
			return err
		}
	}
}

// printLog prints lines, with --json one object a line.
func (g *globals) printLog(c console, lines []upkeep.LogLine) error {
	for _, l := range lines {
		if g.JSON {
			if err := json.NewEncoder(c.out).Encode(api.LogLine{At: l.At.UTC(), Level: api.LevelName(l.Level), Message: l.Message, Rest: l.Rest}); err != nil {
				return err
			}
			continue
		}
		if _, err := fmt.Fprintf(c.out, "%s %-5s %s %s\n", l.At.Local().Format("2 Jan 15:04:05"), api.LevelName(l.Level), l.Message, l.Rest); err != nil {
			return err
		}
	}
	return nil
}

type logLevel struct {
	Level string `arg:"" optional:"" help:"debug, info, warn or error; left out: say what is logged." enum:"debug,info,warn,error," default:""`
	For   string `help:"How long, e.g. 30m or 2h; at most a day, an hour when left out." placeholder:"TIME"`
}

// Run sets what the running bridge logs. One that does not run is started with --log-level.
func (l logLevel) Run(ctx context.Context, g *globals, c console) error {
	return g.withBridge(ctx, c, func(cl *client) error {
		if cl.brief {
			return app.Errorf(app.Unavailable, "psabridge is not running. Start it with --log-level %s.", cmp.Or(l.Level, "debug"))
		}
		var now struct {
			Level string     `json:"level"`
			Until *time.Time `json:"until"`
		}
		var err error
		if l.Level == "" {
			err = cl.call(ctx, http.MethodGet, "/log?lines=1", nil, &now)
		} else {
			err = cl.call(ctx, http.MethodPost, "/log/level", map[string]string{"level": l.Level, "for": l.For}, &now)
		}
		if err != nil {
			return err
		}
		return g.print(c, now, func(w io.Writer) {
			if now.Until == nil {
				_, _ = fmt.Fprintf(w, "The log is at level %s, as at the start.\n", now.Level)
				return
			}
			_, _ = fmt.Fprintf(w, "The log is at level %s until %s; then it goes back by itself.\n", now.Level, shortTime(*now.Until))
		})
	})
}
