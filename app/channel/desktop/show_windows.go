package desktop

import (
	"html"

	toast "git.sr.ht/~jackmordaunt/go-toast"
)

// show puts up a toast. A click on it opens the page in the person's browser: Windows does that by itself, also when we are gone.
func (c *Channel) show(title, text, page string) error {
	n := toast.Notification{AppID: ourName, Title: title, Body: text, Audio: toast.Silent, Duration: toast.Short}
	if page != "" {
		n.ActivationType, n.ActivationArguments = toast.Protocol, html.EscapeString(page) // it becomes an attribute
	}
	return n.Push()
}
