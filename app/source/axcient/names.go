package axcient

import "strings"

// field is something we want to know of a record, whatever the vendor calls it.
type field int

const (
	fieldClientID field = iota
	fieldUserID
	fieldResourceID
	fieldName
	fieldFirstName
	fieldLastName
	fieldEmail
	fieldParent
	fieldActive
	fieldInactive
	fieldTrialUntil
	fieldStatus
	fieldSelected
	fieldProtected
	fieldCharged
	fieldOwnOutcome
	fieldOutcome
	fieldPart
	fieldTime
	fieldSLA
	fieldSLAMissed
	fieldSLAMet
)

// names lists under which names a field may stand, the surest first. Case, spaces, underscores, hyphens and brackets do
// not count: backup_status, backupStatus and "Backup Status" are one (see fold). Where the names come from:
//
//   - the filters of the vendor's own calls, which name fields: type, backup_status, from, to, status,
//     selected_for_protection, email_contains
//   - the sister API x360Recover 0.3.1: id, name, active, status, timestamp, end_time, start_time
//   - the columns of the portal's "Usage and Protection Insights Report": Item Name, Item ID, Protection Status, Charged,
//     Data Protected (GB); see also size.go
//   - the parts of the paths: clientId, userId, sharedResourceId
//   - and how such things are usually called. A wrong guess among these does no harm: a value that is not of the
//     expected kind counts as not understood.
var names = map[field][]string{
	fieldClientID:   {"id", "client_id", "organization_id", "org_id", "account_id", "item_id", "uuid", "guid", "uid"},
	fieldUserID:     {"id", "user_id", "item_id", "uuid", "guid", "uid"}, // its client_id is that of the client it belongs to
	fieldResourceID: {"id", "shared_resource_id", "resource_id", "item_id", "uuid", "guid", "uid"},
	fieldName:       {"display_name", "name", "full_name", "client_name", "organization_name", "org_name", "company_name", "account_name", "resource_name", "user_name", "item_name", "title", "label"},
	fieldFirstName:  {"first_name", "given_name"},
	fieldLastName:   {"last_name", "family_name", "surname"},
	fieldEmail:      {"email", "email_address", "mail", "primary_email", "user_email", "user_principal_name", "upn", "login"},
	fieldParent:     {"parent_id", "parent_client_id", "parent_organization_id", "parent_org_id", "parent"},
	fieldActive:     {"active", "is_active", "enabled", "is_enabled", "account_enabled"},
	fieldInactive:   {"disabled", "is_disabled", "archived", "is_archived", "deleted", "is_deleted", "suspended", "is_suspended", "deactivated", "inactive"},
	fieldTrialUntil: {"trial_until", "trial_ends_at", "trial_end", "trial_end_date", "trial_expires_at", "trial_expiration_date"},
	fieldStatus:     {"status", "user_status", "account_status", "state", "client_status", "organization_status"},
	fieldSelected:   {"selected_for_protection", "is_selected_for_protection", "protection_selected", "selected_for_backup", "is_selected", "selected", "protection_enabled", "backup_enabled", "is_backup_enabled"},
	fieldProtected:  {"protection_status", "protection_state", "protection", "protected", "is_protected"},
	fieldCharged:    {"charged", "is_charged"},
	fieldOwnOutcome: {"backup_status", "last_backup_status", "latest_backup_status", "backup_outcome", "last_backup_outcome", "backup_health", "backup_state"},
	fieldOutcome:    {"backup_status", "backup_outcome", "backup_result", "last_backup_status", "outcome", "status", "result", "state"},
	fieldPart:       {"service", "service_name", "service_type", "workload", "application", "user_id", "shared_resource_id", "resource_id"},
	fieldTime:       {"finished_at", "completed_at", "ended_at", "end_time", "end_date", "finish_time", "finished", "completed", "ended", "backup_date", "backup_time", "last_backup_at", "last_backup_time", "last_backup_date", "last_backup", "run_at", "occurred_at", "timestamp", "date", "day", "time", "to", "started_at", "start_time", "start_date", "created_at", "updated_at"},
	fieldSLA:        {"sla_status", "backup_sla_status", "sla_state", "backup_sla", "sla"},
	fieldSLAMissed:  {"sla_missed", "is_sla_missed", "missed_sla", "backup_sla_missed", "sla_breached", "is_sla_breached", "sla_violated", "sla_violation"},
	fieldSLAMet:     {"sla_met", "is_sla_met", "sla_ok", "within_sla", "is_within_sla", "sla_compliant", "is_sla_compliant", "backup_sla_met"},
}

// idFields are where the records of a list have their own id. Rows of the backup status need none.
var idFields = map[kind]field{clients: fieldClientID, users: fieldUserID, resources: fieldResourceID}

// folded is names as fold writes them.
var folded = func() map[field][]string {
	out := map[field][]string{}
	for f, list := range names {
		for _, name := range list {
			out[f] = append(out[f], fold(name))
		}
	}
	return out
}()

// fold takes a name or a word down to its small letters and digits.
func fold(name string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			return r
		case r >= 'A' && r <= 'Z':
			return r + ('a' - 'A')
		}
		return -1
	}, name)
}
