package sample

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// Settings is the settings document that connects the product to the two fake
// vendors at the given addresses, with every customer mapped that has somewhere
// to go. It holds no secret; those are in Secrets.
func (m *MSP) Settings(connectWiseURL, x360SyncURL string) []byte {
	return m.settings(connectWiseURL, x360SyncURL, extra{})
}

// extra is what further sources add to each part of the document.
type extra struct{ sources, products, organizations, alerts, notify string }

func (m *MSP) settings(connectWiseURL, x360SyncURL string, more extra) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, `version: 1
sources:
  - {name: %s, kind: x360sync, host: %s, every: 15s, top_organization: %s, allow_private_network: true}
%sconnections:
  - name: %s
    system: connectwise
    site_url: %s
    company_id: %s
    client_id: %s
    allow_private_network: true
    ticketing:
      enabled: true
      board: "Alerts"
      status: "New"
      closed_status: "Closed"
      type: "Backup"
      team: "Service Desk"
      source: "Monitoring"
      priority: {info: "Priority 4", warning: "Priority 3", critical: "Priority 2"}
    time_zone: Europe/Berlin
    billing:
      enabled: true
      push_day: last
      push_at: "06:00"
      approval: ask
      products: {accounts: "X360-ACCOUNT", storage: "X360-STORAGE", file_server: "X360-FSE"%s}
      rules: {storage: {unit: GB, round: up}, hold: {percent: 50, units: 5}}
organizations:
`, SourceName, quoted(x360SyncURL), quoted(strconv.Itoa(MasterID)), more.sources, ConnectionName, quoted(connectWiseURL), CompanyID, ClientID, more.products)
	fmt.Fprintf(&b, "  - {source: %s, id: %s, psa: %s, company: {id: 249, identifier: \"Nordlicht\"}}\n", SourceName, quoted(strconv.Itoa(MasterID)), ConnectionName)
	for _, c := range customers {
		if !c.unmapped {
			b.WriteString(m.mapping(c))
		}
	}
	b.WriteString(more.organizations)
	fmt.Fprintf(&b, `alerts:
  - name: File server unreachable
    when: [{type: machine.unreachable, minutes: 5}]
    for: {source: %[1]s, organization: %[2]s, suborganizations: true}
    via: {psa: true}
    severity: critical
    ticket: {auto_close: true, reopen_within: 24h, per: object}
  - name: Storage quota nearly used up
    when: [{type: quota.reached, percent: 80}]
    for: {source: %[1]s, organization: %[2]s, suborganizations: true}
    via: {psa: true}
    severity: warning
    ticket: {auto_close: true, reopen_within: 24h, per: object}
`, SourceName, quoted(strconv.Itoa(MasterID)))
	b.WriteString(more.alerts)
	b.WriteString(more.notify)
	return b.Bytes()
}

func (m *MSP) mapping(c customer) string {
	company, agreement := CompanyOf(c.id), AgreementOf(c.id)
	bill := []string{"accounts", "storage"}
	if c.servers > 0 {
		bill = append(bill, "file_server")
	}
	return fmt.Sprintf("  - {source: %s, id: %s, psa: inherit, company: {id: %d, identifier: %s}, agreement: {id: %d}, bill: [%s]}\n",
		SourceName, quoted(strconv.Itoa(c.id)), company, quoted(m.companyIdentifier(company)), agreement, strings.Join(bill, ", "))
}

func (m *MSP) companyIdentifier(id int) string {
	for _, c := range m.PSA.Companies {
		if c.ID == id {
			return c.Identifier
		}
	}
	return ""
}

// quoted writes a JSON string, which every YAML reader takes as a double-quoted one.
func quoted(s string) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(s) // a string always encodes
	return strings.TrimSpace(b.String())
}
