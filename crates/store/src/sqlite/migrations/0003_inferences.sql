-- What applications asked for in production, what people did with the answers, and sums of it by the hour.
-- `number` is the order of arrival, and never given twice: whoever reads after a number misses nothing.
-- Rows go only when their time is over; what one user left is overwritten on request. Sums stay.

-- Columns by which rows are filtered come first. Few indices: each costs every request of every application.
-- The row with the greatest number never goes, so that `number` needs no sequence.
CREATE TABLE inferences (
  number               INTEGER PRIMARY KEY,
  id                   TEXT    NOT NULL UNIQUE,
  received_at_ms       INTEGER NOT NULL,
  outcome              TEXT    NOT NULL,
  feature              TEXT,
  variant              TEXT,
  conversation         TEXT,
  user                 TEXT,
  key                  TEXT,
  endpoint             TEXT    NOT NULL,
  variant_hash         TEXT,
  unproven             INTEGER NOT NULL,
  simulated            INTEGER NOT NULL,
  asked                TEXT,
  served               TEXT,
  fingerprint          TEXT,
  response_id          TEXT,
  status               INTEGER NOT NULL,
  streamed             INTEGER NOT NULL,
  first_chunk_ms       REAL,
  latency_ms           REAL    NOT NULL,
  input_tokens         INTEGER,
  cached_input_tokens  INTEGER,
  cache_write_tokens   INTEGER,
  output_tokens        INTEGER,
  usage_estimated      INTEGER NOT NULL,
  cost_usd             REAL,
  n_attempts           INTEGER NOT NULL,
  failure_kind         TEXT,
  tags                 TEXT,
  erased               INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX inferences_by_feature      ON inferences (feature);
CREATE INDEX inferences_by_response     ON inferences (response_id)  WHERE response_id IS NOT NULL;
CREATE INDEX inferences_by_conversation ON inferences (conversation) WHERE conversation IS NOT NULL;
CREATE INDEX inferences_by_user         ON inferences (user)         WHERE user IS NOT NULL;
CREATE INDEX inferences_that_broke      ON inferences (outcome)      WHERE outcome <> 'answered';

-- Request, text, tool calls, inputs and attempts, apart so that scanning the others never reads them.
CREATE TABLE inference_bodies (
  inference INTEGER PRIMARY KEY,
  body      BLOB    NOT NULL
) STRICT;

-- Sums for dashboards. An empty text stands for what is not known.
-- `first` and `last` bound the numbers of the hour's rows, so that a time needs no index of its own.
CREATE TABLE inference_hours (
  hour                INTEGER NOT NULL,
  feature             TEXT    NOT NULL,
  variant             TEXT    NOT NULL,
  served              TEXT    NOT NULL,
  simulated           INTEGER NOT NULL,
  first               INTEGER NOT NULL,
  last                INTEGER NOT NULL,
  n                   INTEGER NOT NULL,
  n_failed            INTEGER NOT NULL,
  n_cut               INTEGER NOT NULL,
  n_cancelled         INTEGER NOT NULL,
  n_retried           INTEGER NOT NULL,
  input_tokens        INTEGER NOT NULL,
  cached_input_tokens INTEGER NOT NULL,
  cache_write_tokens  INTEGER NOT NULL,
  output_tokens       INTEGER NOT NULL,
  cost_usd            REAL    NOT NULL,
  n_cost_unknown      INTEGER NOT NULL,
  latency             BLOB    NOT NULL,
  first_chunk         BLOB    NOT NULL,
  PRIMARY KEY (hour, feature, variant, served, simulated)
) STRICT, WITHOUT ROWID;

-- What each key spent.
CREATE TABLE key_hours (
  hour           INTEGER NOT NULL,
  key            TEXT    NOT NULL,
  simulated      INTEGER NOT NULL,
  n              INTEGER NOT NULL,
  cost_usd       REAL    NOT NULL,
  n_cost_unknown INTEGER NOT NULL,
  PRIMARY KEY (hour, key, simulated)
) STRICT, WITHOUT ROWID;

CREATE TABLE signals (
  number         INTEGER PRIMARY KEY AUTOINCREMENT,
  id             TEXT    NOT NULL UNIQUE,
  kind           TEXT    NOT NULL,
  at_ms          INTEGER NOT NULL,
  received_at_ms INTEGER NOT NULL,
  feature        TEXT,
  inference_id   TEXT,
  response_id    TEXT,
  conversation   TEXT,
  user           TEXT,
  session        TEXT,
  release        TEXT,
  source         TEXT    NOT NULL,
  data           BLOB
) STRICT;
CREATE INDEX signals_by_user ON signals (user) WHERE user IS NOT NULL;

-- Which inference a signal is about: one row when the signal arrives, one more when its inference is found later.
-- The other columns repeat what is counted by; `received_at_ms` is the inference's.
CREATE TABLE signal_bindings (
  number         INTEGER PRIMARY KEY AUTOINCREMENT,
  signal         INTEGER NOT NULL,
  inference      INTEGER,
  received_at_ms INTEGER,
  feature        TEXT,
  variant        TEXT,
  kind           TEXT    NOT NULL,
  class          TEXT    NOT NULL,
  user           TEXT
) STRICT;
CREATE INDEX signal_bindings_by_signal    ON signal_bindings (signal);
CREATE INDEX signal_bindings_by_inference ON signal_bindings (inference) WHERE inference IS NOT NULL;
CREATE INDEX signal_bindings_by_kind      ON signal_bindings (kind, inference, class) WHERE inference IS NOT NULL;
CREATE INDEX signal_bindings_by_feature   ON signal_bindings
  (feature, received_at_ms, variant, kind, class, inference, user) WHERE inference IS NOT NULL;

-- Signals whose inference has not arrived: no facts but a list of work, usually empty.
CREATE TABLE waiting_signals (
  target         TEXT    NOT NULL,
  signal         INTEGER NOT NULL,
  at_ms          INTEGER NOT NULL,
  received_at_ms INTEGER NOT NULL,
  PRIMARY KEY (target, signal)
) STRICT, WITHOUT ROWID;
CREATE INDEX waiting_signals_by_signal ON waiting_signals (signal);
CREATE INDEX waiting_signals_by_time   ON waiting_signals (received_at_ms);

CREATE TABLE live_scores (
  number       INTEGER PRIMARY KEY AUTOINCREMENT,
  inference_id TEXT    NOT NULL,
  feature      TEXT,
  variant      TEXT,
  chance       REAL    NOT NULL,
  scored_at_ms INTEGER NOT NULL,
  scorer       TEXT    NOT NULL,
  scorer_hash  TEXT    NOT NULL,
  value        REAL,
  label        TEXT,
  explanation  TEXT,
  cost_usd     REAL,
  simulated    INTEGER NOT NULL
) STRICT;
CREATE INDEX live_scores_by_inference ON live_scores (inference_id, scorer_hash);
CREATE INDEX live_scores_by_feature   ON live_scores (feature);

-- What was lost, and why.
CREATE TABLE drops (
  number INTEGER PRIMARY KEY,
  at_ms  INTEGER NOT NULL,
  reason TEXT    NOT NULL,
  n      INTEGER NOT NULL
) STRICT;
CREATE INDEX drops_by_time ON drops (at_ms);
