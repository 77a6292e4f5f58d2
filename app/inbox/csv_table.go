package inbox

import (
	"bytes"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/text/encoding"

	"psabridge/app"
)

// table is a file whose form is known: how it is written, what separates its columns, and where its header is.
type table struct {
	file     File
	encoding charset
	comma    rune
	columns  []string // of the header, each by a name of its own
	header   int      // line of the header
	above    int      // rows above it that hold something
	first    [][]string
	proofs   map[int]proof // of number columns, by index
}

var separatorNames = map[rune]string{',': "comma", ';': "semicolon", '\t': "tab", '|': "pipe"}

// open finds out the form of a file. given names columns that its header must have, if somebody chose them.
func open(f File, given *app.CSVMapping) (*table, error) {
	size, err := f.Content.Seek(0, io.SeekEnd)
	if err != nil {
		return nil, app.Wrap(err, app.Internal, "The file cannot be read.")
	}
	switch {
	case size == 0:
		return nil, app.FieldErrorf("file", "The file is empty.")
	case size > MaxFile:
		return nil, app.FieldErrorf("file", "The file is larger than 50 MiB. Split it by months or customers, repeating the header.")
	}
	head := make([]byte, min(size, headBytes))
	if _, err = f.Content.Seek(0, io.SeekStart); err == nil {
		_, err = io.ReadFull(f.Content, head)
	}
	if err != nil {
		return nil, app.Wrap(err, app.Internal, "The file cannot be read.")
	}
	if kind := notText(head); kind != "" {
		return nil, app.FieldErrorf("file", "This is %s, not CSV. In the program it comes from, save it as CSV (UTF-8).", kind)
	}
	t := &table{file: f, encoding: charsetOf(head)}
	err = t.look(given)
	if errors.Is(err, encoding.ErrInvalidUTF8) {
		if err := brokenUTF8(f.Content); err != nil {
			return nil, err
		}
		t = &table{file: f, encoding: windows125}
		err = t.look(given)
	}
	return t, err
}

// notText recognises what people take for a CSV file.
func notText(head []byte) string {
	for begin, kind := range map[string]string{
		"PK\x03\x04": "an Excel workbook or another archive", "\xd0\xcf\x11\xe0": "an old Excel workbook", "%PDF": "a PDF", "<!DOCTYPE": "a web page", "<html": "a web page", "<?xml": "an XML file",
		"{": "JSON",
	} {
		if bytes.HasPrefix(bytes.TrimSpace(head[:min(len(head), 512)]), []byte(begin)) {
			return kind
		}
	}
	return ""
}

// look reads the begin for separator and header, and then all rows for what its numbers prove.
func (t *table) look(given *app.CSVMapping) error {
	text, whole, err := t.head()
	if err != nil {
		return t.unreadable(err, 0)
	}
	rows := t.sniff(text, whole)
	if len(rows) == 0 {
		return app.FieldErrorf("file", "The file holds no rows.")
	}
	at, sure := headerRow(rows, given)
	if at < 0 {
		return app.FieldErrorf("file", "No row of the file's begin has names for all columns. Put the names of the columns in the first row.")
	}
	for _, r := range rows[:at] {
		if !sure && likeSome(r, rows[at+1:]) {
			return app.FieldErrorf("file", "Line %d looks like a row with usage, but the names of the columns seem to stand below it, in line %d. Put the names of the columns in the first row.", r.line, rows[at].line)
		}
		if !blank(r.cells) {
			t.above++
		}
	}
	t.header, t.columns = rows[at].line, columnNames(rows[at].cells)
	return t.scan()
}

// head returns the begin of the file as text, cut at a line.
func (t *table) head() (text []byte, whole bool, err error) {
	r, err := stream(t.file.Content, t.encoding)
	if err != nil {
		return nil, false, err
	}
	text = make([]byte, headBytes)
	n, err := io.ReadFull(r, text)
	text = text[:n]
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return text, true, nil
	}
	if i := bytes.LastIndexByte(text, '\n'); i >= 0 {
		text = text[:i+1]
	}
	return text, false, err
}

// record is one row and where it begins.
type record struct {
	line  int
	cells []string
}

// sniff takes the separator that cuts the begin into rows of one width.
func (t *table) sniff(text []byte, whole bool) (best []record) {
	if comma, ok := separatorLine(text); ok {
		t.comma = comma
		rows, _ := cut(text, comma, whole)
		return rows[min(1, len(rows)):]
	}
	score := -1.0
	for _, comma := range []rune{'\t', ';', '|', ','} {
		rows, clean := cut(text, comma, whole)
		width, share := usualWidth(rows)
		s := share
		if width < 2 {
			s = 0
		}
		if !clean {
			s /= 2
		}
		s += float64(min(width, 99)) / 10000
		if s > score {
			score, best, t.comma = s, rows, comma
		}
	}
	if width, _ := usualWidth(best); width < 2 {
		t.comma = ','
		best, _ = cut(text, ',', whole)
	}
	return best
}

// separatorLine reads the line "sep=;" some programs put on top.
func separatorLine(text []byte) (rune, bool) {
	line, _, _ := strings.Cut(string(text[:min(len(text), 16)]), "\n")
	rest, ok := strings.CutPrefix(strings.Trim(strings.TrimRight(line, "\r"), `"`), "sep=")
	if !ok || len(rest) != 1 {
		return 0, false
	}
	_, known := separatorNames[rune(rest[0])]
	return rune(rest[0]), known
}

// cut reads a text with a separator. clean is false when quotes do not fit it.
func cut(text []byte, comma rune, whole bool) (rows []record, clean bool) {
	r := csv.NewReader(bytes.NewReader(text))
	r.Comma, r.FieldsPerRecord = comma, -1
	clean = true
	for {
		cells, err := r.Read()
		if errors.Is(err, io.EOF) {
			return rows, clean
		}
		if err != nil {
			if whole || r.InputOffset() < int64(len(text)) {
				clean = false
			}
			if errors.Is(err, csv.ErrQuote) {
				return rows, clean
			}
			continue
		}
		line, _ := r.FieldPos(0)
		rows = append(rows, record{line, cells})
	}
}

// usualWidth returns the number of columns most rows have, and how many of the rows those are.
func usualWidth(rows []record) (width int, share float64) {
	count, total := map[int]int{}, 0
	for _, r := range rows {
		if !blank(r.cells) {
			count[len(r.cells)]++
			total++
		}
	}
	for w, n := range count {
		if n > count[width] || n == count[width] && w > width {
			width = w
		}
	}
	if total == 0 {
		return 0, 0
	}
	return width, float64(count[width]) / float64(total)
}

func blank(cells []string) bool {
	return !slices.ContainsFunc(cells, func(c string) bool { return strings.TrimSpace(c) != "" })
}

// searchRows is how many rows the header may be away from the top: reports begin with titles and dates.
const searchRows = 30

// headerRow finds the row that names the columns: the one with the columns that were chosen or that a ready-made mapping
// knows, and then it is sure; else the first of the usual width that holds names and no number. -1 when there is none.
func headerRow(rows []record, given *app.CSVMapping) (at int, sure bool) {
	rows = rows[:min(len(rows), searchRows)]
	wanted := wantedColumns(given)
	for i, r := range rows {
		names := columnNames(r.cells)
		if len(wanted) > 0 && !slices.ContainsFunc(wanted, func(w string) bool { return indexOf(names, w) < 0 }) {
			return i, true
		}
		if len(wanted) == 0 && readyMade(names) != "" {
			return i, true
		}
	}
	width, _ := usualWidth(rows)
	for i, r := range rows {
		if len(r.cells) == width && namesColumns(r.cells) {
			return i, false
		}
	}
	return -1, false
}

// likeSome reports whether a row is as wide as one of others and holds numbers in the same columns, so that it is one of
// them and no title.
func likeSome(r record, others []record) bool {
	mine := numberColumns(r.cells)
	return len(mine) > 0 && slices.ContainsFunc(others, func(o record) bool {
		return len(o.cells) == len(r.cells) && slices.Equal(numberColumns(o.cells), mine)
	})
}

// numberColumns are the places of cells that hold a number, if only one that can be read in two ways.
func numberColumns(cells []string) (at []int) {
	for i, c := range cells {
		if _, _, err := readNumber(c, 0); err == nil || isTwoWays(err) {
			at = append(at, i)
		}
	}
	return at
}

// namesColumns reports whether cells look like names: text, none twice, hardly any empty.
func namesColumns(cells []string) bool {
	seen, empty := map[string]bool{}, 0
	for _, c := range cells {
		name := fold(c)
		if _, _, err := readNumber(c, 0); err == nil || isTwoWays(err) || seen[name] && name != "" {
			return false
		}
		if name == "" {
			empty++
		}
		seen[name] = true
	}
	return empty*2 < len(cells)
}

// columnNames gives every column a name of its own.
func columnNames(cells []string) []string {
	names, seen := make([]string, len(cells)), map[string]int{}
	for i, c := range cells {
		name := strings.Join(strings.Fields(c), " ")
		if name == "" {
			name = "column " + strconv.Itoa(i+1)
		}
		if seen[fold(name)]++; seen[fold(name)] > 1 {
			name += " (" + strconv.Itoa(seen[fold(name)]) + ")"
		}
		names[i] = name
	}
	return names
}

// indexOf finds a column by its name, in other letters if need be; -1 when there is none.
func indexOf(columns []string, name string) int {
	if i := slices.Index(columns, name); i >= 0 {
		return i
	}
	return slices.IndexFunc(columns, func(c string) bool { return fold(c) == fold(name) })
}

// hash is of the header's names, so that a file of the same form is known again.
func (t *table) hash() string {
	h := sha256.New()
	for _, c := range t.columns {
		h.Write([]byte(fold(c) + "\x1f"))
	}
	return hex.EncodeToString(h.Sum(nil))
}

// scan reads every row once: the first are kept to be shown, and the numbers are asked what they prove.
func (t *table) scan() error {
	r, err := t.rows()
	if err != nil {
		return err
	}
	t.proofs = map[int]proof{}
	for {
		cells, err := r.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return t.unreadable(err, r.line)
		}
		if cells == nil {
			continue
		}
		if len(t.first) < previewRows {
			t.first = append(t.first, slices.Clone(cells))
		}
		for i, c := range cells {
			if mayProve(c) {
				t.proofs[i] = t.proofs[i].with(c, r.line)
			}
		}
	}
}

// rows are the rows below the header, one after the other.
type rows struct {
	csv   *csv.Reader
	guard *guard
	line  int // of the row that was handed out last
	end   int // its last line
	blank int // rows without content so far
}

func (t *table) rows() (*rows, error) {
	in, err := stream(t.file.Content, t.encoding)
	if err != nil {
		return nil, err
	}
	r := &rows{csv: csv.NewReader(in), guard: in.(*guard)} //nolint:forcetypeassert // stream makes no other
	r.csv.Comma, r.csv.FieldsPerRecord, r.csv.ReuseRecord = t.comma, -1, true
	for r.line < t.header {
		if _, err := r.next(); err != nil {
			return nil, t.unreadable(err, r.line)
		}
	}
	r.blank = 0
	return r, nil
}

// next returns the next row that holds anything; nil cells with no error for one whose quotes are wrong. What was returned
// is overwritten by the next call.
func (r *rows) next() ([]string, error) {
	for {
		cells, err := r.csv.Read()
		r.guard.row = 0
		if bad, ok := errors.AsType[*csv.ParseError](err); ok {
			r.line, r.end = bad.StartLine, bad.Line
			if errors.Is(err, csv.ErrBareQuote) {
				return nil, nil //nolint:nilnil // the row alone is wrong
			}
		}
		if err != nil {
			return nil, err
		}
		r.line, _ = r.csv.FieldPos(0)
		r.blank += max(0, r.line-r.end-1)
		last, _ := r.csv.FieldPos(len(cells) - 1)
		r.end = last + strings.Count(cells[len(cells)-1], "\n")
		if !blank(cells) {
			return cells, nil
		}
		r.blank++
	}
}

// unreadable says what ended the reading of a file.
func (t *table) unreadable(err error, line int) error {
	switch {
	case errors.Is(err, encoding.ErrInvalidUTF8):
		return err // it is read again as Windows-1252
	case errors.Is(err, errNUL):
		return app.FieldErrorf("file", "The file holds zero bytes, so it is no text. Save it as CSV (UTF-8) again.")
	case errors.Is(err, errLongRow), errors.Is(err, csv.ErrQuote):
		return app.FieldErrorf("file", "The quotes do not fit: a text that begins with \" in line %d does not end as it should. Correct the quotes there, or save the file again.", max(line, 1))
	}
	if _, ours := errors.AsType[*app.Error](err); ours {
		return err
	}
	return app.Wrap(err, app.Invalid, fmt.Sprintf("The file cannot be read after line %d.", line))
}
