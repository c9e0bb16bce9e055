const axes = {
  GeneralAvailability: 'general availability',
  Intelliassign: 'IntelliAssign',
};

/**
 * One line for one change, such as
 * "ana@example.test: IntelliAssign AVAILABLE -> Lunch at 2026-03-04 12:00:05 UTC, after 2 h 31 min (agent_toggle), change 7 of the day".
 */
function describeChange(payload, options) {
  const change = payload.data.agent_activity;
  const axis = axes[change.availability_event_type] || change.availability_event_type;
  const at = String(change.status_change_timestamp)
    .replace('T', ' ')
    .replace(/\.\d+Z$/, ' UTC');
  const reason = options.showReason && payload.activity ? ` (${payload.activity.reason})` : '';
  return (
    `${change.email || change.org_agent_id}: ${axis} ${change.prev_status} -> ${change.status} at ${at}` +
    `${describeStay(change)}${reason}, change ${options.changesToday} of the day`
  );
}

// How long the agent had been in the status before; nothing when the times do not tell.
function describeStay(change) {
  const ms = Date.parse(change.status_change_timestamp) - Date.parse(change.prev_status_change_timestamp);
  return ms >= 0 ? `, after ${spell(Math.floor(ms / 1000))}` : '';
}

function spell(seconds) {
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  if (hours > 0) return `${hours} h ${minutes} min`;
  return minutes > 0 ? `${minutes} min ${seconds % 60} s` : `${seconds} s`;
}

exports = describeChange;
