-- Until when a person does not want to be asked what a new organization is.
ALTER TABLE organizations ADD COLUMN later_until TEXT;

-- Tokens that may send to one inbox and do nothing else. The token itself is nowhere kept.
CREATE TABLE inbox_tokens (
  id         INTEGER PRIMARY KEY,
  source     TEXT NOT NULL,
  name       TEXT NOT NULL,
  sha256     BLOB NOT NULL UNIQUE CHECK (length(sha256) = 32),
  ends_with  TEXT NOT NULL,
  created_at TEXT NOT NULL,
  revoked_at TEXT
) STRICT;

CREATE INDEX inbox_tokens_by_source ON inbox_tokens (source, id);

-- How the columns of a file become readings, by the hash of its headers.
CREATE TABLE csv_mappings (
  source      TEXT NOT NULL,
  header_hash TEXT NOT NULL,
  mapping     TEXT NOT NULL,
  PRIMARY KEY (source, header_hash)
) STRICT, WITHOUT ROWID;

-- What brought readings into an inbox, and what came of its rows.
CREATE TABLE imports (
  id            INTEGER PRIMARY KEY,
  source        TEXT NOT NULL,
  at            TEXT NOT NULL,
  by            TEXT NOT NULL,
  file          TEXT NOT NULL,
  covers        TEXT NOT NULL,
  rows          INTEGER NOT NULL,
  blank         INTEGER NOT NULL,
  totals        INTEGER NOT NULL,
  duplicates    INTEGER NOT NULL,
  left_out      INTEGER NOT NULL,
  readings      INTEGER NOT NULL,
  organizations INTEGER NOT NULL,
  wrong         INTEGER NOT NULL,
  problems      TEXT NOT NULL
) STRICT;

CREATE INDEX imports_by_source ON imports (source, id);

-- What a source answered last where its fields are not documented: to be looked at. Organization is empty for what
-- belongs to none.
CREATE TABLE raw_records (
  source       TEXT NOT NULL,
  organization TEXT NOT NULL,
  what         TEXT NOT NULL,
  read_at      TEXT NOT NULL,
  body         TEXT,
  understood   INTEGER NOT NULL CHECK (understood IN (0, 1)),
  note         TEXT NOT NULL,
  PRIMARY KEY (source, organization, what)
) STRICT;

-- A push asks for the statements of one month (M9).
CREATE INDEX readings_covering ON readings (covers, source) WHERE covers <> '';
