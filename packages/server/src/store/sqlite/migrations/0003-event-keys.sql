-- compatible
-- By what an event from elsewhere is known again: short hashes of its id and of what it says, to the fact that tells it.
-- Derived from the log, and no part of its truth: an event whose key were lost would be taken once more.
CREATE TABLE event_key (
  key BLOB NOT NULL PRIMARY KEY,
  position INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Of agents with imported events: up to where their own, live events have keys as well. They get them only when an import
-- speaks of the agent, so that a change of status costs nothing for it.
CREATE TABLE keyed_agent (
  agent INTEGER PRIMARY KEY,
  position INTEGER NOT NULL
) STRICT;
