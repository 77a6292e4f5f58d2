package sandbox

import (
	"cmp"
	"encoding/base64"
	"net"
	"net/http"
	"slices"
	"strings"

	"psabridge/app/sandbox/sample"
)

// companyInfo answers without authentication, and 200 null for an unknown company.
func (cw *ConnectWise) companyInfo(r *http.Request, id string) *answer {
	if cw.quirks.HiddenLookup {
		return textAnswer(http.StatusNotFound, "text/html", "<!DOCTYPE html><html><head><title>404 - File or directory not found.</title></head><body><h1>Server Error</h1></body></html>")
	}
	if r.Method != http.MethodGet {
		return jsonAnswer(http.StatusMethodNotAllowed, errorBody("ConnectWiseApi", "The method is not allowed."))
	}
	if !strings.EqualFold(id, sample.CompanyID) {
		return jsonAnswer(http.StatusOK, nil)
	}
	info := object{
		"CompanyName": sample.MasterName, "Codebase": cw.codebase, "VersionCode": "v" + cw.version(), "VersionNumber": "v4.6.103872",
		"CompanyID": sample.CompanyID, "IsCloud": "False", "SiteUrl": cmp.Or(cw.quirks.SiteURL, r.Host), "AllowedOrigins": append([]string{}, cw.quirks.AllowedOrigins...),
	}
	switch {
	case cw.quirks.BoolIsCloud:
		info["IsCloud"] = cw.opts.Cloud
	case cw.opts.Cloud:
		info["IsCloud"] = "True"
	}
	if cw.quirks.OldLookup {
		delete(info, "SiteUrl")
		delete(info, "AllowedOrigins")
	}
	return jsonAnswer(http.StatusOK, info)
}

// cannotRoute is what stands before the API says, in plain text, of an address
// that leads nowhere.
func cannotRoute() *answer {
	return textAnswer(http.StatusBadRequest, "text/plain; charset=utf-8", "Cannot route. Codebase/company is invalid")
}

// withoutPrefix is the refusal of a hosted site that is called by the name
// people open it at; nil is good.
func (cw *ConnectWise) withoutPrefix(r *http.Request) *answer {
	if !cw.quirks.APIPrefix || strings.HasPrefix(hostOf(r), "api-") {
		return nil
	}
	return jsonAnswer(http.StatusForbidden, errorBody("Security", "SSL is required."))
}

func hostOf(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.Host)
	if err != nil {
		host = r.Host
	}
	return strings.ToLower(host)
}

// openToAll is the one path some servers show anybody; nil is not that.
func (cw *ConnectWise) openToAll(r *http.Request, path string) *answer {
	if !cw.quirks.OpenInfo || r.Method != http.MethodGet || !strings.EqualFold(strings.TrimSuffix(path, "/"), "/system/info") {
		return nil
	}
	return cw.systemInfo(call{Request: r})
}

// authenticate checks keys and client id; nil is good. In the cloud the router
// hides wrong keys behind a 404, and behind the router a company that lives
// elsewhere cannot be routed to.
func (cw *ConnectWise) authenticate(r *http.Request, codebase string) *answer {
	want := "Basic " + base64.StdEncoding.EncodeToString([]byte(sample.CompanyID+"+"+cw.publicKey+":"+cw.privateKey))
	if r.Header.Get("Authorization") != want {
		switch {
		case !cw.opts.Cloud:
		case codebase == defaultCodebase:
			return noEndpoint()
		case foreign(r):
			return cannotRoute()
		}
		return jsonAnswer(http.StatusUnauthorized, errorBody("ConnectWiseApi", "UserNotAuthenticated"))
	}
	id := strings.TrimSpace(r.Header.Get("ClientId"))
	if id != "" && (len(cw.quirks.ClientIDs) == 0 || slices.Contains(cw.quirks.ClientIDs, id)) {
		return nil
	}
	if cw.quirks.ClientID403 {
		return jsonAnswer(http.StatusForbidden, errorBody("Forbidden", "A valid clientId header is required."))
	}
	return jsonAnswer(http.StatusUnauthorized, errorBody("Unauthorized", "A valid clientId header is required."))
}

// foreign tells whether the keys are those of another company.
func foreign(r *http.Request) bool {
	user, _, _ := r.BasicAuth()
	company, _, named := strings.Cut(user, "+")
	return named && !strings.EqualFold(company, sample.CompanyID)
}
