package inbox

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"psabridge/app"
)

// charset is how a file writes letters, as a person calls it.
type charset string

const (
	utf8Set    charset = "UTF-8"
	utf16LE    charset = "UTF-16 LE"
	utf16BE    charset = "UTF-16 BE"
	windows125 charset = "Windows-1252"
)

// headBytes is how much of a file is looked at to find out how it is written.
const headBytes = 64 << 10

// charsetOf finds out how a file is written from its begin: by its mark, or by every second byte being zero.
func charsetOf(head []byte) charset {
	switch {
	case bytes.HasPrefix(head, []byte{0xFF, 0xFE}):
		return utf16LE
	case bytes.HasPrefix(head, []byte{0xFE, 0xFF}):
		return utf16BE
	}
	var zeros [2]int
	for i, c := range head {
		if c == 0 {
			zeros[i%2]++
		}
	}
	half := len(head) / 2
	switch {
	case half > 1 && zeros[1] > half/2 && zeros[0] < half/10:
		return utf16LE
	case half > 1 && zeros[0] > half/2 && zeros[1] < half/10:
		return utf16BE
	}
	return utf8Set
}

// decoder reads a file as UTF-8. A byte that UTF-8 does not have ends it with an error, so that the file can be read anew as
// Windows-1252.
func (c charset) decoder() transform.Transformer {
	switch c {
	case utf16LE:
		return unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewDecoder()
	case utf16BE:
		return unicode.UTF16(unicode.BigEndian, unicode.UseBOM).NewDecoder()
	case windows125:
		return charmap.Windows1252.NewDecoder()
	case utf8Set:
	}
	return encoding.UTF8Validator
}

// brokenUTF8 looks at a file that is not UTF-8 as it stands. Where a mark or letters beyond ASCII say that it is meant to be,
// the error names the line of the first byte that is not: read as Windows-1252, every such letter would become two others,
// and every customer with one somebody else.
func brokenUTF8(r io.ReadSeeker) error {
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		return app.Wrap(err, app.Internal, "The file cannot be read again.")
	}
	in := bufio.NewReader(r)
	meant, line, broken := false, 1, 0
	for before := rune(0); !meant || broken == 0; {
		c, size, err := in.ReadRune()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return app.Wrap(err, app.Internal, "The file cannot be read again.")
		case c == utf8.RuneError && size == 1:
			if broken == 0 {
				broken = line
			}
		case size > 1:
			meant = true
		case c == '\r', c == '\n' && before != '\r':
			line++
		}
		before = c
	}
	return app.FieldErrorf("file", "The file is UTF-8, but line %d holds a byte that is not: letters are broken there. Correct the line and save the file as CSV (UTF-8) again.", broken)
}

// stream reads a file as UTF-8 text without its mark.
func stream(r io.ReadSeeker, c charset) (io.Reader, error) {
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		return nil, app.Wrap(err, app.Internal, "The file cannot be read again.")
	}
	g := &guard{r: transform.NewReader(r, c.decoder()), first: true}
	return g, nil
}

// maxRow is the most bytes one row may take: a quote that is never closed would else swallow the rest of the file.
const maxRow = 1 << 20

var (
	errNUL     = errors.New("a zero byte")
	errLongRow = errors.New("a row without end")
)

// guard watches what comes out of a file: no zero bytes, no endless row; the mark is dropped, and line ends made of a
// carriage return alone become line feeds.
type guard struct {
	r     io.Reader
	first bool
	lone  bool // lines end with a carriage return alone
	row   int  // bytes since the last row was handed out
}

// Read implements io.Reader.
func (g *guard) Read(p []byte) (int, error) {
	n, err := g.r.Read(p)
	if g.first && n > 0 {
		g.first = false
		if bytes.HasPrefix(p[:n], []byte("\ufeff")) {
			copy(p, p[3:n])
			n -= 3
		}
		g.lone = bytes.IndexByte(p[:n], '\r') >= 0 && bytes.IndexByte(p[:n], '\n') < 0
	}
	if bytes.IndexByte(p[:n], 0) >= 0 {
		return 0, errNUL
	}
	if g.lone {
		for i := range p[:n] {
			if p[i] == '\r' {
				p[i] = '\n'
			}
		}
	}
	if g.row += n; g.row > maxRow {
		return 0, errLongRow
	}
	return n, err
}
