-- Times are UTC, RFC 3339 with milliseconds, as text: they sort as they happened and read well in sqlite3.
-- Quantities are text too, because SQLite would make floats of them.

CREATE TABLE install (
  id           INTEGER PRIMARY KEY CHECK (id = 1),
  install_id   TEXT NOT NULL,
  host_label   TEXT NOT NULL,
  paused       INTEGER NOT NULL DEFAULT 0 CHECK (paused IN (0, 1)),
  paused_until TEXT,
  pause_reason TEXT NOT NULL DEFAULT '',
  created_at   TEXT NOT NULL
) STRICT;

-- Settings: the document as revisions, and its rows for joins. Rows that left the document stay as tombstones.

CREATE TABLE settings_revisions (
  rev      INTEGER PRIMARY KEY,
  at       TEXT NOT NULL,
  by       TEXT NOT NULL,
  document BLOB NOT NULL,
  diff     TEXT NOT NULL
) STRICT;

CREATE TRIGGER settings_revisions_no_update BEFORE UPDATE ON settings_revisions
BEGIN SELECT RAISE(ABORT, 'settings revisions are append-only'); END;

CREATE TRIGGER settings_revisions_no_delete BEFORE DELETE ON settings_revisions
BEGIN SELECT RAISE(ABORT, 'settings revisions are append-only'); END;

CREATE TABLE sources (
  name       TEXT PRIMARY KEY,
  kind       TEXT NOT NULL,
  config     TEXT NOT NULL,
  removed_at TEXT
) STRICT;

CREATE TABLE connections (
  name       TEXT PRIMARY KEY,
  system     TEXT NOT NULL,
  config     TEXT NOT NULL,
  removed_at TEXT
) STRICT;

CREATE TABLE rules (
  name       TEXT PRIMARY KEY,
  position   INTEGER NOT NULL,
  config     TEXT NOT NULL,
  removed_at TEXT
) STRICT;

-- No foreign key to organizations: a document may name organizations that were not read yet.
CREATE TABLE mappings (
  source       TEXT NOT NULL,
  external_id  TEXT NOT NULL,
  psa          TEXT NOT NULL,
  company_id   INTEGER NOT NULL,
  agreement_id INTEGER NOT NULL,
  bill         TEXT NOT NULL,
  removed_at   TEXT,
  PRIMARY KEY (source, external_id)
) STRICT;

-- The value of a secret is in the keychain only.
CREATE TABLE secrets (
  name       TEXT PRIMARY KEY,
  backend    TEXT NOT NULL,
  bound_host TEXT NOT NULL,
  set_at     TEXT NOT NULL,
  ends_with  TEXT NOT NULL
) STRICT;

-- Cached lists of a connection. A load is kept apart from its rows, because a list may be empty.

CREATE TABLE option_loads (
  connection TEXT NOT NULL,
  list       TEXT NOT NULL,
  parent     INTEGER NOT NULL,
  loaded_at  TEXT NOT NULL,
  PRIMARY KEY (connection, list, parent)
) STRICT;

CREATE TABLE options (
  connection TEXT NOT NULL,
  list       TEXT NOT NULL,
  parent     INTEGER NOT NULL,
  remote_id  INTEGER NOT NULL,
  position   INTEGER NOT NULL,
  identifier TEXT NOT NULL,
  name       TEXT NOT NULL,
  inactive   INTEGER NOT NULL CHECK (inactive IN (0, 1)),
  body       TEXT,
  loaded_at  TEXT NOT NULL,
  PRIMARY KEY (connection, list, parent, remote_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE checks (
  connection TEXT NOT NULL,
  check_id   TEXT NOT NULL,
  position   INTEGER NOT NULL,
  title      TEXT NOT NULL,
  state      TEXT NOT NULL CHECK (state IN ('ok', 'warning', 'failed', 'skipped')),
  message    TEXT NOT NULL,
  fix        TEXT NOT NULL,
  changed_at TEXT NOT NULL,
  PRIMARY KEY (connection, check_id)
) STRICT;

-- What the sources show.

-- When the first complete reading of a source was stored: the start line of its alerts.
CREATE TABLE source_starts (
  source     TEXT PRIMARY KEY,
  started_at TEXT NOT NULL
) STRICT;

CREATE TABLE cursors (
  source      TEXT NOT NULL,
  stream      TEXT NOT NULL,
  external_id TEXT NOT NULL,
  mark        TEXT NOT NULL,
  PRIMARY KEY (source, stream, external_id)
) STRICT;

CREATE TABLE organizations (
  id                 INTEGER PRIMARY KEY,
  source             TEXT NOT NULL,
  external_id        TEXT NOT NULL,
  parent_external_id TEXT NOT NULL,
  name               TEXT NOT NULL,
  state              TEXT NOT NULL CHECK (state IN ('present', 'gone', 'ignored')),
  active             INTEGER NOT NULL CHECK (active IN (0, 1)),
  trial_until        TEXT,
  first_seen         TEXT NOT NULL,
  last_seen          TEXT NOT NULL,
  UNIQUE (source, external_id)
) STRICT;

CREATE TABLE objects (
  id           INTEGER PRIMARY KEY,
  source       TEXT NOT NULL,
  kind         TEXT NOT NULL,
  external_id  TEXT NOT NULL,
  organization TEXT NOT NULL,
  name         TEXT NOT NULL,
  UNIQUE (source, kind, external_id)
) STRICT;

-- Changes only: a row says what held from one moment to another; the one without an end holds now.
CREATE TABLE object_states (
  object_id INTEGER NOT NULL REFERENCES objects (id),
  what      TEXT NOT NULL,
  from_at   TEXT NOT NULL,
  value     TEXT NOT NULL,
  since     TEXT,
  to_at     TEXT,
  PRIMARY KEY (object_id, what, from_at)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX object_states_current ON object_states (object_id, what) WHERE to_at IS NULL;

CREATE TABLE events (
  id              INTEGER PRIMARY KEY,
  source          TEXT NOT NULL,
  source_event_id TEXT NOT NULL,
  organization    TEXT NOT NULL,
  object_kind     TEXT NOT NULL,
  object_id       TEXT NOT NULL,
  object_name     TEXT NOT NULL,
  type            TEXT NOT NULL,
  state           TEXT NOT NULL CHECK (state IN ('problem', 'recovery', 'info')),
  severity        TEXT NOT NULL CHECK (severity IN ('', 'info', 'warning', 'critical')),
  level           INTEGER NOT NULL,
  occurred_at     TEXT,
  received_at     TEXT NOT NULL,
  title           TEXT NOT NULL,
  text            TEXT NOT NULL,
  body            TEXT,
  UNIQUE (source, source_event_id)
) STRICT;

CREATE INDEX events_by_organization ON events (source, organization, id);
CREATE INDEX events_by_type ON events (type, id);
CREATE INDEX events_by_received ON events (received_at);

CREATE TRIGGER events_no_update BEFORE UPDATE ON events
BEGIN SELECT RAISE(ABORT, 'events are immutable'); END;

-- Alerts.

CREATE TABLE tickets (
  id                INTEGER PRIMARY KEY,
  xref              TEXT NOT NULL UNIQUE,
  scope_key         TEXT NOT NULL,
  connection        TEXT NOT NULL,
  remote_id         INTEGER,
  summary           TEXT NOT NULL,
  board             TEXT NOT NULL,
  status            TEXT NOT NULL,
  state             TEXT NOT NULL CHECK (state IN ('pending', 'open', 'closed', 'unknown')),
  touched           INTEGER NOT NULL CHECK (touched IN (0, 1)),
  opened_at         TEXT,
  closed_at         TEXT,
  remote_updated_at TEXT,
  UNIQUE (connection, remote_id)
) STRICT;

-- A ticket ConnectWise no longer shows counts as closed by a person, so it does not keep the next one from opening.
CREATE UNIQUE INDEX tickets_one_per_scope ON tickets (connection, scope_key) WHERE state IN ('pending', 'open');
CREATE INDEX tickets_by_state ON tickets (state, id);
CREATE INDEX tickets_by_connection ON tickets (connection, id);
CREATE INDEX tickets_by_connection_state ON tickets (connection, state, id);
CREATE INDEX tickets_by_number ON tickets (remote_id) WHERE remote_id IS NOT NULL;
CREATE INDEX tickets_by_opened ON tickets (opened_at);
CREATE INDEX tickets_by_closed ON tickets (closed_at);

CREATE TABLE conditions (
  id           INTEGER PRIMARY KEY,
  key          TEXT NOT NULL,
  episode      INTEGER NOT NULL,
  source       TEXT NOT NULL,
  organization TEXT NOT NULL,
  object_kind  TEXT NOT NULL,
  object_id    TEXT NOT NULL,
  object_name  TEXT NOT NULL,
  type         TEXT NOT NULL,
  severity     TEXT NOT NULL CHECK (severity IN ('', 'info', 'warning', 'critical')),
  level        INTEGER NOT NULL,
  rule         TEXT NOT NULL,
  state        TEXT NOT NULL CHECK (state IN ('waiting', 'open', 'quiet', 'cleared')),
  wait         TEXT NOT NULL,
  occurrences  INTEGER NOT NULL,
  first_at     TEXT NOT NULL,
  last_at      TEXT NOT NULL,
  cleared_at   TEXT,
  quiet_until  TEXT,
  ticket_id    INTEGER REFERENCES tickets (id),
  first_event  TEXT NOT NULL,
  title        TEXT NOT NULL,
  text         TEXT NOT NULL,
  UNIQUE (key, episode),
  CHECK ((cleared_at IS NOT NULL) = (state = 'cleared'))
) STRICT;

CREATE UNIQUE INDEX conditions_one_holds ON conditions (key) WHERE cleared_at IS NULL;
CREATE INDEX conditions_holding ON conditions (source, id) WHERE cleared_at IS NULL;
CREATE INDEX conditions_by_cleared ON conditions (cleared_at) WHERE cleared_at IS NOT NULL;
CREATE INDEX conditions_by_organization ON conditions (source, organization, id);
CREATE INDEX conditions_by_state ON conditions (state, id);
CREATE INDEX conditions_by_ticket ON conditions (ticket_id);

CREATE TABLE event_outcomes (
  event_id     INTEGER PRIMARY KEY REFERENCES events (id) ON DELETE CASCADE,
  outcome      TEXT NOT NULL CHECK (outcome IN ('ticket', 'merged', 'ignored', 'no_rule', 'unmapped', 'suppressed')),
  rule         TEXT NOT NULL,
  reason       TEXT NOT NULL,
  condition_id INTEGER REFERENCES conditions (id)
) STRICT;

CREATE INDEX event_outcomes_by_condition ON event_outcomes (condition_id);

-- Money.

CREATE TABLE readings (
  id           INTEGER PRIMARY KEY,
  source       TEXT NOT NULL,
  organization TEXT NOT NULL,
  meter        TEXT NOT NULL,
  basis        TEXT NOT NULL CHECK (basis IN ('own', 'inclusive')),
  day          TEXT NOT NULL,
  covers       TEXT NOT NULL,
  quantity     TEXT NOT NULL,
  unit         TEXT NOT NULL,
  complete     INTEGER NOT NULL CHECK (complete IN (0, 1)),
  problem      TEXT NOT NULL,
  method       TEXT NOT NULL,
  as_of        TEXT NOT NULL,
  newest       INTEGER NOT NULL CHECK (newest IN (0, 1)),
  UNIQUE (source, organization, meter, basis, day, covers)
) STRICT;

-- The newest readings are asked for often and are few; the others are kept 13 months.
CREATE UNIQUE INDEX readings_newest ON readings (source, organization, meter, basis) WHERE newest = 1;

CREATE TABLE plans (
  id           INTEGER PRIMARY KEY,
  connection   TEXT NOT NULL,
  period       TEXT NOT NULL,
  trigger      TEXT NOT NULL CHECK (trigger IN ('person', 'schedule', 'api')),
  state        TEXT NOT NULL CHECK (state IN ('open', 'approved', 'superseded')),
  digest       TEXT NOT NULL,
  settings_rev INTEGER NOT NULL,
  undo_of      INTEGER REFERENCES pushes (id),
  created_at   TEXT NOT NULL,
  complete     INTEGER NOT NULL CHECK (complete IN (0, 1)),
  problems     TEXT NOT NULL
) STRICT;

-- A due moment makes one plan, whatever became of it (M2).
CREATE UNIQUE INDEX plans_one_scheduled ON plans (connection, period) WHERE trigger = 'schedule';
CREATE INDEX plans_by_period ON plans (connection, period, id);
CREATE INDEX plans_open ON plans (connection) WHERE state = 'open';

CREATE TABLE lines (
  id             INTEGER PRIMARY KEY,
  plan_id        INTEGER NOT NULL REFERENCES plans (id),
  meter          TEXT NOT NULL,
  product        TEXT NOT NULL,
  product_id     INTEGER NOT NULL,
  company_id     INTEGER NOT NULL,
  company        TEXT NOT NULL,
  agreement_id   INTEGER NOT NULL,
  agreement      TEXT NOT NULL,
  addition_id    INTEGER NOT NULL,
  before         TEXT,
  after          TEXT NOT NULL,
  unit           TEXT NOT NULL,
  shares         TEXT NOT NULL,
  verdict        TEXT NOT NULL CHECK (verdict IN ('update', 'create', 'same', 'hold', 'skipped')),
  state          TEXT NOT NULL CHECK (state IN ('planned', 'writing', 'done', 'changed_underneath', 'unknown', 'failed')),
  holds          TEXT NOT NULL,
  decision       TEXT NOT NULL CHECK (decision IN ('', 'released', 'skipped', 'corrected')),
  decided_by     TEXT NOT NULL,
  note           TEXT NOT NULL,
  unit_price     TEXT,
  amount_change  TEXT,
  next_invoice   TEXT,
  prorate        INTEGER NOT NULL CHECK (prorate IN (0, 1)),
  effective_date TEXT,
  bill_customer  TEXT NOT NULL,
  cancelled_date TEXT,
  reason         TEXT NOT NULL,
  error          TEXT NOT NULL,
  written_at     TEXT,
  method         TEXT NOT NULL
) STRICT;

CREATE INDEX lines_by_plan ON lines (plan_id, id);

-- One line per agreement and product (M5). Lines that miss one of them are held and may be several.
CREATE UNIQUE INDEX lines_one_per_product ON lines (plan_id, agreement_id, product_id)
  WHERE agreement_id <> 0 AND product_id <> 0;

CREATE TABLE pushes (
  id          INTEGER PRIMARY KEY,
  plan_id     INTEGER NOT NULL UNIQUE REFERENCES plans (id),
  connection  TEXT NOT NULL,
  period      TEXT NOT NULL,
  trigger     TEXT NOT NULL CHECK (trigger IN ('person', 'schedule', 'api')),
  state       TEXT NOT NULL CHECK (state IN ('writing', 'done', 'incomplete', 'undone')),
  approved_by TEXT NOT NULL,
  approved_at TEXT NOT NULL,
  undo_of     INTEGER REFERENCES pushes (id),
  done_at     TEXT,
  CHECK ((done_at IS NULL) = (state = 'writing'))
) STRICT;

CREATE UNIQUE INDEX pushes_one_writing ON pushes (connection) WHERE state = 'writing';
CREATE INDEX pushes_by_period ON pushes (connection, period, id);

CREATE TABLE additions (
  connection    TEXT NOT NULL,
  addition_id   INTEGER NOT NULL,
  agreement_id  INTEGER NOT NULL,
  product_id    INTEGER NOT NULL,
  last_verified TEXT NOT NULL,
  created_by_us INTEGER NOT NULL CHECK (created_by_us IN (0, 1)),
  confirmed     INTEGER NOT NULL CHECK (confirmed IN (0, 1)),
  method        TEXT NOT NULL,
  push_id       INTEGER REFERENCES pushes (id),
  PRIMARY KEY (connection, addition_id)
) STRICT;

-- What was counted, gzipped JSON: for the newest reading of each kind and for every planned line.
CREATE TABLE evidence (
  id         INTEGER PRIMARY KEY,
  reading_id INTEGER UNIQUE REFERENCES readings (id) ON DELETE CASCADE,
  line_id    INTEGER UNIQUE REFERENCES lines (id),
  items      BLOB NOT NULL,
  CHECK ((reading_id IS NULL) <> (line_id IS NULL))
) STRICT;

-- The outbox and what it did.

CREATE TABLE deliveries (
  id           INTEGER PRIMARY KEY,
  dedup_key    TEXT NOT NULL UNIQUE,
  lane         TEXT NOT NULL,
  kind         TEXT NOT NULL CHECK (kind IN ('ticket.create', 'ticket.note', 'agreement.write')),
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

CREATE INDEX deliveries_due ON deliveries (next_at, id) WHERE state IN ('waiting', 'checking');
CREATE INDEX deliveries_unfinished ON deliveries (lane, id) WHERE state IN ('waiting', 'sending', 'checking', 'parked');
CREATE INDEX deliveries_by_state ON deliveries (state, id);
CREATE INDEX deliveries_by_kind ON deliveries (kind, id);
CREATE INDEX deliveries_by_ticket ON deliveries (ticket_id);
CREATE INDEX deliveries_by_push ON deliveries (push_id) WHERE push_id IS NOT NULL;
CREATE INDEX deliveries_by_done ON deliveries (done_at) WHERE state = 'done';

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

-- Everything written to ConnectWise. hash covers the row and the hash before it, so a row that was changed or taken
-- out behind the triggers' back is found.
CREATE TABLE ledger (
  seq         INTEGER PRIMARY KEY AUTOINCREMENT,
  at          TEXT NOT NULL,
  phase       TEXT NOT NULL CHECK (phase IN ('intent', 'outcome')),
  connection  TEXT NOT NULL,
  object      TEXT NOT NULL,
  before      TEXT NOT NULL,
  after       TEXT NOT NULL,
  remote_id   INTEGER NOT NULL,
  delivery_id INTEGER NOT NULL,
  n           INTEGER NOT NULL,
  by          TEXT NOT NULL,
  note        TEXT NOT NULL,
  hash        TEXT NOT NULL
) STRICT;

CREATE INDEX ledger_by_connection ON ledger (connection, seq);

CREATE TRIGGER ledger_no_update BEFORE UPDATE ON ledger
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;

CREATE TRIGGER ledger_no_delete BEFORE DELETE ON ledger
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
