package upkeep

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"psabridge/app"
)

// LogLine is one line of the log.
type LogLine struct {
	At      time.Time
	Level   slog.Level
	Message string
	Rest    string // the pairs after the message, as they were written
}

// LogFilter picks lines. The zero filter picks the newest hundred of every level.
type LogFilter struct {
	Level slog.Level // this and worse; the zero value leaves debug out, AllLevels does not
	Text  string     // stands somewhere in the line, whatever its case
	Lines int        // at most
	After time.Time  // newer than this
}

// Bounds of what one look at the log reads and shows.
const (
	AllLevels   = slog.LevelDebug
	defaultShow = 100
	mostShow    = 1000
	mostScan    = 32 << 20
	block       = 64 << 10
	longestLine = 1 << 20
)

// Log bounds of what is logged more than usual.
const (
	usualFor = time.Hour
	mostFor  = 24 * time.Hour
)

// Logbook reads the log and says how much goes into it.
type Logbook struct {
	// Path is the file that is written now; older ones lie beside it, with the time between its name and its suffix.
	Path string
	// Level is what decides. Base is what it was started with, and goes back to.
	Level *slog.LevelVar
	Base  slog.Level
	Now   func() time.Time
	Log   *slog.Logger

	mu    sync.Mutex
	until time.Time
	back  *time.Timer
}

// At tells what is logged, and until when; zero: until somebody changes it.
func (b *Logbook) At() (level slog.Level, until time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.Level.Level(), b.until
}

// Set logs another level for a while (0: an hour), then goes back by itself: what was turned up to find something is forgotten
// otherwise, and fills the log. The level it was started with stands at once and for good. invalid: longer than a day.
func (b *Logbook) Set(ctx context.Context, level slog.Level, length time.Duration) error {
	if length < 0 || length > mostFor {
		return app.FieldErrorf("for", "A log level is set for at most a day; after that it goes back by itself.")
	}
	if length == 0 {
		length = usualFor
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.back != nil {
		b.back.Stop()
		b.back = nil
	}
	b.until = time.Time{}
	b.Level.Set(level)
	if level == b.Base {
		b.Log.InfoContext(ctx, "log level is as at the start", "level", level.String())
		return nil
	}
	b.until = b.Now().Add(length)
	until := b.until
	b.back = time.AfterFunc(length, func() { b.revert(until) })
	b.Log.InfoContext(ctx, "log level changed", "level", level.String(), "for", length.String())
	return nil
}

func (b *Logbook) revert(until time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.until.Equal(until) {
		return // somebody set another one meanwhile
	}
	b.until, b.back = time.Time{}, nil
	b.Level.Set(b.Base)
	b.Log.Info("log level is back", "level", b.Base.String())
}

// Stop ends the waiting for the way back.
func (b *Logbook) Stop() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.back != nil {
		b.back.Stop()
	}
}

// Lines reads the newest lines a filter picks, newest first.
func (b *Logbook) Lines(f LogFilter) ([]LogLine, error) { return ReadLog(b.Path, f) }

// ReadLog reads the newest lines of a log that a filter picks, newest first. No log yet is an empty one.
func ReadLog(path string, f LogFilter) (out []LogLine, err error) {
	if f.Lines <= 0 {
		f.Lines = defaultShow
	}
	f.Lines = min(f.Lines, mostShow)
	left := int64(mostScan)
	for _, name := range LogFiles(path) {
		more, err := readBack(name, &left, func(line []byte) bool {
			l, ok := parseLine(string(line))
			if !f.After.IsZero() && ok && !l.At.After(f.After) {
				return false
			}
			if ok && f.picks(l) {
				out = append(out, l)
			}
			return len(out) < f.Lines
		})
		if err != nil {
			return out, app.Wrap(err, app.Unavailable, "The log cannot be read: "+name)
		}
		if !more {
			break
		}
	}
	return out, nil
}

func (f LogFilter) picks(l LogLine) bool {
	if l.Level < f.Level {
		return false
	}
	text := strings.ToLower(strings.TrimSpace(f.Text))
	return text == "" || strings.Contains(strings.ToLower(l.Message+" "+l.Rest), text)
}

// LogFiles are the files of a log, newest first: the one that is written, and those it was moved aside to.
func LogFiles(path string) []string {
	ext := filepath.Ext(path)
	older, _ := filepath.Glob(strings.TrimSuffix(path, ext) + "-*" + ext) // the time in their names sorts them
	slices.Sort(older)
	slices.Reverse(older)
	if _, err := os.Stat(path); err == nil {
		older = slices.Insert(older, 0, path)
	}
	return older
}

// readBack gives the lines of a file to take, last first, until it says that it is enough. It reports whether more is wanted.
func readBack(path string, left *int64, take func([]byte) bool) (more bool, err error) {
	file, err := os.Open(path) //nolint:gosec // the log, or one it was moved aside to
	if errors.Is(err, fs.ErrNotExist) {
		return true, nil // it was moved aside just now
	}
	if err != nil {
		return false, err
	}
	defer file.Close()
	at, err := file.Seek(0, io.SeekEnd)
	if err != nil {
		return false, err
	}
	var tail []byte // the beginning of a line whose end was read
	for at > 0 {
		n := min(block, at)
		at -= n
		if *left -= n; *left < 0 {
			return false, nil
		}
		part := make([]byte, n, int(n)+len(tail))
		if _, err := file.ReadAt(part, at); err != nil {
			return false, err
		}
		part = append(part, tail...)
		for {
			i := bytes.LastIndexByte(part, '\n')
			if i < 0 {
				break
			}
			if line := part[i+1:]; len(line) > 0 && !take(line) {
				return false, nil
			}
			part = part[:i]
		}
		if tail = part; len(tail) > longestLine {
			tail = nil
		}
	}
	return len(tail) == 0 || take(tail), nil
}

// parseLine reads a line as slog's text handler writes it.
func parseLine(s string) (l LogLine, ok bool) {
	when, s, ok := pair(s, "time=")
	if !ok {
		return l, false
	}
	level, s, ok := pair(s, "level=")
	if !ok {
		return l, false
	}
	l.Message, l.Rest, ok = pair(s, "msg=")
	if !ok {
		return l, false
	}
	var err error
	if l.At, err = time.Parse(time.RFC3339Nano, when); err != nil {
		return l, false
	}
	return l, l.Level.UnmarshalText([]byte(level)) == nil
}

// pair takes one key=value off the front of a line.
func pair(s, key string) (value, rest string, ok bool) {
	s, ok = strings.CutPrefix(s, key)
	if !ok {
		return "", "", false
	}
	if quoted, err := strconv.QuotedPrefix(s); err == nil {
		value, err = strconv.Unquote(quoted)
		return value, strings.TrimPrefix(s[len(quoted):], " "), err == nil
	}
	value, rest, _ = strings.Cut(s, " ")
	return value, rest, true
}

// since copies the lines of a log from a moment on, oldest first, each changed by a function. What cannot be read as a line goes
// with the line before it.
func since(path string, from time.Time, change func(string) string, w io.Writer) error {
	file, err := os.Open(path) //nolint:gosec // the log, or one it was moved aside to
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	lines.Buffer(make([]byte, block), longestLine)
	wanted := false
	for lines.Scan() {
		if l, ok := parseLine(lines.Text()); ok {
			wanted = !l.At.Before(from)
		}
		if !wanted {
			continue
		}
		if _, err := io.WriteString(w, change(lines.Text())+"\n"); err != nil {
			return err
		}
	}
	if err := lines.Err(); err != nil && !errors.Is(err, bufio.ErrTooLong) {
		return err
	}
	return nil
}
