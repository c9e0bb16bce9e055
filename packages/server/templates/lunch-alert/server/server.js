// @ts-check

/** @param {string} agent */
function scheduleOf(agent) {
  return `break ${agent}`;
}

exports = {
  /**
   * An agent enters the watched status: a look is scheduled for when it has lasted too long. The agent leaves it: the
   * look is called off.
   *
   * @param {App.AgentActivityPayload} payload
   */
  async onAgentActivity(payload) {
    const { agent_activity: change } = payload.data;
    const watched = String(payload.iparams.status_name);
    const name = scheduleOf(change.org_agent_id);
    if (change.status === watched) {
      const dueMs = Date.parse(change.status_change_timestamp) + Number(payload.iparams.minutes) * 60_000;
      const data = { email: change.email, since: change.status_change_timestamp };
      await $schedule.create({ name, data, schedule_at: new Date(dueMs).toISOString() });
    } else if (change.prev_status === watched) {
      // The look may have happened already: then there is nothing to call off.
      await $schedule.delete({ name }).catch(() => console.info(`${change.email} came back late`));
    }
  },

  /**
   * The agent is still in the watched status.
   *
   * @param {App.ScheduledPayload<{ email: string, since: string }>} payload
   */
  async onBreakTooLong(payload) {
    const { email, since } = payload.data;
    const text = `${email} has been in ${payload.iparams.status_name} since ${since}`;
    await $request.invokeTemplate('alert', { body: JSON.stringify({ text }) });
    console.info(`alert sent: ${text}`);
  },

  /** Lets the app be uninstalled; its schedules go with it. */
  onUninstall() {
    console.info('removed');
    renderData();
  },
};
