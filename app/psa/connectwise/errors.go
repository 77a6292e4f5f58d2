package connectwise

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"psabridge/app"
	"psabridge/app/rest"
)

// cannotRoute is our own name for the refusal that comes as plain text.
const cannotRoute = "CannotRoute"

// readError reads what ConnectWise says when it refuses: {code, message, errors:[{code, message, field}]}, {error,
// message} when it limits, and plain text "Cannot route. Codebase/company is invalid" from the router before it.
func readError(_ int, _ http.Header, body []byte) (rest.Refusal, bool) {
	if text := strings.TrimSpace(string(body)); strings.HasPrefix(strings.Trim(text, `"`), "Cannot route") {
		return rest.Refusal{Code: cannotRoute, Words: strings.Trim(text, `"`)}, true
	}
	var said struct {
		Code    string `json:"code"`
		Error   string `json:"error"`
		Message string `json:"message"`
		Errors  []struct {
			Code    string `json:"code"`
			Message string `json:"message"`
			Field   string `json:"field"`
		} `json:"errors"`
	}
	if json.Unmarshal(body, &said) != nil || said.Code == "" && said.Error == "" && said.Message == "" {
		return rest.Refusal{}, false
	}
	words := said.Message
	for i, e := range said.Errors {
		detail := e.Message
		if e.Field != "" && !strings.Contains(detail, e.Field) {
			detail += " (" + e.Field + ")"
		}
		if i == 0 && words != "" {
			words = strings.TrimSuffix(words, ".") + ":"
		}
		words = strings.TrimSpace(words + " " + detail)
	}
	code := said.Code
	if code == "" {
		code = said.Error
	}
	return rest.Refusal{Code: code, Words: words}, true
}

// explain adds to an error what only this adapter knows: which right is missing and where it is set.
func (c *Client) explain(err error, k call) error {
	if err == nil {
		return nil
	}
	e, _ := errors.AsType[*app.Error](err)
	said, ok := errors.AsType[*rest.StatusError](err)
	if !ok || e == nil {
		return err
	}
	better := *e
	switch {
	case said.Refusal.Code == "Security" && strings.Contains(said.Refusal.Words, "SSL"):
		better.Code, better.Field = app.Unauthorized, "site_url"
		better.Message = "ConnectWise takes API requests for this site at another address, usually the same with api- in front." + quoted(said)
	case said.Status == http.StatusUnauthorized:
		better.Message = c.keysRefused(said)
	case said.Status == http.StatusForbidden && said.Parsed && strings.Contains(strings.ToLower(said.Refusal.Words), "clientid"):
		better.Code, better.Message = app.Unauthorized, c.keysRefused(said)
	case said.Status == http.StatusForbidden && said.Parsed:
		better.Message = rightFor(k).sentence() + quoted(said)
	case said.Status == http.StatusNotFound:
		better.Message = "ConnectWise no longer has this record." + quoted(said)
	}
	return &better
}

func (c *Client) keysRefused(said *rest.StatusError) string {
	if strings.Contains(strings.ToLower(said.Refusal.Words), "clientid") {
		return "ConnectWise does not accept the client ID. Check it at developer.connectwise.com ▸ ClientID." + quoted(said)
	}
	return fmt.Sprintf("ConnectWise does not accept the keys. Check that the public and the private key were made together, for an active API member of the company “%s” (System ▸ Members ▸ API Members ▸ API Keys).%s", c.companyID, quoted(said))
}

// notRouted is the answer that looks the same for a wrong company, a wrong address and, on the cloud, wrong keys.
func (c *Client) notRouted(said *rest.StatusError) error {
	e := &app.Error{Code: app.Unauthorized, Outcome: app.OutcomeNone, Err: said, Message: fmt.Sprintf(
		"ConnectWise at %s does not let our requests through. Check, in this order: the company ID “%s”, the site, and the public and private key – on the cloud, wrong keys look like this too.",
		c.site.Host, c.companyID)}
	e.Message += quoted(said)
	return e
}

func quoted(said *rest.StatusError) string {
	if said.Refusal.Words == "" {
		return ""
	}
	return " It says: “" + said.Refusal.Words + "”"
}

// notDone is a 200 to a change that was not made. What ConnectWise holds is known from its answer, so there is nothing
// to look for: the outcome is none.
func notDone(format string, args ...any) error {
	e := app.Errorf(app.Conflict, format, args...)
	e.Outcome = app.OutcomeNone
	return e
}

// noID is a good answer to a create that does not say what was created.
func noID(what string) error {
	return &app.Error{
		Code: app.Unavailable, Outcome: app.OutcomeUnknown,
		Message: "ConnectWise answered without the number of the new " + what + ". It is looked for before anything else is sent.",
	}
}

// another is a good answer that is about another record than the one that was sent. What became of ours is not known.
func another(what string, id int64) error {
	return &app.Error{
		Code: app.Unavailable, Outcome: app.OutcomeUnknown,
		Message: fmt.Sprintf("ConnectWise answered about %s %d, which is not the one that was sent. What became of ours is looked up before anything else is sent.", what, id),
	}
}

// unsaid is a good answer about an addition that does not say what it holds, which is neither a yes nor a no.
func unsaid(addition int64) error {
	return &app.Error{
		Code: app.Unavailable, Outcome: app.OutcomeUnknown,
		Message: fmt.Sprintf("ConnectWise answered without saying what addition %d holds. It is looked up before anything else is sent.", addition),
	}
}

func refuse(format string, args ...any) error {
	e := app.Errorf(app.Invalid, format, args...)
	e.Outcome = app.OutcomeNone
	return e
}
