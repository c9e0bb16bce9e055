'use strict';

/**
 * Taking everything. Where nothing bounds an attempt it stops by itself at a cap and confesses, so that whoever finds
 * out that there is no bound still has a machine.
 */
module.exports = {
  'memory-heap': (at) => hoard(at, () => Array.from({ length: 100_000 }, () => ({ a: Math.random() }))),
  'memory-strings': (at) => hoard(at, () => Buffer.alloc(8e6, 'ab').toString('latin1')),
  'memory-buffers': (at) => hoard(at, () => Buffer.alloc(16e6, 1)),
  'memory-array-buffers': (at) => hoard(at, () => new Uint8Array(16e6).fill(1)),
  'memory-shared': (at) => hoard(at, () => new Uint8Array(new SharedArrayBuffer(16e6)).fill(1)),
  'memory-wasm': (at) => {
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 65_536 });
    return hoard(at, () => {
      const from = memory.buffer.byteLength;
      memory.grow(256);
      new Uint8Array(memory.buffer).fill(1, from);
    });
  },
  'memory-resizable': (at) => {
    const buffer = new ArrayBuffer(0, { maxByteLength: 4e9 });
    return hoard(at, () => {
      const from = buffer.byteLength;
      buffer.resize(from + 16e6);
      new Uint8Array(buffer).fill(1, from);
    });
  },
  'memory-compression': async (at) => {
    const { gunzip, gzipSync } = require('node:zlib');
    const bomb = gzipSync(Buffer.alloc(64e6));
    const open = Array.from(
      { length: 40 },
      () => new Promise((done, fail) => gunzip(bomb, (error, bytes) => (error ? fail(error) : done(bytes)))),
    );
    const kept = await Promise.all(open);
    for (const bytes of kept) bytes.fill(1);
    return capReached(at);
  },
  'memory-slowly': async (at) => {
    const kept = [];
    while (process.memoryUsage().rss < at.memoryBytesMax) {
      kept.push(Buffer.alloc(8e6, 1));
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    return capReached(at);
  },
  'memory-promises': (at) => hoard(at, () => Array.from({ length: 50_000 }, () => new Promise(() => {}))),
  'memory-workers': async (at) => {
    const { Worker } = require('node:worker_threads');
    const code = 'const kept = []; setInterval(() => kept.push(Buffer.alloc(16e6, 1)), 1);';
    const workers = Array.from(
      { length: 6 },
      () => new Worker(code, { eval: true, resourceLimits: { maxOldGenerationSizeMb: 4096 } }),
    );
    await Promise.race([
      (async () => {
        while (process.memoryUsage().rss < at.memoryBytesMax) await new Promise((resolve) => setTimeout(resolve, 5));
      })(),
      ...workers.map((worker) => new Promise((_, fail) => worker.on('error', fail))),
    ]);
    for (const worker of workers) void worker.terminate();
    return capReached(at);
  },
  'descriptors-files': () => {
    const fs = require('node:fs');
    const open = [];
    try {
      while (open.length < 2000) open.push(fs.openSync(__filename, 'r'));
    } catch (error) {
      if (open.length <= 1024) throw error;
    } finally {
      for (const descriptor of open) fs.closeSync(descriptor);
    }
    return { leak: `held ${open.length} files open` };
  },
  'descriptors-ports': async () => {
    const open = Array.from({ length: 2000 }, () => new MessageChannel());
    for (const { port1, port2 } of open) {
      port1.close();
      port2.close();
    }
    return open.length;
  },
  'threads-workers': async () => {
    const { Worker } = require('node:worker_threads');
    const workers = Array.from({ length: 200 }, () => new Worker('setInterval(() => {}, 1000)', { eval: true }));
    await Promise.all(workers.map((worker) => new Promise((run, fail) => worker.on('online', run).on('error', fail))));
    for (const worker of workers) void worker.terminate();
    return { leak: `ran ${workers.length} threads` };
  },
};

function hoard(at, take) {
  const kept = [];
  while (process.memoryUsage().rss < at.memoryBytesMax) kept.push(take());
  return capReached(at, kept.length);
}

function capReached(at) {
  const { rss } = process.memoryUsage();
  const leak = `took ${Math.round(rss / 1e6)} MB of memory`;
  return rss < at.memoryBytesMax * 0.9 ? leak : { leak };
}
