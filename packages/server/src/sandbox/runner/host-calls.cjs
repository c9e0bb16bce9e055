// @ts-check
'use strict';

/**
 * What the app asks of the host: `$db` and its like. Calls are numbered 1, 2, 3 … in the order in which they leave; the
 * host counts along and answers by number.
 *
 * @param {(message: object) => void} send
 * @param {import('./app-context.cjs').AppContext} context
 * @param {() => number | null} currentCall
 */
function createHostCalls(send, context, currentCall) {
  /** @type {Map<number, import('./app-context.cjs').Deferred>} */
  const open = new Map();
  const numbers = { last: 0 };
  return { call, settle };

  /** @type {import('./app-context.cjs').HostCall} */
  function call(name, args) {
    const deferred = context.defer();
    try {
      // Written before it is numbered: arguments that are no JSON must not leave a gap in the numbers.
      send({ type: 'operation', id: numbers.last + 1, name, args, call: currentCall() });
      numbers.last += 1;
      open.set(numbers.last, deferred);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      deferred.reject(context.parse(JSON.stringify({ status: 400, message })));
    }
    return deferred.promise;
  }

  /** @param {{ id: number, value?: unknown, error?: unknown }} answer */
  function settle(answer) {
    const deferred = open.get(answer.id);
    open.delete(answer.id);
    if ('error' in answer) deferred?.reject(answer.error);
    else deferred?.resolve(answer.value);
  }
}

module.exports = { createHostCalls };
