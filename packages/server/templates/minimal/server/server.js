// @ts-check

exports = {
  /**
   * An agent's availability changed. Return, and it counts as delivered; throw, and it is sent again later.
   *
   * @param {App.AgentActivityPayload} payload
   */
  onAgentActivity(payload) {
    const { agent_activity: change } = payload.data;
    console.info(`${change.email} is ${change.status} (${change.availability_event_type})`);
  },
};
