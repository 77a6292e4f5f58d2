package notify_test

import (
	"context"
	"slices"
	"time"

	"psabridge/app"
)

// memory keeps notices as the store does. Some tests run on the real one, so that the two cannot drift apart.
type memory struct {
	notices []app.Notice
	sends   []app.NoticeSent
	told    []app.NoticeTold
}

func (m *memory) Notices(context.Context) (out []app.Notice, _ error) {
	for _, n := range m.notices {
		if n.ClosedAt.IsZero() {
			out = append(out, n)
		}
	}
	return out, nil
}

func (m *memory) SyncNotices(_ context.Context, current []app.Notice, now time.Time) error {
	find := func(list []app.Notice, kind, subject string, open bool) int {
		return slices.IndexFunc(list, func(o app.Notice) bool {
			return o.Kind == kind && o.Subject == subject && (!open || o.ClosedAt.IsZero())
		})
	}
	for i, n := range m.notices {
		if n.ClosedAt.IsZero() && find(current, n.Kind, n.Subject, false) < 0 {
			m.notices[i].ClosedAt = now
		}
	}
	for i, n := range current {
		at := find(m.notices, n.Kind, n.Subject, true)
		switch {
		case find(current, n.Kind, n.Subject, false) < i:
		case at < 0:
			n.ID, n.OpenedAt = int64(len(m.notices)+1), now
			m.notices = append(m.notices, n)
		default:
			m.notices[at].Title, m.notices[at].Text, m.notices[at].Page = n.Title, n.Text, n.Page
		}
	}
	return nil
}

func (m *memory) MarkTold(_ context.Context, ids []int64, now time.Time) error {
	for _, id := range ids {
		m.notices[id-1].ToldAt = now
	}
	return nil
}

func (m *memory) LastTold(context.Context) (map[string]time.Time, error) {
	out := map[string]time.Time{}
	for _, n := range m.notices {
		if n.ToldAt.After(out[n.Kind]) {
			out[n.Kind] = n.ToldAt
		}
	}
	return out, nil
}

func (m *memory) NoticesSent(context.Context) ([]app.NoticeSent, error) { return m.sends, nil }

func (m *memory) SaveNoticeSent(_ context.Context, n app.NoticeSent) error {
	at := slices.IndexFunc(m.sends, func(o app.NoticeSent) bool { return o.Channel == n.Channel })
	if at < 0 {
		m.sends = append(m.sends, n)
		return nil
	}
	if n.OKAt.IsZero() {
		n.OKAt = m.sends[at].OKAt
	}
	m.sends[at] = n
	return nil
}

func (m *memory) SaveNoticesTold(_ context.Context, list []app.NoticeTold) error {
	for _, t := range list {
		m.told = slices.DeleteFunc(m.told, func(o app.NoticeTold) bool { return o.NoticeID == t.NoticeID && o.Channel == t.Channel })
		m.told = append(m.told, t)
	}
	return nil
}

func (m *memory) NoticesTold(_ context.Context, since time.Time) (out []app.NoticeTold, _ error) {
	for _, t := range m.told {
		n := m.notices[t.NoticeID-1]
		t.Kind, t.Subject, t.Owed = n.Kind, n.Subject, t.Owed && n.ClosedAt.IsZero()
		if n.ClosedAt.IsZero() || !t.At.Before(since) {
			out = append(out, t)
		}
	}
	slices.SortFunc(out, func(a, b app.NoticeTold) int { return int(a.NoticeID - b.NoticeID) })
	return out, nil
}
