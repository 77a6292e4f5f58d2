-- What a person typed in place of a reading, for one billing month. Every change is kept: the newest row of a key counts, and
-- one without a quantity takes the override away.
CREATE TABLE overrides (
  id           INTEGER PRIMARY KEY,
  source       TEXT NOT NULL,
  organization TEXT NOT NULL,
  meter        TEXT NOT NULL,
  period       TEXT NOT NULL,
  quantity     TEXT,
  unit         TEXT NOT NULL,
  note         TEXT NOT NULL,
  by           TEXT NOT NULL,
  at           TEXT NOT NULL
) STRICT;

CREATE INDEX overrides_by_period ON overrides (period, source, organization, meter, id);

-- Where use and bill did not meet when the plan was made.
ALTER TABLE plans ADD COLUMN findings TEXT NOT NULL DEFAULT '[]';

ALTER TABLE lines ADD COLUMN effective_by TEXT NOT NULL DEFAULT '';
ALTER TABLE lines ADD COLUMN effective_from TEXT;
ALTER TABLE lines ADD COLUMN invoice_period TEXT NOT NULL DEFAULT '';
ALTER TABLE lines ADD COLUMN rule TEXT NOT NULL DEFAULT '';

-- The newest override when the plan was begun: later ones are not in it.
ALTER TABLE plans ADD COLUMN last_override INTEGER NOT NULL DEFAULT 0;
