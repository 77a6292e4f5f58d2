-- How often the agreement bills, in words, as it was when the line was planned; and as a person confirmed it for what was written.
-- Of what was written before nobody knows, so a cycle that is not monthly is asked about once more.
ALTER TABLE lines ADD COLUMN cycle TEXT NOT NULL DEFAULT '';
ALTER TABLE additions ADD COLUMN cycle TEXT NOT NULL DEFAULT '';

-- A line that was right as it was is billed by us like one we wrote: when its last organization leaves it must not be forgotten.
INSERT OR IGNORE INTO additions (connection, addition_id, agreement_id, product_id, last_verified, created_by_us, confirmed, method, push_id)
  SELECT p.connection, l.addition_id, l.agreement_id, l.product_id, l.after, 0, 0, l.method, p.id
  FROM pushes p JOIN lines l ON l.plan_id = p.plan_id
  WHERE p.undo_of IS NULL AND l.verdict = 'same' AND l.state = 'done' AND l.addition_id <> 0
  ORDER BY p.id DESC;
