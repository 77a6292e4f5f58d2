-- What is neither simply open nor behind a question: these the rules look at whenever time passed. The others, thousands in
-- a flood, need an event.
-- The types are those of momentary conditions, which end by themselves.
CREATE INDEX conditions_restless ON conditions (source, id) WHERE cleared_at IS NULL AND (NOT (state = 'open' AND wait = '' OR state = 'waiting' AND wait IN ('history', 'flood'))
  OR mailed <> '' OR mail_thread NOT IN ('', '-') OR substr(first_event, 1, 8) = 'derived/' OR substr(first_event, 1, 1) = char(9) OR substr(type, 1, 9) = 'activity.'
  OR substr(type, -6) = '.added' OR substr(type, -8) = '.removed' OR type IN ('signin.failures', 'organization.moved'));

-- What recovered, and its ticket was not told yet.
CREATE INDEX conditions_untold ON conditions (source, id) WHERE state = 'cleared' AND wait = 'cleared';
