package main

import (
	"context"
	"io"
	"log/slog"
	"path/filepath"
	"sync"
	"time"

	"gopkg.in/natefinch/lumberjack.v2"

	"psabridge/app/upkeep"
)

// Bounds of the log: two weeks of a busy bridge, and never a full disk.
const (
	logMegabytes = 10
	logFiles     = 5
	logDays      = 30
)

// journal is the log of a bridge: a rotated file in the data folder.
type journal struct {
	*slog.Logger
	book *upkeep.Logbook
	file *logWriter
}

// openLog logs to a rotated file in the data folder. Warnings and errors go to the terminal too, where somebody may be
// looking.
func openLog(dir, level string, terminal io.Writer) journal {
	path := filepath.Join(dir, logFile)
	file := &logWriter{to: &lumberjack.Logger{Filename: path, MaxSize: logMegabytes, MaxBackups: logFiles, MaxAge: logDays}}
	now := new(slog.LevelVar)
	now.Set(parseLevel(level))
	log := slog.New(slog.NewMultiHandler(
		slog.NewTextHandler(file, &slog.HandlerOptions{Level: now}),
		slog.NewTextHandler(terminal, &slog.HandlerOptions{Level: slog.LevelWarn}),
	))
	return journal{log, &upkeep.Logbook{Path: path, Level: now, Base: now.Level(), Now: time.Now, Log: component(log, "log")}, file}
}

func (j journal) close(context.Context) error {
	j.book.Stop()
	return j.file.to.Close()
}

// logWriter remembers whether the log could be written: nobody else would notice.
type logWriter struct {
	to io.WriteCloser

	mu  sync.Mutex
	err error
}

func (w *logWriter) Write(p []byte) (int, error) {
	n, err := w.to.Write(p)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.err = err
	return n, err
}

// failed is why the last line was not written.
func (w *logWriter) failed() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.err
}

func parseLevel(s string) slog.Level {
	var l slog.Level
	if err := l.UnmarshalText([]byte(s)); err != nil {
		return slog.LevelInfo // the flag's enum lets nothing else through
	}
	return l
}
