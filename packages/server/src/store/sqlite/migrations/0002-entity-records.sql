-- compatible
-- Records that apps keep with `$db.entity`. Read by their number within an entity.
CREATE TABLE entity_record (
  app TEXT NOT NULL,
  entity TEXT NOT NULL,
  number INTEGER NOT NULL,
  data TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (app, entity, number)
) STRICT;

-- What expires is looked for by its time, and most values never do.
CREATE INDEX key_value_expiry ON key_value (expires_at) WHERE expires_at IS NOT NULL;
