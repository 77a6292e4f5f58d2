package inbox

import (
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
// billed too little.
type customers struct {
	order  []string
	name   map[string]string // by external id
	withID map[string]string // external id by folded name, of those that came with an id
	where  map[string]string // by external id: where it came first
}

func newCustomers() *customers {
	return &customers{name: map[string]string{}, withID: map[string]string{}, where: map[string]string{}}
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

// split lists the customers that came once with an id and once without: where each stands, and the sentence about it.
func (c *customers) split(say func(external, where, text string)) {
	for _, external := range c.order {
		name, made := strings.CutPrefix(external, byName)
		if !made {
			continue
		}
		if other, ok := c.withID[name]; ok {
			say(external, c.where[external], "The customer "+c.name[external]+" comes here without an id and elsewhere with the id "+other+
				". They would become two customers, each with a part. Send the id everywhere, or nowhere.")
		}
	}
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

// Nameless reports whether an organization of the batch came without a name, so that its known one is to be looked up and
// given to Name.
func Nameless(b app.Batch) bool {
	for _, o := range b.Organizations {
		if o.Name == o.ExternalID {
			return true
		}
	}
	return false
}

// Name gives the organizations that came without a name the one they are known by, and the top that of the source. An id
// is not a name: it must not replace one.
func Name(b *app.Batch, source string, known map[string]string) {
	b.Source = source
	for i, o := range b.Organizations {
		switch name := known[o.ExternalID]; {
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
