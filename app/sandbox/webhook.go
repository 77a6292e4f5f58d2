package sandbox

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"psabridge/app/sandbox/sample"
)

// Chat is a chat, or any other program, that takes what is posted to its webhook. It is an http.Handler and safe for
// concurrent use. Faults are as the vendors'.
type Chat struct {
	vendor
	mu    sync.Mutex
	posts []Post
}

// Post is something that was posted.
type Post struct {
	At   time.Time `json:"at"`
	Type string    `json:"type"` // Content-Type
	Body string    `json:"body"`
	Text string    `json:"text"` // every text in the body, one a line, as a person would see it
}

// mostPost is the longest body it takes.
const mostPost = 256 << 10

// NewChat makes a chat whose only webhook is at sample.ChatPath.
func NewChat(opts Options) *Chat { return &Chat{vendor: vendor{now: opts.clock()}} }

// Posts are what was posted, oldest first.
func (c *Chat) Posts() []Post {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]Post{}, c.posts...)
}

// Requests counts what it was asked.
func (c *Chat) Requests() int { return c.log.total() }

// ServeHTTP answers as an incoming webhook does: in plain words.
func (c *Chat) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, mostPost+1))
	c.serve(w, r, r.URL.Path, func(bool) *answer {
		switch {
		case err != nil:
			return textAnswer(http.StatusBadRequest, "text/plain", "invalid_payload")
		case r.URL.Path != sample.ChatPath:
			return textAnswer(http.StatusNotFound, "text/plain", "no_service")
		case r.Method != http.MethodPost:
			return textAnswer(http.StatusMethodNotAllowed, "text/plain", "post_only")
		case len(body) > mostPost:
			return textAnswer(http.StatusRequestEntityTooLarge, "text/plain", "too_large")
		}
		return c.take(r.Header.Get("Content-Type"), body)
	})
}

func (c *Chat) take(kind string, body []byte) *answer {
	var doc any
	if json.Unmarshal(body, &doc) != nil || !strings.HasPrefix(kind, "application/json") {
		return textAnswer(http.StatusBadRequest, "text/plain", "invalid_payload")
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.posts = append(c.posts, Post{At: c.now().UTC(), Type: kind, Body: string(body), Text: strings.Join(shownTexts(doc), "\n")})
	return textAnswer(http.StatusOK, "text/plain", "ok")
}

// shownTexts finds what a chat would show: the texts of a message's blocks or card, else those of a plain object.
func shownTexts(doc any) (out []string) {
	switch v := doc.(type) {
	case []any:
		for _, one := range v {
			out = append(out, shownTexts(one)...)
		}
	case map[string]any:
		if parts := first(v, "blocks", "attachments", "body", "content"); parts != nil {
			return shownTexts(parts)
		}
		if text, ok := v["text"].(string); ok && v["title"] == nil {
			return []string{text}
		}
		for _, name := range []string{"title", "text", "inlines", "items", "page"} {
			if text, ok := v[name].(string); ok && text != "" {
				out = append(out, text)
				continue
			}
			out = append(out, shownTexts(v[name])...)
		}
	}
	return out
}

func first(v map[string]any, names ...string) any {
	for _, name := range names {
		if part, ok := v[name]; ok && part != nil {
			return part
		}
	}
	return nil
}
