package inbox_test

import (
	"fmt"
	"strings"
	"testing"

	"psabridge/app/inbox"
)

// As many events of usual length as one call may hold fit into its body.
func TestManyEventsFit(t *testing.T) {
	var b strings.Builder
	for i := range inbox.MaxRecords {
		fmt.Fprintf(&b, `,{"id":"5f2c1f6e-%08d","occurred_at":"2026-11-22T08:00:00Z","organization":{"id":"c%d","name":"Contoso GmbH %d"},"type":"backup.failed","state":"problem",`+
			`"object":{"kind":"machine","id":"m%d","name":"SRV-%d"},"title":"Backup of SRV-%d failed","text":"The volume C: could not be read (error 0x8004231f)."}`, i, i%50, i%50, i, i, i)
	}
	batch, err := inbox.Events([]byte(`{"events":[`+b.String()[1:]+`]}`), "", inbox.Customer{}, nil, now)
	if err != nil || len(batch.Events) != inbox.MaxRecords {
		t.Errorf("%d events, %v", len(batch.Events), err)
	}
}
