-- What people were told by e-mail and not yet that it is over, however long ago it ended.
CREATE INDEX conditions_mailed ON conditions (source) WHERE mailed = 'open';

-- Whose quiet time of the e-mails runs: what ended long ago may have been told just now.
CREATE INDEX conditions_mail_quiet ON conditions (source, mail_quiet_until) WHERE mail_quiet_until IS NOT NULL;
