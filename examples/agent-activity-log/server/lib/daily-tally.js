const secondsOfDay = 24 * 60 * 60;
const fresh = { changes: 0, general_availability: 0, intelliassign: 0, last_sequence: 0 };

/**
 * Counts a change in the agent's record of that day (UTC) and returns the record.
 *
 * An event can come twice: after a crash nobody knows whether the callback got through. Events of one agent come in
 * order and one at a time, so the number of the last one counted, kept in the same record as the counts, is enough to
 * count each exactly once.
 */
async function countChange(payload, keepDays) {
  const change = payload.data.agent_activity;
  const key = `${String(change.status_change_timestamp).slice(0, 10)}:${change.org_agent_id}`;
  const sequence = payload.activity ? payload.activity.sequence : 0;
  const before = await readTally(key);
  if (sequence > 0 && sequence <= before.last_sequence) return before;
  const isGeneral = change.availability_event_type === 'GeneralAvailability';
  const after = {
    changes: before.changes + 1,
    general_availability: before.general_availability + (isGeneral ? 1 : 0),
    intelliassign: before.intelliassign + (isGeneral ? 0 : 1),
    last_sequence: Math.max(sequence, before.last_sequence),
  };
  await $db.set(key, after, { ttl: keepDays > 0 ? keepDays * secondsOfDay : -1 });
  return after;
}

async function readTally(key) {
  try {
    return await $db.get(key);
  } catch (error) {
    if (error.status === 404) return fresh;
    throw error;
  }
}

exports = countChange;
