-- Whether an earlier delivery of its lane is unfinished: thousands of notes may wait behind tickets that wait themselves, and
-- whoever asks what is due must not walk past all of them.
ALTER TABLE deliveries ADD COLUMN behind INTEGER NOT NULL DEFAULT 0 CHECK (behind IN (0, 1));

UPDATE deliveries AS d SET behind = 1 WHERE d.state IN ('waiting', 'sending', 'checking', 'parked')
  AND EXISTS (SELECT 1 FROM deliveries o WHERE o.lane = d.lane AND o.id < d.id
    AND o.state IN ('waiting', 'sending', 'checking', 'parked'));

DROP INDEX deliveries_due;
CREATE INDEX deliveries_due ON deliveries (next_at, id) WHERE state IN ('waiting', 'checking') AND behind = 0;

CREATE TRIGGER deliveries_line_up AFTER INSERT ON deliveries
WHEN EXISTS (SELECT 1 FROM deliveries o WHERE o.lane = new.lane AND o.id < new.id
  AND o.state IN ('waiting', 'sending', 'checking', 'parked'))
BEGIN UPDATE deliveries SET behind = 1 WHERE id = new.id; END;

CREATE TRIGGER deliveries_move_up AFTER UPDATE OF state ON deliveries
WHEN new.state IN ('done', 'dropped')
BEGIN
  UPDATE deliveries SET behind = 0 WHERE behind = 1 AND id = (SELECT o.id FROM deliveries o WHERE o.lane = new.lane
    AND o.state IN ('waiting', 'sending', 'checking', 'parked') ORDER BY o.id LIMIT 1);
END;
