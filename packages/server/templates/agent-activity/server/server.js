// @ts-check

const { keyOfDay, secondsBetween } = require('./lib/day');

exports = {
  /**
   * An agent's availability changed: adds how long the status before it lasted to the agent's figures of the day, which
   * are kept in the app's own storage.
   *
   * @param {App.AgentActivityPayload} payload
   */
  async onAgentActivity(payload) {
    const { agent_activity: change } = payload.data;
    // General availability (is somebody there?) is told apart from IntelliAssign (may conversations be assigned?).
    if (change.availability_event_type !== 'Intelliassign') return;

    const seconds = secondsBetween(change.prev_status_change_timestamp, change.status_change_timestamp);
    const days = Number(payload.iparams.keep_days) || 30;
    const key = keyOfDay(change.org_agent_id, change.status_change_timestamp);
    await $db.update(key, 'increment', { [change.prev_status]: seconds, changes: 1 }, { ttl: days * 86400 });
    console.info(`${change.email}: ${change.prev_status} for ${seconds} s, now ${change.status}`);
  },
};
