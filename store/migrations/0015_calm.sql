-- How long all was well within an episode that came back before its recovery was told: what a ticket says of the time
-- it was down leaves that out. Not known of those that did so before.
ALTER TABLE conditions ADD COLUMN calm_ms INTEGER NOT NULL DEFAULT 0 CHECK (calm_ms >= 0);
