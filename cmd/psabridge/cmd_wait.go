package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"psabridge/app"
)

// A command that waits says nothing for a while, and then how far things are, which it asks so often.
const (
	quietFor  = 5 * time.Second
	lookEvery = 300 * time.Millisecond
)

// jobAnswer is how far a job is.
type jobAnswer struct {
	State    string `json:"state"`
	Progress struct {
		Done  int    `json:"done"`
		Total int    `json:"total"`
		Text  string `json:"text"`
	} `json:"progress"`
	Result json.RawMessage `json:"result"`
	Error  *problem        `json:"error"`
}

// long makes a call that may take minutes and waits for its end, however long: what takes more than a few seconds is
// answered with a job, which is asked how far it is. tell gets that.
func (c *client) long(ctx context.Context, path string, in, out any, tell func(string)) error {
	mark := "?"
	if strings.Contains(path, "?") {
		mark = "&"
	}
	var raw json.RawMessage
	if err := c.call(ctx, http.MethodPost, path+mark+"wait="+strconv.Itoa(int(quietFor/time.Second)), in, &raw); err != nil {
		return c.stopped(ctx, err)
	}
	id := jobOf(raw)
	if id == "" {
		return json.Unmarshal(raw, out)
	}
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		var j jobAnswer
		if err := c.call(ctx, http.MethodGet, "/jobs/"+url.PathEscape(id), nil, &j); err != nil {
			return c.stopped(ctx, err)
		}
		switch j.State {
		case "running":
			tell(j.words())
		case "done":
			return json.Unmarshal(j.Result, out)
		default:
			return j.failure()
		}
		select {
		case <-ctx.Done():
			return c.stopped(ctx, ctx.Err())
		case <-tick.C:
		}
	}
}

// jobOf is the job an answer names instead of a result; "" when it is the result.
func jobOf(answer []byte) string {
	var ref struct {
		Job struct {
			ID string `json:"id"`
		} `json:"job"`
	}
	if json.Unmarshal(answer, &ref) != nil {
		return ""
	}
	return ref.Job.ID
}

func (j jobAnswer) words() string {
	words := "still working"
	switch p := j.Progress; {
	case p.Total > 0:
		words = fmt.Sprintf("%d of %d done", p.Done, p.Total)
	case p.Done > 0:
		words = fmt.Sprintf("%d done", p.Done)
	}
	if j.Progress.Text != "" {
		words += ", " + j.Progress.Text
	}
	return words
}

func (j jobAnswer) failure() error {
	if j.Error == nil {
		return app.Errorf(app.Unavailable, "The running psabridge gave an answer that is not its own.")
	}
	return &app.Error{Code: j.Error.Code, Message: j.Error.Detail, Field: j.Error.Field}
}

// stopped is what went wrong with a call: when the person stopped waiting, that, and what becomes of the work.
func (c *client) stopped(ctx context.Context, err error) error {
	switch {
	case ctx.Err() == nil:
		return err
	case c.brief:
		return app.Wrap(ctx.Err(), app.Unavailable, "Stopped. It ended with this command, because no other psabridge runs here; run it again.")
	}
	return app.Wrap(ctx.Err(), app.Unavailable, "Stopped waiting. The running psabridge goes on with it; look at its page, or with: psabridge status")
}

// teller shows a person how far things are, each time it changes. A script that wants JSON is not told.
func (g *globals) teller(c console) func(string) {
	last := ""
	return func(words string) {
		if words != last && !g.JSON {
			_, _ = fmt.Fprintln(c.err, "… "+words)
		}
		last = words
	}
}
