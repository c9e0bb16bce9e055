// @ts-check
'use strict';

/**
 * The globals of the platform, one entry each: from the ways to the host to the value that app code finds under the
 * name. What is not here does not exist for apps.
 *
 * Every method hands its arguments on as they are and returns a promise: what is wrong with them is said by its
 * rejection and never by a throw, since apps attach `.fail` and have no `try` around the call.
 *
 * @type {Record<string, (ways: import('./app-context.cjs').Ways) => unknown>}
 */
const platformGlobals = {
  $db: ({ call }) => ({
    ...methods(call, { get: 'db.get', set: 'db.set', update: 'db.update', delete: 'db.delete' }),
    entity: (/** @type {any} */ options) => ({
      get: (/** @type {unknown} */ name) =>
        methods((operation, args) => call(operation, [{ entity: name, version: options?.version }, ...args]), {
          schema: 'entity.schema',
          create: 'entity.create',
          get: 'entity.get',
          getAll: 'entity.get_all',
          update: 'entity.update',
          patch: 'entity.patch',
          delete: 'entity.delete',
        }),
    }),
  }),

  $request: ({ call, parse = JSON.parse }) => ({
    ...methods(readingJson(call, parse), {
      get: 'request.get',
      post: 'request.post',
      put: 'request.put',
      patch: 'request.patch',
      delete: 'request.delete',
    }),
    ...methods(call, { invokeTemplate: 'request.invoke_template' }),
  }),

  $schedule: ({ call }) =>
    methods(call, {
      create: 'schedule.create',
      fetch: 'schedule.fetch',
      update: 'schedule.update',
      delete: 'schedule.delete',
    }),

  // The platform's documents call the list of past runs by two names.
  $job: ({ call }) =>
    methods(call, {
      invoke: 'job.invoke',
      get: 'job.get',
      list: 'job.list',
      history: 'job.list',
      updateStatusMessage: 'job.update_status_message',
    }),

  generateTargetUrl: ({ call }) =>
    function generateTargetUrl(/** @type {unknown[]} */ ...args) {
      return call('target_url.generate', args);
    },

  // Product events do not wait for it, and real apps call it in them all the same.
  renderData: ({ render }) =>
    function renderData(/** @type {unknown} */ error, /** @type {unknown} */ data) {
      render(error, data);
    },
};

/**
 * @param {import('./app-context.cjs').HostCall} call
 * @param {Record<string, string>} operations by the name of the method
 */
function methods(call, operations) {
  return Object.fromEntries(
    Object.entries(operations).map(([name, operation]) => [
      name,
      (/** @type {unknown[]} */ ...args) => call(operation, args),
    ]),
  );
}

/**
 * The old verbs read the answer too when the option `json` is given: apps take `data.response.url`. Other apps parse the
 * answer themselves all the same, so that what was read still says its own text wherever a text is asked for.
 *
 * @param {import('./app-context.cjs').HostCall} call
 * @param {(text: string) => any} parse
 * @returns {import('./app-context.cjs').HostCall}
 */
function readingJson(call, parse) {
  return (operation, args) => {
    const answered = call(operation, args);
    const options = /** @type {any} */ (args[1]);
    if (!options?.json) return answered;
    return answered.then(
      (answer) => withParsedResponse(answer, parse),
      (answer) => {
        throw withParsedResponse(answer, parse);
      },
    );
  };
}

/** @param {any} answer @param {(text: string) => any} parse */
function withParsedResponse(answer, parse) {
  const text = answer?.response;
  if (typeof text !== 'string') return answer;
  try {
    answer.response = parse(text);
  } catch {
    return answer;
  }
  if (typeof answer.response === 'object' && answer.response !== null) {
    Object.defineProperty(answer.response, 'toString', { value: () => text });
  }
  return answer;
}

module.exports = { platformGlobals };
