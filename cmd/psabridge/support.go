package main

import (
	"context"
	"net"
	"os"
	"os/user"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"time"

	"psabridge/app"
	"psabridge/app/machine"
	"psabridge/app/settings"
	"psabridge/app/upkeep"
)

// deliveriesShown is how many deliveries of each state a support bundle lists.
const deliveriesShown = 100

// newSupport says what goes into a support bundle. None of it is read from the keychain.
func (b *bridge) newSupport() *upkeep.Support {
	return &upkeep.Support{
		Install: b.install.ID, LogPath: b.journal.book.Path, Now: time.Now, Names: b.names,
		Parts: []upkeep.SupportPart{
			{Name: "about.json", About: "Version, system, where things are", Make: b.aboutPart},
			{Name: "status.json", About: "What needs somebody, sources, connections, queue, months", Make: func(ctx context.Context) (any, error) { return b.pages.Status(ctx) }},
			{Name: "checks.json", About: "The checks of connections and of this computer", Make: b.checksPart},
			{Name: "settings.yaml", About: "The settings", Make: func(ctx context.Context) (any, error) {
				doc, err := b.setup.Export(ctx, false)
				return string(doc), err
			}},
			{Name: "deliveries.json", About: "What waits, is checked or is parked, and what was sent last: kinds, tries and answers, not what was sent", Make: b.deliveriesPart},
			{Name: "tasks.json", About: "What runs by itself, when it ran last and how that went", Make: func(context.Context) (any, error) { return b.schedule.Tasks(), nil }},
			{Name: "database.json", About: "Its version and size, its last check, the backups", Make: b.databasePart},
		},
	}
}

func (b *bridge) aboutPart(ctx context.Context) (any, error) {
	level, until := b.journal.book.At()
	return map[string]any{
		"version": version, "go": runtime.Version(), "os": runtime.GOOS, "arch": runtime.GOARCH, "started_at": b.startedAt.UTC(),
		"data_dir": b.opts.Dir, "keys_in": b.keysIn(), "zone": machineZone(), "tray": b.tray.State(), "listening": b.opts.Listening,
		"log_level": level.String(), "log_level_until": until, "demo": b.opts.Demo, "session": machine.Session() != "", "computer": b.computer(ctx),
	}, nil
}

func (b *bridge) checksPart(ctx context.Context) (any, error) {
	rows, err := b.store.Checks(ctx, "")
	if err != nil {
		return nil, err
	}
	own, err := b.selfTest.Rows(ctx, false)
	return append(rows, own...), err
}

// deliveryPart is a delivery without what it carries.
type deliveryPart struct {
	ID         int64             `json:"id"`
	Kind       app.DeliveryKind  `json:"kind"`
	Connection string            `json:"connection"`
	State      app.DeliveryState `json:"state"`
	Attempt    int               `json:"attempt"`
	Failures   int               `json:"failures"`
	Checks     int               `json:"checks"`
	Deferrals  int               `json:"deferrals"`
	Intended   bool              `json:"intended"`
	Code       app.Code          `json:"code"`
	Field      string            `json:"field"`
	Reason     string            `json:"reason"`
	CreatedAt  time.Time         `json:"created_at"`
	NextAt     time.Time         `json:"next_at"`
	DoneAt     time.Time         `json:"done_at"`
}

func (b *bridge) deliveriesPart(ctx context.Context) (any, error) {
	counts, err := b.store.OutboxCounts(ctx, time.Now())
	if err != nil {
		return nil, err
	}
	out := struct {
		Counts app.OutboxCounts
		List   []deliveryPart
	}{Counts: counts, List: []deliveryPart{}}
	for _, state := range []app.DeliveryState{app.DeliverySending, app.DeliveryChecking, app.DeliveryParked, app.DeliveryWaiting, app.DeliveryDone} {
		rows, err := b.store.Deliveries(ctx, app.DeliveryFilter{State: state, Page: app.Page{Limit: deliveriesShown}})
		if err != nil {
			return nil, err
		}
		for _, d := range rows {
			out.List = append(out.List, deliveryPart{
				d.ID, d.Kind, d.Connection, d.State, d.Attempt, d.Failures, d.Checks, d.Deferrals, d.Intended, d.ErrorCode, d.ErrorField, d.Reason, d.CreatedAt, d.NextAt, d.DoneAt,
			})
		}
	}
	return out, nil
}

func (b *bridge) databasePart(ctx context.Context) (any, error) {
	schema, err := b.store.SchemaVersion(ctx)
	if err != nil {
		return nil, err
	}
	st, err := b.upkeep.State(ctx)
	return map[string]any{"schema": schema, "bytes": b.databaseSize(), "upkeep": st}, err
}

// mailAddress finds people in the settings.
var mailAddress = regexp.MustCompile(`[^\s"'<>,:;\[\]{}]+@[^\s"'<>,:;\[\]{}]+`)

// names lists what tells whose bridge this is, and whose data.
func (b *bridge) names(ctx context.Context) ([]upkeep.Name, error) {
	doc, err := b.document(ctx)
	if err != nil {
		return nil, err
	}
	out := append(ownNames(b.opts.Dir), settingNames(doc)...)
	text, err := b.setup.Export(ctx, false)
	if err != nil {
		return nil, err
	}
	for _, one := range mailAddress.FindAllString(string(text), -1) {
		out = append(out, upkeep.Name{Kind: "person", Text: one})
	}
	companies, err := b.companyNames(ctx, doc)
	if err != nil {
		return nil, err
	}
	customers, err := b.customerNames(ctx)
	return append(append(out, companies...), customers...), err
}

// ownNames are of this computer and who uses it.
func ownNames(dir string) (out []upkeep.Name) {
	if host, err := os.Hostname(); err == nil {
		out = append(out, upkeep.Name{Kind: "computer", Text: host})
	}
	if me, err := user.Current(); err == nil {
		_, login, domain := strings.Cut(me.Username, `\`) // DOMAIN\anna on Windows
		if !domain {
			login = me.Username
		}
		out = append(out, upkeep.Name{Kind: "person", Text: me.Username}, upkeep.Name{Kind: "person", Text: login}, upkeep.Name{Kind: "person", Text: me.Name})
	}
	if home, err := os.UserHomeDir(); err == nil && strings.HasPrefix(dir, home) {
		out = append(out, upkeep.Name{Kind: "person", Text: filepath.Base(home)})
	}
	return out
}

// settingNames are of the service provider: its login at ConnectWise, its hosts, its members.
func settingNames(doc app.Settings) (out []upkeep.Name) {
	add := func(kind, text string) { out = append(out, upkeep.Name{Kind: kind, Text: text}) }
	for _, c := range doc.Connections {
		add("company", c.CompanyID)
		if host := settings.Host(c.SiteURL); !ofVendor(host) {
			add("host", host)
		}
		for _, m := range c.Ticketing.Automation.Members {
			add("person", m)
		}
	}
	for _, s := range doc.Sources {
		if host := settings.Host(settings.SourceWithDefaults(s).Host); !ofVendor(host) {
			add("host", host)
		}
	}
	for _, o := range doc.Organizations {
		add("company", o.Company.Identifier)
	}
	if host := doc.Notify.Email.SMTP.Host; !net.ParseIP(host).IsLoopback() {
		add("host", host)
	}
	return out
}

// ofVendor reports whether a host is a vendor's own, which tells nothing but the region, or this computer.
func ofVendor(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil && net.ParseIP(name).IsLoopback() {
		return true
	}
	for _, suffix := range []string{".myconnectwise.net", ".connectwisedev.com", ".syncedtool.com", ".axcient.com"} {
		if strings.HasSuffix("."+host, suffix) {
			return true
		}
	}
	return host == ""
}

func (b *bridge) companyNames(ctx context.Context, doc app.Settings) (out []upkeep.Name, err error) {
	for _, c := range doc.Connections {
		rows, _, err := b.store.Options(ctx, c.Name, app.ListCompanies, 0)
		if err != nil && app.ErrorCode(err) != app.NotFound {
			return nil, err
		}
		for _, r := range rows {
			out = append(out, upkeep.Name{Kind: "company", Text: r.Name}, upkeep.Name{Kind: "company", Text: r.Identifier})
		}
	}
	return out, nil
}

// customerNames are of organizations, and of the people and computers in them.
func (b *bridge) customerNames(ctx context.Context) (out []upkeep.Name, err error) {
	tree, err := b.store.Tree(ctx)
	if err != nil {
		return nil, err
	}
	for _, o := range tree {
		if o.ExternalID != app.SyntheticTop { // that one is called what its source is
			out = append(out, upkeep.Name{Kind: "organization", Text: o.Name})
		}
		list, err := b.store.ObjectsOf(ctx, o.Source, o.ExternalID)
		if err != nil {
			return nil, err
		}
		for _, one := range list {
			switch one.Kind {
			case app.ObjectMachine:
				out = append(out, upkeep.Name{Kind: "computer", Text: one.Name})
			case app.ObjectAccount, app.ObjectGuest, app.ObjectResource, app.ObjectRoot:
				out = append(out, upkeep.Name{Kind: "person", Text: one.Name})
			case app.ObjectOrganization, app.ObjectSource, app.KindOverride:
			}
		}
	}
	return out, nil
}
