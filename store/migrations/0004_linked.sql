-- A ticket that a person linked carries no reference of ours, so its number alone would take another ConnectWise's ticket
-- for it. When it was entered tells the two apart; not known of those linked before.
ALTER TABLE tickets ADD COLUMN linked INTEGER NOT NULL DEFAULT 0 CHECK (linked IN (0, 1));
ALTER TABLE tickets ADD COLUMN entered_at TEXT;

UPDATE tickets SET linked = 1 WHERE EXISTS (SELECT 1 FROM ledger l
  WHERE l.note = 'Linked by hand' AND l.connection = tickets.connection AND l.remote_id = tickets.remote_id);
