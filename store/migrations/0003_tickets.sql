-- The priority we last saw ourselves set, by ConnectWise's id; 0 is not known. A person who chose another one since is not
-- overruled.
ALTER TABLE tickets ADD COLUMN priority_id INTEGER NOT NULL DEFAULT 0;

-- How far one delivery is.
CREATE INDEX ledger_by_delivery ON ledger (delivery_id, seq);
