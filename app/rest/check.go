package rest

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"psabridge/app"
)

// Refusal is what a vendor's error body says.
type Refusal struct {
	Code  string // the vendor's own code
	Words string // the vendor's own words, one line
}

// ErrorReader reads an error body. ok means that it is the vendor's own answer, so that a 4xx certainly had no effect;
// a page that some proxy put in its place is not.
type ErrorReader func(status int, h http.Header, body []byte) (r Refusal, ok bool)

// StatusError is the cause of an app.Error that came from an answer. Adapters look into it to say more.
type StatusError struct {
	Status  int
	Refusal Refusal
	Parsed  bool // the body was the vendor's own
}

// Error implements error.
func (e *StatusError) Error() string {
	s := fmt.Sprintf("status %d", e.Status)
	if e.Refusal.Code != "" {
		s += " " + e.Refusal.Code
	}
	return s
}

// HTTPStatus is the status of the answer; see app.ErrorStatus.
func (e *StatusError) HTTPStatus() int { return e.Status }

// VendorWords are the vendor's own words; see app.ErrorWords.
func (e *StatusError) VendorWords() string { return e.Refusal.Words }

// CodeOf is the table from HTTP status to code. A 403 that is not the vendor's own is a firewall's and says nothing about
// rights: as a missing right it would pass for a connection that works, and park what only has to wait.
func CodeOf(status int, parsed bool) app.Code {
	if status == http.StatusForbidden && !parsed {
		return app.Unavailable
	}
	switch status {
	case http.StatusUnauthorized, http.StatusProxyAuthRequired:
		return app.Unauthorized
	case http.StatusForbidden:
		return app.Forbidden
	case http.StatusNotFound, http.StatusGone:
		return app.NotFound
	case http.StatusConflict, http.StatusPreconditionFailed:
		return app.Conflict
	case http.StatusTooManyRequests:
		return app.RateLimited
	case http.StatusRequestTimeout, http.StatusMisdirectedRequest, http.StatusTooEarly:
		return app.Unavailable
	}
	if status >= 400 && status < 500 {
		return app.Invalid
	}
	return app.Unavailable
}

// check turns an answer into an error, nil for 2xx. An answer that asks to wait stops the whole connection.
func (c *Client) check(resp *Response, red redactor) *app.Error {
	if resp.Status >= 200 && resp.Status < 300 {
		return nil
	}
	refusal, parsed := c.config.ReadError(resp.Status, resp.Header, resp.Body)
	refusal = Refusal{Code: red.line(refusal.Code, 80), Words: red.line(refusal.Words, 400)}
	e := &app.Error{
		Code: CodeOf(resp.Status, parsed), Outcome: outcomeOf(resp.Status, parsed),
		Err: &StatusError{Status: resp.Status, Refusal: refusal, Parsed: parsed},
	}
	e.RetryAfter = c.hold(resp)
	e.Message = c.sentence(resp.Status, refusal, parsed, e.RetryAfter)
	return e
}

// hold stops the whole connection for as long as the answer asks, and returns how long that is.
func (c *Client) hold(resp *Response) time.Duration {
	said := retryAfter(resp.Header, time.Now())
	switch resp.Status {
	case http.StatusTooManyRequests:
		return c.config.Limiter.refused(said)
	case http.StatusServiceUnavailable:
		c.config.Limiter.Pause(said)
		return said
	}
	return 0
}

// outcomeOf: a refusal in the vendor's own words had no effect. 401, 407 and 429 are answered before anything is done,
// whoever answers them. Everything else may have been done.
func outcomeOf(status int, parsed bool) app.Outcome {
	switch status {
	case http.StatusUnauthorized, http.StatusProxyAuthRequired, http.StatusTooManyRequests:
		return app.OutcomeNone
	case http.StatusRequestTimeout:
		return app.OutcomeUnknown
	}
	if status >= 400 && status < 500 && parsed {
		return app.OutcomeNone
	}
	return app.OutcomeUnknown
}

func (c *Client) sentence(status int, r Refusal, parsed bool, wait time.Duration) string {
	name, said := c.config.Name, ""
	if r.Words != "" {
		said = fmt.Sprintf(" It says: “%s”", r.Words)
	}
	switch {
	case status >= 300 && status < 400:
		return name + " sent us on to another address. That is never followed, because the keys would go with it. Check the address."
	case status == http.StatusTooManyRequests:
		return name + " asked us to wait " + inWords(wait) + "." + said
	case status == http.StatusUnauthorized:
		return name + " does not accept the keys." + said
	case status == http.StatusForbidden && !parsed:
		return "Something between us and " + name + " refused the request (status 403). A firewall or proxy may be in the way." + said
	case status == http.StatusForbidden:
		return name + " accepts the keys, but they lack the right for this." + said
	case status == http.StatusNotFound:
		return name + " does not have this." + said
	case status >= 500:
		return fmt.Sprintf("%s could not answer (status %d).%s It is tried again.", name, status, said)
	}
	return fmt.Sprintf("%s refused the request (status %d).%s", name, status, said)
}

// noAnswer is an error of the transport: the connection failed, or broke before an answer came.
func (c *Client) noAnswer(err error, sent bool, red redactor) error {
	cause := unwrapURL(err)
	e := &app.Error{Code: app.Unavailable, Outcome: app.OutcomeNone, Err: red.cause(cause)}
	if sent {
		e.Outcome = app.OutcomeUnknown
	}
	e.Message = c.whyNoAnswer(cause, sent)
	return e
}

func (c *Client) whyNoAnswer(err error, sent bool) string {
	name, host := c.config.Name, c.base.Host
	if _, ok := errors.AsType[*net.DNSError](err); ok && !sent {
		return fmt.Sprintf("The name %s cannot be found. Check the address, and whether this computer is online.", c.base.Hostname())
	}
	switch {
	case refusedByGuard(err):
		return host + " leads to a private network, which is not allowed. Tick the box for a self-hosted server in the own network if that is right."
	case certificateProblem(err):
		return fmt.Sprintf("The certificate of %s is not trusted (%s). If the server uses a certificate of its own, name the CA file in the connection.", host, certificateWords(err))
	case errors.Is(err, context.Canceled):
		return "The request to " + name + " was cancelled."
	case errors.Is(err, context.DeadlineExceeded) && sent:
		return name + " did not answer in time."
	case sent:
		return "The connection to " + name + " broke before the answer came."
	}
	return fmt.Sprintf("No connection to %s. Check the address, and whether a firewall is in the way.", host)
}

// cutAnswer is an answer that began and did not end, or did not end soon enough.
func (c *Client) cutAnswer(resp *Response, err error, red redactor) error {
	message := "The connection to " + c.config.Name + " broke in the middle of the answer."
	if errors.Is(err, errTooLarge) {
		message = c.config.Name + " answered with more than can be right. The answer was not used."
	}
	e := &app.Error{Code: app.Unavailable, Outcome: app.OutcomeUnknown, Message: message, Err: red.cause(err)}
	if resp.Status >= 400 { // the status was read: it decides what it can
		e.Code, e.Outcome, e.RetryAfter = CodeOf(resp.Status, false), outcomeOf(resp.Status, false), c.hold(resp)
	}
	return e
}

func certificateProblem(err error) bool {
	_, verify := errors.AsType[*tls.CertificateVerificationError](err)
	_, unknown := errors.AsType[x509.UnknownAuthorityError](err)
	_, host := errors.AsType[x509.HostnameError](err)
	_, invalid := errors.AsType[x509.CertificateInvalidError](err)
	return verify || unknown || host || invalid
}

func certificateWords(err error) string {
	if _, ok := errors.AsType[x509.HostnameError](err); ok {
		return "it is for another name"
	}
	if e, ok := errors.AsType[x509.CertificateInvalidError](err); ok && e.Reason == x509.Expired {
		return "it is not valid today; check this computer's clock, too"
	}
	return "nobody we know signed it"
}

// permanent errors come back however often one asks.
func permanent(err error) bool {
	_, malformed := errors.AsType[*malformedError](err)
	_, tlsAlert := errors.AsType[tls.AlertError](err)
	return malformed || tlsAlert || refusedByGuard(err) || certificateProblem(err) || errors.Is(err, errTooLarge)
}
