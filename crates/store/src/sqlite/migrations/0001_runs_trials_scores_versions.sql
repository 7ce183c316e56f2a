-- Runs with their trials and scores, and the versions of what the project's files said.
-- Nothing here is ever updated or deleted; `number` is the order of arrival.

CREATE TABLE run_starts (
  number        INTEGER PRIMARY KEY,
  id            TEXT    NOT NULL UNIQUE,
  feature       TEXT    NOT NULL,
  identity      TEXT    NOT NULL,
  fresh         INTEGER NOT NULL,
  started_at_ms INTEGER NOT NULL,
  plan          BLOB    NOT NULL
) STRICT;
CREATE INDEX run_starts_by_time     ON run_starts (started_at_ms, id);
CREATE INDEX run_starts_by_feature  ON run_starts (feature, started_at_ms, id);
CREATE INDEX run_starts_by_identity ON run_starts (identity, started_at_ms, id);

CREATE TABLE run_ends (
  number      INTEGER PRIMARY KEY,
  run_id      TEXT    NOT NULL,
  ended_at_ms INTEGER NOT NULL,
  state       TEXT    NOT NULL,
  report      BLOB
) STRICT;
CREATE INDEX run_ends_by_run ON run_ends (run_id, ended_at_ms);

CREATE VIEW runs AS
SELECT s.id, s.feature, s.identity, s.fresh, s.started_at_ms, s.plan, e.ended_at_ms, e.state, e.report
FROM run_starts s
LEFT JOIN run_ends e ON e.number = (
  SELECT number FROM run_ends WHERE run_id = s.id ORDER BY ended_at_ms DESC, number DESC LIMIT 1
);

CREATE TABLE trials (
  number       INTEGER PRIMARY KEY,
  id           TEXT    NOT NULL UNIQUE,
  run_id       TEXT    NOT NULL,
  feature      TEXT    NOT NULL,
  variant      TEXT    NOT NULL,
  case_id      TEXT    NOT NULL,
  trial_index  INTEGER NOT NULL,
  key          TEXT    NOT NULL,
  ended_at_ms  INTEGER NOT NULL,
  latency_ms   REAL,
  cost_usd     REAL,
  failure_kind TEXT,
  simulated    INTEGER NOT NULL
) STRICT;
CREATE INDEX trials_by_key ON trials (key, ended_at_ms);

-- Apart from the hot columns, so that scanning those never reads an answer.
CREATE TABLE trial_bodies (
  trial  INTEGER PRIMARY KEY,
  answer BLOB    NOT NULL
) STRICT;

-- A run may use a trial that an earlier run made.
CREATE TABLE run_trials (
  run_id   TEXT NOT NULL,
  trial_id TEXT NOT NULL,
  PRIMARY KEY (run_id, trial_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE scores (
  number      INTEGER PRIMARY KEY,
  trial_id    TEXT    NOT NULL,
  scorer      TEXT    NOT NULL,
  scorer_hash TEXT    NOT NULL,
  value       REAL,
  label       TEXT,
  explanation TEXT,
  cost_usd    REAL,
  simulated   INTEGER NOT NULL
) STRICT;
CREATE INDEX scores_by_trial ON scores (trial_id, scorer_hash);

CREATE TABLE versions (
  number  INTEGER PRIMARY KEY,
  kind    TEXT NOT NULL,
  name    TEXT NOT NULL,
  hash    TEXT NOT NULL,
  content BLOB NOT NULL,
  UNIQUE (kind, name, hash)
) STRICT;

-- The order in which contents were loaded: an older one may come back.
CREATE TABLE loads (
  number     INTEGER PRIMARY KEY,
  kind       TEXT    NOT NULL,
  name       TEXT    NOT NULL,
  version    INTEGER NOT NULL,
  seen_at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX loads_by_name ON loads (kind, name);
