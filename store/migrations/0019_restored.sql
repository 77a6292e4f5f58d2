-- Backups, and what was put back from one.

-- When this copy was made: only ever set in a backup. The folder for second copies, and when the whole file was checked last.
ALTER TABLE install ADD COLUMN backed_up_at TEXT;
ALTER TABLE install ADD COLUMN second_folder TEXT NOT NULL DEFAULT '';
ALTER TABLE install ADD COLUMN verified_at TEXT;

-- Each time this database was put back from a backup. Nothing is sent while one is not reconciled with ConnectWise.
CREATE TABLE restores (
  id            INTEGER PRIMARY KEY,
  at            TEXT NOT NULL,
  backup_at     TEXT NOT NULL,
  file          TEXT NOT NULL,
  kept          TEXT NOT NULL,
  why           TEXT NOT NULL CHECK (why IN ('backup', 'lost_log')),
  stopped       INTEGER NOT NULL, -- agreements of open pushes that are not written
  mails         INTEGER NOT NULL, -- e-mails that waited and may have gone out since
  quantities    INTEGER NOT NULL DEFAULT 0, -- agreement lines that hold another quantity than we knew
  reconciled_at TEXT,
  problem       TEXT NOT NULL DEFAULT ''
) STRICT;

-- Tickets of ours at ConnectWise that this database did not know: they were made after the backup.
CREATE TABLE found_tickets (
  connection TEXT NOT NULL,
  remote_id  INTEGER NOT NULL,
  restore_id INTEGER NOT NULL REFERENCES restores (id),
  xref       TEXT NOT NULL,
  summary    TEXT NOT NULL,
  company_id INTEGER NOT NULL,
  closed     INTEGER NOT NULL CHECK (closed IN (0, 1)),
  entered_at TEXT,
  PRIMARY KEY (connection, remote_id)
) STRICT, WITHOUT ROWID;
