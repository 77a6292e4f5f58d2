-- Who was told by e-mail that it holds: they hear that it is over although their rule is gone.
ALTER TABLE conditions ADD COLUMN mail_to TEXT NOT NULL DEFAULT '';

-- What people were told by e-mail and not yet that it is over, however long ago it ended.
CREATE INDEX conditions_mailed ON conditions (source) WHERE mailed = 'open';
