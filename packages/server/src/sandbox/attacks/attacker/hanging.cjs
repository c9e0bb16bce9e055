'use strict';

/** Never giving back: the processor, the call, the process. None of these may hold up anybody else. */
module.exports = {
  'hang-spin': () => spin(),
  'hang-expression': () => /^(a+)+$/.test(`${'a'.repeat(40)}b`),
  'hang-crypto': () => {
    for (;;) require('node:crypto').pbkdf2Sync('x', 'y', 1_000_000, 64, 'sha512');
  },
  'hang-json': () => {
    const text = JSON.stringify(Array.from({ length: 200_000 }, (_, index) => ({ index })));
    for (;;) JSON.parse(text);
  },
  'hang-ticks': () => {
    const again = () => process.nextTick(again);
    again();
    return new Promise(() => {});
  },
  'hang-promises': async () => {
    for (;;) await null;
  },
  'hang-immediates': () => {
    const again = () => setImmediate(again);
    again();
    return new Promise(() => {});
  },
  'hang-unsettled': () => new Promise(() => {}),
  // biome-ignore lint/suspicious/noThenProperty: the attack is that it has one
  'hang-thenable': () => Promise.reject(Object.assign(new Error('x'), { then: () => spin() })),
  'hang-wait': () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0),
  'hang-input': () => {
    process.stdin.removeAllListeners();
    for (;;) {
      try {
        require('node:fs').readSync(0, Buffer.alloc(100));
      } catch {
        // Nothing there yet.
      }
    }
  },
  'hang-debugger': () => {
    require('node:inspector').waitForDebugger();
    return spin();
  },
  'hang-getter': () => {
    throw {
      get message() {
        return spin();
      },
    };
  },
  'hang-exit-handler': () => {
    process.on('exit', () => spin());
    process.exit(0);
  },
  'hang-generated': () => new Function(`${'x=>'.repeat(3000)}0; for (;;);`)(),
  'spin-four': () => {
    const { Worker } = require('node:worker_threads');
    for (let count = 0; count < 3; count += 1) new Worker('for (;;);', { eval: true });
    return spin();
  },
  'hang-thread-pool': () => {
    const { pbkdf2, randomFill } = require('node:crypto');
    for (let count = 0; count < 5000; count += 1) {
      pbkdf2('x', 'y', 100_000, 64, 'sha512', () => {});
      randomFill(Buffer.alloc(1000), () => {});
    }
    return new Promise(() => {});
  },
  'stay-after-stop': () => {
    keepAlive();
    return 'stays';
  },
  'stay-after-signals': () => {
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT']) process.on(signal, () => {});
    keepAlive();
    return 'stays';
  },
  'exit-zero': () => process.exit(0),
  'exit-other': () => process.reallyExit(77),
  'exit-abort': () => process.abort(),
  'exit-kill-self': () => process.kill(process.pid, 'SIGKILL'),
  'exit-later': () => {
    setTimeout(() => process.exit(3), 5);
    return new Promise(() => {});
  },
};

function keepAlive() {
  process.exit = () => {};
  process.reallyExit = () => {};
  setInterval(() => {}, 1000);
}

function spin() {
  for (;;) Math.sqrt(Math.random());
}
