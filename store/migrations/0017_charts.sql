-- How the polls of a source went, a quarter of an hour each: no zone's hour begins within one. A quarter without a row had no poll.
CREATE TABLE poll_counts (
  source     TEXT NOT NULL,
  at         TEXT NOT NULL,
  ok         INTEGER NOT NULL,
  incomplete INTEGER NOT NULL,
  failed     INTEGER NOT NULL,
  calls      INTEGER NOT NULL,
  PRIMARY KEY (source, at)
) STRICT, WITHOUT ROWID;

-- The deliveries of an hour are counted state by state, and no row is read for it: a hundred thousand may come in a day.
CREATE INDEX deliveries_by_state_created ON deliveries (state, created_at);
