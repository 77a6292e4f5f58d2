package main

import (
	"io"
	"log/slog"
	"path/filepath"

	"gopkg.in/natefinch/lumberjack.v2"
)

// Bounds of the log: two weeks of a busy bridge, and never a full disk.
const (
	logMegabytes = 10
	logFiles     = 5
	logDays      = 30
)

// openLog logs to a rotated file in the data folder. Warnings and errors go to the terminal too, where somebody may be
// looking.
func openLog(dir, level string, terminal io.Writer) (*slog.Logger, io.Closer) {
	file := &lumberjack.Logger{Filename: filepath.Join(dir, logFile), MaxSize: logMegabytes, MaxBackups: logFiles, MaxAge: logDays}
	handlers := slog.NewMultiHandler(
		slog.NewTextHandler(file, &slog.HandlerOptions{Level: parseLevel(level)}),
		slog.NewTextHandler(terminal, &slog.HandlerOptions{Level: slog.LevelWarn}),
	)
	return slog.New(handlers), file
}

func parseLevel(s string) slog.Level {
	var l slog.Level
	if err := l.UnmarshalText([]byte(s)); err != nil {
		return slog.LevelInfo // the flag's enum lets nothing else through
	}
	return l
}
