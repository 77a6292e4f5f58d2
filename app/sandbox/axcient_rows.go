package sandbox

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"time"

	"psabridge/app/sandbox/sample"
)

// axRow is a record before it is written in a dialect: fields in their order,
// under the plain dialect's names.
type axRow []axField

type axField struct {
	name  string
	value any
}

// size is a number of bytes that can be written in several ways.
type size int64

// outcome is a word of the product about a backup.
type outcome string

func (r axRow) get(name string) any {
	for _, f := range r {
		if f.name == name {
			return f.value
		}
	}
	return nil
}

func (r axRow) id() int {
	id, _ := r.get("id").(int)
	return id
}

// zoned writes a moment as this API is taken to: with its zone. The zero moment is
// null.
func zoned(at time.Time) any {
	if at.IsZero() {
		return nil
	}
	return at.UTC().Format(time.RFC3339)
}

// The field names below are invented, except type, backup_status, status,
// selected_for_protection and email, which exist as filters.

func (a *Axcient) clientRows(clients []sample.CloudClient) []axRow {
	rows := []axRow{}
	for _, c := range clients {
		var last sample.CloudRun
		if runs := a.msp.CloudRuns(c.ID); len(runs) > 0 {
			last = runs[0]
		}
		rows = append(rows, axRow{
			{"id", c.ID},
			{"name", c.Name},
			{"type", c.Type},
			{"active", c.Active},
			{"created_at", zoned(c.Created)},
			{"backup_status", outcome(last.Outcome)},
			{"last_backup_at", zoned(last.At)},
			{"sla_missed", last.SLAMissed},
		})
	}
	return rows
}

func (a *Axcient) backupRows(client int, order string) []axRow {
	rows := []axRow{}
	for _, r := range a.msp.CloudRuns(client) {
		rows = append(rows, axRow{
			{"id", r.ID},
			{"client_id", r.ClientID},
			{"backup_status", outcome(r.Outcome)},
			{"finished_at", zoned(r.At)},
			{"sla_missed", r.SLAMissed},
		})
	}
	switch order {
	case OrderAscending:
		slices.Reverse(rows)
	case OrderShuffled:
		shuffle(rows)
	}
	return rows
}

// shuffle mixes rows up in a way that is the same each time for so many.
func shuffle[T any](rows []T) {
	rand.New(rand.NewPCG(7, uint64(len(rows)))).Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] }) //nolint:gosec // chance that can be had again
}

func (a *Axcient) userRows(client int) []axRow {
	rows := []axRow{}
	for _, u := range a.msp.CloudUsers(client) {
		rows = append(rows, axRow{
			{"id", u.ID},
			{"name", u.Name},
			{"email", u.Email},
			{"status", u.Status},
			{"selected_for_protection", u.Selected},
			{"backup_status", outcome(u.Outcome)},
			{"last_backup_at", zoned(u.LastBackup)},
			{"data_protected", size(u.Bytes)},
		})
	}
	return rows
}

func (a *Axcient) resourceRows(client int) []axRow {
	rows := []axRow{}
	for _, r := range a.msp.CloudResources(client) {
		rows = append(rows, axRow{
			{"id", r.ID},
			{"name", r.Name},
			{"type", r.Type},
			{"selected_for_protection", r.Selected},
			{"backup_status", outcome(r.Outcome)},
			{"last_backup_at", zoned(r.LastBackup)},
			{"data_protected", size(r.Bytes)},
		})
	}
	return rows
}

// axFields are the fields of each list, for the quirk Fields.
var axFields = map[string][]string{
	"client":   {"id", "name", "type", "active", "created_at", "backup_status", "last_backup_at", "sla_missed"},
	"backup":   {"id", "client_id", "backup_status", "finished_at", "sla_missed"},
	"user":     {"id", "name", "email", "status", "selected_for_protection", "backup_status", "last_backup_at", "data_protected"},
	"resource": {"id", "name", "type", "selected_for_protection", "backup_status", "last_backup_at", "data_protected"},
}

func isAxcientField(field string) bool {
	list, name, _ := strings.Cut(field, ".")
	return slices.Contains(axFields[list], name)
}

// title are the words of the portal's report where they are not the name's own
// (other-sources, Usage and Protection Insights Report).
var title = map[string]string{
	"id": "Item ID", "name": "Item Name", "type": "Item Type", "selected_for_protection": "Protection Status", "data_protected_bytes": "Data Protected (Bytes)", "data_protected_gb": "Data Protected (GB)",
	"client_id": "Client ID", "sla_missed": "SLA Missed", "last_backup_at": "Last Backup", "finished_at": "Finished",
}

// write puts a row into the words of a dialect.
func (q *AxcientQuirks) write(list string, r axRow) object {
	o := object{}
	for _, f := range r {
		name, value := f.name, q.value(f.value)
		if n, ok := f.value.(size); ok {
			if q.Sizes == SizesAbsent {
				continue
			}
			name, value = q.size(name, n)
		}
		if other, ok := q.Fields[list+"."+f.name]; ok {
			name = other
		} else {
			name = dialects[q.Dialect].name(list, name)
		}
		if name == "" {
			continue
		}
		switch {
		case q.TextIDs && (f.name == "id" || f.name == "client_id"):
			value = fmt.Sprint(value)
		case q.Dialect == DialectNulls && f.name != "id" && f.name != "name":
			value = nil
		case q.Dialect == DialectTextNumbers:
			value = numberAsText(value)
		case q.Dialect == DialectTitle && f.name == "selected_for_protection" && q.Yes == "":
			value = map[bool]string{true: "Protected", false: "Not Protected"}[f.value == true]
			if status := r.get("status"); status != nil && status != sample.UserActive {
				value = "N/A" // as the report says of users that cannot be protected
			}
		}
		o[name] = value
	}
	return o
}

func numberAsText(v any) any {
	switch v.(type) {
	case int, int64, float64:
		return fmt.Sprint(v)
	}
	return v
}

func (q *AxcientQuirks) value(v any) any {
	switch v := v.(type) {
	case bool:
		switch q.Yes {
		case "text":
			return strconv.FormatBool(v)
		case "words":
			return map[bool]string{true: "Yes", false: "No"}[v]
		case "number":
			return map[bool]int{true: 1}[v]
		}
	case outcome:
		return q.outcome(string(v))
	}
	return v
}

func (q *AxcientQuirks) outcome(word string) any {
	switch {
	case word == "":
		return nil // never backed up
	case q.Outcomes == "lower":
		return strings.ToLower(word)
	case q.Outcomes == "upper":
		return strings.ToUpper(strings.ReplaceAll(word, " ", "_"))
	case q.Outcomes == "unknown" && word == sample.OutcomeFailed:
		return "Throttled By Vendor"
	}
	return word
}

func (q *AxcientQuirks) size(name string, n size) (as string, v any) {
	gb := float64(n) / float64(sample.GiB)
	switch q.Sizes {
	case SizesGB:
		return name + "_gb", float64(int(gb*100+0.5)) / 100
	case SizesText:
		return name, fmt.Sprintf("%.2f GB", gb)
	case SizesNull:
		return name + "_bytes", nil
	}
	return name + "_bytes", int64(n)
}
