// Package ui holds the small parts every page is made of: pills, banners, fields, tables' cells, times and numbers.
// It knows how things look and read, not what they mean; the pages decide that.
package ui

import (
	"strconv"
	"strings"
	"time"

	"psabridge/app"
)

// Number prints an exact decimal with thousands commas and a true minus: "1,219.5", "−48".
func Number(q app.Quantity) string {
	s := q.String()
	negative := strings.HasPrefix(s, "-")
	whole, fraction, _ := strings.Cut(strings.TrimPrefix(s, "-"), ".")
	out := thousands(whole)
	if fraction != "" {
		out += "." + fraction
	}
	if negative {
		return "−" + out
	}
	return out
}

// Signed prints a change: "+15", "−55", "0".
func Signed(q app.Quantity) string {
	if q.IsPositive() {
		return "+" + Number(q)
	}
	return Number(q)
}

// SignedQuantity prints a change with its unit: "+15", "−2.5 GB".
func SignedQuantity(q app.Quantity, unit string) string {
	if q.IsPositive() {
		return "+" + Quantity(q, unit)
	}
	return Quantity(q, unit)
}

// Amount prints a signed amount with two decimals, or "unknown". The currency is the agreement's and is not known here.
func Amount(m *app.Money) string {
	if m == nil {
		return "unknown"
	}
	s := m.StringFixed(2)
	negative := strings.HasPrefix(s, "-")
	whole, fraction, _ := strings.Cut(strings.TrimPrefix(s, "-"), ".")
	s = thousands(whole) + "." + fraction
	switch {
	case m.IsZero():
		return "0.00"
	case negative:
		return "−" + s
	}
	return "+" + s
}

// Quantity prints a quantity with its unit; "each" is not worth a word. Bytes become GB, rounded up to two decimals for the
// eye only.
func Quantity(q app.Quantity, unit string) string {
	switch unit {
	case "", app.UnitEach:
		return Number(q)
	case app.UnitBytes:
		return Number(GB(q)) + " GB"
	}
	return Number(q) + " " + unit
}

// GB turns bytes into GB of 1024³ with at most two decimals. It is for showing, never for billing.
func GB(bytes app.Quantity) app.Quantity {
	gb := bytes.DivRound(app.Q(1<<30).Decimal, 4).RoundUp(2)
	if gb.GreaterThanOrEqual(app.Q(10).Decimal) {
		gb = gb.RoundUp(0)
	}
	return app.Quantity{Decimal: gb}
}

// Int prints a count with thousands commas.
func Int(n int) string {
	if n < 0 {
		return "−" + thousands(strconv.Itoa(-n))
	}
	return thousands(strconv.Itoa(n))
}

// Count prints a number with the word that fits it: "1 line", "75 lines".
func Count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return Int(n) + " " + many
}

// ID prints a record id with a number sign.
func ID(id int64) string { return "#" + strconv.FormatInt(id, 10) }

func thousands(digits string) string {
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

// Clock prints hours, minutes and, when asked, seconds of t in loc.
func Clock(t time.Time, loc *time.Location, seconds bool) string {
	if seconds {
		return t.In(loc).Format("15:04:05")
	}
	return t.In(loc).Format("15:04")
}

// Full prints a moment completely, with the letters of its zone: "Thu 26 Nov 2026, 14:03:21 CET".
func Full(t time.Time, loc *time.Location) string {
	return t.In(loc).Format("Mon 2 Jan 2006, 15:04:05 MST")
}

// Moment prints a moment as short as it can be understood at now, with its zone: "14:03 CET" today, else "Mon 30 Nov, 06:00 CET",
// with the year when it is not now's.
func Moment(t, now time.Time, loc *time.Location) string {
	a, b := t.In(loc), now.In(loc)
	switch {
	case a.Format(time.DateOnly) == b.Format(time.DateOnly):
		return a.Format("15:04 MST")
	case a.Year() == b.Year():
		return a.Format("Mon 2 Jan, 15:04 MST")
	}
	return a.Format("Mon 2 Jan 2006, 15:04 MST")
}

// Day prints the calendar day of t in loc: "Thu 26 Nov", with the year when it is not now's.
func Day(t, now time.Time, loc *time.Location) string {
	if t.In(loc).Year() == now.In(loc).Year() {
		return t.In(loc).Format("Mon 2 Jan")
	}
	return t.In(loc).Format("Mon 2 Jan 2006")
}

// DayHead prints the heading of a day in a timeline: "Today, Thu 26 Nov".
func DayHead(t, now time.Time, loc *time.Location) string {
	day := t.In(loc).Format(time.DateOnly)
	switch day {
	case now.In(loc).Format(time.DateOnly):
		return "Today, " + Day(t, now, loc)
	case now.In(loc).AddDate(0, 0, -1).Format(time.DateOnly):
		return "Yesterday, " + Day(t, now, loc)
	}
	return Day(t, now, loc)
}

// Date prints a calendar date as ConnectWise keeps them, midnight UTC: "1 Dec 2026". A zero one is "none".
func Date(t time.Time) string {
	if t.IsZero() {
		return "none"
	}
	return t.UTC().Format("2 Jan 2006")
}

// Ago prints how far t is from now: "38 s ago", "in 4 d".
func Ago(t, now time.Time) string {
	if d := now.Sub(t); d >= 0 {
		return Span(d) + " ago"
	}
	return "in " + Span(t.Sub(now))
}

// Span prints a length of time by its largest part, and by two where that helps: "38 s", "12 min", "1 h 22 min", "3 d".
// The script in the page makes the same words; change both.
func Span(d time.Duration) string {
	minutes, hours, days := int(d/time.Minute), int(d/time.Hour), int(d/(24*time.Hour))
	switch {
	case d < time.Minute:
		return strconv.Itoa(int(d/time.Second)) + " s"
	case minutes < 60:
		return strconv.Itoa(minutes) + " min"
	case hours < 10 && minutes%60 != 0:
		return strconv.Itoa(hours) + " h " + strconv.Itoa(minutes%60) + " min"
	case hours < 48:
		return strconv.Itoa(hours) + " h"
	}
	return strconv.Itoa(days) + " d"
}

// PeriodName prints a period as people say it: "November 2026".
func PeriodName(p app.Period) string { return p.Month.String() + " " + strconv.Itoa(p.Year) }

// MonthName prints a period's month alone: "November".
func MonthName(p app.Period) string { return p.Month.String() }
