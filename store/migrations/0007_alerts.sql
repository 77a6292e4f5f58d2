-- Flaps, late events, a quiet until a date and what was told by e-mail.
ALTER TABLE conditions ADD COLUMN comebacks INTEGER NOT NULL DEFAULT 0;
ALTER TABLE conditions ADD COLUMN last_occurred TEXT;
ALTER TABLE conditions ADD COLUMN ack_until TEXT;
ALTER TABLE conditions ADD COLUMN mailed TEXT NOT NULL DEFAULT '' CHECK (mailed IN ('', 'open'));
ALTER TABLE conditions ADD COLUMN mail_quiet_until TEXT;
ALTER TABLE conditions ADD COLUMN mail_thread TEXT NOT NULL DEFAULT '';

-- Who ConnectWise gave the ticket to when it was made: not known of those made before.
ALTER TABLE tickets ADD COLUMN owner TEXT NOT NULL DEFAULT '';

-- A delivery may also be an e-mail. SQLite cannot widen a CHECK, so the table is made anew; attempts refer to it and
-- step aside meanwhile, because a row they point to must never be missing.
CREATE TABLE attempts_kept AS SELECT * FROM attempts;
DROP TABLE attempts;

CREATE TABLE deliveries_new (
  id           INTEGER PRIMARY KEY,
  dedup_key    TEXT NOT NULL UNIQUE,
  lane         TEXT NOT NULL,
  kind         TEXT NOT NULL CHECK (kind IN ('ticket.create', 'ticket.note', 'agreement.write', 'ticket.test', 'alert.mail')),
  connection   TEXT NOT NULL,
  state        TEXT NOT NULL CHECK (state IN ('waiting', 'sending', 'checking', 'done', 'parked', 'dropped')),
  claimed      INTEGER NOT NULL DEFAULT 0 CHECK (claimed IN (0, 1)),
  attempt      INTEGER NOT NULL DEFAULT 0,
  failures     INTEGER NOT NULL DEFAULT 0,
  next_at      TEXT NOT NULL,
  ticket_id    INTEGER REFERENCES tickets (id),
  push_id      INTEGER REFERENCES pushes (id),
  source       TEXT NOT NULL,
  organization TEXT NOT NULL,
  subject      TEXT NOT NULL,
  payload      TEXT NOT NULL,
  reason       TEXT NOT NULL DEFAULT '',
  error_code   TEXT NOT NULL DEFAULT '',
  decided_by   TEXT NOT NULL DEFAULT '',
  created_at   TEXT NOT NULL,
  done_at      TEXT,
  intended     INTEGER NOT NULL DEFAULT 0 CHECK (intended IN (0, 1)),
  checks       INTEGER NOT NULL DEFAULT 0,
  check_since  TEXT,
  CHECK ((done_at IS NOT NULL) = (state IN ('done', 'dropped'))),
  CHECK (claimed = 0 OR state IN ('sending', 'checking')),
  CHECK (claimed = 1 OR state <> 'sending')
) STRICT;

INSERT INTO deliveries_new SELECT * FROM deliveries;
DROP TABLE deliveries;
ALTER TABLE deliveries_new RENAME TO deliveries;

CREATE INDEX deliveries_due ON deliveries (next_at, id) WHERE state IN ('waiting', 'checking');
CREATE INDEX deliveries_unfinished ON deliveries (lane, id) WHERE state IN ('waiting', 'sending', 'checking', 'parked');
CREATE INDEX deliveries_by_state ON deliveries (state, id);
CREATE INDEX deliveries_by_kind ON deliveries (kind, id);
CREATE INDEX deliveries_by_ticket ON deliveries (ticket_id);
CREATE INDEX deliveries_by_push ON deliveries (push_id) WHERE push_id IS NOT NULL;
CREATE INDEX deliveries_by_proof ON deliveries (connection, kind, state, id);

-- What was dropped is counted beside what was done.
CREATE INDEX deliveries_by_done ON deliveries (done_at, state) WHERE done_at IS NOT NULL;
CREATE INDEX deliveries_by_created ON deliveries (created_at);

-- How many tickets were decided lately, those a person asked for aside.
CREATE INDEX deliveries_opening ON deliveries (created_at, connection)
  WHERE kind = 'ticket.create' AND payload ->> '$.reason' NOT IN ('start', 'date_came');

-- The e-mails of one episode, by its first message.
CREATE INDEX deliveries_by_thread ON deliveries (coalesce(payload ->> '$.in_reply_to', payload ->> '$.message_id')) WHERE kind = 'alert.mail';

CREATE TABLE attempts (
  delivery_id INTEGER NOT NULL REFERENCES deliveries (id),
  n           INTEGER NOT NULL,
  started_at  TEXT NOT NULL,
  intent_at   TEXT,
  request     TEXT NOT NULL DEFAULT '',
  outcome     TEXT NOT NULL DEFAULT ''
              CHECK (outcome IN ('', 'done', 'retry', 'waited', 'unknown', 'parked', 'dropped')),
  status      INTEGER NOT NULL DEFAULT 0,
  code        TEXT NOT NULL DEFAULT '',
  error       TEXT NOT NULL DEFAULT '',
  finished_at TEXT,
  PRIMARY KEY (delivery_id, n),
  CHECK ((finished_at IS NULL) = (outcome = ''))
) STRICT, WITHOUT ROWID;

INSERT INTO attempts SELECT * FROM attempts_kept;
DROP TABLE attempts_kept;

-- An event may have been told by e-mail alone.
CREATE TABLE event_outcomes_new (
  event_id     INTEGER PRIMARY KEY REFERENCES events (id) ON DELETE CASCADE,
  outcome      TEXT NOT NULL CHECK (outcome IN ('ticket', 'merged', 'ignored', 'no_rule', 'unmapped', 'mail', 'suppressed')),
  rule         TEXT NOT NULL,
  reason       TEXT NOT NULL,
  condition_id INTEGER REFERENCES conditions (id)
) STRICT;

INSERT INTO event_outcomes_new SELECT * FROM event_outcomes;
DROP TABLE event_outcomes;
ALTER TABLE event_outcomes_new RENAME TO event_outcomes;

CREATE INDEX event_outcomes_by_condition ON event_outcomes (condition_id);

-- The newest recovery of one thing by the source's clock: a problem that is older came late.
CREATE INDEX events_recovered ON events (source, organization, object_kind, object_id, type, occurred_at)
  WHERE state = 'recovery' AND occurred_at IS NOT NULL;

-- What needs a person: one row while it stands, kept a while after it was mended.
CREATE TABLE notices (
  id        INTEGER PRIMARY KEY,
  kind      TEXT NOT NULL,
  subject   TEXT NOT NULL,
  title     TEXT NOT NULL,
  text      TEXT NOT NULL,
  page      TEXT NOT NULL,
  opened_at TEXT NOT NULL,
  closed_at TEXT,
  told_at   TEXT
) STRICT;

CREATE UNIQUE INDEX notices_one_stands ON notices (kind, subject) WHERE closed_at IS NULL;
CREATE INDEX notices_by_closed ON notices (closed_at) WHERE closed_at IS NOT NULL;
CREATE INDEX notices_by_told ON notices (kind, told_at);

-- What came of telling by a channel last.
CREATE TABLE notice_sends (
  channel TEXT PRIMARY KEY,
  at      TEXT NOT NULL,
  ok_at   TEXT,
  error   TEXT NOT NULL
) STRICT;
