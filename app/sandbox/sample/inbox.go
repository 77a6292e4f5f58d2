package sample

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// inboxCustomer is a customer as another product calls it: its own id, and its
// own idea of the name.
type inboxCustomer struct {
	id, name     string
	organization int // the same customer in x360Sync; 0: a new one
	workstations int
	storage      []string // GB, one per row of the file
}

var inboxCustomers = []inboxCustomer{
	{"V-1001", "Bäckerei Öztürk & Söhne", 4711, 9, []string{"212,75"}},
	{"V-1002", "Contoso Logistik GmbH", 4712, 34, []string{"1.204,50", "318,25"}}, // two sites, one customer
	{"V-1004", "Kanzlei Feddersen; Notare", 4721, 9, []string{"96"}},
	{"V-1007", "Alster Bau AG", 4722, 27, []string{"2.871,00", "12,5", "0,25"}},
	{"V-1099", "Yachtwerft Lindaunis", 0, 5, []string{"41,75"}},
}

// storageTotal is what the rows of storage add up to.
const storageTotal = "4.757,00"

// InboxEvents is what a backup product sends to the inbox: a job failed, another
// failed an hour before that and has recovered since.
func InboxEvents(now time.Time) []byte {
	type named map[string]string
	event := func(id string, ago time.Duration, c inboxCustomer, state, job, jobName, title, text string) map[string]any {
		return map[string]any{
			"id": id, "occurred_at": now.Add(-ago).UTC().Format(time.RFC3339), "organization": named{"id": c.id, "name": c.name}, "type": "veeam.job_failed", "state": state,
			"severity": "critical", "object": named{"kind": "job", "id": job, "name": jobName}, "title": title, "text": text,
		}
	}
	contoso, feddersen := inboxCustomers[1], inboxCustomers[2]
	stamp := now.UTC().Format("20060102")
	data, err := json.Marshal(map[string]any{"events": []any{
		event("veeam-"+stamp+"-5501", 95*time.Minute, feddersen, "problem", "job-88", "Kanzlei VM daily", "Backup job failed: Kanzlei VM daily", "Backup job finished with JobResult 2. Cannot reach the repository."),
		event("veeam-"+stamp+"-5517", 35*time.Minute, contoso, "problem", "job-41", "SQL nightly", "Backup job failed: SQL nightly", "Backup job finished with JobResult 2. VSS writer timed out on SQL01."),
		event("veeam-"+stamp+"-5523", 20*time.Minute, feddersen, "recovery", "job-88", "Kanzlei VM daily", "Backup job succeeded: Kanzlei VM daily", "Backup job finished with JobResult 0."),
	}})
	if err != nil {
		return nil // it is text only; that always encodes
	}
	return data
}

// InboxReadings is what the same product sends once a month: the number of
// protected workstations.
func InboxReadings(now time.Time) []byte {
	readings := []map[string]any{}
	for _, c := range inboxCustomers {
		readings = append(readings, map[string]any{
			"organization": map[string]string{"id": c.id, "name": c.name}, "meter": MeterWorkstations, "quantity": c.workstations, "unit": "each", "as_of": now.UTC().Format(time.RFC3339),
		})
	}
	data, err := json.Marshal(map[string]any{"readings": readings})
	if err != nil {
		return nil // text and numbers always encode
	}
	return data
}

// UsageCSV is a file as a German spreadsheet saves it: a byte order mark,
// semicolons, decimal commas and points between thousands, a separator inside
// quotes, customers in several rows, a blank row and a total.
func UsageCSV(now time.Time) []byte {
	var b strings.Builder
	b.WriteString("\uFEFFcustomer_id;customer_name;meter;quantity;unit;as_of\r\n")
	for i, c := range inboxCustomers {
		name := c.name
		if strings.Contains(name, ";") {
			name = `"` + name + `"`
		}
		for _, gb := range c.storage {
			fmt.Fprintf(&b, "%s;%s;%s;%s;GB;%s\r\n", c.id, name, MeterBackupStorage, gb, now.UTC().Format(time.DateOnly))
		}
		if i == 2 {
			b.WriteString(";;;;;\r\n")
		}
	}
	fmt.Fprintf(&b, "Summe;;;%s;GB;\r\n", storageTotal)
	return []byte(b.String())
}
