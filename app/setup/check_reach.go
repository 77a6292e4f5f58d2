package setup

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"time"

	"psabridge/app"
	"psabridge/app/settings"
)

// ClockCheck is the id of the check that compares this computer's clock with that of a connection.
const ClockCheck = "clock"

// clockTolerance is how far the two clocks may be apart. Beyond it "what happened first" and due moments go wrong.
const clockTolerance = 5 * time.Minute

// pinned is the version of ConnectWise's API the adapter speaks.
const pinned = "2025.8"

// checks lists what is proved, in the order of the page.
func (r *run) checks() []check {
	all := []check{
		{id: "address", title: "The address answers", prove: r.address},
		{id: "connectwise", title: "It is ConnectWise", needs: []string{"address"}, prove: r.connectwise},
		{id: "company", title: "The company ID is known", needs: []string{"connectwise"}, prove: r.company},
		{id: "keys", title: "The keys are accepted", needs: []string{"company"}, prove: r.keys},
		{id: "version", title: "The version is new enough", needs: []string{"keys"}, prove: r.version},
		{id: ClockCheck, title: "The clocks agree", needs: []string{"keys"}, prove: r.clock},
	}
	all = append(all, r.rightChecks()...)
	if r.conn.Ticketing.Enabled {
		all = append(all, r.ticketingChecks()...)
		all = append(all, r.companyChecks()...)
	}
	all = append(all, check{id: "company_status.imported", title: "There is a company status Imported", needs: []string{"right.companies.inquire"}, prove: r.imported})
	if r.conn.Billing.Enabled {
		all = append(all, check{id: "billing.ready", title: "There is something to bill, and a product for it", needs: []string{"keys"}, prove: r.billingReady, local: true})
		all = append(all, r.productChecks()...)
		all = append(all, r.agreementChecks()...)
	}
	return append(all, r.vendorChecks()...)
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
	fixLookup  = "Nothing has to be done. Whoever runs the server can open /login/companyinfo."
	fixAway    = "Wait a moment and test again. If it stays, look at the network of this computer and at status.connectwise.com."
	fixClient  = "Open developer.connectwise.com ▸ ClientID, copy the client ID of your integration, and enter it in the field Client ID of the connection."
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
		return failedBy(err, fixReach(err))
	}
	if err := r.identify(ctx).err; err != nil && app.ErrorCode(err) != app.NotFound {
		r.away = app.ErrorCode(err) == app.Unavailable || app.ErrorCode(err) == app.RateLimited
		return failedBy(err, fixReach(err))
	}
	return ok(address + " answers.")
}

// fixReach says what to do about a server that is not reached, by what kept us from it.
func fixReach(err error) string {
	if _, is := errors.AsType[*net.DNSError](err); is {
		return fixAddress + " If it is right, look whether this computer is online."
	}
	if _, is := errors.AsType[x509.HostnameError](err); is {
		return "Enter the Site URL by the name the certificate is for, or have the server's certificate issued for the name you use."
	}
	if e, is := errors.AsType[x509.CertificateInvalidError](err); is && e.Reason == x509.Expired {
		return "Renew the certificate of the server, and look at the date and time of this computer."
	}
	if _, is := errors.AsType[*tls.CertificateVerificationError](err); is {
		return "Save the certificate of the authority that signed the server's as a PEM file, and name it as the CA file of the connection. If you expected a public certificate, a proxy between here and there may be reading along."
	}
	if strings.Contains(app.ErrorMessage(err), "private network") {
		return "If ConnectWise really runs in your own network, tick “Our ConnectWise is self-hosted” on the connection; else correct the Site URL."
	}
	if app.ErrorOutcome(err) == app.OutcomeUnknown { // it was reached, and did not answer as it should
		return fixAway
	}
	return fixAddress + " If it opens there, a firewall or proxy keeps psabridge from it."
}

// keysMissing reports whether there is no client because a key was never set, or was set for another address.
func (r *run) keysMissing() bool {
	code := app.ErrorCode(r.clientErr)
	return code == app.Unauthorized || code == app.NotFound
}

func (r *run) connectwise(ctx context.Context) finding {
	who := r.identify(ctx)
	if who.err == nil && who.BaseURL != "" {
		return ok(fmt.Sprintf("ConnectWise %s, called at %s.", who.Version, strings.TrimSuffix(who.BaseURL, "/")))
	}
	if who.err == nil {
		return ok(fmt.Sprintf("ConnectWise %s.", who.Version))
	}
	if fieldOf(who.err) == "company_id" {
		return ok("It is ConnectWise.")
	}
	switch err := r.authenticate(ctx).err; app.ErrorCode(err) {
	case "", app.Forbidden:
		return warning("The server hides its company lookup, but accepts the keys as ConnectWise does.", fixLookup)
	case app.Unauthorized: // so it looks at keys; the check of the keys says what is wrong with them
		return warning("The server hides its company lookup, but looks at the keys as ConnectWise does.", fixLookup)
	case app.Unavailable, app.RateLimited:
		return r.refused(err, fixAway)
	case app.Invalid, app.NotFound, app.Conflict, app.Internal:
	}
	return failedBy(who.err, fixAddress)
}

func (r *run) company(ctx context.Context) finding {
	who := r.identify(ctx)
	switch {
	case who.err == nil && who.SiteURL != "":
		return warning(fmt.Sprintf("The company %s is not at home here: ConnectWise names %s as its site.", who.CompanyName, who.SiteURL),
			"Change the Site URL of the connection to "+who.SiteURL+", save, and test again. Each region of the cloud has its own address.")
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
		if strings.Contains(strings.ToLower(app.ErrorMessage(err)), "client id") {
			return r.refused(err, fixClient)
		}
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
		return warning("ConnectWise does not say its version.", fmt.Sprintf("Look at the version in ConnectWise under Help ▸ About; it should be v%s or newer.", pinned))
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
