package inbox

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"psabridge/app"
)

// ahead is how far a sender's clock may be ahead of ours before an event's time is not believed.
const ahead = 5 * time.Minute

// listOfEvents is the key of several events in one call.
const listOfEvents = "events"

// maxRaw is the most bytes of an event's own record that are kept beside it.
const maxRaw = 64 << 10

// Events reads what was sent to an inbox's events: one event, or {"events": […]}. shape names the sender's own form (see
// Shapes); empty means psabridge's. who is the customer of events that do not name one, e.g. from the address; nobody means
// that they belong to the top of the source. known are the organizations of the source. Either all events are taken or none.
func Events(body []byte, shape string, who Customer, known []app.Organization, now time.Time) (app.Batch, error) {
	later := listOfEvents
	if shape != "" { // a vendor's form is one event, whatever its keys are called
		later = ""
	}
	tree, err := parse(body, later)
	if err != nil {
		return app.Batch{}, err
	}
	r := &eventReader{customers: newCustomers(known), form: shape, who: who, now: now, seen: map[string]string{}}
	if who != (Customer{}) {
		if _, wrong := r.customers.add(who, "organization_id"); wrong != "" {
			return app.Batch{}, app.FieldErrorf("organization_id", "%s", wrong)
		}
	}
	read := r.event
	if shape != "" {
		if read = r.shape(shape); read == nil {
			return app.Batch{}, app.FieldErrorf("shape", "There is no shape %q. Known are: %s.", short(shape), shapeNames())
		}
	}
	for at, one := range r.records(tree, shape) {
		r.take(at, one, read)
	}
	r.customers.split(func(_, where, text string) { r.problems.add(where, "%s", text) })
	if err := r.problems.err(); err != nil {
		return app.Batch{}, err
	}
	b := r.customers.batch()
	b.Events, b.ReadAt = r.events, now
	return b, nil
}

type eventReader struct {
	problems  problems
	customers *customers
	form      string // of the sender; empty for ours
	who       Customer
	now       time.Time
	events    []app.Event
	seen      map[string]string // hash of the event by source event id
}

// records yields each event's path and value. A vendor's form is always one event.
func (r *eventReader) records(tree any, shape string) func(func(string, any) bool) {
	return func(yield func(string, any) bool) {
		top, isObject := tree.(map[string]any)
		_, several := top[listOfEvents]
		if shape != "" || !isObject || !several {
			yield("", tree)
			return
		}
		o := asObject(tree, "", &r.problems)
		list, _ := o.list(listOfEvents)
		o.done()
		switch {
		case len(list) > MaxRecords:
			o.wrong(listOfEvents, "There are %d events; one call takes %d. Send the rest in another call.", len(list), MaxRecords)
			return
		case len(list) == 0 && len(r.problems) == 0:
			o.wrong(listOfEvents, "There is no event in it.")
		}
		for i, one := range list {
			at := listOfEvents + "[" + strconv.Itoa(i) + "]"
			one, err := opened(one, at)
			if err != nil {
				r.problems.add(app.ErrorField(err), "%s", app.ErrorMessage(err))
				continue
			}
			if !yield(at, one) {
				return
			}
		}
	}
}

// sent is what one record says, whatever its form.
type sent struct {
	id       string
	at       time.Time // zero when it does not say
	customer Customer
	named    bool // it says whose it is
	object   app.Object
	kind     string
	state    app.EventState
	severity app.Severity
	title    string
	text     string
}

// take reads one record and adds its event.
func (r *eventReader) take(at string, v any, read func(*object) sent) {
	o := asObject(v, at, &r.problems)
	if o == nil {
		return
	}
	before := len(r.problems)
	s := read(o)
	if !s.named {
		s.customer, s.named = r.who, r.who != Customer{}
	}
	organization := app.SyntheticTop
	if s.named {
		var wrong string
		if organization, wrong = r.customers.add(s.customer, o.path("organization")); wrong != "" {
			o.wrong("organization", "%s", wrong)
		}
	}
	if s.id == "" && s.at.IsZero() && len(r.problems) == before {
		o.wrong("occurred_at", "Say when it happened, or give the event an id: without either, one that is sent twice cannot be told from one that happened twice.")
	}
	if len(r.problems) > before {
		return
	}
	r.add(o, s, organization, v)
}

func (r *eventReader) add(o *object, s sent, organization string, v any) {
	e := app.Event{
		OrganizationID: organization, Object: s.object, Type: s.kind, State: s.state, Severity: s.severity,
		OccurredAt: s.at, ReceivedAt: r.now, Title: prose(s.title, maxTitle, false), Text: prose(s.text, maxText, true), Body: ownRecord(v),
	}
	if e.Object == (app.Object{}) {
		e.Object = app.Object{Kind: app.ObjectOrganization, ExternalID: organization, Name: s.customer.Name}
	}
	hash := s.hash(organization)
	e.SourceEventID = "hash:" + hash
	if s.id != "" {
		e.SourceEventID = sourceEventID(r.form, organization, s.id)
	}
	if s.at.IsZero() || s.at.After(r.now.Add(ahead)) {
		e.OccurredAt = r.now // the record keeps what the sender's clock said
	}
	if first, twice := r.seen[e.SourceEventID]; twice && first != hash {
		o.wrong("id", "Another event of this call has the id %q and says something else. Give every event an id of its own; what fails and recovers is told by its object.", short(s.id))
		return
	}
	r.seen[e.SourceEventID] = hash
	r.events = append(r.events, e)
}

// hash is of everything the sender said and of nothing else, so that the same event sent again is the same event.
func (s sent) hash(organization string) string {
	b, err := json.Marshal([]string{
		organization, s.at.Format(time.RFC3339Nano), string(s.object.Kind), s.object.ExternalID, s.object.Name, s.kind, string(s.state),
		string(s.severity), s.title, s.text,
	})
	if err != nil {
		panic(fmt.Sprintf("strings do not marshal: %v", err))
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// ownRecord keeps what was sent beside the event; without what is too large to keep.
func ownRecord(v any) json.RawMessage {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil || b.Len() > maxRaw {
		return nil
	}
	return bytes.TrimSpace(b.Bytes())
}

// event reads psabridge's own form.
func (r *eventReader) event(o *object) sent {
	s := sent{id: o.name("id"), at: o.moment("occurred_at")}
	s.customer, s.named = o.customer("organization")
	s.kind = eventType(o)
	s.state = app.EventState(o.oneOf("state", string(app.Problem), string(app.Recovery), string(app.Info)))
	if _, given := o.get("state"); !given || o.values["state"] == "" {
		o.wrong("state", "Say problem, recovery or info.")
	}
	s.severity = app.Severity(o.oneOf("severity", string(app.SeverityInfo), string(app.SeverityWarning), string(app.SeverityCritical)))
	if s.severity == "" {
		s.severity = usualSeverity(s.state)
	}
	s.object = readObject(o)
	s.title, s.text = o.raw("title"), o.raw("text")
	if prose(s.title, maxTitle, false) == "" {
		o.wrong("title", "Say in one line what happened; it becomes the ticket's summary.")
	}
	o.done()
	return s
}

func eventType(o *object) string {
	kind := o.raw("type")
	switch {
	case kind == "":
		o.wrong("type", "Say what kind of event it is, for example backup.failed; alert rules go by it.")
	case len(kind) > 100 || !typeShape.MatchString(kind):
		o.wrong("type", "%q is not a type. Use small letters, digits, - and _, with dots between the parts, for example backup.failed.", short(kind))
	}
	return kind
}

// usualSeverity counts when the sender names none.
func usualSeverity(s app.EventState) app.Severity {
	if s == app.Problem {
		return app.SeverityWarning
	}
	return app.SeverityInfo
}

// readObject reads the thing an event is about. Left out, it is the customer as a whole.
func readObject(o *object) app.Object {
	in := o.inner("object")
	if in == nil {
		return app.Object{}
	}
	out := app.Object{Kind: app.ObjectKind(in.raw("kind")), ExternalID: in.name("id"), Name: in.name("name")}
	in.done()
	switch {
	case !kindShape.MatchString(string(out.Kind)):
		in.wrong("kind", "Say what kind of thing it is, for example machine, account or job.")
	case out.ExternalID == "" && out.Name == "":
		in.wrong("id", "Say which one it is: an id, or a name.")
	case out.ExternalID == "":
		out.ExternalID = byName + fold(out.Name)
	}
	if out.Name == "" {
		out.Name = out.ExternalID
	}
	return out
}
