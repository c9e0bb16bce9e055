// @ts-check
'use strict';

const { syncBuiltinESMExports } = require('node:module');

/**
 * What the packages of an app find in place of parts of the machine that are not there behind a fence: the network and
 * names by way of the server. It is put in place before the first package is loaded and not before: most apps have
 * none, and wake without it.
 *
 * ROLLCALL_BROKER is the path of the server's socket; empty when the app gets no sockets; not set when it may open its
 * own.
 */
function prepareForPackages() {
  const { ROLLCALL_BROKER: broker } = process.env;
  if (broker === undefined) return;
  delete process.env.ROLLCALL_BROKER;
  const path = broker === '' ? null : broker;
  require('./sockets.cjs').brokerSockets(path);
  require('./names.cjs').brokerNames(path);
  // Node's own opens its sockets as packages do; Deno's does not.
  if (process.versions.deno !== undefined) globalThis.fetch = require('./fetch.cjs').brokeredFetch;
  standIn();
  syncBuiltinESMExports?.();
}

/** What Node asks the file system about, and packages ask Node when they are loaded. */
function standIn() {
  const os = require('node:os');
  const threads = require('node:worker_threads');
  const rss = () => memoryWithoutResidentSize().rss;
  replaceFailing(process, 'memoryUsage', Object.assign(memoryWithoutResidentSize, { rss }));
  replaceFailing(os, 'userInfo', () => ({
    uid: 65_534,
    gid: 65_534,
    username: 'app',
    homedir: process.cwd(),
    shell: null,
  }));
  replaceFailing(os, 'networkInterfaces', () => ({}));
  replaceFailing(os, 'hostname', () => 'app');
  // A second engine would need more memory than an app has, and end the process where it is made.
  threads.Worker = /** @type {any} */ (
    class Worker {
      constructor() {
        throw Object.assign(new Error('Apps have no worker threads'), { code: 'ERR_WORKER_INIT_FAILED' });
      }
    }
  );
}

/** @param {any} holder @param {string} name @param {() => unknown} standIn */
function replaceFailing(holder, name, standIn) {
  try {
    holder[name]();
  } catch {
    holder[name] = standIn;
  }
}

function memoryWithoutResidentSize() {
  const { total_heap_size, used_heap_size, external_memory } = require('node:v8').getHeapStatistics();
  const rss = total_heap_size + external_memory;
  return { rss, heapTotal: total_heap_size, heapUsed: used_heap_size, external: external_memory, arrayBuffers: 0 };
}

module.exports = { prepareForPackages };
