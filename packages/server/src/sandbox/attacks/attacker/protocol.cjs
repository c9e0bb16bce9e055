'use strict';

const fs = require('node:fs');

/**
 * Speaking to the host in the runner's place: the pipe is the one thing that an app's process must have. Nothing said on
 * it may be taken for more than an app's word.
 */
module.exports = {
  'frame-garbage': () => raw(Buffer.from(Array.from({ length: 4096 }, (_, index) => (index * 7919) % 256))),
  'frame-endless-length': () => raw(Buffer.from([255, 255, 255, 255])),
  'frame-no-length': () => raw(Buffer.alloc(4)),
  'frame-text': () => raw('{"type":"settled","id":1}\n'),
  'frame-node-channel': () => raw('{"cmd":"NODE_HANDLE_ACK"}\n'),
  'frame-not-json': () => frame('{'),
  'frame-not-object': () => frame('[1]'),
  'frame-not-text': () => raw(Buffer.concat([lengthOf(4), Buffer.from([0xff, 0xfe, 0xfd, 0xfc])])),
  'frame-unknown': () => frame({ type: 'surprise' }),
  'frame-inherited-type': () => frame('{"__proto__":{"type":"ready","functions":[]}}'),
  'frame-pollution': () => {
    frame(
      '{"type":"log","level":"info","text":"x","call":null,"__proto__":{"polluted":"yes"},"constructor":{"prototype":{"polluted":"yes"}}}',
    );
    frame('{"type":"settled","id":1,"error":{"code":"threw","message":"x","__proto__":{"polluted":"yes"}}}');
    frame({ type: 'surprise' });
  },
  'frame-deep': () => {
    const depth = 200_000;
    frame(`{"type":"operation","id":1,"name":"db.get","call":null,"args":[${'['.repeat(depth)}${']'.repeat(depth)}]}`);
    return new Promise(() => {});
  },
  'frame-many-values': () => {
    for (;;) frame(`{"type":"log","level":"info","text":"","call":null,"x":[${'{},'.repeat(340_000)}{}]}`);
  },
  'frame-many-values-in-chunks': () => {
    const text = `{"type":"rendered","id":1,"error":null,"data":[${'{},'.repeat(2_600_000)}{}]}`;
    const size = 150_000;
    for (let id = 1; ; id += 1) {
      for (let at = 0, index = 0; at < text.length; at += size, index += 1) {
        frame({ type: 'chunk', id, index, isLast: at + size >= text.length, text: text.slice(at, at + size) });
      }
    }
  },
  'frame-never-called': () => frame({ type: 'settled', id: 4_000_000 }),
  'frame-negative-call': () => frame({ type: 'settled', id: -1 }),
  'frame-huge-call': () => frame('{"type":"settled","id":1e400}'),
  'frame-unasked-answer': () => frame({ type: 'pong', id: 1 }),
  'frame-second-ready': () => frame({ type: 'ready', functions: [] }),
  'frame-not-loaded': () => frame({ type: 'not_loaded', error: { code: 'not_loaded', message: 'x' } }),
  'frame-out-of-order': () => frame({ type: 'operation', id: 40_000, name: 'db.get', args: ['k'], call: null }),
  'frame-chunk-order': () => frame({ type: 'chunk', id: 1, index: 9, isLast: true, text: '{}' }),
  'frame-chunk-endless': () => {
    for (let index = 0; ; index += 1) frame({ type: 'chunk', id: 1, index, isLast: false, text: 'x'.repeat(500_000) });
  },
  'frame-announced': () => {
    raw(Buffer.from([0, 15, 0, 0, 123]));
    return new Promise(() => {});
  },
  'frame-dripping': async () => {
    raw(lengthOf(1000));
    for (;;) {
      raw(' ');
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  },
  'frame-without-end': () => {
    const part = Buffer.alloc(1024 * 1024, 'x');
    for (let count = 0; count < 400; count += 1) raw(part);
  },
  'frame-empty-flood': () => {
    const one = Buffer.from('{"type":"log","level":"info","text":"","call":null}');
    const many = Buffer.concat(Array.from({ length: 10_000 }, () => Buffer.concat([lengthOf(one.length), one])));
    for (;;) raw(many);
  },
  'frame-operation-flood': () => {
    process.stdin.pause();
    for (let id = 1; ; id += 1) frame({ type: 'operation', id, name: 'nothing', args: ['x'.repeat(1000)], call: null });
  },
  'frame-error-flood': () => {
    for (;;) fs.writeSync(2, 'x'.repeat(65_536));
  },
  'print-flood': () => {
    for (;;) console.log('x'.repeat(5000));
  },
  'print-exotic': () => {
    const circle = {
      get thrown() {
        throw new Error('x');
      },
    };
    circle.circle = circle;
    const hostile = new Proxy(
      {},
      {
        get: () => {
          throw new Error('x');
        },
        ownKeys: () => {
          throw new Error('x');
        },
      },
    );
    console.log(
      circle,
      hostile,
      Object.create(null),
      Symbol('x'),
      1n,
      Proxy.revocable({}, {}).proxy,
      '\u0000\u001b[2J\ud800',
    );
    return {
      toJSON() {
        throw new Error('x');
      },
    };
  },
  'throw-exotic': () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    throw proxy;
  },
  'throw-storm': async () => {
    for (let count = 0; count < 2000; count += 1) void Promise.reject(new Error(`x${count}`));
    await new Promise((resolve) => setTimeout(resolve, 50));
    throw new Error('the end of the storm');
  },
  'throw-later': () => {
    setTimeout(() => {
      throw new Error('later');
    }, 5);
    return new Promise(() => {});
  },
  'throw-without-handlers': () => {
    process.removeAllListeners('uncaughtException');
    setTimeout(() => {
      throw null;
    }, 5);
    return new Promise(() => {});
  },
  'close-pipes': () => {
    for (const descriptor of [0, 1, 2]) fs.closeSync(descriptor);
    return new Promise(() => {});
  },
  'late-write': async (at, { $db }) => {
    setTimeout(() => void $db.set('late', { late: true }).catch(() => {}), at.lateMs);
    return new Promise(() => {});
  },
  'storage-names': async (_at, { $db }) => {
    const heard = [];
    for (const key of keysOfOthers)
      heard.push(
        await $db.get(key).then(
          (value) => JSON.stringify(value),
          () => 'nothing',
        ),
      );
    return heard.join(' ');
  },
  'storage-fields': () => {
    const forged = { account: 2, account_id: '2', app: 'neighbour', app_id: 'neighbour', installation: 'neighbour' };
    frame({ type: 'operation', id: 1, name: 'db.get', args: ['kept'], call: null, ...forged });
    frame({ type: 'operation', id: 2, name: 'db.get', args: ['kept', forged], call: 1, ...forged });
    return new Promise((resolve) => setTimeout(resolve, 150));
  },
  'storage-operations': () => {
    const names = ['__proto__', 'constructor', 'db.constructor', 'db.__proto__', 'fs.read', 'db.list', 'toString', ''];
    for (const [index, name] of names.entries())
      frame({ type: 'operation', id: index + 1, name, args: [{}, 'kept'], call: null });
    return new Promise((resolve) => setTimeout(resolve, 150));
  },
};

const keysOfOthers = [
  'kept',
  'neighbour/kept',
  '../neighbour/kept',
  '2/neighbour/kept',
  'neighbour:kept',
  '\u0000kept',
  '%2e%2e/neighbour/kept',
  '*',
  '__proto__',
  "' OR 1=1 --",
];

function raw(bytes) {
  const left = Buffer.from(bytes);
  for (let from = 0; from < left.length; ) from += some(left, from);
}

function some(bytes, from) {
  try {
    return fs.writeSync(1, bytes, from);
  } catch (error) {
    if (error.code !== 'EAGAIN') throw error;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    return 0;
  }
}

function lengthOf(count) {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(count);
  return bytes;
}

function frame(value) {
  const body = Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));
  raw(Buffer.concat([lengthOf(body.length), body]));
}
