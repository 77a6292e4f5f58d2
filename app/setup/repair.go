package setup

import (
	"cmp"
	"context"
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
	"time"

	"psabridge/app"
	"psabridge/app/billing"
	"psabridge/app/settings"
)

// Repairs lists the mappings on a connection that ConnectWise, or another mapping, does not bear out any more, by what was
// read of it last; nothing is asked and nothing mended. Those that can be mended in one step come first, then by name. What
// was found is kept until the settings, the organizations, a list or a push change: pages ask at every look.
func (s *Setup) Repairs(ctx context.Context, connection string) ([]app.Repair, error) {
	doc, rev, err := s.Document(ctx)
	if err != nil {
		return nil, err
	}
	conn, known := settings.ConnectionByName(doc, connection)
	if !known {
		return nil, noConnection(connection)
	}
	tree, err := s.Store.Tree(ctx)
	if err != nil {
		return nil, err
	}
	today := billing.Today(s.Now(), settings.Location(conn))
	mark, err := s.repairMark(ctx, connection, rev, tree, today)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	kept, have := s.repairs[connection]
	s.mu.Unlock()
	if have && kept.mark == mark {
		return slices.Clone(kept.list), nil
	}
	list, err := s.findRepairs(ctx, conn, doc, tree, today)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.repairs == nil {
		s.repairs = map[string]repaired{}
	}
	s.repairs[connection] = repaired{mark, list}
	return slices.Clone(list), nil
}

// repaired is what was found, and of what.
type repaired struct {
	mark [sha256.Size]byte
	list []app.Repair
}

// repairMark tells everything apart that repairs are found in.
func (s *Setup) repairMark(ctx context.Context, connection string, rev int64, tree []app.Organization, today time.Time) (sum [sha256.Size]byte, err error) {
	read, err := s.Store.OptionsRead(ctx, connection)
	if err != nil {
		return sum, err
	}
	pushes, err := s.Store.Pushes(ctx, app.PushFilter{Connection: connection, Page: app.Page{Limit: 1}})
	if err != nil {
		return sum, err
	}
	h := sha256.New()
	for _, o := range tree {
		fmt.Fprintln(h, o.ID, o.ParentExternalID, o.State, o.Name)
	}
	fmt.Fprintln(h, rev, today.Unix(), read[app.ListCompanies].UnixNano(), read[app.ListAgreements].UnixNano(), read[app.ListProducts].UnixNano())
	for _, p := range pushes {
		fmt.Fprintln(h, p.ID, p.State)
	}
	h.Sum(sum[:0])
	return sum, nil
}

// findRepairs looks at every mapping of a connection.
func (s *Setup) findRepairs(ctx context.Context, conn app.ConnectionSettings, doc app.Settings, tree []app.Organization, today time.Time) ([]app.Repair, error) {
	l, err := s.listsRead(ctx, conn.Name)
	if err != nil {
		return nil, err
	}
	lines, err := s.Store.LastPlannedLines(ctx, conn.Name, app.Period{Year: 9999, Month: time.December})
	if err != nil {
		return nil, err
	}
	m := &mender{lists: l, conn: conn, doc: doc, today: today, lines: lines, told: map[string]bool{}}
	for _, o := range placedOn(conn.Name, tree, doc) {
		m.look(o)
	}
	if conn.Billing.Enabled {
		m.overlaps(tree)
	}
	slices.SortStableFunc(m.found, func(a, b app.Repair) int {
		return cmp.Or(cmp.Compare(rankOf(a), rankOf(b)), cmp.Compare(a.Organization.Name, b.Organization.Name))
	})
	return m.found, nil
}

// rankOf puts what one click mends first, and what hangs on no organization next: it is about all of them.
func rankOf(r app.Repair) int {
	switch {
	case r.Suggest != nil:
		return 0
	case r.Organization.ID == 0:
		return 1
	}
	return 2
}

// placed is an organization with an entry of its own that uses a connection.
type placed struct {
	settings.Effective

	org    app.Organization
	unseen bool // its source never showed it
}

func (o placed) named() app.Named { return app.Named{ID: o.org.ID, Name: o.org.Name} }

// placedOn lists them in the order of the settings. One of a source that showed nothing yet is only waited for.
func placedOn(connection string, tree []app.Organization, doc app.Settings) (out []placed) {
	rows, shows := map[[2]string]app.Organization{}, map[string]bool{}
	for _, o := range tree {
		rows[[2]string{o.Source, o.ExternalID}] = o
		shows[o.Source] = true
	}
	inherited := settings.NewTree(tree, doc)
	for _, entry := range doc.Organizations {
		o, seen := rows[[2]string{entry.Source, entry.ID}]
		if !seen {
			o = app.Organization{Source: entry.Source, ExternalID: entry.ID, Name: "Organization " + entry.ID + " of " + entry.Source}
		}
		e := inherited.Effective(entry.Source, entry.ID)
		if e.Connection != connection || o.State == app.OrganizationIgnored || !seen && !shows[entry.Source] {
			continue
		}
		out = append(out, placed{e, o, !seen})
	}
	return out
}

// mender finds what is wrong with mappings.
type mender struct {
	*lists

	conn  app.ConnectionSettings
	doc   app.Settings
	today time.Time
	lines []app.Line // that stand at ConnectWise since the newest push of each
	told  map[string]bool
	found []app.Repair
}

// look judges one organization's mapping. What is wrong with its company comes before what hangs on the company.
func (m *mender) look(o placed) {
	if o.Company.ID == 0 && len(o.Bill) == 0 {
		return
	}
	if o.unseen || o.org.State == app.OrganizationGone {
		m.gone(o)
		return
	}
	if m.read[app.ListCompanies] && !m.company(o) || !m.conn.Billing.Enabled || len(o.Bill) == 0 {
		return
	}
	if m.read[app.ListAgreements] {
		m.agreement(o)
	}
	if m.read[app.ListProducts] {
		m.soldAs(o)
	}
}

// add notes a repair of an organization.
func (m *mender) add(o placed, code app.RepairCode, s suggested, format string, args ...any) {
	r := app.Repair{
		Code: code, Organization: o.named(), Company: app.Named{ID: o.Company.ID, Name: m.companyName(o)}, Agreement: app.Named{ID: o.Agreement.ID, Name: m.agreements[o.Agreement.ID].Name},
		Message: fmt.Sprintf(format, args...), Suggest: s.choice, Why: s.why,
	}
	if r.Suggest != nil {
		r.Suggest.OrganizationID = o.org.ID
	}
	m.found = append(m.found, r)
}

// suggested is a way to mend, with its reason; none when a person must look.
type suggested struct {
	choice *app.MappingChoice
	why    string
}

func (m *mender) gone(o placed) {
	what := "The source does not show it any more"
	if o.unseen {
		what = "The settings map it, but its source never showed it; the id may be mistyped"
	}
	left := "No tickets come of it."
	if len(o.Bill) > 0 {
		left = "Its lines are held, because nobody counts it."
	}
	m.add(o, app.RepairGone, suggested{}, "%s. %s If the customer left, end the mapping; if not, look at the source.", what, left)
}

// company judges the company and reports whether the rest can be judged.
func (m *mender) company(o placed) bool {
	if o.Company.ID == 0 {
		if m.conn.Billing.Enabled {
			m.add(o, app.RepairNoAgreement, suggested{}, "No company is chosen, but %s should be billed. Choose the company and its agreement, or take the ticks away.", metersOf(o.Bill))
		}
		return false
	}
	c, known := m.companies[o.Company.ID]
	switch {
	case !known || c.Deleted:
		m.add(o, app.RepairCompanyGone, m.heir(o), "ConnectWise does not list the company %s (#%d) any more: it was deleted, or merged into another. Tickets and quantities have nowhere to go. Choose the company that took its place.", m.companyName(o), o.Company.ID)
		return false
	case c.Inactive:
		m.add(o, app.RepairCompanyInactive, m.heir(o), "The company %s (#%d) is %s in ConnectWise; its lines are held. Make it active there, choose another, or end the mapping.", c.Name, c.ID, statusWord(c))
	}
	return true
}

func statusWord(c app.Company) string {
	if c.Status == "" || c.Status == agreementActive || strings.EqualFold(c.Status, "inactive") {
		return "inactive"
	}
	return "inactive (" + c.Status + ")"
}

// metersOf names meters in a sentence.
func metersOf(bill []app.Meter) string {
	names := words(bill)
	for i, n := range names {
		names[i] = strings.ReplaceAll(n, "_", " ")
	}
	return listed(names)
}

// companyName is what the company was called last.
func (m *mender) companyName(o placed) string {
	if c, known := m.companies[o.Company.ID]; known {
		return c.Name
	}
	for _, l := range m.lines {
		if l.Company.ID == o.Company.ID && l.Company.Name != "" {
			return l.Company.Name
		}
	}
	return cmp.Or(o.Company.Identifier, "of this mapping")
}
