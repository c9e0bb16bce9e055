'use strict';

const fs = require('node:fs');
const path = require('node:path');

/** Reading what is outside the app's folder, by every door that Node has. */
module.exports = {
  'read-absolute': (at) => fs.readFileSync(at.secretText),
  'read-climbing': (at) => fs.readFileSync(path.join(__dirname, '../'.repeat(20), at.secretText)),
  'read-url': (at) => fs.readFileSync(new URL(`file://${at.secretText}`)),
  'read-buffer-path': (at) => fs.readFileSync(Buffer.from(at.secretText)),
  'read-descriptor': (at) => fs.readFileSync(fs.openSync(at.secretText, 'r')),
  'read-promise': (at) => fs.promises.readFile(at.secretText),
  'read-stream': (at) => streamed(fs.createReadStream(at.secretText)),
  'read-blob': async (at) => (await fs.openAsBlob(at.secretText)).text(),
  'read-fetch-file': async (at) => (await fetch(`file://${at.secretText}`)).text(),
  'read-through-own-root': (at) => fs.readFileSync(`/proc/self/root${at.secretText}`),
  'read-through-thread-root': (at) => fs.readFileSync(`/proc/thread-self/root${at.secretText}`),
  'read-through-own-folder': (at) => fs.readFileSync(`/proc/self/cwd/${'../'.repeat(20)}${at.secretText}`),
  'read-through-host-root': (at) => fs.readFileSync(`/proc/${at.hostPid}/root${at.secretText}`),
  'read-through-parent-root': (at) => fs.readFileSync(`/proc/${process.ppid}/root${at.secretText}`),
  'read-host-descriptors': (at) => everyFile(`/proc/${at.hostPid}/fd`),
  'read-inherited-descriptors': () => inheritedDescriptors(),
  'read-host-memory': (at) => hostMemory(at.hostPid),
  'read-made-link': (at) => viaLink(at, (link) => fs.symlinkSync(at.secretText, link)),
  'read-made-hard-link': (at) => viaLink(at, (link) => fs.linkSync(at.secretText, link)),
  'read-made-copy': (at) => viaLink(at, (link) => fs.copyFileSync(at.secretText, link)),
  'read-link-of-package': () => fs.readFileSync(path.join(__dirname, '..', 'linked', 'secret.txt')),
  'read-link-of-app': () => fs.readFileSync(path.join(__dirname, '..', '..', 'linked.txt')),
  'read-link-target': (at) => fs.readlinkSync(at.link),
  'read-require': (at) => require(at.secretJson),
  'read-require-code': (at) => require(at.secretModule),
  'read-import': async (at) => (await import(`file://${at.secretModule}`)).default,
  'read-create-require': (at) => require('node:module').createRequire(at.secretModule)('./secret.json'),
  'read-loader': (at) => {
    const Module = require('node:module');
    const loaded = new Module('x');
    Module._extensions['.json'](loaded, at.secretJson);
    return loaded.exports;
  },
  'read-register': (at) => registered(at),
  'read-env-file': (at) => {
    process.loadEnvFile(at.secretEnv);
    return process.env.CANARY;
  },
  'read-sqlite': (at) => databaseText(at.database),
  'read-sqlite-attach': (at) => attachedText(at.database),
  'read-sqlite-uri': (at) => databaseText(`file:${at.database}?immutable=1`),
  'read-wasi': (at) => wasiFolder(at.folder),
  'read-worker': (at) => inWorker(`require('node:fs').readFileSync(${JSON.stringify(at.secretText)}, 'utf8')`),
  'read-worker-flags': (at) =>
    inWorker(`require('node:fs').readFileSync(${JSON.stringify(at.secretText)}, 'utf8')`, {
      execArgv: ['--allow-fs-read=*'],
    }),
  'read-worker-file': (at) => workerOf(at.secretModule),
  'read-internal-binding': (at) => {
    const binding = process.binding('fs');
    return binding.readFileUtf8?.(at.secretText, 0) ?? binding.open(at.secretText, 0, 0o666);
  },
  'read-after-chdir': (at) => {
    process.chdir('/');
    return fs.readFileSync(at.secretText.slice(1));
  },
  'read-list': (at) => fs.readdirSync(at.folder),
  'read-list-recursive': (at) =>
    fs.readdirSync(path.dirname(at.folder), { recursive: true }).join(' ').slice(0, 50_000),
  'read-glob': (at) => fs.globSync(`${at.folder}/*`),
  'read-opendir': (at) => namesOf(fs.opendirSync(at.folder)),
  'read-stat': (at) => leakIf(fs.statSync(at.secretText).size > 0, 'saw the size of a file outside'),
  'read-realpath': (at) => fs.realpathSync.native(at.link),
  'read-watch': (at) => {
    return new Promise((resolve, reject) => {
      const watcher = fs.watch(at.busyFile).on('error', reject);
      watcher.on('change', () => end({ leak: 'watches a file outside' }));
      setTimeout(() => end('nothing was seen'), 300);

      function end(got) {
        watcher.close();
        resolve(got);
      }
    });
  },
  'read-passwords': () => fs.readFileSync('/etc/passwd'),
  'read-shadow': () => fs.readFileSync('/etc/shadow'),
  'read-neighbour-app': (at) => fs.readFileSync(path.join(at.neighbourFolder, 'server', 'server.js')),
  'read-neighbour-list': (at) => fs.readdirSync(path.dirname(at.neighbourFolder)),
  'read-data-key': (at) => fs.readFileSync(path.join(at.dataFolder, 'secret.key')),
  'read-data-log': (at) => fs.readFileSync(path.join(at.dataFolder, 'rollcall.db')),
  'read-native-add-on': () => {
    const library = ['/lib', '/lib64', '/usr/lib'].flatMap((folder) => librariesIn(folder))[0];
    try {
      process.dlopen({ exports: {} }, library ?? '/lib/libc.so.6');
    } catch (error) {
      // It was loaded, ran its initialisation, and only then turned out not to be one of Node's.
      if (/self-register/.test(error.message)) return { leak: 'loaded native code' };
      throw error;
    }
    return { leak: 'loaded native code' };
  },
  'read-engine-library': (at) => leakIf(require('node:crypto').setEngine(at.secretText) !== undefined, 'set an engine'),
  'read-test-runner': (at) => testRun(at.secretModule),
  'read-natives-syntax': (at) => {
    require('node:v8').setFlagsFromString('--allow-natives-syntax');
    require('node:v8').setFlagsFromString('--expose-gc');
    const globals = require('node:vm').runInThisContext('globalThis');
    return fs.readFileSync.call(globals, at.secretText);
  },
};

function leakIf(isLeak, leak) {
  return isLeak ? { leak } : 'nothing';
}

function namesOf(folder) {
  const names = [];
  for (let entry = folder.readSync(); entry !== null; entry = folder.readSync()) names.push(entry.name);
  folder.closeSync();
  return names;
}

async function streamed(stream) {
  const parts = [];
  for await (const part of stream) parts.push(part);
  return Buffer.concat(parts);
}

/** What can be read of a folder's files, each tried for itself; throws when nothing can. */
function everyFile(folder) {
  const texts = fs.readdirSync(folder).map((name) => {
    const file = path.join(folder, name);
    try {
      // Only plain files: reading a terminal or a pipe would wait.
      return fs.statSync(file).isFile() ? fs.readFileSync(file, 'latin1').slice(0, 2000) : '';
    } catch (error) {
      return String(error.code);
    }
  });
  return texts.join('\n').slice(0, 50_000);
}

// Descriptors 0 to 2 are the pipes to the host.
function inheritedDescriptors() {
  let read = '';
  for (let descriptor = 3; descriptor < 64; descriptor += 1) {
    try {
      if (!fs.fstatSync(descriptor).isFile()) continue;
      const bytes = Buffer.alloc(2000);
      read += bytes.toString('latin1', 0, fs.readSync(descriptor, bytes, 0, bytes.length, 0));
    } catch {
      // Not open, or not to be read.
    }
  }
  return read;
}

// The environment of a process lies at the top of its stack.
function hostMemory(pid) {
  const maps = fs.readFileSync(`/proc/${pid}/maps`, 'utf8');
  const [, from, to] = /^([0-9a-f]+)-([0-9a-f]+) .*\[stack\]/m.exec(maps) ?? [];
  if (from === undefined) throw new Error('the stack is not shown');
  const length = Number.parseInt(to, 16) - Number.parseInt(from, 16);
  const bytes = Buffer.alloc(Math.min(length, 64 * 1024));
  const descriptor = fs.openSync(`/proc/${pid}/mem`, 'r');
  fs.readSync(descriptor, bytes, 0, bytes.length, Number.parseInt(to, 16) - bytes.length);
  return bytes
    .toString('latin1')
    .replace(/[^\x20-\x7e]+/g, ' ')
    .slice(-50_000);
}

function viaLink(at, make) {
  for (const folder of [path.join(at.appFolder, 'server'), require('node:os').tmpdir(), '/tmp', '/dev/shm']) {
    const link = path.join(folder, `made-${process.pid}-${Date.now()}`);
    try {
      make(link);
    } catch {
      continue;
    }
    try {
      return fs.readFileSync(link);
    } finally {
      fs.rmSync(link, { force: true });
    }
  }
  throw new Error('no link could be made');
}

async function registered(at) {
  const { register } = require('node:module');
  const source = `import { readFileSync } from 'node:fs';
    export async function initialize({ port, file }) { port.postMessage(readFileSync(file, 'utf8')); }`;
  const { port1, port2 } = new MessageChannel();
  const heard = new Promise((resolve) => port1.on('message', resolve));
  register(`data:text/javascript,${encodeURIComponent(source)}`, {
    parentURL: 'file:///',
    data: { port: port2, file: at.secretText },
    transferList: [port2],
  });
  const text = await Promise.race([heard, later(500)]);
  port1.close();
  return text ?? 'nothing';
}

function databaseText(file) {
  const { DatabaseSync } = require('node:sqlite');
  return new DatabaseSync(file, { readOnly: true }).prepare('SELECT secret FROM kept').all();
}

function attachedText(file) {
  const { DatabaseSync } = require('node:sqlite');
  const database = new DatabaseSync(':memory:');
  database.exec(`ATTACH DATABASE '${file}' AS other`);
  return database.prepare('SELECT secret FROM other.kept').all();
}

function wasiFolder(folder) {
  const { WASI } = require('node:wasi');
  new WASI({ version: 'preview1', preopens: { '/outside': folder } });
  return { leak: 'opened a folder outside for WebAssembly' };
}

function inWorker(expression, options = {}) {
  const { Worker } = require('node:worker_threads');
  const code = `require('node:worker_threads').parentPort.postMessage(String(${expression}))`;
  return answerOf(new Worker(code, { eval: true, ...options }));
}

function workerOf(file) {
  const { Worker } = require('node:worker_threads');
  return answerOf(new Worker(file));
}

function answerOf(worker) {
  return new Promise((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', () => resolve('no answer'));
  });
}

function librariesIn(folder) {
  try {
    const inner = fs.readdirSync(folder).filter((name) => name.endsWith('-linux-gnu'));
    return [folder, ...inner.map((name) => path.join(folder, name))]
      .map((each) => path.join(each, 'libz.so.1'))
      .concat([folder, ...inner.map((name) => path.join(folder, name))].map((each) => path.join(each, 'libm.so.6')))
      .filter((file) => fs.existsSync(file));
  } catch {
    return [];
  }
}

function testRun(file) {
  const { run } = require('node:test');
  return new Promise((resolve, reject) => {
    const stream = run({ files: [file], timeout: 2000 });
    const heard = [];
    stream.on('data', (event) => heard.push(JSON.stringify(event.data ?? '')));
    stream.on('end', () => resolve(heard.join(' ').slice(0, 20_000)));
    stream.on('error', reject);
  });
}

function later(durationMs) {
  return new Promise((resolve) => setTimeout(() => resolve(null), durationMs));
}
