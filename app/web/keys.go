package web

import (
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"psabridge/app/link"
	"psabridge/app/secret"
	"psabridge/views"
	"psabridge/views/ui"
)

// keyTitles say what is wrong with the keys in a sentence.
var keyTitles = map[secret.Kind]string{
	secret.Locked:  "The keychain of this computer is locked.",
	secret.Missing: "This computer has no keychain in this session.",
	secret.Silent:  "The keychain of this computer does not answer.",
	secret.Refused: "The keychain of this computer refuses.",
	secret.Lost:    "Keys are gone from the keychain of this computer.",
	secret.Moved:   "Keys are kept elsewhere.",
}

// keysFirst puts one question about the keychain in the place of all that follows from it: a source that cannot be read, a connection
// nothing is sent on, their checks.
func (s *Server) keysFirst(list []need) []need {
	t, is := s.Keychain.Trouble()
	if !is {
		return list
	}
	list = slices.DeleteFunc(list, func(n need) bool { return followsFrom(t, n) })
	return slices.Insert(list, 0, keysNeed(t))
}

func keysNeed(t secret.Trouble) need {
	const meanwhile = " What is known already goes on; nobody is asked with a key we do not have, and nothing is lost."
	n := need{code: "keychain", subject: string(t.Kind), rail: link.Diagnostics, page: link.Diagnostics + "#computer", n: 1, Need: views.Need{
		Tone: "bad", Icon: "lock", Title: keyTitles[t.Kind], Text: t.Message + meanwhile, Since: t.Since,
		Actions: []ui.Action{{Label: "Try again", Path: link.AskKeychain, Post: true, Primary: true}},
	}}
	if page := keyPage(t.Names); t.Kind == secret.Lost && page != "" {
		n.page = page
		n.Actions = []ui.Action{{Label: "Enter them", Path: page, Primary: true}, {Label: "Try again", Path: link.AskKeychain, Post: true}}
	}
	return n
}

// keyPage is where the first of some keys is entered.
func keyPage(names []string) string {
	for _, name := range names {
		owner, err := secret.ParseName(name)
		switch {
		case err != nil:
		case owner.Notify:
			return link.Notifications
		case owner.Connection:
			return link.Connection(owner.Name)
		default:
			return link.Source(owner.Name) + "#settings"
		}
	}
	return ""
}

// followsFrom reports whether a need is about nothing but the keychain.
func followsFrom(t secret.Trouble, n need) bool {
	var owners []string
	switch n.code {
	case "source_unreadable":
		owners = []string{"sources/" + n.subject + "/"}
	case "blocked", "checks_failed":
		owners = []string{"connections/" + n.subject + "/", "notify/"}
	default:
		return false
	}
	if len(t.Names) == 0 {
		return strings.Contains(n.Text, t.Message)
	}
	about := strings.Contains(n.Text, "keychain") || strings.Contains(n.Text, "--keys")
	return about && slices.ContainsFunc(t.Names, func(name string) bool {
		return slices.ContainsFunc(owners, func(o string) bool { return strings.HasPrefix(name, o) })
	})
}

// askKeychain asks the keychain again, because a person wants it: a locked one may show its dialog once more.
func (s *Server) askKeychain(c echo.Context) error {
	ctx := c.Request().Context()
	t, is, err := s.Keychain.Look(ctx, true)
	if err != nil {
		return err
	}
	if is {
		s.tell(c, bad, "%s %s", keyTitles[t.Kind], t.Message)
	} else {
		s.KeysBack(ctx)
		s.tell(c, good, "The keychain answers. What waited for it goes on.")
	}
	return seeOther(c, link.Overview)
}
