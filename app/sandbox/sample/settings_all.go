package sample

import (
	"fmt"
	"strings"
)

// syntheticTop is what psabridge calls the top of a source that has no tree of
// its own. It is a word of the settings document.
const syntheticTop = "psabridge:top"

// MeterWorkstations is a meter the inbox is sent and the settings bill;
// MeterBackupStorage one it is sent and nobody bills yet.
const (
	MeterWorkstations  = "workstations"
	MeterBackupStorage = "backup_storage"
)

// AllSettings is Settings with two more sources: x360Cloud at the given address,
// and an inbox. Their customers are mapped to the companies and agreements of
// the same customers in x360Sync, where those have any. People are told by the
// mail server at the given host and port, and in a chat.
func (m *MSP) AllSettings(connectWiseURL, x360SyncURL, axcientURL, mailHost string, mailPort int) []byte {
	var orgs strings.Builder
	for _, source := range []string{CloudName, InboxName} {
		fmt.Fprintf(&orgs, "  - {source: %s, id: %s, psa: %s, company: {id: 249, identifier: \"Nordlicht\"}}\n", source, quoted(syntheticTop), ConnectionName)
	}
	for _, c := range m.CloudClients() {
		orgs.WriteString(m.mapElsewhere(CloudName, itoa(c.ID), c.OrganizationID, "protected_seats"))
	}
	for _, c := range inboxCustomers {
		orgs.WriteString(m.mapElsewhere(InboxName, c.id, c.organization, MeterWorkstations))
	}
	return m.settings(connectWiseURL, x360SyncURL, extra{
		sources: fmt.Sprintf("  - {name: %s, kind: axcient, host: %s, every: 15s, allow_private_network: true}\n  - {name: %s, kind: inbox}\n", CloudName, quoted(axcientURL), InboxName),
		// The line of a price list that fits what the inbox counts.
		products:      fmt.Sprintf(`, protected_seats: "X360-CLOUD-SEAT", %s: "NL-100"`, MeterWorkstations),
		organizations: orgs.String(),
		alerts: fmt.Sprintf(`  - name: Cloud backup failed
    when: [backup.failed, backup.sla_missed]
    for: {source: %[1]s}
    via: {psa: true}
    severity: critical
    ticket: {auto_close: true, reopen_within: 24h, per: object}
  - name: Cloud account unprotected
    when: [account.unprotected]
    for: {source: %[1]s}
    via: {psa: true}
    severity: info
    ticket: {auto_close: true, reopen_within: 24h, per: organization}
  - name: Backup job failed
    when: ["veeam.*"]
    for: {source: %[2]s}
    via: {psa: true}
    ticket: {auto_close: true, reopen_within: 24h, per: object}
  - name: Account added or removed
    when: [account.added, account.removed]
    for: {source: %[3]s}
    via: {email: [%[4]s]}
    severity: info
`, CloudName, InboxName, SourceName, MailTo),
		notify: fmt.Sprintf(`notify:
  email:
    to: [%s]
    smtp: {host: %s, port: %d, user: %s, tls: none, allow_private_network: true}
  webhook: {kind: slack, allow_private_network: true}
  desktop: false
`, MailTo, quoted(mailHost), mailPort, MailUser),
	})
}

// mapElsewhere maps a customer of another source to where the same customer of
// x360Sync belongs; "" when that is nowhere.
func (m *MSP) mapElsewhere(source, id string, organization int, meter string) string {
	company, agreement := CompanyOf(organization), AgreementOf(organization)
	if company == 0 || unmapped(organization) {
		return ""
	}
	line := fmt.Sprintf("  - {source: %s, id: %s, psa: inherit, company: {id: %d, identifier: %s}", source, quoted(id), company, quoted(m.companyIdentifier(company)))
	if agreement != 0 {
		line += fmt.Sprintf(", agreement: {id: %d}, bill: [%s]", agreement, meter)
	}
	return line + "}\n"
}
