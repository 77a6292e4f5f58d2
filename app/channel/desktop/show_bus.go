//go:build !windows && !darwin

package desktop

import (
	"github.com/godbus/dbus/v5"
)

// Names of the desktop's notification service (Desktop Notifications Specification).
const (
	servedBy  = "org.freedesktop.Notifications"
	object    = dbus.ObjectPath("/org/freedesktop/Notifications")
	maxShown  = 20 // notices whose click we still follow
	expiresBy = int32(-1)
)

// bus is the connection notices go by. It stays open as long as a notice may be clicked.
type bus struct {
	conn  *dbus.Conn
	pages map[uint32]string
	order []uint32
}

// show puts up a notice. A click on it opens the page, where the desktop says that it was clicked.
func (c *Channel) show(title, text, page string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	b, err := c.connected()
	if err != nil {
		return err
	}
	actions := []string{}
	if page != "" && c.open != nil {
		actions = []string{"default", "Open"}
	}
	var id uint32
	err = b.conn.Object(servedBy, object).Call(servedBy+".Notify", 0, ourName, uint32(0), "", title, text, actions, map[string]dbus.Variant{
		"desktop-entry": dbus.MakeVariant(ourName), "suppress-sound": dbus.MakeVariant(true),
	}, expiresBy).Store(&id)
	if err != nil {
		return err
	}
	if len(actions) > 0 {
		b.remember(id, page)
	}
	return nil
}

// connected returns the connection, made anew when the last one ended.
func (c *Channel) connected() (*bus, error) {
	if c.bus != nil && c.bus.conn.Connected() {
		return c.bus, nil
	}
	conn, err := dbus.ConnectSessionBus()
	if err != nil {
		return nil, err
	}
	c.bus = &bus{conn: conn, pages: map[uint32]string{}}
	if c.open == nil {
		return c.bus, nil
	}
	if err := conn.AddMatchSignal(dbus.WithMatchObjectPath(object), dbus.WithMatchInterface(servedBy)); err != nil {
		_ = conn.Close()
		return nil, err
	}
	signals := make(chan *dbus.Signal, 16)
	conn.Signal(signals)
	go c.follow(c.bus, signals)
	return c.bus, nil
}

func (b *bus) remember(id uint32, page string) {
	b.pages[id] = page
	if b.order = append(b.order, id); len(b.order) > maxShown {
		delete(b.pages, b.order[0])
		b.order = b.order[1:]
	}
}

// follow opens the page of what is clicked, until the connection ends.
func (c *Channel) follow(b *bus, signals <-chan *dbus.Signal) {
	for s := range signals {
		if s == nil || s.Name != servedBy+".ActionInvoked" || len(s.Body) == 0 {
			continue
		}
		id, ok := s.Body[0].(uint32)
		c.mu.Lock()
		page, ours := b.pages[id]
		c.mu.Unlock()
		if ok && ours {
			c.open(page)
		}
	}
}
