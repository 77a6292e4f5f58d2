package store

import (
	"context"
	"database/sql"
	"time"

	"psabridge/app"
)

const noticeColumns = "SELECT id, kind, subject, title, text, page, opened_at, closed_at, told_at FROM notices"

func scanNotice(s scanner) (n app.Notice, err error) {
	err = s.Scan(&n.ID, &n.Kind, &n.Subject, &n.Title, &n.Text, &n.Page, into(&n.OpenedAt), into(&n.ClosedAt), into(&n.ToldAt))
	return n, err
}

// Notices lists what needs a person now, oldest first.
func (r *Reader) Notices(ctx context.Context) ([]app.Notice, error) {
	list, err := standingNotices(ctx, r.db)
	return list, failed("list notices", err)
}

func standingNotices(ctx context.Context, q querier) ([]app.Notice, error) {
	return all(ctx, q, scanNotice, noticeColumns+" INDEXED BY notices_one_stands WHERE closed_at IS NULL ORDER BY id")
}

type noticeKey struct{ kind, subject string }

// SyncNotices makes what stands equal to current: what is new begins now, what is not there any more was mended, and what
// goes on says what it says now. Two of one kind and subject are one, the first. Nothing is written when nothing changed.
func (s *Store) SyncNotices(ctx context.Context, current []app.Notice, now time.Time) error {
	return s.write(ctx, "sync notices", func(tx *sql.Tx) error {
		stored, err := standingNotices(ctx, tx)
		if err != nil {
			return err
		}
		open := make(map[noticeKey]app.Notice, len(stored))
		for _, n := range stored {
			open[noticeKey{n.Kind, n.Subject}] = n
		}
		seen := make(map[noticeKey]bool, len(current))
		for _, n := range current {
			key := noticeKey{n.Kind, n.Subject}
			if seen[key] {
				continue
			}
			seen[key] = true
			if err := saveNotice(ctx, tx, n, open[key], now); err != nil {
				return err
			}
		}
		for _, n := range stored {
			if seen[noticeKey{n.Kind, n.Subject}] {
				continue
			}
			if err := exec(ctx, tx, "UPDATE notices SET closed_at = ? WHERE id = ?", stamp(now), n.ID); err != nil {
				return err
			}
		}
		return nil
	})
}

// saveNotice opens a notice, or updates what the standing one says; old is zero when none stands.
func saveNotice(ctx context.Context, tx *sql.Tx, n, old app.Notice, now time.Time) error {
	switch {
	case old.ID == 0:
		return exec(ctx, tx, "INSERT INTO notices (kind, subject, title, text, page, opened_at) VALUES (?, ?, ?, ?, ?, ?)",
			n.Kind, n.Subject, n.Title, n.Text, n.Page, stamp(now))
	case n.Title != old.Title || n.Text != old.Text || n.Page != old.Page:
		return exec(ctx, tx, "UPDATE notices SET title = ?, text = ?, page = ? WHERE id = ?", n.Title, n.Text, n.Page, old.ID)
	}
	return nil
}

// MarkTold notes that a person was told of these notices.
func (s *Store) MarkTold(ctx context.Context, ids []int64, now time.Time) error {
	if len(ids) == 0 {
		return nil
	}
	return s.write(ctx, "mark notices told", func(tx *sql.Tx) error {
		return exec(ctx, tx, "UPDATE notices SET told_at = ? WHERE id IN (SELECT value FROM json_each(?))", stamp(now), asJSON{ids})
	})
}

// LastTold returns when a person was told of a kind of notices last, by kind; of those that were mended since, too.
func (r *Reader) LastTold(ctx context.Context) (map[string]time.Time, error) {
	told := map[string]time.Time{}
	_, err := all(ctx, r.db, func(s scanner) (struct{}, error) {
		var kind string
		var at time.Time
		err := s.Scan(&kind, into(&at))
		told[kind] = at
		return struct{}{}, err
	}, "SELECT kind, max(told_at) FROM notices WHERE told_at IS NOT NULL GROUP BY kind")
	return told, failed("read when was told", err)
}

// SaveNoticeSent keeps what came of telling by a channel. One that failed keeps the moment of the last success.
func (s *Store) SaveNoticeSent(ctx context.Context, n app.NoticeSent) error {
	return s.write(ctx, "save what came of a notice", func(tx *sql.Tx) error {
		return exec(ctx, tx, `INSERT INTO notice_sends (channel, at, ok_at, error) VALUES (?, ?, ?, ?)
			ON CONFLICT (channel) DO UPDATE SET at = excluded.at, ok_at = coalesce(excluded.ok_at, ok_at), error = excluded.error`,
			n.Channel, stamp(n.At), stamp(n.OKAt), n.Error)
	})
}

// NoticesSent lists what came of telling by each channel last, by channel; those never used are left out.
func (r *Reader) NoticesSent(ctx context.Context) ([]app.NoticeSent, error) {
	list, err := all(ctx, r.db, func(s scanner) (n app.NoticeSent, err error) {
		err = s.Scan(&n.Channel, into(&n.At), into(&n.OKAt), &n.Error)
		return n, err
	}, "SELECT channel, at, ok_at, error FROM notice_sends ORDER BY channel")
	return list, failed("list what came of notices", err)
}

// SaveNoticesTold keeps what channels told of notices. A notice that was forgotten is left out.
func (s *Store) SaveNoticesTold(ctx context.Context, list []app.NoticeTold) error {
	return s.write(ctx, "save what was told", func(tx *sql.Tx) error {
		for _, t := range list {
			if err := exec(ctx, tx, `INSERT INTO notice_told (notice_id, channel, told_at, owed) SELECT id, ?2, ?3, ?4 FROM notices WHERE id = ?1
				ON CONFLICT (notice_id, channel) DO UPDATE SET told_at = excluded.told_at, owed = excluded.owed`,
				t.NoticeID, t.Channel, stamp(t.At), t.Owed); err != nil {
				return err
			}
		}
		return nil
	})
}

// NoticesTold lists what channels told of the notices that stand, and what they told of others since a moment, oldest notice
// first. Of what was mended nothing is owed.
func (r *Reader) NoticesTold(ctx context.Context, since time.Time) ([]app.NoticeTold, error) {
	list, err := all(ctx, r.db, func(s scanner) (t app.NoticeTold, err error) {
		err = s.Scan(&t.NoticeID, &t.Kind, &t.Subject, &t.Channel, into(&t.At), &t.Owed)
		return t, err
	}, `SELECT n.id, n.kind, n.subject, t.channel, t.told_at, CASE WHEN n.closed_at IS NULL THEN t.owed ELSE 0 END
		FROM notices n CROSS JOIN notice_told t ON t.notice_id = n.id
		WHERE n.id IN (SELECT id FROM notices INDEXED BY notices_one_stands WHERE closed_at IS NULL
			UNION SELECT id FROM notices INDEXED BY notices_by_closed WHERE closed_at >= ?1)
			AND (n.closed_at IS NULL OR t.told_at >= ?1)
		ORDER BY n.id, t.channel`, stamp(since))
	return list, failed("list what was told", err)
}
