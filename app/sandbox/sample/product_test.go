package sample_test

import (
	"bytes"
	"testing"
	"time"

	"psabridge/app/inbox"
	"psabridge/app/sandbox/sample"
	"psabridge/app/settings"
)

var now = time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)

// TestProductTakesEverySource: the document of all sources is a good one, and
// what the demo sends to the inbox is taken as it is.
func TestProductTakesEverySource(t *testing.T) {
	doc, err := settings.Parse(sample.New(1, now).AllSettings("http://127.0.0.1:1", "http://127.0.0.1:2", "http://127.0.0.1:3", "127.0.0.1", 4))
	if err == nil {
		err = settings.Validate(doc)
	}
	if err != nil || len(doc.Sources) != 3 {
		t.Errorf("%d sources: %v", len(doc.Sources), err)
	}
	if b, err := inbox.Events(sample.InboxEvents(now), "", inbox.Customer{}, nil, now); err != nil || len(b.Events) != 3 {
		t.Errorf("%d events: %v", len(b.Events), err)
	}
	if _, readings, err := inbox.Usage(sample.InboxReadings(now), nil, now); err != nil || len(readings) == 0 {
		t.Errorf("%d readings: %v", len(readings), err)
	}
	read, err := inbox.Read(inbox.File{Name: "backup.csv", Content: bytes.NewReader(sample.UsageCSV(now)), Now: now}, nil, nil)
	if p := read.Preview; err != nil || read.Refused != nil || p.Guessed || p.Organizations != 5 || p.Duplicate != 3 || p.Blank != 1 || p.TotalRows != 1 || p.Wrong != 0 {
		t.Errorf("%v, %v: %+v", err, read.Refused, p.ImportCounts)
	}
}
