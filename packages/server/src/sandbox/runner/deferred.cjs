// @ts-check
'use strict';

/**
 * The platform's promises have the shape of jQuery's: `.done`, `.fail` and `.always` beside `.then`, `.catch` and
 * `.finally`, all of them again on what those return; and they can be awaited. This is source text, since the class has
 * to extend the `Promise` of the app's own context.
 *
 * `.done` and its siblings return the promise they were called on, and count as having dealt with its rejection: code
 * written for jQuery does not expect to be blamed for one that it listens to with `.done` alone.
 */
const deferredSource = `(() => {
  'use strict';
  const ignore = () => {};
  const caller = (callbacks) => (value) => {
    for (const callback of callbacks.flat()) if (typeof callback === 'function') callback(value);
  };
  class PlatformPromise extends Promise {
    done(...callbacks) {
      this.then(caller(callbacks), ignore);
      return this;
    }
    fail(...callbacks) {
      this.then(undefined, caller(callbacks));
      return this;
    }
    always(...callbacks) {
      this.then(caller(callbacks), caller(callbacks));
      return this;
    }
  }
  return () => {
    const deferred = {};
    deferred.promise = new PlatformPromise((resolve, reject) => Object.assign(deferred, { resolve, reject }));
    return deferred;
  };
})()`;

module.exports = { deferredSource };
