-- Sums of signals by the hour of the inference that they are about, so that a page about a month reads no signal.

-- `n_inferences` counts an inference once for each kind and class, whatever variant it had.
CREATE TABLE signal_hours (
  feature      TEXT    NOT NULL,
  hour         INTEGER NOT NULL,
  variant      TEXT    NOT NULL,
  kind         TEXT    NOT NULL,
  class        TEXT    NOT NULL,
  n            INTEGER NOT NULL,
  n_inferences INTEGER NOT NULL,
  PRIMARY KEY (feature, hour, variant, kind, class)
) STRICT, WITHOUT ROWID;
INSERT INTO signal_hours
SELECT feature, received_at_ms / 3600000, ifnull(variant, ''), kind, class, count(*), count(DISTINCT inference)
FROM signal_bindings WHERE inference IS NOT NULL AND feature IS NOT NULL
GROUP BY 1, 2, 3, 4, 5;

-- When each model and system behind a variant was first seen; few rows, which outlive the inferences.
CREATE TABLE served_firsts (
  feature     TEXT    NOT NULL,
  variant     TEXT    NOT NULL,
  served      TEXT    NOT NULL,
  fingerprint TEXT    NOT NULL,
  at_ms       INTEGER NOT NULL,
  PRIMARY KEY (feature, variant, served, fingerprint)
) STRICT, WITHOUT ROWID;
INSERT INTO served_firsts
SELECT ifnull(feature, ''), ifnull(variant, ''), coalesce(served, asked, ''), ifnull(fingerprint, ''), min(received_at_ms)
FROM inferences GROUP BY 1, 2, 3, 4;
