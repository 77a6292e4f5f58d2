package connectwise

import (
	"errors"
	"net/url"
	"strings"
	"testing"

	"psabridge/app"
	"psabridge/app/rest"
	"psabridge/app/settings"
)

func TestParseSite(t *testing.T) {
	for raw, want := range map[string]Site{
		"na.myconnectwise.net":           {Origin: "https://api-na.myconnectwise.net", Page: "https://na.myconnectwise.net", Host: "api-na.myconnectwise.net", Cloud: true},
		" https://NA.MyConnectWise.net/": {Origin: "https://api-na.myconnectwise.net", Page: "https://na.myconnectwise.net", Host: "api-na.myconnectwise.net", Cloud: true}, //nolint:gocritic // people paste blanks too
		"api-eu.myconnectwise.net":       {Origin: "https://api-eu.myconnectwise.net", Page: "https://eu.myconnectwise.net", Host: "api-eu.myconnectwise.net", Cloud: true},
		"http://au.myconnectwise.net/v4_6_release/ConnectWise.aspx?fullscreen=false&locale=en_US#x": {
			Origin: "https://api-au.myconnectwise.net", Page: "https://au.myconnectwise.net", Host: "api-au.myconnectwise.net", Cloud: true,
		},
		"https://api-na.myconnectwise.net/v4_6_release/apis/3.0/": {Origin: "https://api-na.myconnectwise.net", Page: "https://na.myconnectwise.net", Host: "api-na.myconnectwise.net", Cloud: true},
		"sandbox-na.myconnectwise.net":                            {Origin: "https://sandbox-na.myconnectwise.net", Page: "https://sandbox-na.myconnectwise.net", Host: "sandbox-na.myconnectwise.net", Cloud: true},
		"staging.connectwisedev.com":                              {Origin: "https://api-staging.connectwisedev.com", Page: "https://staging.connectwisedev.com", Host: "api-staging.connectwisedev.com", Cloud: true},
		"\u200b\"cw.acme.example:8443/v4_6_release/\"":            {Origin: "https://cw.acme.example:8443", Page: "https://cw.acme.example:8443", Host: "cw.acme.example:8443"},
		"http://cw.acme.example":                                  {Origin: "https://cw.acme.example", Page: "https://cw.acme.example", Host: "cw.acme.example"},
		"cw.acme.example.":                                        {Origin: "https://cw.acme.example", Page: "https://cw.acme.example", Host: "cw.acme.example"},
		"https://cw.acme.example:443":                             {Origin: "https://cw.acme.example", Page: "https://cw.acme.example", Host: "cw.acme.example"},
		"http://127.0.0.1:7390":                                   {Origin: "http://127.0.0.1:7390", Page: "http://127.0.0.1:7390", Host: "127.0.0.1:7390"},
		"https://[::1]:7390/x":                                    {Origin: "https://[::1]:7390", Page: "https://[::1]:7390", Host: "[::1]:7390"},
		"https://10.1.2.3":                                        {Origin: "https://10.1.2.3", Page: "https://10.1.2.3", Host: "10.1.2.3"},
	} {
		if got, err := ParseSite(raw, true); err != nil || got != want {
			t.Errorf("%q: %+v, %v; want %+v", raw, got, err, want)
		}
	}
}

func TestParseSiteRefuses(t *testing.T) {
	for _, raw := range []string{
		"", "   ", "https://", "ftp://cw.acme.example", "file:///etc/passwd", "https://me:pw@cw.acme.example", "cw.acme.example:22", "http://127.0.0.1:7390", "10.0.0.5", "localhost",
		"169.254.169.254", "https://[::1]", "na.myconnectwise.net.evil.example", "myconnectwise.net.evil.example", "https://n\u0430.myconnectwise.net", "a b.example", strings.Repeat("a", 300) + ".example",
		"https://cw.acme.example\\@evil.example", "javascript:alert(1)",
	} {
		if got, err := ParseSite(raw, false); err == nil || app.ErrorCode(err) != app.Invalid {
			t.Errorf("%q was taken for %+v (%v)", raw, got, err)
		}
	}
	for _, raw := range []string{"169.254.169.254", "http://169.254.169.254/latest/meta-data"} {
		if got, err := ParseSite(raw, true); err == nil {
			t.Errorf("%q was taken for %+v", raw, got)
		}
	}
}

// FuzzParseSite: what is accepted can be called, and the keys go where they were bound to.
func FuzzParseSite(f *testing.F) {
	for _, raw := range []string{"na.myconnectwise.net", "https://cw.acme.example:8443/x?y#z", "http://127.0.0.1:1", "<a.b>", "https://a.b\\@c.d", "a.b:443", "//a.b", "https:///a.b"} {
		f.Add(raw, true)
		f.Add(raw, false)
	}
	f.Fuzz(func(t *testing.T, raw string, private bool) {
		site, err := ParseSite(raw, private)
		if err != nil {
			return
		}
		u, err := url.Parse(site.Origin)
		if err != nil || u.Path != "" || u.User != nil || u.RawQuery != "" || u.Host != site.Host {
			t.Fatalf("%q: %+v", raw, site)
		}
		if _, err := rest.ParseBase(site.Origin, private); err != nil {
			t.Fatalf("%q gives %s, which cannot be called: %v", raw, site.Origin, err)
		}
		bound := settings.Host(raw)
		if bound == "" || strings.ContainsAny(bound, "\"'<>()[]{},;") {
			return // refused when it was saved
		}
		to, err := url.Parse("https://" + bound)
		if err != nil {
			t.Fatal(err)
		}
		if host := withPort(strings.TrimSuffix(to.Hostname(), "."), to.Port()); site.Host != host && site.Host != "api-"+host {
			t.Fatalf("%q: keys are bound to %s and would be sent to %s", raw, bound, site.Host)
		}
	})
}

func TestDeepLinks(t *testing.T) {
	for raw, want := range map[string][2]string{
		"na.myconnectwise.net": {
			"https://na.myconnectwise.net/v4_6_release/services/system_io/router/openrecord.rails?companyName=acme&locale=en_US&recid=48211&recordType=ServiceFv",
			"https://na.myconnectwise.net/v4_6_release/services/system_io/router/openrecord.rails?companyName=acme&locale=en_US&recid=12&recordType=AgreementFV",
		},
		"cw.acme.example:8443": {
			"https://cw.acme.example:8443/v4_6_release/ConnectWise.aspx?recid=48211&routeTo=ServiceFV",
			"https://cw.acme.example:8443/v4_6_release/ConnectWise.aspx?recid=12&routeTo=AgreementFV",
		},
	} {
		c, err := New(app.ConnectionSettings{SiteURL: raw, CompanyID: "acme"}, Keys{Public: "p", Private: "q"}, "id", nil, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if got := [2]string{c.TicketURL(48211), c.AgreementURL(12)}; got != want {
			t.Errorf("%s: %v", raw, got)
		}
	}
}

func TestNewRefuses(t *testing.T) {
	good := app.ConnectionSettings{SiteURL: "na.myconnectwise.net", CompanyID: "acme"}
	for field, change := range map[string]func(*app.ConnectionSettings, *Keys, *string){
		"site_url":    func(s *app.ConnectionSettings, _ *Keys, _ *string) { s.SiteURL = "10.0.0.1" },
		"company_id":  func(s *app.ConnectionSettings, _ *Keys, _ *string) { s.CompanyID = " " },
		"client_id":   func(_ *app.ConnectionSettings, _ *Keys, id *string) { *id = "" },
		"public_key":  func(_ *app.ConnectionSettings, k *Keys, _ *string) { k.Public = "" },
		"private_key": func(_ *app.ConnectionSettings, k *Keys, _ *string) { k.Private = "" },
		"ca_file":     func(s *app.ConnectionSettings, _ *Keys, _ *string) { s.CAFile = "/does/not/exist.pem" },
	} {
		s, k, id := good, Keys{Public: "p", Private: "q"}, "id"
		change(&s, &k, &id)
		_, err := New(s, k, id, nil, Options{})
		if e, ok := errors.AsType[*app.Error](err); !ok || e.Field != field {
			t.Errorf("%s: %v", field, err)
		}
	}
}
