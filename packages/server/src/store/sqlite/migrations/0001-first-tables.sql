-- compatible
-- The log. `position` is the rowid, so appending is writing at the end of the file, and there is no index beside it:
-- an agent's history is followed by `previous`, an event is found by the position in its id.
CREATE TABLE fact (
  position INTEGER PRIMARY KEY,
  account INTEGER NOT NULL,
  agent INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  at INTEGER NOT NULL,
  delay INTEGER NOT NULL,
  sequence INTEGER,
  status INTEGER,
  prev_status INTEGER,
  prev_duration INTEGER,
  reason INTEGER,
  subject INTEGER,
  actor INTEGER,
  context INTEGER,
  session INTEGER,
  flags INTEGER,
  detail TEXT,
  previous INTEGER NOT NULL,
  checksum BLOB NOT NULL CHECK (length(checksum) = 16)
) STRICT;

-- The state after an agent's newest fact: what the engine reads at start instead of the whole log.
CREATE TABLE agent (
  number INTEGER PRIMARY KEY,
  account INTEGER NOT NULL,
  head INTEGER NOT NULL,
  profile_position INTEGER NOT NULL,
  sequence INTEGER NOT NULL,
  changed_at INTEGER NOT NULL,
  general_status INTEGER NOT NULL,
  general_since INTEGER NOT NULL,
  general_prev_status INTEGER NOT NULL,
  general_reason INTEGER,
  intelliassign_status INTEGER NOT NULL,
  intelliassign_since INTEGER NOT NULL,
  intelliassign_prev_status INTEGER NOT NULL,
  intelliassign_reason INTEGER,
  intelliassign_until INTEGER,
  intelliassign_set_by INTEGER NOT NULL,
  activity_at INTEGER NOT NULL,
  missed INTEGER NOT NULL
) STRICT;

-- Live sessions only: an ended one is a fact and no row.
CREATE TABLE session (
  number INTEGER PRIMARY KEY,
  slot INTEGER NOT NULL,
  agent INTEGER NOT NULL,
  transport INTEGER NOT NULL,
  opened_at INTEGER NOT NULL,
  lost_at INTEGER
) STRICT;

CREATE TABLE record (
  type TEXT NOT NULL,
  key TEXT NOT NULL,
  account INTEGER NOT NULL,
  position INTEGER NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (type, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE counter (
  name TEXT NOT NULL PRIMARY KEY,
  value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE answer (
  scope TEXT NOT NULL,
  key TEXT NOT NULL,
  request_hash TEXT NOT NULL,
  status INTEGER NOT NULL,
  body TEXT,
  at INTEGER NOT NULL,
  PRIMARY KEY (scope, key)
) STRICT;
CREATE INDEX answer_at ON answer (at);

CREATE TABLE key_value (
  app TEXT NOT NULL,
  key TEXT NOT NULL,
  value TEXT NOT NULL,
  expires_at INTEGER,
  PRIMARY KEY (app, key)
) STRICT;

CREATE TABLE app_log (
  number INTEGER PRIMARY KEY,
  app TEXT NOT NULL,
  at INTEGER NOT NULL,
  level TEXT NOT NULL,
  text TEXT NOT NULL,
  event_id TEXT
) STRICT;
CREATE INDEX app_log_app ON app_log (app, number);

CREATE TABLE cursor (
  subscription TEXT NOT NULL PRIMARY KEY,
  position INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE lane (
  subscription TEXT NOT NULL,
  agent INTEGER NOT NULL,
  position INTEGER NOT NULL,
  mode TEXT NOT NULL CHECK (mode IN ('retrying', 'probing')),
  attempts INTEGER NOT NULL,
  next_attempt_at INTEGER NOT NULL,
  last_error TEXT,
  PRIMARY KEY (subscription, agent)
) STRICT, WITHOUT ROWID;

-- A list and no set: a replay counts its attempts at the same event from 1 again.
CREATE TABLE attempt (
  id INTEGER PRIMARY KEY,
  subscription TEXT NOT NULL,
  position INTEGER NOT NULL,
  number INTEGER NOT NULL,
  at INTEGER NOT NULL,
  duration_ms INTEGER NOT NULL,
  error TEXT NOT NULL
) STRICT;
CREATE INDEX attempt_event ON attempt (subscription, position);

CREATE TABLE dead_letter (
  subscription TEXT NOT NULL,
  position INTEGER NOT NULL,
  agent INTEGER NOT NULL,
  attempts INTEGER NOT NULL,
  at INTEGER NOT NULL,
  error TEXT NOT NULL,
  redelivered_at INTEGER,
  PRIMARY KEY (subscription, position)
) STRICT, WITHOUT ROWID;
