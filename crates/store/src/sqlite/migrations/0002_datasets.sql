-- Versions of datasets. A version is a list of chunks; a chunk is some hundred consecutive cases, cut where their content says,
-- so that an edit writes one or two chunks again and not the list. Bodies are kept once, whatever chunk or version uses them.

CREATE TABLE case_bodies (
  number INTEGER PRIMARY KEY,
  hash   BLOB    NOT NULL UNIQUE,
  body   BLOB    NOT NULL
) STRICT;

-- Small columns first: listing chunks reads no blob.
CREATE TABLE case_chunks (
  number      INTEGER PRIMARY KEY,
  key         BLOB    NOT NULL UNIQUE,
  n           INTEGER NOT NULL,
  n_gate      INTEGER NOT NULL,
  least_id    TEXT    NOT NULL,
  greatest_id TEXT    NOT NULL,
  unlisted    TEXT    NOT NULL,
  gate        BLOB    NOT NULL,
  bodies      BLOB    NOT NULL,
  ids         BLOB    NOT NULL
) STRICT;

-- What a case says, in lower case: read whole for a search in texts.
CREATE TABLE chunk_texts (
  chunk INTEGER PRIMARY KEY,
  texts BLOB    NOT NULL
) STRICT;

-- Which cases of a chunk have a value: one bit for each case.
CREATE TABLE chunk_values (
  chunk INTEGER NOT NULL,
  name  TEXT    NOT NULL,
  value TEXT    NOT NULL,
  cases BLOB    NOT NULL,
  PRIMARY KEY (chunk, name, value)
) STRICT, WITHOUT ROWID;

-- `load` is the order of the last load; NULL while the version is written, which hides it.
CREATE TABLE dataset_versions (
  number        INTEGER PRIMARY KEY,
  id            TEXT    NOT NULL UNIQUE,
  dataset       TEXT    NOT NULL,
  load          INTEGER,
  hash          TEXT    NOT NULL,
  n             INTEGER NOT NULL,
  n_gate        INTEGER NOT NULL,
  first_seen_ms INTEGER NOT NULL,
  last_seen_ms  INTEGER NOT NULL,
  stamp         BLOB    NOT NULL,
  about         BLOB    NOT NULL
) STRICT;
CREATE INDEX dataset_versions_by_load ON dataset_versions (dataset, load);

CREATE TABLE version_chunks (
  version INTEGER NOT NULL,
  first   INTEGER NOT NULL,
  chunk   INTEGER NOT NULL,
  PRIMARY KEY (version, first)
) STRICT, WITHOUT ROWID;
