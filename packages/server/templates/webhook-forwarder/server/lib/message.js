// @ts-check

/**
 * What the target gets of a change.
 *
 * @param {App.AgentActivityPayload} payload
 */
exports.messageOf = function messageOf(payload) {
  const { agent_activity: change, actor } = payload.data;
  return {
    id: payload.activity?.id ?? `${change.org_agent_id} ${change.status_change_timestamp}`,
    agent: change.email,
    axis: change.availability_event_type,
    status: change.status,
    since: change.status_change_timestamp,
    previous: change.prev_status,
    by: actor.type === 'agent' ? actor.email : null,
  };
};
