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

// cloudSite is the site of a cloud host without its prefix.
func cloudSite(host string) Site {
	api := "api-" + host
	if strings.HasPrefix(host, "sandbox-") {
		api = host
	}
	return Site{Origin: "https://" + api, Page: "https://" + host, Host: api, Cloud: true}
}

func ownSite(origin string) Site {
	_, host, _ := strings.Cut(origin, "://")
	return Site{Origin: origin, Page: origin, Host: host}
}

// pasted are addresses in the forms people paste them, and what is used.
var pasted = map[string]Site{
	// the cloud, region by region
	"na.myconnectwise.net":         cloudSite("na.myconnectwise.net"),
	"eu.myconnectwise.net":         cloudSite("eu.myconnectwise.net"),
	"au.myconnectwise.net":         cloudSite("au.myconnectwise.net"),
	"aus.myconnectwise.net":        cloudSite("aus.myconnectwise.net"),
	"za.myconnectwise.net":         cloudSite("za.myconnectwise.net"),
	"staging.connectwisedev.com":   cloudSite("staging.connectwisedev.com"),
	"sandbox-na.myconnectwise.net": cloudSite("sandbox-na.myconnectwise.net"),
	// with the prefix of the API
	"api-na.myconnectwise.net":         cloudSite("na.myconnectwise.net"),
	"https://api-eu.myconnectwise.net": cloudSite("eu.myconnectwise.net"),
	"api-staging.connectwisedev.com":   cloudSite("staging.connectwisedev.com"),
	"api-sandbox-na.myconnectwise.net": cloudSite("sandbox-na.myconnectwise.net"),
	// out of the address bar, the manual and the API's documentation
	"https://na.myconnectwise.net/":                                                           cloudSite("na.myconnectwise.net"),
	"https://na.myconnectwise.net/v4_6_release":                                               cloudSite("na.myconnectwise.net"),
	"https://na.myconnectwise.net/v4_6_release/apis/3.0":                                      cloudSite("na.myconnectwise.net"),
	"https://api-na.myconnectwise.net/v4_6_release/apis/3.0/":                                 cloudSite("na.myconnectwise.net"),
	"https://api-na.myconnectwise.net/v2025_1/apis/3.0/service/tickets?pageSize=1":            cloudSite("na.myconnectwise.net"),
	"au.myconnectwise.net/v4_6_release/ConnectWise.aspx?fullscreen=false&locale=en_US#x":      cloudSite("au.myconnectwise.net"),
	"https://na.myconnectwise.net/v4_6_release/services/system_io/login/login.rails?company=": cloudSite("na.myconnectwise.net"),
	"https://na.myconnectwise.net/login":                                                      cloudSite("na.myconnectwise.net"),
	"https://na.myconnectwise.net/login/companyinfo/acme":                                     cloudSite("na.myconnectwise.net"),
	// with what comes along
	" https://NA.MyConnectWise.net/ ":             cloudSite("na.myconnectwise.net"), //nolint:gocritic // people paste blanks too
	"HTTPS://NA.MYCONNECTWISE.NET":                cloudSite("na.myconnectwise.net"),
	"na.myconnectwise.net.":                       cloudSite("na.myconnectwise.net"),
	"na.myconnectwise.net,":                       cloudSite("na.myconnectwise.net"),
	"\"na.myconnectwise.net\"":                    cloudSite("na.myconnectwise.net"),
	"“https://na.myconnectwise.net”":              cloudSite("na.myconnectwise.net"),
	"<https://na.myconnectwise.net/>":             cloudSite("na.myconnectwise.net"),
	"(na.myconnectwise.net)":                      cloudSite("na.myconnectwise.net"),
	"`na.myconnectwise.net`":                      cloudSite("na.myconnectwise.net"),
	"[na.myconnectwise.net]":                      cloudSite("na.myconnectwise.net"),
	"\u200bna.myconnectwise.net\ufeff":            cloudSite("na.myconnectwise.net"),
	"na.my\u00adconnect\u200dwise.net\r\n":        cloudSite("na.myconnectwise.net"),
	"\u00a0na.myconnectwise.net\t":                cloudSite("na.myconnectwise.net"),
	"ｎａ．ｍｙｃｏｎｎｅｃｔｗｉｓｅ．ｎｅｔ":                        cloudSite("na.myconnectwise.net"),
	"na.myconnectwise.net:443":                    cloudSite("na.myconnectwise.net"),
	"https:/na.myconnectwise.net":                 cloudSite("na.myconnectwise.net"),
	"https//na.myconnectwise.net":                 cloudSite("na.myconnectwise.net"),
	"https:na.myconnectwise.net":                  cloudSite("na.myconnectwise.net"),
	"https://https://na.myconnectwise.net":        cloudSite("na.myconnectwise.net"),
	"//na.myconnectwise.net/v4_6_release":         cloudSite("na.myconnectwise.net"),
	"http://na.myconnectwise.net":                 cloudSite("na.myconnectwise.net"),
	"http://na.myconnectwise.net:80/v4_6_release": cloudSite("na.myconnectwise.net"),
	// on-premise
	"cw.acme.example":                              ownSite("https://cw.acme.example"),
	"CW.Acme.Example.":                             ownSite("https://cw.acme.example"),
	"cw.acme.example:8443":                         ownSite("https://cw.acme.example:8443"),
	"cw.acme.example.:8443":                        ownSite("https://cw.acme.example:8443"),
	"https://cw.acme.example:443":                  ownSite("https://cw.acme.example"),
	"\u200b\"cw.acme.example:8443/v4_6_release/\"": ownSite("https://cw.acme.example:8443"),
	"https://cw.acme.example/v4_6_release/ConnectWise.aspx?routeTo=ServiceFV&recid=1": ownSite("https://cw.acme.example"),
	"https://cw.acme.example/v4_6_release/apis/3.0":                                   ownSite("https://cw.acme.example"),
	// over http, as a bookmark; by number; by a name of the own network

	"http://cw.acme.example":          ownSite("https://cw.acme.example"),
	"http://cw.acme.example:80/":      ownSite("https://cw.acme.example"),
	"http://cw.acme.example:8080":     ownSite("https://cw.acme.example:8080"),
	"myconnectwise.acme.example":      ownSite("https://myconnectwise.acme.example"),
	"xn--mller-kva.example":           ownSite("https://xn--mller-kva.example"),
	"https://81.2.69.142:8443/":       ownSite("https://81.2.69.142:8443"),
	"81.2.69.142":                     ownSite("https://81.2.69.142"),
	"https://10.1.2.3":                ownSite("https://10.1.2.3"),
	"http://127.0.0.1:7390":           ownSite("http://127.0.0.1:7390"),
	"https://[::1]:7390/x":            ownSite("https://[::1]:7390"),
	"[::1]:7390":                      ownSite("https://[::1]:7390"),
	"https://[2a01:4f8::1]/":          ownSite("https://[2a01:4f8::1]"),
	"cwserver:8443":                   ownSite("https://cwserver:8443"), // a name of the own network
	"https://cwserver/v4_6_release/x": ownSite("https://cwserver"),
}

func TestParseSite(t *testing.T) {
	for raw, want := range pasted {
		if got, err := ParseSite(raw, true); err != nil || got != want {
			t.Errorf("%q: %+v, %v; want %+v", raw, got, err, want)
		}
	}
}

// TestSettingsAgree: keys are bound to the host that the settings see, and two connections to one tenant are found by it
// (M13); both must be the host that is really called, however it was pasted. The one form settings do not take is plain
// http, and they say how to write it.
func TestSettingsAgree(t *testing.T) {
	plain := func(host string) string { return strings.TrimPrefix(host, "api-") }
	for raw, site := range pasted {
		address, err := settings.Address(raw, true)
		if err != nil {
			if !strings.Contains(strings.ToLower(raw), "http://") || !strings.Contains(app.ErrorMessage(err), "Write https://") {
				t.Errorf("%q cannot be saved: %v", raw, err)
			}
			continue
		}
		if again, err := ParseSite(address, true); err != nil || again != site {
			t.Errorf("%q is saved as %s, which is %+v, %v", raw, address, again, err)
		}
		if bound := settings.Host(raw); plain(bound) != plain(site.Host) {
			t.Errorf("%q: keys are bound to %s and sent to %s", raw, bound, site.Host)
		}
		a, b := app.ConnectionSettings{SiteURL: raw, CompanyID: "Acme"}, app.ConnectionSettings{SiteURL: site.Page, CompanyID: "acme "}
		if !settings.SameTenant(a, b) {
			t.Errorf("%q and %s are taken for two tenants", raw, site.Page)
		}
	}
}

// TestParseSiteSaysHow: what is nearly an address is refused with the way to write it.
func TestParseSiteSaysHow(t *testing.T) {
	for raw, words := range map[string]string{
		"na": "Write na.myconnectwise.net", "EU": "Write eu.myconnectwise.net", "connectwise na": "Write na.myconnectwise.net", "https://aus/": "Write aus.myconnectwise.net",
		"ConnectWise Manage: za": "Write za.myconnectwise.net", "na (cloud)": "Write na.myconnectwise.net", "staging": "Write staging.connectwisedev.com",
		"myconnectwise.net": "lacks the region", "https://www.myconnectwise.net": "lacks the region", "www.na.myconnectwise.net": "Write na.myconnectwise.net",
		"na.myconnectwise.com": "end in myconnectwise.net", "na.myconnectwise.net.evil.example": "is not one", "a.na.myconnectwise.net": "one word before",
		"na.myconnectwise.net:8443": "no port", "https://home.connectwise.com": "own web site", "https://me@cw.acme.example": "user name or password",
		"": "is missing", "\u200b": "is missing", "n\u0430.myconnectwise.net": "xn--", "müller.example": "xn--", "cw.acme.example:22": "Port 22", "ftp://cw.acme.example": "https://",
		"10.0.0.5": "own network", "::1": "is not an address", "a b.example": "is not an address",
	} {
		_, err := ParseSite(raw, false)
		if e, ok := errors.AsType[*app.Error](err); !ok || e.Field != "site_url" || !strings.Contains(e.Message, words) {
			t.Errorf("%q: %v, want %q", raw, err, words)
		}
	}
	for _, raw := range []string{"na", "cwserver"} { // no public server has such a name: it is seen when it is saved
		if _, err := settings.Address(raw, false); err == nil || !strings.Contains(app.ErrorMessage(err), "only a part") {
			t.Errorf("%q: %v", raw, err)
		}
	}
}

func TestParseSiteRefuses(t *testing.T) {
	for _, raw := range []string{
		"   ", "https://", "https://me:pw@cw.acme.example", "file:///etc/passwd", "http://127.0.0.1:7390", "localhost", "169.254.169.254", "https://[::1]", "myconnectwise.net.evil.example",
		strings.Repeat("a", 300) + ".example", "https://cw.acme.example\\@evil.example", "javascript:alert(1)",
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
		if bound == "" {
			return // refused when it was saved
		}
		if strings.TrimPrefix(site.Host, "api-") != strings.TrimPrefix(bound, "api-") {
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
