// @ts-check

const { messageOf } = require('./lib/message');

exports = {
  /**
   * Posts a change to the target. When that fails the callback fails too, and the event comes again: after 5 s, 30 s,
   * 2 min …, with the same id, so that the target can tell doubles by it.
   *
   * @param {App.AgentActivityPayload} payload
   */
  async onAgentActivity(payload) {
    const message = messageOf(payload);
    const { status } = await $request.invokeTemplate('forward', {
      context: { id: message.id },
      body: JSON.stringify(message),
    });
    console.info(`${message.id} was taken with ${status}`);
  },

  /**
   * Refuses an installation without a host, before anything can get lost.
   *
   * @param {App.SetUpPayload} payload
   */
  onInstall(payload) {
    const host = String(payload.iparams.target_host ?? '');
    if (/^[a-z0-9.-]+$/i.test(host)) renderData();
    else renderData({ message: 'Name the host alone, such as hooks.example.com' });
  },
};
