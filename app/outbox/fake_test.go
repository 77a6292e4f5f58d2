package outbox_test

import (
	"context"
	"slices"
	"strconv"
	"sync"
	"time"

	"psabridge/app"
)

// memory is the store's part of the outbox in memory, with its fences and lanes.
type memory struct {
	mu      sync.Mutex
	rows    []*app.Delivery
	claimed map[int64]bool
	settled []app.Settlement
	intents []app.Intent
	install app.Install
	over    int // so many rows at the start are over and forgotten
	// broken makes Settle fail as a full disk does.
	broken int
}

func newMemory(rows ...app.Delivery) *memory {
	m := &memory{claimed: map[int64]bool{}}
	for _, d := range rows {
		m.add(d)
	}
	return m
}

func (m *memory) add(d app.Delivery) {
	m.mu.Lock()
	defer m.mu.Unlock()
	d.ID = int64(len(m.rows) + 1)
	if d.State == "" {
		d.State = app.DeliveryWaiting
	}
	if d.Connection == "" {
		d.Connection = "cw"
	}
	if d.Kind == "" {
		d.Kind = app.DeliverTicketCreate
	}
	if d.Lane == "" {
		d.Lane = strconv.FormatInt(d.ID, 10)
	}
	m.rows = append(m.rows, &d)
}

func (m *memory) Install(context.Context) (app.Install, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.install, nil
}

func (m *memory) claimable(d *app.Delivery, blocked []string) bool {
	if d.State != app.DeliveryWaiting && d.State != app.DeliveryChecking || m.claimed[d.ID] || slices.Contains(blocked, d.Connection) {
		return false
	}
	for _, o := range m.rows[m.over:] {
		if o.Lane == d.Lane && o.ID < d.ID && o.State != app.DeliveryDone && o.State != app.DeliveryDropped {
			return false
		}
	}
	return true
}

func (m *memory) Claim(_ context.Context, now time.Time, blocked []string) (app.Delivery, bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, d := range m.rows[m.over:] {
		if m.claimable(d, blocked) && !d.NextAt.After(now) {
			m.claimed[d.ID] = true
			d.Attempt++
			if d.State == app.DeliveryWaiting {
				d.State = app.DeliverySending
			}
			return *d, true, nil
		}
	}
	return app.Delivery{}, false, nil
}

func (m *memory) NextDue(_ context.Context, blocked []string) (at time.Time, ok bool, _ error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, d := range m.rows[m.over:] {
		if m.claimable(d, blocked) && (!ok || d.NextAt.Before(at)) {
			at, ok = d.NextAt, true
		}
	}
	return at, ok, nil
}

func (m *memory) fence(id int64, attempt int) error {
	if d := m.rows[id-1]; !m.claimed[id] || d.Attempt != attempt {
		return app.Errorf(app.Conflict, "Not yours any more.")
	}
	return nil
}

func (m *memory) Intent(_ context.Context, in app.Intent) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.fence(in.DeliveryID, in.Attempt); err != nil {
		return err
	}
	m.rows[in.DeliveryID-1].Intended = true
	m.intents = append(m.intents, in)
	return nil
}

func (m *memory) Settle(_ context.Context, st app.Settlement) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.broken > 0 {
		m.broken--
		return app.Errorf(app.Internal, "disk full")
	}
	if err := m.fence(st.DeliveryID, st.Attempt); err != nil {
		return err
	}
	d := m.rows[st.DeliveryID-1]
	d.State, d.NextAt, d.Checks, d.Reason, d.ErrorCode = st.State, st.NextAt, st.Checks, st.Message, st.Code
	if !st.Uncounted && st.State != app.DeliveryDone {
		d.Failures++
	}
	if st.State == app.DeliveryWaiting {
		d.Intended = false
	}
	delete(m.claimed, d.ID)
	m.settled = append(m.settled, st)
	return nil
}

func (m *memory) WakeConnection(_ context.Context, connection string, now time.Time) (n int, _ error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, d := range m.rows {
		if d.Connection == connection && d.State == app.DeliveryWaiting && d.NextAt.After(now) {
			d.NextAt = now
			n++
		}
	}
	return n, nil
}

func (m *memory) delivery(id int64) app.Delivery {
	m.mu.Lock()
	defer m.mu.Unlock()
	return *m.rows[id-1]
}

func (m *memory) takeOver(id int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.rows[id-1].Attempt++
}

func (m *memory) pause(install app.Install) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.install = install
}

// tidy forgets what is over, as nobody asks for it any more; rows keep their numbers.
func (m *memory) tidy() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.settled, m.intents = nil, nil
	for i, d := range m.rows {
		if d.State == app.DeliveryDone || d.State == app.DeliveryParked {
			m.rows[i] = &app.Delivery{ID: d.ID, State: app.DeliveryDropped}
		}
		if m.over == i && m.rows[i].State == app.DeliveryDropped {
			m.over++
		}
	}
}

func (m *memory) counts() (settled, intents int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.settled), len(m.intents)
}
