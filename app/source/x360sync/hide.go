package x360sync

import (
	"bytes"
	"encoding/json"
	"strings"

	"psabridge/app"
	"psabridge/app/source"
)

// hider takes secrets out of what is kept of the server's answers: it may repeat what it was sent anywhere. Ids are left
// alone, because they are what things are known by.
type hider struct{ replacer *strings.Replacer }

// hideFrom is how long a secret has to be: hiding "a" would only garble the text.
const hideFrom = 4

// hider knows the secrets of now. Without secrets it hides nothing.
func (s *secrets) hider() hider {
	if s == nil {
		return hider{}
	}
	var pairs []string
	for _, secret := range s.all() {
		if len(secret) >= hideFrom {
			pairs = append(pairs, secret.Reveal(), "•••")
		}
	}
	return hider{strings.NewReplacer(pairs...)}
}

func (h hider) text(text string) string {
	if h.replacer == nil {
		return text
	}
	return h.replacer.Replace(text)
}

func (h hider) texts(all ...*string) {
	for _, text := range all {
		*text = h.text(*text)
	}
}

// body is a JSON text without the secrets, however its strings are written.
func (h hider) body(raw json.RawMessage) json.RawMessage {
	if h.replacer == nil || !bytes.ContainsRune(raw, '\\') && h.text(string(raw)) == string(raw) {
		return raw
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var value any
	if d.Decode(&value) != nil {
		return nil // nobody can tell what it holds
	}
	clean, found := h.value(value)
	if !found {
		return raw
	}
	out, err := json.Marshal(clean)
	if err != nil {
		return nil
	}
	return out
}

// value is a JSON value without the secrets, and whether there were any.
func (h hider) value(value any) (clean any, found bool) {
	switch v := value.(type) {
	case string:
		text := h.text(v)
		return text, text != v
	case []any:
		for i := range v {
			one, hidden := h.value(v[i])
			v[i], found = one, found || hidden
		}
	case map[string]any:
		named := make(map[string]any, len(v))
		for name := range v {
			one, hidden := h.value(v[name])
			key := h.text(name)
			named[key], found = one, found || hidden || key != name
		}
		return named, found
	}
	return value, found
}

func (h hider) batch(b *app.Batch) {
	for i := range b.Organizations {
		h.texts(&b.Organizations[i].Name)
	}
	for i := range b.States {
		h.texts(&b.States[i].Object.Name)
	}
	for i := range b.Problems {
		h.texts(&b.Problems[i])
	}
	for i := range b.Events {
		e := &b.Events[i]
		h.texts(&e.Object.Name, &e.Title, &e.Text)
		e.Body = h.body(e.Body)
	}
}

func (h hider) usage(u *app.Usage) {
	for i := range u.Readings {
		r := &u.Readings[i]
		h.texts(&r.Problem)
		for k := range r.Items {
			h.texts(&r.Items[k].Name, &r.Items[k].Detail)
		}
	}
	for i := range u.Problems {
		h.texts(&u.Problems[i])
	}
	for i := range u.Raw {
		h.texts(&u.Raw[i].Note)
		u.Raw[i].Body = h.body(u.Raw[i].Body)
	}
}

func (h hider) account(a *source.Account) {
	h.texts(&a.Name, &a.Organization, &a.Version)
	for i := range a.Notes {
		h.texts(&a.Notes[i])
	}
}
