-- compatible
-- Agents' histories, packed for reports. All of it is made from the log and may be dropped: then it is made again.
-- An agent's month is one row, and the key is agent * 2^18 + month + 2^17, with months counted from 1970-01: a year of an
-- agent lies side by side, in a tree that is half as deep as one that is keyed by two columns and carries the bytes inside.
CREATE TABLE history_chunk (
  key INTEGER PRIMARY KEY,
  checksum INTEGER NOT NULL,
  body BLOB NOT NULL
) STRICT;

-- Where an agent's history stands: its chunks are of the facts up to `position`.
CREATE TABLE history_agent (
  number INTEGER PRIMARY KEY,
  account INTEGER NOT NULL,
  head INTEGER NOT NULL,
  position INTEGER NOT NULL,
  presence INTEGER NOT NULL,
  status INTEGER NOT NULL,
  sessions INTEGER NOT NULL,
  at INTEGER,
  newest_month INTEGER,
  earliest_import INTEGER,
  stale INTEGER NOT NULL,
  loose_axes INTEGER NOT NULL
) STRICT;

-- Positions of the few facts that every start reads: records, outages, corrections.
CREATE TABLE history_record (position INTEGER PRIMARY KEY) STRICT;

-- One row: everything up to `position` is in the tables above, in this format.
CREATE TABLE history_cursor (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  format INTEGER NOT NULL,
  position INTEGER NOT NULL
) STRICT;
