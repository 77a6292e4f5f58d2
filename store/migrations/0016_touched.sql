-- Why a ticket counts as touched by a person, since when we know that, and who closed it at ConnectWise when that was not us.
-- Of those touched before nobody remembers why.
ALTER TABLE tickets ADD COLUMN touched_why TEXT NOT NULL DEFAULT '';
ALTER TABLE tickets ADD COLUMN touched_at TEXT;
ALTER TABLE tickets ADD COLUMN closed_by TEXT NOT NULL DEFAULT '';

-- When a ticket was opened again the last time, and when anything about it changed that a list shows: the order of the list.
ALTER TABLE tickets ADD COLUMN reopened_at TEXT;
ALTER TABLE tickets ADD COLUMN changed_at TEXT NOT NULL DEFAULT '';
UPDATE tickets SET changed_at = coalesce(closed_at, opened_at, (SELECT max(d.created_at) FROM deliveries d WHERE d.ticket_id = tickets.id), '');
CREATE INDEX tickets_by_change ON tickets (changed_at, id);
CREATE INDEX tickets_by_state_change ON tickets (state, changed_at, id);
