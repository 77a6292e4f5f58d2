package sandbox

import (
	"cmp"
	"fmt"
	"strconv"
	"time"

	"psabridge/app/sandbox/sample"
)

// naive writes a moment as x360Sync does: UTC, and not saying so. The zero
// moment is null.
func naive(at time.Time) any {
	if at.IsZero() {
		return nil
	}
	return at.UTC().Format("2006-01-02T15:04:05")
}

// orNull is an id where 0 means there is none.
func orNull(id int) any {
	if id == 0 {
		return nil
	}
	return id
}

// formatted writes a size with 1024 steps and the names of 1000 ones, as the
// vendor's server does.
func formatted(n int64) string {
	units := []string{"B", "KB", "MB", "GB", "TB"}
	v, i := float64(n), 0
	for v >= 1024 && i < len(units)-1 {
		v, i = v/1024, i+1
	}
	if i == 0 {
		return fmt.Sprintf("%d B", n)
	}
	return fmt.Sprintf("%.2f %s", v, units[i])
}

func quota(n int64) any {
	if n == 0 {
		return nil
	}
	return n
}

func (q *SyncQuirks) organizationJSON(o sample.Organization) object {
	return object{
		"type": "organization", "id": o.ID, "parent_id": orNull(o.ParentID), "name": o.Name, "slug": o.Slug, "description": "", "email": o.Email,
		"hostname": o.Slug + ".syncedtool.example", "active": o.Active, "created": naive(o.Created), "plan_id": nil, "subscription_uuid": nil,
		"trial_until": naive(o.TrialUntil), "privacy_mode": false, "default_encryption": 2, "email_server_id": nil, "email_templates": true, "share_disclaimer": nil,
		"locale": "de", "timezone": o.Timezone, "i18n": object{"type": "organization_i18n", "id": o.ID, "locale": "de", "timezone": o.Timezone},
		"bandwidth_throttle": nil, "throttled": false, "throttle_exception_start": nil, "throttle_exception_end": nil, "throttle_exception_dow": nil,
		"throttle_exception_days": nil, "throttle_exception_throttle": nil,
		"policy": object{
			"type": "policy", "company_id": o.ID, "space_quota": quota(o.Quota), "space_quota_formatted": formatted(o.Quota), "max_file_size": 2048,
			"num_users_minimum": nil, "num_users_maximum": nil, "num_orgs_maximum": nil, "file_server_enabled": o.FileServer, "psa_enabled": o.PSAEnabled,
			"backups_enabled": true, "webdav_enabled": false, "branding_enabled": false, "ad_enabled": false, "service_plans_enabled": false,
			"api_ratelimit": nil, "api_ratelimit_enabled": false, "deactivate_token_frequency": cmp.Or(q.TokenDays, 30), "trial_length_days": 14, "require_two_step_auth": false,
		},
	}
}

func personJSON(p sample.Person) object {
	space := quota(p.Quota)
	if p.QuotaAsText && p.Quota > 0 {
		space = strconv.FormatInt(p.Quota, 10)
	}
	return object{
		"type": "person", "id": p.ID, "company_id": p.CompanyID, "username": p.Email, "email": p.Email, "first_name": p.FirstName, "last_name": p.LastName,
		"display_name": p.FirstName + " " + p.LastName, "site_admin": p.SiteAdmin, "system_admin": false, "can_share": true, "root_id": p.RootID, "roots": []int{p.RootID},
		"space_quota": space, "space_quota_formatted": formatted(p.Quota), "space_usage": p.Usage, "space_usage_formatted": formatted(p.Usage),
		"pw_last_changed": naive(p.Created), "pw_force_reset": false, "locale": "de", "timezone": "Europe/Berlin", "created": naive(p.Created),
	}
}

// machineJSON shows no company: whose machine it is, the vendor does not say.
func (q *SyncQuirks) machineJSON(d sample.Machine) object {
	o := object{
		"type": "machine", "id": d.ID, "guid": d.GUID, "dns_name": d.DNSName, "nickname": nil, "machine_type": d.Type, "os_type": d.OSType, "os_version": d.OSVersion,
		"agent_version": d.AgentVersion, "created": naive(d.Created), "last_login": naive(d.LastLogin), "last_disconnect": naive(d.LastDisconnect), "locked": false,
		"manual_collisions": false, "health_report_period_minutes": orNull(d.HealthReportMinutes), "bandwidth_throttle": nil, "throttled": false,
		"throttle_exception_start": nil, "throttle_exception_end": nil, "throttle_exception_dow": nil, "throttle_exception_days": nil, "throttle_exception_throttle": nil,
	}
	if d.APILogin {
		o["agent_version"], o["os_type"], o["os_version"] = nil, nil, nil
	}
	if kind, odd := q.MachineTypes[d.ID]; odd {
		o["machine_type"] = kind
		if kind == "" {
			o["machine_type"] = nil
		}
	}
	return o
}

func rootJSON(r sample.Root) object {
	return object{
		"type": "root", "id": r.ID, "company_id": r.CompanyID, "name": r.Name, "path": "", "root_type": r.Type, "space_used": r.SpaceUsed,
		"space_used_formatted": formatted(r.SpaceUsed), "revision_space_used": r.Revision, "revision_space_formatted": formatted(r.Revision),
		"hash":      fmt.Sprintf("%040x", uint64(r.SpaceUsed)*2654435761), //nolint:gosec // any number does
		"is_locked": false, "locks": []object{}, "permissions": []object{}, "children": []object{},
	}
}

// mappingJSON names a person or leaves the field out.
func mappingJSON(f sample.Mapping) object {
	o := object{"type": "mapping", "id": f.ID, "machine_id": f.MachineID, "name": f.Name, "path": f.Path, "root_id": orNull(f.RootID), "share": f.PersonID == 0}
	if f.PersonID != 0 {
		o["person_id"] = f.PersonID
	}
	return o
}

func guestJSON(g sample.Guest) object {
	return object{"type": "guest", "id": g.ID, "email": g.Email, "company_id": g.CompanyID, "creator_id": orNull(g.CreatorID), "created": naive(g.Created)}
}

func activityJSON(a sample.Activity) object {
	return object{
		"type": "activity", "id": a.ID, "activity_type_id": a.TypeID, "created": naive(a.Created), "actor_type": a.ActorType, "actor_text": a.ActorText,
		"actor_company_id": orNull(a.ActorCompanyID), "actor_machine_id": orNull(a.ActorMachineID), "actor_person_id": orNull(a.ActorPersonID), "actor_guest_id": nil,
		"action_text": a.ActionText, "acted_on_type": a.ActedOnType, "acted_on_text": a.ActedOnText, "acted_on_company_id": orNull(a.ActedOnCompanyID),
		"acted_on_machine_id": orNull(a.ActedOnMachineID), "acted_on_person_id": orNull(a.ActedOnPersonID), "acted_on_guest_id": orNull(a.ActedOnGuestID),
		"acted_on_root_id": orNull(a.ActedOnRootID), "acted_on_group_id": nil, "data_text": a.DataText, "data_text_vars": object{},
	}
}
