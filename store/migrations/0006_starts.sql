-- Which server a source's events are from: another one under the same name counts ids of its own.
ALTER TABLE sources ADD COLUMN generation INTEGER NOT NULL DEFAULT 1;

-- SQLite cannot change a UNIQUE, so the table is made anew; what became of the events refers to it and steps aside
-- meanwhile.
CREATE TABLE event_outcomes_kept AS SELECT * FROM event_outcomes;
DROP TABLE event_outcomes;

CREATE TABLE events_new (
  id              INTEGER PRIMARY KEY,
  source          TEXT NOT NULL,
  generation      INTEGER NOT NULL DEFAULT 1,
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
  UNIQUE (source, source_event_id, generation)
) STRICT;

INSERT INTO events_new (id, source, source_event_id, organization, object_kind, object_id, object_name, type, state, severity, level,
    occurred_at, received_at, title, text, body)
  SELECT id, source, source_event_id, organization, object_kind, object_id, object_name, type, state, severity, level,
    occurred_at, received_at, title, text, body FROM events;
DROP TABLE events;
ALTER TABLE events_new RENAME TO events;

CREATE INDEX events_by_organization ON events (source, organization, id);
CREATE INDEX events_by_type ON events (type, id);
CREATE INDEX events_by_received ON events (received_at);

CREATE TRIGGER events_no_update BEFORE UPDATE ON events
BEGIN SELECT RAISE(ABORT, 'events are immutable'); END;

CREATE TABLE event_outcomes (
  event_id     INTEGER PRIMARY KEY REFERENCES events (id) ON DELETE CASCADE,
  outcome      TEXT NOT NULL CHECK (outcome IN ('ticket', 'merged', 'ignored', 'no_rule', 'unmapped', 'suppressed')),
  rule         TEXT NOT NULL,
  reason       TEXT NOT NULL,
  condition_id INTEGER REFERENCES conditions (id)
) STRICT;

INSERT INTO event_outcomes SELECT * FROM event_outcomes_kept;
DROP TABLE event_outcomes_kept;

CREATE INDEX event_outcomes_by_condition ON event_outcomes (condition_id);

-- When something was first shown of an organization: a start line of its own (T4). What a database shows already began
-- with its source.
CREATE TABLE organization_starts (
  source       TEXT NOT NULL,
  organization TEXT NOT NULL,
  what         TEXT NOT NULL,
  started_at   TEXT NOT NULL,
  PRIMARY KEY (source, organization, what)
) STRICT, WITHOUT ROWID;

INSERT INTO organization_starts
  SELECT DISTINCT o.source, o.organization, s.what, b.started_at FROM objects o
    JOIN object_states s ON s.object_id = o.id
    JOIN source_starts b ON b.source = o.source
  WHERE s.what <> 'present' AND NOT (s.what = 'readable' AND s.value <> 'yes');

-- Nobody looks at what was removed, so nothing of it holds.
UPDATE organizations SET state = 'gone' WHERE state = 'present' AND source IN (SELECT name FROM sources WHERE removed_at IS NOT NULL);
UPDATE conditions SET state = 'cleared', wait = 'source_removed', cleared_at = (SELECT removed_at FROM sources WHERE name = conditions.source)
  WHERE cleared_at IS NULL AND source IN (SELECT name FROM sources WHERE removed_at IS NOT NULL);
