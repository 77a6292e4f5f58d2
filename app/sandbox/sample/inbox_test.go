package sample

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"strconv"
	"strings"
	"testing"
)

func TestAllSettings(t *testing.T) {
	m := New(1, start)
	doc := string(m.AllSettings("http://127.0.0.1:1", "http://127.0.0.1:2", "http://127.0.0.1:3", "127.0.0.1", 4))
	for part, want := range map[string]int{"psa: inherit": 22 + 11 + 4, "kind: axcient": 1, "kind: inbox": 1, `"psabridge:top", psa: cw`: 2, "bill: [protected_seats]": 11, "bill: [workstations]": 4} {
		if n := strings.Count(doc, part); n != want {
			t.Errorf("%q %d times, want %d:\n%s", part, n, want, doc)
		}
	}
	for _, s := range AllSecrets() {
		if s.Value != SyncClientID && strings.Contains(doc, s.Value) {
			t.Errorf("the document holds %s", s.Name)
		}
	}
	if len(AllSecrets()) != len(Secrets())+2 {
		t.Errorf("%d secrets", len(AllSecrets()))
	}
	// Settings is AllSettings without what the other sources add.
	plain := string(m.Settings("http://127.0.0.1:1", "http://127.0.0.1:2"))
	for line := range strings.SplitSeq(plain, "\n") {
		if !strings.Contains(doc, strings.TrimSuffix(line, "}")) {
			t.Errorf("only in Settings: %s", line)
		}
	}
}

func TestInboxEvents(t *testing.T) {
	var sent struct {
		Events []struct {
			ID, State, Type string
			Object          struct{ ID string }
		}
	}
	if err := json.Unmarshal(InboxEvents(start), &sent); err != nil || len(sent.Events) != 3 {
		t.Fatalf("%v, %d events", err, len(sent.Events))
	}
	e := sent.Events
	if e[0].Object != e[2].Object || e[0].State != "problem" || e[2].State != "recovery" || e[1].Object == e[0].Object || e[1].State != "problem" || e[0].ID == e[2].ID {
		t.Errorf("%+v", e)
	}
	var usage struct{ Readings []struct{ Quantity int } }
	if err := json.Unmarshal(InboxReadings(start), &usage); err != nil || len(usage.Readings) != len(inboxCustomers) || usage.Readings[1].Quantity != 34 {
		t.Errorf("%v: %+v", err, usage)
	}
}

func TestUsageCSV(t *testing.T) {
	data, ok := bytes.CutPrefix(UsageCSV(start), []byte("\xEF\xBB\xBF"))
	if !ok {
		t.Error("no byte order mark")
	}
	r := csv.NewReader(bytes.NewReader(data))
	r.Comma = ';'
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	amount := func(s string) float64 {
		n, err := strconv.ParseFloat(strings.ReplaceAll(strings.ReplaceAll(s, ".", ""), ",", "."), 64)
		if err != nil {
			t.Error(err)
		}
		return n
	}
	sum, blank, seen, twice := 0.0, 0, map[string]bool{}, 0
	for _, row := range rows[1 : len(rows)-1] {
		if strings.Join(row, "") == "" {
			blank++
			continue
		}
		if seen[row[0]] {
			twice++
		}
		seen[row[0]] = true
		sum += amount(row[3])
	}
	if total := rows[len(rows)-1]; total[0] != "Summe" || amount(total[3]) != sum || blank != 1 || twice != 3 {
		t.Errorf("sum %v, %v, %d blank, %d twice", sum, total, blank, twice)
	}
}
