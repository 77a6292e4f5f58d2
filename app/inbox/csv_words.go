package inbox

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"psabridge/app"
)

// totals are the words that begin a row of sums.
var totals = []string{
	"total", "totals", "grand total", "overall total", "subtotal", "sub total", "sum", "sums", "summe", "summen", "gesamt", "gesamtsumme", "gesamtergebnis", "teilergebnis", "ergebnis",
	"zwischensumme", "endsumme", "insgesamt", "somme", "total général", "sous-total", "suma", "suma total", "total general", "total geral", "totaal", "subtotaal", "eindtotaal",
	"eindresultaat", "totaalresultaat", "totale", "totale complessivo", "totale generale", "subtotale", "somma", "razem", "summa", "totalt", "celkem", "összesen",
}

// totalWord reports whether a cell says that its row is a sum: "Total", "Summe:", "Total (2 customers)".
func totalWord(cell string) bool {
	word, _, _ := strings.Cut(fold(cell), " (")
	return len(cell) < 60 && slices.Contains(totals, strings.TrimRight(word, " :."))
}

// totalLike reports whether a cell may say so, or be the name of a customer: "Total Seats", "Contoso Total".
func totalLike(cell string) bool {
	words := strings.Fields(fold(cell))
	return len(words) > 1 && (totalWord(words[0]) || totalWord(words[len(words)-1]))
}

// AsOf reads when usage was read, as a person writes it: a point in time with its zone, or a day, which counts to its end.
func AsOf(text string, now time.Time) (time.Time, error) {
	t, wrong := day(strings.TrimSpace(text), now)
	if wrong != "" {
		return t, app.FieldErrorf("as_of", "%s", wrong)
	}
	return t, nil
}

// day reads the time of a row: a point in time with its zone, or a day, which counts to its end.
func day(s string, now time.Time) (time.Time, string) {
	for _, layout := range []string{time.DateOnly, "2006/01/02", "20060102", "02.01.2006", "2.1.2006"} {
		if t, err := time.Parse(layout, s); err == nil {
			return endOfDay(t, now)
		}
	}
	for _, layout := range []string{"01/02/2006", "1/2/2006", "02/01/2006", "2/1/2006", "01-02-2006", "02-01-2006"} {
		if _, err := time.Parse(layout, s); err == nil {
			return time.Time{}, fmt.Sprintf("%q can be read as two different days. Write it as 2026-11-05.", s)
		}
	}
	t, err := moment(s)
	switch {
	case err != nil:
		return time.Time{}, app.ErrorMessage(err)
	case t.After(now.Add(ahead)):
		return time.Time{}, s + " is still to come."
	}
	return t, ""
}

// endOfDay is when a day was over, or now while it lasts: whoever names a day means all of it.
func endOfDay(t, now time.Time) (time.Time, string) {
	if t.After(now.Add(24 * time.Hour)) {
		return time.Time{}, t.Format(time.DateOnly) + " is still to come."
	}
	return earlier(t.AddDate(0, 0, 1).Add(-time.Second), now.UTC()), ""
}

// month reads the month of a row.
func month(s string) (app.Period, string) {
	for _, layout := range []string{"2006-01", "2006/01", "01/2006", "01.2006", "1/2006", "1.2006", "January 2006", "Jan 2006"} {
		if t, err := time.Parse(layout, s); err == nil && t.Year() >= 2000 {
			return app.Period{Year: t.Year(), Month: t.Month()}, ""
		}
	}
	return app.Period{}, fmt.Sprintf("%q is not a month. Write it as 2026-10.", short(s))
}

func where(p app.RowProblem) string {
	text := ""
	if p.Line > 0 {
		text = "Line " + strconv.Itoa(p.Line)
	}
	if p.Column != "" {
		text += ", " + p.Column
	}
	if text == "" {
		return ""
	}
	return strings.TrimPrefix(text, ", ") + ": "
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}
