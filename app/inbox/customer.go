package inbox

import (
	"fmt"
	"strings"

	"psabridge/app"
)

// Customer is who something is about, as the sender knows them. Either field may be empty, not both.
type Customer struct{ ID, Name string }

// Ids that begin like this are ours.
const (
	byName   = "name:"
	reserved = "psabridge:"
)

// external is the id a customer has at an inbox source: the sender's own, else one made of the name. wrong says why there
// is none.
func (c Customer) external() (id, wrong string) {
	switch {
	case strings.HasPrefix(c.ID, byName), strings.HasPrefix(c.ID, reserved):
		return "", "Ids that begin with name: or psabridge: are made by psabridge itself. Send the sender's own id, or the name alone."
	case c.ID != "":
		return c.ID, ""
	case fold(c.Name) == "":
		return "", "Say whose this is: an id, or a name."
	}
	return byName + fold(c.Name), ""
}

// customers collects the organizations of one call or file. Their names may change, so of two names for one id the last
// counts; but two ids for one name, one of them made of that name, are one customer in two pieces, and each piece would be
// billed too little. The other piece may be in the same call, or known from an earlier one.
type customers struct {
	order  []string
	name   map[string]string // by external id
	withID map[string]string // external id by folded name, of those that come or came with an id
	where  map[string]string // by external id: where it came first
	known  map[string]int64  // our row by external id, of those the source knows
}

// newCustomers makes a collection for a source that knows these organizations. Who is gone, or ignored by a person, is nobody
// a part could be missing from.
func newCustomers(known []app.Organization) *customers {
	c := &customers{name: map[string]string{}, withID: map[string]string{}, where: map[string]string{}, known: map[string]int64{}}
	for _, o := range known {
		if o.ExternalID == app.SyntheticTop || o.State != app.OrganizationPresent {
			continue
		}
		c.known[o.ExternalID] = o.ID
		if !strings.HasPrefix(o.ExternalID, byName) {
			c.withID[fold(o.Name)] = o.ExternalID
		}
	}
	return c
}

// add notes a customer and returns their external id.
func (c *customers) add(who Customer, where string) (external, wrong string) {
	external, wrong = who.external()
	if wrong != "" {
		return "", wrong
	}
	name, known := c.name[external]
	if !known {
		external = strings.Clone(external)
		c.order = append(c.order, external)
		c.where[external] = where
	}
	if !known || who.Name != "" && who.Name != name {
		c.name[external] = strings.Clone(who.Name)
		if who.ID != "" && who.Name != "" {
			c.withID[fold(who.Name)] = external
		}
	}
	return external, ""
}

// split lists the customers that come once with an id and once without: where each stands, and the sentence about it.
func (c *customers) split(say func(external, where, text string)) {
	for _, external := range c.order {
		name := c.name[external]
		if made, nameless := strings.CutPrefix(external, byName); nameless {
			if other := c.withID[made]; other != "" {
				say(external, c.where[external], "The customer "+name+" comes here without an id and elsewhere with the id "+other+"."+c.twoPieces(other))
			}
			continue
		}
		other := byName + fold(name)
		_, here := c.name[other] // then it is said of that one
		if c.known[other] != 0 && !here {
			say(external, c.where[external], "The customer "+name+" comes here with the id "+external+" and came before without one."+c.twoPieces(other))
		}
	}
}

// twoPieces says why a customer must not come both ways, and how the sender can change from one to the other.
func (c *customers) twoPieces(other string) string {
	const why = " They would become two customers, each with a part. Send the id everywhere, or nowhere."
	if _, here := c.name[other]; here {
		return why
	}
	return fmt.Sprintf("%s If it is to come this way from now on, take the company from the organization that is known and ignore it: POST /api/v1/organizations/%d/ignore.", why, c.known[other])
}

// organizations are the collected customers below the top of the source. One that came without a name has its id for one
// until Name finds a better one.
func (c *customers) organizations() []app.Organization {
	out := make([]app.Organization, 0, len(c.order)+1)
	out = append(out, app.Organization{ExternalID: app.SyntheticTop, Active: true})
	for _, external := range c.order {
		name := c.name[external]
		if name == "" {
			name = external
		}
		out = append(out, app.Organization{ExternalID: external, ParentExternalID: app.SyntheticTop, Name: name, Active: true})
	}
	return out
}

// Name gives the organizations that came without a name the one they are known by, and the top that of the source. An id
// is not a name: it must not replace one.
func Name(b *app.Batch, source string, known []app.Organization) {
	names := make(map[string]string, len(known))
	for _, o := range known {
		names[o.ExternalID] = o.Name
	}
	b.Source = source
	for i, o := range b.Organizations {
		switch name := names[o.ExternalID]; {
		case o.ExternalID == app.SyntheticTop:
			b.Organizations[i].Name = source
		case o.Name == o.ExternalID && name != "":
			b.Organizations[i].Name = name
		}
	}
}

// batch is a pushed batch of these customers.
func (c *customers) batch() app.Batch {
	return app.Batch{Organizations: c.organizations(), Pushed: true}
}
