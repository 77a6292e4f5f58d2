package setup

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"psabridge/app"
	"psabridge/app/settings"
)

// clockTolerance is how far the two clocks may be apart. Beyond it "what happened first" and due moments go wrong.
const clockTolerance = 5 * time.Minute

// pinned is the version of ConnectWise's API the adapter speaks.
const pinned = "2025.8"

// checks lists what is proved, in the order of the page.
func (r *run) checks() []check {
	all := []check{
		{"address", "The address answers", nil, r.address},
		{"connectwise", "It is ConnectWise", []string{"address"}, r.connectwise},
		{"company", "The company ID is known", []string{"connectwise"}, r.company},
		{"keys", "The keys are accepted", []string{"company"}, r.keys},
		{"version", "The version is new enough", []string{"keys"}, r.version},
		{"clock", "The clocks agree", []string{"keys"}, r.clock},
	}
	all = append(all, r.rightChecks()...)
	if r.conn.Ticketing.Enabled {
		all = append(all, r.ticketingChecks()...)
	}
	all = append(all, check{"company_status.imported", "There is a company status Imported", []string{"right.companies.inquire"}, r.imported})
	if r.conn.Billing.Enabled {
		all = append(all, r.productChecks()...)
		all = append(all, r.agreementChecks()...)
	}
	return all
}

// identify asks who is there, once.
func (r *run) identify(ctx context.Context) *identified {
	if r.identity == nil {
		r.identity = &identified{}
		r.identity.Identity, r.identity.err = r.client.Identify(ctx)
	}
	return r.identity
}

// authenticate proves the keys, once.
func (r *run) authenticate(ctx context.Context) *authenticated {
	if r.server == nil {
		r.server = &authenticated{}
		r.server.ServerInfo, r.server.err = r.client.Authenticate(ctx)
	}
	return r.server
}

const (
	fixAddress = "Open ConnectWise in the browser and copy its address. On the cloud it is na., eu. or au.myconnectwise.net."
	fixCompany = "Use the company you type at the ConnectWise sign-in, and the address of its region."
	fixKeys    = "In ConnectWise open System ▸ Members ▸ API Members, choose the member, API Keys, make a new key and enter both halves here."
)

func (r *run) address(ctx context.Context) finding {
	if r.keysMissing() {
		return skipped("Not tried yet: psabridge asks nothing before the keys are set.")
	}
	if r.clientErr != nil {
		return failedBy(r.clientErr, "Correct the connection's settings and save them.")
	}
	address, err := settings.Address(r.conn.SiteURL, r.conn.AllowPrivateNetwork)
	if err != nil {
		return failedBy(err, fixAddress)
	}
	if err := r.identify(ctx).err; err != nil && app.ErrorCode(err) != app.NotFound {
		return failedBy(err, fixAddress)
	}
	return ok(address + " answers.")
}

// keysMissing reports whether there is no client because a key was never set, or was set for another address.
func (r *run) keysMissing() bool {
	code := app.ErrorCode(r.clientErr)
	return code == app.Unauthorized || code == app.NotFound
}

func (r *run) connectwise(ctx context.Context) finding {
	who := r.identify(ctx)
	if who.err == nil {
		return ok(fmt.Sprintf("ConnectWise %s.", who.Version))
	}
	if fieldOf(who.err) == "company_id" {
		return ok("It is ConnectWise.")
	}
	if code := app.ErrorCode(r.authenticate(ctx).err); code == "" || code == app.Forbidden {
		return warning("The server hides its company lookup, but accepts the keys as ConnectWise does.", "")
	}
	return failedBy(who.err, fixAddress)
}

func (r *run) company(ctx context.Context) finding {
	who := r.identify(ctx)
	switch {
	case who.err == nil:
		return ok("The company is " + who.CompanyName + ".")
	case fieldOf(who.err) == "site_url":
		return ok("The server does not tell; the keys will.")
	}
	return failedBy(who.err, fixCompany)
}

func fieldOf(err error) string {
	if e, is := errors.AsType[*app.Error](err); is {
		return e.Field
	}
	return ""
}

func (r *run) keys(ctx context.Context) finding {
	if r.keysMissing() {
		return failedBy(r.clientErr, fixKeys)
	}
	switch err := r.authenticate(ctx).err; app.ErrorCode(err) {
	case "":
		return ok("ConnectWise accepts the keys.")
	case app.Forbidden:
		return ok("ConnectWise accepts the keys; what the role lacks follows below.")
	default:
		return r.refused(err, fixKeys)
	}
}

func (r *run) version(ctx context.Context) finding {
	version := r.authenticate(ctx).Version
	if version == "" {
		version = r.identify(ctx).Version
	}
	switch {
	case version == "":
		return warning("ConnectWise does not say its version.", "")
	case older(version, pinned):
		return warning(fmt.Sprintf("ConnectWise is %s; psabridge speaks the API of v%s. Most works, some lists may be refused.", version, pinned), "Update ConnectWise when you can.")
	}
	return ok("ConnectWise is " + version + ".")
}

// older compares versions as ConnectWise writes them: v2025.8.12345, v2017_3, v4.6.38842.
func older(version, than string) bool {
	a, b := numbers(version), numbers(than)
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return a[i] < b[i]
		}
	}
	return false
}

func numbers(version string) []int {
	var all []int
	for _, part := range strings.FieldsFunc(strings.TrimPrefix(version, "v"), func(c rune) bool { return c == '.' || c == '_' }) {
		n, err := strconv.Atoi(part)
		if err != nil {
			break
		}
		all = append(all, n)
	}
	return all
}

func (r *run) clock(ctx context.Context) finding {
	theirs := r.authenticate(ctx).ServerTime
	if theirs.IsZero() {
		return skipped("ConnectWise did not say what time it is.")
	}
	apart := r.Now().Sub(theirs).Round(time.Second)
	if apart.Abs() > clockTolerance {
		return warning(fmt.Sprintf("The clocks of this computer and of ConnectWise are %s apart.", apart.Abs()), "Switch on the automatic time of this computer.")
	}
	return ok("The clocks agree to within five minutes.")
}
