// @ts-check
'use strict';

/**
 * The globals of the platform, one entry each: from the way to call the host to the value that app code finds under the
 * name. What is not here does not exist for apps.
 *
 * @type {Record<string, (ways: import('./app-context.cjs').Ways) => unknown>}
 */
const platformGlobals = {
  $db: ({ call }) => ({
    get: (/** @type {unknown[]} */ ...args) => call('db.get', args),
    set: (/** @type {unknown[]} */ ...args) => call('db.set', args),
    update: (/** @type {unknown[]} */ ...args) => call('db.update', args),
    delete: (/** @type {unknown[]} */ ...args) => call('db.delete', args),
  }),

  // Product events do not wait for it, and real apps call it in them all the same.
  renderData: ({ render }) =>
    function renderData(/** @type {unknown} */ error, /** @type {unknown} */ data) {
      render(error, data);
    },
};

module.exports = { platformGlobals };
