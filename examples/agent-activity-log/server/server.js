const describeChange = require('./lib/describe-change');
const countChange = require('./lib/daily-tally');

exports = {
  /**
   * An agent's availability changed: writes one readable line into the app's log and counts the change in the agent's
   * tally of the day.
   *
   * @param {object} payload - the event, with the app's own parameters as `payload.iparams`
   */
  onAgentActivityCreateCallback: async function (payload) {
    const { keep_days: keepDays = 30, show_reason: showReason = true } = payload.iparams || {};
    const tally = await countChange(payload, Number(keepDays));
    console.info(describeChange(payload, { showReason, changesToday: tally.changes }));
  },
};
