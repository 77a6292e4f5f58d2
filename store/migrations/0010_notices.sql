-- How often the other side answered that it is to be asked again later, and since when: a mailbox that is full is not waited
-- for for ever.
ALTER TABLE deliveries ADD COLUMN deferrals INTEGER NOT NULL DEFAULT 0;
ALTER TABLE deliveries ADD COLUMN deferred_since TEXT;

-- The e-mails that did not reach everybody they were for.
CREATE INDEX deliveries_not_for_all ON deliveries (done_at) WHERE kind = 'alert.mail' AND state = 'done' AND reason <> '';

-- What each channel told of a notice, or has still to tell because another one told it: a restart must not forget either.
CREATE TABLE notice_told (
  notice_id INTEGER NOT NULL REFERENCES notices (id) ON DELETE CASCADE,
  channel   TEXT NOT NULL,
  told_at   TEXT, -- when the channel took it, or may have
  owed      INTEGER NOT NULL CHECK (owed IN (0, 1)),
  PRIMARY KEY (notice_id, channel)
) STRICT, WITHOUT ROWID;

-- What stands was told by every channel that worked then.
INSERT INTO notice_told (notice_id, channel, told_at, owed)
  SELECT n.id, s.channel, n.told_at, 0 FROM notices n, notice_sends s WHERE n.told_at IS NOT NULL AND n.closed_at IS NULL;
