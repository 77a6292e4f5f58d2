package axcient

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"time"
	"unicode/utf16"

	"psabridge/app"
	"psabridge/app/rest"
)

// patience is how long a refused key is not tried again by itself. A new key makes a new source, which tries at once;
// a person who presses the test tries at once, too.
const patience = 10 * time.Minute

// answer is a good answer, read to its end.
type answer struct {
	body   []byte
	header http.Header
	status int
}

// session is the API with a key.
type session struct {
	client  *rest.Client
	billing *rest.Client
	key     app.Secret
	spelt   *regexp.Regexp // the key as JSON may write it
	now     func() time.Time

	mu        sync.Mutex
	refused   *app.Error
	refusedAt time.Time
}

// header is where the key travels. The vendor's introduction names another one; that does not work (contract x360sync §5).
const header = "X-Api-Key"

func newSession(c Config, base string) (*session, error) {
	s := &session{key: c.APIKey, spelt: spellings(c.APIKey), now: c.Now}
	config := rest.Config{
		Name: "x360Cloud", BaseURL: base, UserAgent: c.UserAgent, Limiter: c.Limiter, Transport: c.Transport,
		AllowPrivateNetwork: c.AllowPrivateNetwork, CAFile: c.CAFile, Timeout: c.Timeout, Backoff: c.Backoff,
		Auth: s.sign, Logger: c.Logger,
		Secrets: func() []app.Secret { return []app.Secret{c.APIKey} },
	}
	var err error
	if s.client, err = rest.New(config); err != nil {
		return nil, err
	}
	s.billing, err = s.client.With(func(c *rest.Config) { c.Name, c.BaseURL = "Axcient Billing", beside(base, "billing") })
	return s, err
}

func (s *session) sign(r *http.Request) error {
	r.Header.Set(header, s.key.Reveal())
	return nil
}

// get reads a path of x360Cloud, unless the key was refused a short while ago.
func (s *session) get(ctx context.Context, path string, query url.Values) (answer, error) {
	if err := s.known(); err != nil {
		return answer{}, err
	}
	return s.read(ctx, s.client, path, query)
}

// known returns what was said when the key was refused, for as long as it is not tried again.
func (s *session) known() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if age := s.now().Sub(s.refusedAt); s.refused != nil && age >= 0 && age < patience {
		return s.refused
	}
	s.refused = nil
	return nil
}

func (s *session) read(ctx context.Context, client *rest.Client, path string, query url.Values) (answer, error) {
	req, err := client.NewRequest(ctx, http.MethodGet, path, query, nil)
	if err != nil {
		return answer{}, err
	}
	var body []byte
	resp, err := client.Do(req, &body)
	if err != nil {
		return answer{}, s.worded(err)
	}
	return answer{body: s.hide(body), header: resp.Header, status: resp.Status}, nil
}

// hide takes the key out of an answer that repeats it, also written with escapes, so that nothing we keep of it holds the
// key.
func (s *session) hide(body []byte) []byte {
	if s.spelt == nil {
		return body
	}
	body = bytes.ReplaceAll(body, []byte(s.key.Reveal()), hidden)
	if !bytes.ContainsRune(body, '\\') {
		return body
	}
	return s.spelt.ReplaceAllLiteral(body, hidden)
}

var hidden = []byte("•••")

// spellings matches a key in every way JSON may write it; nil for one that is too short to be told from anything else.
func spellings(key app.Secret) *regexp.Regexp {
	if len(key) < 4 {
		return nil
	}
	var b strings.Builder
	for _, unit := range utf16.Encode([]rune(key.Reveal())) {
		fmt.Fprintf(&b, `(?:\\u(?i:%04x)`, unit)
		if !utf16.IsSurrogate(rune(unit)) {
			literal := regexp.QuoteMeta(string(rune(unit)))
			fmt.Fprintf(&b, `|\\?%s`, literal) // \/ and \" are the character itself
		}
		b.WriteString(")")
	}
	return regexp.MustCompile(b.String())
}

// worded says what a refusal means here.
func (s *session) worded(err error) error {
	e, ok := errors.AsType[*app.Error](err)
	if !ok {
		return err
	}
	said := *e
	switch e.Code {
	case app.Unauthorized:
		said.Message = "The API key is refused. Make one in the x360Portal under Settings → API Keys, tick x360Cloud for it, and enter it here."
	case app.Forbidden:
		said.Message = "The API key may not read x360Cloud. Tick x360Cloud for it in the x360Portal under Settings → API Keys."
	default: // rest's own words will do
	}
	return &said
}

// refuse notes that the key itself was refused.
func (s *session) refuse(err error) {
	if e, ok := errors.AsType[*app.Error](err); ok && e.Code == app.Unauthorized {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.refused, s.refusedAt = e, s.now()
	}
}

// forgive lets a refused key be tried again.
func (s *session) forgive() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refused = nil
}

// address is where a path is read.
func (s *session) address(path string) *url.URL {
	u, err := url.Parse(s.client.BaseURL())
	if err != nil {
		return &url.URL{}
	}
	return u.JoinPath(path)
}
