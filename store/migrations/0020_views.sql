-- What a list of a page was narrowed to, kept under a name. It belongs to this machine, not to the settings.
CREATE TABLE saved_views (
  id    INTEGER PRIMARY KEY,
  page  TEXT NOT NULL,
  name  TEXT NOT NULL COLLATE NOCASE,
  query TEXT NOT NULL, -- of the page's address, made of the filters the page knows
  UNIQUE (page, name)
) STRICT;
