'use strict';

const fs = require('node:fs');
const path = require('node:path');

/** Changing what is outside, leaving something behind, and filling the disk. */
module.exports = {
  'write-new-file': (at) => fs.writeFileSync(path.join(at.folder, 'written'), 'x'),
  'write-over': (at) => fs.writeFileSync(at.secretText, 'x'),
  'write-append': (at) => fs.appendFileSync(at.secretText, 'x'),
  'write-truncate': (at) => fs.truncateSync(at.secretText, 0),
  'write-stream': (at) =>
    new Promise((done, fail) =>
      fs.createWriteStream(path.join(at.folder, 'streamed')).on('error', fail).end('x', done),
    ),
  'write-rename': (at) => fs.renameSync(at.secretText, `${at.secretText}.moved`),
  'write-unlink': (at) => fs.unlinkSync(at.secretText),
  'write-remove-folder': (at) => fs.rmSync(at.folder, { recursive: true }),
  'write-mode': (at) => fs.chmodSync(at.secretText, 0o777),
  'write-times': (at) => fs.utimesSync(at.secretText, 1, 1),
  'write-folder': (at) => fs.mkdirSync(path.join(at.folder, 'made')),
  'write-link': (at) => fs.symlinkSync('/etc', path.join(at.folder, 'made')),
  'write-through-own-root': (at) => fs.writeFileSync(`/proc/self/root${at.folder}/written`, 'x'),
  'write-through-host-root': (at) => fs.writeFileSync(`/proc/${at.hostPid}/root${at.folder}/written`, 'x'),
  'write-own-code': (at) => fs.appendFileSync(path.join(at.appFolder, 'server', 'server.js'), '\n//'),
  'write-own-folder': (at) => fs.writeFileSync(path.join(at.appFolder, 'server', 'written.js'), 'x'),
  'write-neighbour-code': (at) => fs.appendFileSync(path.join(at.neighbourFolder, 'server', 'server.js'), '\n//'),
  'write-data-key': (at) => fs.appendFileSync(path.join(at.dataFolder, 'secret.key'), 'x'),
  'write-heap-snapshot': (at) => require('node:v8').writeHeapSnapshot(path.join(at.folder, 'heap')),
  'write-report': (at) => process.report.writeReport(path.join(at.folder, 'report.json')),
  'write-report-folder': (at) => {
    process.report.directory = at.folder;
    return process.report.writeReport();
  },
  'write-trace': async (at) => {
    const tracing = require('node:trace_events').createTracing({ categories: ['node', 'v8'] });
    tracing.enable();
    await new Promise((resolve) => setTimeout(resolve, 50));
    tracing.disable();
    return leakIfThere(path.join(at.appFolder, 'node_trace.1.log'));
  },
  'write-compile-cache': (at) => {
    const { enableCompileCache, flushCompileCache } = require('node:module');
    const made = enableCompileCache(path.join(at.folder, 'cache'));
    flushCompileCache?.();
    return made;
  },
  'write-sqlite': (at) => {
    const { DatabaseSync } = require('node:sqlite');
    new DatabaseSync(path.join(at.folder, 'made.db')).exec('CREATE TABLE made (x)');
  },
  'write-sqlite-vacuum': (at) => {
    const { DatabaseSync } = require('node:sqlite');
    new DatabaseSync(':memory:').exec(`VACUUM INTO '${path.join(at.folder, 'made.db')}'`);
  },
  'write-worker': (at) => {
    const { Worker } = require('node:worker_threads');
    const code = `require('node:fs').writeFileSync(${JSON.stringify(path.join(at.folder, 'written'))}, 'x')`;
    return new Promise((resolve, reject) => new Worker(code, { eval: true }).on('error', reject).on('exit', resolve));
  },
  'write-socket-file': (at) => {
    const server = require('node:net').createServer();
    return new Promise((resolve, reject) => {
      server.on('error', reject);
      server.listen(path.join(at.folder, 'socket'), () => resolve(server.address()));
    });
  },
  'write-wasi': (at) => {
    const { WASI } = require('node:wasi');
    new WASI({ version: 'preview1', preopens: { '/outside': at.folder } });
    return { leak: 'opened a folder outside for WebAssembly' };
  },
  'write-out-of-memory-score': () => {
    fs.writeFileSync('/proc/self/oom_score_adj', '500');
    return leakIf(fs.readFileSync('/proc/self/oom_score_adj', 'utf8').trim() === '500', 'changed who is killed first');
  },
  'write-kernel-settings': () => {
    const file = '/proc/sys/kernel/hostname';
    fs.writeFileSync(file, fs.readFileSync(file));
    return { leak: 'writes settings of the kernel' };
  },
  'fill-temporary': (at) => fill('/tmp', at),
  'fill-shared-memory': (at) => fill('/dev/shm', at),
  'fill-own-folder': (at) => fill(path.join(at.appFolder, 'server'), at),
};

function leakIf(isLeak, leak) {
  return isLeak ? { leak } : 'nothing';
}

function leakIfThere(file) {
  return leakIf(fs.existsSync(file), `made ${path.basename(file)}`);
}

/** Writes up to 8 MiB: more would harm the machine that finds out that nothing prevents it. */
function fill(folder) {
  const file = path.join(folder, `fill-${process.pid}-${Date.now()}`);
  const megabyte = Buffer.alloc(1024 * 1024, 1);
  let written = 0;
  try {
    for (; written < 8; written += 1) fs.appendFileSync(file, megabyte);
  } finally {
    fs.rmSync(file, { force: true });
  }
  return { leak: `wrote ${written} MiB to a disk` };
}
