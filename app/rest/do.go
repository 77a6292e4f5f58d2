package rest

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"sync/atomic"
	"time"

	"psabridge/app"
)

// Response is an answer that was read to its end.
type Response struct {
	Status int
	Header http.Header
	Body   []byte
}

// Date is the server's clock when it answered; zero when it did not say.
func (r *Response) Date() time.Time {
	t, _ := http.ParseTime(r.Header.Get("Date"))
	return t
}

// Do sends a request and reads its answer into out: a pointer for JSON, *[]byte for whatever came, nil for nothing.
// The error is an *app.Error with Outcome set. A GET is tried again, a few times, when nothing or a 5xx came back;
// anything else is sent once.
func (c *Client) Do(req *http.Request, out any) (*Response, error) {
	for try := 1; ; try++ {
		began := time.Now()
		resp, err := c.once(req, out)
		c.tell(req, resp, err, time.Since(began))
		if err == nil || req.Method != http.MethodGet || try == readTries || !worthRepeating(err) {
			return resp, err
		}
		if !sleep(req.Context(), c.config.Backoff(try)) {
			return resp, err
		}
	}
}

// tell logs an exchange for whoever looks for a fault.
func (c *Client) tell(req *http.Request, resp *Response, err error, took time.Duration) {
	log := c.config.Logger
	if log == nil || !log.Enabled(req.Context(), slog.LevelDebug) {
		return
	}
	status, bytes := 0, 0
	if resp != nil {
		status, bytes = resp.Status, len(resp.Body)
	}
	log.DebugContext(req.Context(), "request", "method", req.Method, "host", req.URL.Host, "path", req.URL.Path, "status", status,
		"bytes", bytes, "took", took.Round(time.Millisecond).String(), "code", string(app.ErrorCode(err)))
}

// worthRepeating: the other side did not answer, or answered that it could not. Being told to wait, a firewall that says
// no, a certificate that does not fit and a person who gave up are not cured by asking again at once, and a timeout has
// taken its time already.
func worthRepeating(err error) bool {
	e, ok := errors.AsType[*app.Error](err)
	if !ok || e.Code != app.Unavailable || e.RetryAfter > 0 || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return false
	}
	return app.ErrorStatus(err) != http.StatusForbidden && !permanent(e.Err)
}

func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// backoff doubles from 300 ms; the jitter keeps clients that failed together from coming back together.
func backoff(n int) time.Duration {
	d := 300 * time.Millisecond << min(n-1, 5)
	return d/2 + rand.N(d) //nolint:gosec // jitter, not a secret
}

func (c *Client) once(req *http.Request, out any) (*Response, error) {
	leave, err := c.config.Limiter.enter(req.Context(), c.config.Name)
	if err != nil {
		return nil, err
	}
	defer leave()
	ctx, cancel := context.WithTimeout(req.Context(), c.config.Timeout)
	defer cancel()
	var sent atomic.Bool
	req = req.Clone(traced(ctx, &sent))
	if req.GetBody != nil {
		if req.Body, err = req.GetBody(); err != nil {
			return nil, internal("a request body cannot be read again", err)
		}
	}
	if c.config.Auth != nil {
		if err := c.config.Auth(req); err != nil {
			return nil, notSigned(err)
		}
	}
	red := c.redactor(req)
	answer, err := c.http.Do(req)
	if err != nil {
		return nil, c.noAnswer(err, sent.Load(), red)
	}
	defer answer.Body.Close()
	resp := &Response{Status: answer.StatusCode, Header: answer.Header}
	if resp.Body, err = readBounded(answer.Body, c.config.MaxBody); err != nil {
		return resp, c.cutAnswer(resp, err, red)
	}
	return resp, c.read(resp, out, red)
}

// traced notes whether a connection was ever obtained for the request. A connection that turns out dead before a byte
// went out makes the transport ask for another one; the note starts afresh then, so that "none" stays as certain as it sounds.
func traced(ctx context.Context, sent *atomic.Bool) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GetConn: func(string) { sent.Store(false) },
		GotConn: func(httptrace.GotConnInfo) { sent.Store(true) },
	})
}

// notSigned keeps what Auth said, and that nothing was sent.
func notSigned(err error) error {
	e, ok := errors.AsType[*app.Error](err)
	if !ok {
		return &app.Error{Code: app.Unauthorized, Outcome: app.OutcomeNone, Message: "The request could not be signed.", Err: err}
	}
	unsent := *e
	unsent.Outcome = app.OutcomeNone
	return &unsent
}

func readBounded(r io.Reader, limit int64) ([]byte, error) {
	body, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err == nil && int64(len(body)) > limit {
		err = errTooLarge
	}
	return body, err
}

var errTooLarge = errors.New("the answer is larger than allowed")

// unwrapURL takes off the *url.Error, whose text holds the whole address with its query.
func unwrapURL(err error) error {
	if e, ok := errors.AsType[*url.Error](err); ok {
		return e.Err
	}
	return err
}
