package axcient

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"psabridge/app"
)

// TestFailedBackupOnTheSecondPage: rows of the newest page only, when there is one row for each service or user.
func TestFailedBackupOnTheSecondPage(t *testing.T) {
	at := time.Now().UTC().Add(-time.Hour)
	var rows []string
	for i := range 150 {
		status := "Success"
		if i >= 120 {
			status = "Failed"
		}
		rows = append(rows, fmt.Sprintf(`{"user_id":%d,"timestamp":%q,"backup_status":%q}`, i+1, at.Add(-time.Duration(i)*time.Second).Format(time.RFC3339), status))
	}
	s := cloudOf(t, map[string]func(url.Values, http.ResponseWriter) string{"client/1/backup_status": func(q url.Values, _ http.ResponseWriter) string {
		offset, _ := strconv.Atoi(q.Get("offset")) // none is 0
		return `{"results":[` + strings.Join(rows[min(offset, 150):min(offset+100, 150)], ",") + `],"total":150}`
	}})
	b, err := s.Pull(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(b.States, func(o app.ObjectState) bool { return o.What == app.StateBackup && o.OrganizationID == "1" })
	if i < 0 || b.States[i].Value != app.BackupFailed {
		t.Errorf("30 of 150 users failed in the last hour, and the client does not show it: unread %v", b.Unread)
	}
}

// TestFailedBackupDoesNotEndByAnEmptyList: a list of outcomes that is empty for once.
func TestFailedBackupDoesNotEndByAnEmptyList(t *testing.T) {
	text := `[{"timestamp":"2026-11-21T02:00:00Z","backup_status":"Failed"}]`
	s := cloudOf(t, map[string]func(url.Values, http.ResponseWriter) string{"client/1/backup_status": func(url.Values, http.ResponseWriter) string { return text }})
	shows := func() (string, []string) {
		b, err := s.Pull(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		i := slices.IndexFunc(b.States, func(o app.ObjectState) bool { return o.What == app.StateBackup && o.OrganizationID == "1" })
		if i < 0 {
			return "", b.Unread
		}
		return b.States[i].Value, b.Unread
	}
	if v, _ := shows(); v != app.BackupFailed {
		t.Fatal(v)
	}
	text = `[]`
	if v, unread := shows(); v == "" && len(unread) == 0 {
		t.Error("nothing is said of the backup, and the client counts as read: the ticket of the failed backup ends by itself")
	}
	text = `[{"timestamp":"2026-11-22T02:00:00Z"}]`
	if v, unread := shows(); v == "" && len(unread) == 0 {
		t.Error("no outcome, and read")
	}
}

// TestOutcomeOfAResourceDoesNotEndBySilence: unless it is not protected any more.
func TestOutcomeOfAResourceDoesNotEndBySilence(t *testing.T) {
	text := ""
	s := cloudOf(t, map[string]func(url.Values, http.ResponseWriter) string{
		"client/1/shared_resource": func(url.Values, http.ResponseWriter) string { return text },
	})
	for _, step := range []struct {
		text   string
		unread bool
	}{
		{`[{"id":7,"selected_for_protection":true}]`, false},
		{`[{"id":7,"selected_for_protection":true,"backup_status":"Failed"}]`, false},
		{`[{"id":7,"selected_for_protection":true,"backup_status":null}]`, true},
		{`[{"id":7,"selected_for_protection":true,"backup_status":"Success"}]`, false},
		{`[{"id":7,"selected_for_protection":false,"backup_status":null}]`, false},
		{`[]`, false},
	} {
		text = step.text
		b, err := s.Pull(t.Context(), nil)
		if err != nil || slices.Contains(b.Unread, "1") != step.unread {
			t.Errorf("%s: unread %v, %v", text, b.Unread, err)
		}
	}
}
