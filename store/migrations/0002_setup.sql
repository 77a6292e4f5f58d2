-- What a person said about something no call can prove.
CREATE TABLE confirmations (
  subject TEXT PRIMARY KEY,
  by      TEXT NOT NULL,
  at      TEXT NOT NULL
) STRICT;

-- When the checks of a connection were last made, and a fingerprint of what they were about: its settings and when its keys
-- were set. A check's own moment is that of its last change.
CREATE TABLE check_runs (
  connection TEXT PRIMARY KEY,
  at         TEXT NOT NULL,
  about      TEXT NOT NULL
) STRICT;

INSERT INTO check_runs (connection, at, about) SELECT connection, max(changed_at), '' FROM checks GROUP BY connection;

ALTER TABLE checks ADD COLUMN took_ms INTEGER NOT NULL DEFAULT 0;

-- What a check was when it was tried last: a night on which it was skipped does not make it forget that it was good.
ALTER TABLE checks ADD COLUMN tried TEXT NOT NULL DEFAULT '' CHECK (tried IN ('', 'ok', 'warning', 'failed'));
UPDATE checks SET tried = state WHERE state <> 'skipped';

-- A delivery may also be a test ticket. SQLite cannot widen a CHECK, so the table is made anew; attempts refer to it and
-- step aside meanwhile, because a row they point to must never be missing.
CREATE TABLE attempts_kept AS SELECT * FROM attempts;
DROP TABLE attempts;

CREATE TABLE deliveries_new (
  id           INTEGER PRIMARY KEY,
  dedup_key    TEXT NOT NULL UNIQUE,
  lane         TEXT NOT NULL,
  kind         TEXT NOT NULL CHECK (kind IN ('ticket.create', 'ticket.note', 'agreement.write', 'ticket.test')),
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
CREATE INDEX deliveries_by_done ON deliveries (done_at) WHERE state = 'done';

-- What was proved of the rights of a connection: its newest delivery of a kind in a state.
CREATE INDEX deliveries_by_proof ON deliveries (connection, kind, state, id);

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
