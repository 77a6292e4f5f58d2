package web

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/csv"
	"net/http"
	"strconv"
	"strings"
	"unicode"

	"github.com/labstack/echo/v4"
	"golang.org/x/text/unicode/norm"

	"psabridge/app"
	"psabridge/app/billing"
	"psabridge/app/web/api"
	"psabridge/views"
)

// customerFile is what one customer may see of a push, as a page; with .html or .csv at its end as a file.
func (s *Server) customerFile(c echo.Context) error {
	push, err := rowID(c)
	if err != nil {
		return err
	}
	text, kind := c.Param("company"), ""
	for _, end := range []string{".html", ".csv"} {
		if cut, ok := strings.CutSuffix(text, end); ok {
			text, kind = cut, end
		}
	}
	company, err := idOf(text)
	if err != nil {
		return err
	}
	files, err := s.customerFiles(c.Request().Context(), push, company)
	if err != nil {
		return err
	}
	f := files[0]
	switch kind {
	case ".html":
		b, err := customerHTML(c.Request().Context(), f)
		if err != nil {
			return err
		}
		return download(c, fileName(f)+kind, "text/html; charset=utf-8", b)
	case ".csv":
		b, err := customerCSV(f)
		if err != nil {
			return err
		}
		return download(c, fileName(f)+kind, "text/csv; charset=utf-8", b)
	}
	return render(c, http.StatusOK, views.CustomerPage(f))
}

// customersZIP is the files of every customer of a push in one archive.
func (s *Server) customersZIP(c echo.Context) error {
	push, err := rowID(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	files, err := s.customerFiles(ctx, push, 0)
	if err != nil {
		return err
	}
	var buf bytes.Buffer
	z := zip.NewWriter(&buf)
	for _, f := range files {
		page, err := customerHTML(ctx, f)
		if err != nil {
			return err
		}
		sheet, err := customerCSV(f)
		if err != nil {
			return err
		}
		if err := zipped(z, f, ".html", page); err != nil {
			return err
		}
		if err := zipped(z, f, ".csv", sheet); err != nil {
			return err
		}
	}
	if err := z.Close(); err != nil {
		return err
	}
	return download(c, "customers-"+files[0].Period.String()+"-push-"+strconv.FormatInt(push, 10)+".zip", "application/zip", buf.Bytes())
}

func zipped(z *zip.Writer, f views.CustomerFile, end string, body []byte) error {
	w, err := z.CreateHeader(&zip.FileHeader{Name: fileName(f) + end, Method: zip.Deflate, Modified: f.At})
	if err != nil {
		return err
	}
	_, err = w.Write(body)
	return err
}

// customerFiles makes the files of a push: of one company, or of all when it is 0. There is at least one, or not_found.
func (s *Server) customerFiles(ctx context.Context, id, company int64) ([]views.CustomerFile, error) {
	push, err := s.Read.Push(ctx, id)
	if err != nil {
		return nil, err
	}
	st, err := s.look(ctx)
	if err != nil {
		return nil, err
	}
	before, err := s.Read.LastPlannedLines(ctx, push.Connection, push.Period)
	if err != nil {
		return nil, err
	}
	for i, l := range push.Lines {
		if company != 0 && l.Company.ID != company {
			continue
		}
		if push.Lines[i], err = s.Read.LineEvidence(ctx, l.ID); err != nil {
			return nil, err
		}
	}
	var out []views.CustomerFile
	for _, who := range billing.Customers(push) {
		if f, ok := billing.CustomerFileOf(push, before, who.ID); ok && (company == 0 || company == who.ID) {
			v := customerView(f)
			v.Zone = st.zoneOf(push.Connection)
			out = append(out, v)
		}
	}
	if len(out) == 0 {
		return nil, app.Errorf(app.NotFound, "Push %d has nothing of this customer.", id)
	}
	return out, nil
}

func customerView(f billing.CustomerFile) views.CustomerFile {
	v := views.CustomerFile{Push: f.Push, Period: f.Period, Company: f.Company, At: f.At, Undo: f.Undo, Undone: f.Undone}
	for _, l := range f.Lines {
		line := views.CustomerLine{
			Agreement: l.Agreement, Meter: l.Meter, Product: l.Product, Unit: l.Unit, Before: l.Before, After: l.After, WrittenAt: l.WrittenAt,
			Effective: l.Effective, Rule: l.Rule, Shares: l.Shares, Corrected: l.Corrected, Changes: itemChanges(l.Change, l.Unit),
		}
		for i := range line.Shares {
			line.Shares[i].Quantity = shortened(line.Shares[i].Quantity)
		}
		for _, it := range l.Items {
			if it.Kind == app.KindOverride {
				continue // it stands with its share
			}
			it.Amount = shortened(it.Amount)
			line.Items = append(line.Items, it)
		}
		v.Lines = append(v.Lines, line)
	}
	return v
}

// customerHTML is the page as a file that stands alone.
func customerHTML(ctx context.Context, f views.CustomerFile) ([]byte, error) {
	f.Alone = true
	var buf bytes.Buffer
	err := views.CustomerPage(f).Render(ctx, &buf)
	return buf.Bytes(), err
}

// customerCSV is the file as a table: a row for each line, below it one for each organization and each thing counted.
func customerCSV(f views.CustomerFile) ([]byte, error) {
	var buf bytes.Buffer
	w := csv.NewWriter(&buf)
	_ = w.Write([]string{"row", "period", "company", "agreement", "product_id", "meter", "name", "id", "before", "quantity", "unit", "note"})
	for _, l := range f.Lines {
		row := func(kind, name, id, before, quantity, note string) {
			cells := []string{kind, f.Period.String(), f.Company.Name, l.Agreement, l.Product, string(l.Meter), name, id, before, quantity, l.Unit, note}
			for i := range cells {
				cells[i] = api.Harmless(cells[i])
			}
			_ = w.Write(cells)
		}
		note := ""
		switch {
		case f.Undone:
			note = "undone since"
		case l.Corrected:
			note = "corrected by hand"
		}
		row("line", "", "", plain(l.Before), l.After.String(), note)
		for _, s := range l.Shares {
			row("organization", s.Name, s.ExternalID, "", s.Quantity.String(), overrideNote(s))
		}
		for _, it := range l.Items {
			row("item", it.Name, it.ExternalID, "", it.Amount.String(), leftOut(it))
		}
	}
	w.Flush()
	return buf.Bytes(), w.Error()
}

func overrideNote(s app.Share) string {
	if s.Override == "" {
		return ""
	}
	return s.Override
}

func leftOut(it app.EvidenceItem) string {
	if it.Excluded == "" {
		return ""
	}
	return "left out: " + it.Excluded
}

// plainLetters are letters that are not made of a plain one and a mark.
var plainLetters = strings.NewReplacer("ß", "ss", "æ", "ae", "Æ", "Ae", "ø", "o", "Ø", "O", "ł", "l", "Ł", "L", "đ", "d", "Đ", "D")

// fileName is what a customer's file is called: letters and digits of the name, and the number that makes it the only one.
func fileName(f views.CustomerFile) string {
	words := strings.FieldsFunc(plainLetters.Replace(norm.NFD.String(f.Company.Name)), func(r rune) bool {
		if unicode.Is(unicode.Mn, r) {
			return false // the mark of the letter before it; it is left out below
		}
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9')
	})
	name := strings.Map(func(r rune) rune {
		if r > unicode.MaxASCII {
			return -1
		}
		return r
	}, strings.Join(words, "-"))
	return strings.TrimPrefix(name[:min(len(name), 60)]+"-", "-") + strconv.FormatInt(f.Company.ID, 10) + "-" + f.Period.String()
}
