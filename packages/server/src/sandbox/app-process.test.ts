import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { AppAnswer } from '../apps/app-runner.ts';
import { keyValueOperations } from '../apps/key-value-service.ts';
import { operationTable } from '../apps/operation-table.ts';
import { applyKeyValueOperation, type KeyValueRecord } from '../marketplace/key-value.ts';
import { AppProcess } from './app-process.ts';
import type { CallOutcome } from './call-outcome.ts';
import type { AppLogLine } from './host-services.ts';
import { defaultSandboxLimits, type SandboxLimits } from './limits.ts';
import { createNodeLauncher } from './node-launcher.ts';
import type { SandboxClock } from './sandbox-clock.ts';

const folders = realpathSync(mkdtempSync(join(tmpdir(), 'rollcall-sandbox-')));
const started: AppProcess[] = [];
after(async () => {
  await Promise.all(started.map((app) => app.stop()));
  rmSync(folders, { recursive: true, force: true });
});

const realClock: SandboxClock = {
  now: () => Date.now(),
  after(delayMs, run) {
    const timer = setTimeout(run, delayMs);
    return () => clearTimeout(timer);
  },
};

type Files = Readonly<Record<string, string>>;

function folderOf(files: Files): string {
  const folder = mkdtempSync(join(folders, 'app-'));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

function startApp(server: string, options: { readonly files?: Files; readonly limits?: Partial<SandboxLimits> } = {}) {
  const lines: AppLogLine[] = [];
  const faults: unknown[] = [];
  const records = new Map<string, KeyValueRecord>();
  const app = new AppProcess({
    appFolder: folderOf({ 'server/server.js': server, ...options.files }),
    launcher: createNodeLauncher({ nodePath: process.execPath }),
    clock: realClock,
    limits: { ...defaultSandboxLimits, backoffMsMin: 10, stopGraceMs: 500, ...options.limits },
    services: {
      operation: operationTable(
        [
          keyValueOperations(async (operation) => {
            const outcome = applyKeyValueOperation(operation, records.get(operation.key) ?? null, realClock.now());
            if (outcome.kind === 'refused') return outcome;
            if (outcome.record === null) records.delete(operation.key);
            else records.set(operation.key, outcome.record);
            return { kind: 'done', result: outcome.result };
          }),
        ],
        () => null,
      ),
      log: (line) => lines.push(line),
      broke: (cause) => faults.push(cause),
    },
  });
  started.push(app);
  const call = (handler: string, payload = {}, callId = handler) => app.call({ handler, payload, callId });
  const askApp = (handler: string, payload = {}, more = {}) => app.ask({ handler, payload, callId: handler, ...more });
  const texts = () => lines.map(({ text }) => text);
  return { app, call, askApp, lines, texts, records, faults };
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await delay(5);
}

function reasonOf(outcome: CallOutcome): string {
  if (outcome.kind !== 'failed') return outcome.kind;
  const { code, message, file, line, column } = outcome.error;
  return `${code}: ${message}${file === undefined ? '' : ` at ${file}:${line}:${column}`}`;
}

function answerOf(answer: AppAnswer): string {
  switch (answer.kind) {
    case 'answered':
      return `answered ${JSON.stringify(answer.data)}`;
    case 'refused':
      return `refused ${answer.error.status} ${answer.error.message}`;
    default:
      return reasonOf(answer as CallOutcome);
  }
}

function packageOf(name: string, code: string): Files {
  return {
    [`server/node_modules/${name}/package.json`]: JSON.stringify({ name, version: '1.0.0', main: 'main.js' }),
    [`server/node_modules/${name}/main.js`]: code,
  };
}

test("follows the platform's module scheme", async () => {
  const { call, texts } = startApp(
    `'use strict';
    const sum = require('./lib/sum');
    const again = require('../server/lib/sum.js');
    const data = require('./data.json');
    const folder = require('./lib');
    const Greeter = require('./greeter');
    const tool = require('tool');
    const buffer = require('buffer');
    const first = require('./ring-a');
    var local = 1;
    exports = {
      run() {
        console.log(JSON.stringify([sum(1, 2), sum === again, sum.loads, data.a, folder.name, new Greeter().hi(), tool.x,
          buffer.isStandIn, first.seen, first.whole(), typeof module, typeof local, data instanceof Object]));
      },
    };`,
    {
      files: {
        'server/lib/sum.js':
          'global.loads = (global.loads || 0) + 1;\nconst f = (a, b) => a + b;\nf.loads = global.loads;\nexports = f;',
        'server/lib/index.js': "exports.name = 'folder';",
        'server/data.json': '{"a":1}',
        'server/greeter.js': "class Greeter { hi() { return 'hi'; } }\nexports = Greeter;",
        'server/ring-a.js':
          "exports = { early: 1 };\nconst b = require('./ring-b');\nexports = { ...exports, seen: b.seen, whole: () => b.late().seen };",
        'server/ring-b.js':
          "const a = require('./ring-a');\nexports = { seen: a.early, late: () => require('./ring-a') };",
        ...packageOf('tool', 'module.exports = { x: typeof process.pid };'),
        ...packageOf('buffer', 'exports.isStandIn = true;'),
      },
    },
  );
  assert.equal(reasonOf(await call('run')), 'delivered');
  assert.deepEqual(texts(), ['[3,true,1,1,"folder","hi","number",true,1,1,"undefined","number",true]']);
});

test('runs the files of an app anew for every call, and its packages once', async () => {
  const { app, texts } = startApp(
    `const counter = require('./lib/counter');
     const names = require('./names.json');
     const pkg = require('pkg');
     let calls = 0;
     exports = { run() { names.push('x'); console.log(++calls, counter.next(), names.length, pkg.next()); } };`,
    {
      files: {
        'server/lib/counter.js': 'let n = 0; exports = { next: () => ++n };',
        'server/names.json': '[]',
        'server/node_modules/pkg/package.json': '{"name":"pkg","main":"index.js"}',
        'server/node_modules/pkg/index.js': 'let n = 0; module.exports = { next: () => ++n };',
      },
    },
  );
  for (let call = 0; call < 3; call++) {
    assert.equal(reasonOf(await app.call({ handler: 'run', payload: {}, callId: 'c' })), 'delivered');
  }
  await until(() => texts().length === 3);
  assert.deepEqual(texts(), ['1 1 1 1', '1 1 1 2', '1 1 1 3']);
});

test('refuses what the platform cannot find, by name and code', async () => {
  const { call, texts } = startApp(
    `exports = { run() {
      const names = ['fs', 'node:fs', './gone', '../../outside', '/etc/hosts', 'gone', '../manifest', 'tool/../../x', ''];
      for (const name of names) {
        try { require(name); console.log('found ' + name); } catch (e) { console.log(e.code, e.message, e instanceof Error); }
      }
    } };`,
    { files: { 'manifest.json': '{}', 'outside.js': 'exports = {};', ...packageOf('tool', '') } },
  );
  assert.equal(reasonOf(await call('run')), 'delivered');
  const names = ['fs', 'node:fs', './gone', '../../outside', '/etc/hosts', 'gone', '../manifest'];
  assert.deepEqual(
    texts().slice(0, 7),
    names.map((name) => `MODULE_NOT_FOUND Cannot find module "${name}" true`),
  );
  assert.ok(texts().every((text) => !text.startsWith('found')));
});

test('calls the handler as a method of the exports, with a copy of the payload alone', async () => {
  const { call, texts } = startApp(
    `class Base { inherited(p) { console.log('inherited'); } }
    exports = new (class extends Base {
      run(payload, ...rest) { console.log(this === api(), rest.length, payload.a instanceof Array, JSON.stringify(payload)); payload.a.push(2); }
    })();
    const self = exports;
    function api() { return self; }`,
  );
  const payload = { a: [1] };
  assert.equal(reasonOf(await call('run', payload)), 'delivered');
  assert.equal(reasonOf(await call('inherited')), 'delivered');
  assert.deepEqual(texts(), ['true 0 true {"a":[1]}', 'inherited']);
  assert.deepEqual(payload.a, [1]);
  for (const name of ['toString', 'constructor', 'gone', '__proto__']) {
    assert.match(reasonOf(await call(name)), /^handler_missing: Event callback/);
  }
});

test('gives the globals of the platform and none of the machine', async () => {
  const { call, texts } = startApp(
    `exports = { run() {
      console.log(['$db', 'renderData', 'require', 'console', 'setTimeout', 'Buffer', 'URL'].map((name) => typeof eval(name)).join());
      console.log(typeof module, JSON.stringify(process.env), global === globalThis, typeof fetch, typeof Response);
      console.log([$request, $schedule, $job, $db, $db.entity({ version: 'v1' }).get('e')].map((one) => Object.keys(one).join()).join(' '));
      console.log(renderData(), renderData({ message: 'x' }), new Date(2026, 0, 1).toISOString());
    } };`,
  );
  assert.equal(reasonOf(await call('run')), 'delivered');
  assert.deepEqual(texts(), [
    'object,function,function,object,function,function,function',
    'undefined {} true undefined undefined',
    'get,post,put,patch,delete,invokeTemplate create,fetch,update,delete invoke,get,list,history,updateStatusMessage get,set,update,delete,entity schema,create,get,getAll,update,patch,delete',
    'undefined undefined 2026-01-01T00:00:00.000Z',
  ]);
});

test('keeps packages from files outside the app, from processes and from the environment', async () => {
  const { call, texts } = startApp("const t = require('tool');\nexports = { run() { console.log(t.attack()); } };", {
    files: packageOf(
      'tool',
      `const tries = [
        () => require('fs').readFileSync('/etc/hostname', 'utf8'),
        () => require('fs').writeFileSync('mine.txt', 'x'),
        () => require('child_process').execSync('id'),
        () => new (require('worker_threads').Worker)('1', { eval: true }),
        () => require('node:sqlite'),
      ];
      exports.attack = () => [...tries.map((go) => { try { go(); return 'through'; } catch (e) { return 'refused'; } }), JSON.stringify(process.env)].join();`,
    ),
  });
  assert.equal(reasonOf(await call('run')), 'delivered');
  assert.deepEqual(texts(), ['refused,refused,refused,refused,refused,{"TZ":"UTC"}']);
});

test('keeps records through $db, whose promises have the shape of the platform', async () => {
  const { call, texts, records } = startApp(
    `exports = {
      async run() {
        console.log(JSON.stringify(await $db.set('k', { a: 1 })));
        await $db.update('k', 'increment', { a: 2 });
        console.log(JSON.stringify(await $db.get('k')), (await $db.get('k')) instanceof Object);
        try { await $db.get('gone'); } catch (e) { console.log(JSON.stringify(e)); }
        await new Promise((done) => $db.get('k').done((v) => console.log('done', v.a)).fail(() => console.log('no')).always(done));
        await new Promise((done) => $db.get('x').done(() => console.log('no')).fail((e) => { console.log('fail', e.status); done(); }));
        await $db.get('k').then((v) => v.a).done((a) => console.log('then.done', a));
        $db.get('x').done(() => {});
        const p = $db.delete('k');
        console.log(p instanceof Promise, typeof p.finally, JSON.stringify(await p));
        const circle = {}; circle.self = circle;
        await $db.set('k', circle).fail((e) => console.log(e.status)).catch(() => {});
        await $db.set('big', { text: 'x'.repeat(3e6) }).catch((e) => console.log(e.message));
      },
    };`,
  );
  assert.equal(reasonOf(await call('run')), 'delivered');
  assert.deepEqual(texts(), [
    '{"Created":true}',
    '{"a":3} true',
    '{"status":404,"message":"Record not found"}',
    'done 3',
    'fail 404',
    'then.done 3',
    'true function {"Deleted":true}',
    '400',
    'The combined size of the key and value should not exceed 40KB',
  ]);
  assert.equal(records.size, 0);
});

test("maps every failure to the app's own file, line and column", async () => {
  const { call, lines } = startApp(
    `const lib = require('./lib/deep');
exports = {
  throws() { throw new Error('boom'); },
  async rejects() { await null; lib(null); },
  odd() { return Promise.reject({ status: 404, message: 'Record not found' }); },
  text() { throw 'just text'; },
  timer() { return new Promise(() => setTimeout(() => { throw new RangeError('late'); }, 5)); },
  forgets() { Promise.reject(new Error('nobody waits')); },
  hostile() { throw { get message() { throw 1; }, toString() { throw 2; }, toJSON() { throw 3; } }; },
};`,
    { files: { 'server/lib/deep.js': 'exports = (x) => {\n  return x.length;\n};' } },
  );
  assert.equal(reasonOf(await call('throws')), 'threw: boom at server/server.js:3:20');
  assert.match(reasonOf(await call('rejects')), /^rejected: TypeError: Cannot read .* at server\/lib\/deep\.js:2:12$/);
  assert.equal(reasonOf(await call('odd')), 'rejected: Record not found');
  assert.equal(reasonOf(await call('text')), 'threw: just text');
  assert.equal(reasonOf(await call('timer')), 'threw: RangeError: late at server/server.js:7:63');
  assert.equal(reasonOf(await call('hostile')), 'threw: something that cannot be shown');
  assert.equal(reasonOf(await call('forgets')), 'delivered');
  await until(() => lines.length > 0);
  assert.match(
    lines.find(({ callId }) => callId === 'forgets')?.text ?? '',
    /^unhandled rejection: Error: nobody waits/,
  );
  const failed = await call('throws');
  assert.ok(failed.kind === 'failed' && failed.error.stack !== undefined && !failed.error.stack.includes('runner'));
});

test('says where server.js does not load', async () => {
  const table: readonly (readonly [string, RegExp])[] = [
    ['exports = {\n  a() {\n    f(1;\n  }\n};', /^not_loaded: SyntaxError: missing \) .* at server\/server\.js:3:/],
    ['\n\nexports = { a: gone.x };', /^not_loaded: ReferenceError: gone is not defined at server\/server\.js:3:16$/],
    ["exports = { a: require('mongoose') };", /^not_loaded: Cannot find module "mongoose" at server\/server\.js:1:16$/],
    ['const exports = {};', /^not_loaded: SyntaxError: .*exports.* at server\/server\.js:1:/],
  ];
  await Promise.all(
    table.map(async ([server, expected]) => {
      const { app, call } = startApp(server);
      assert.match(reasonOf(await call('a')), expected);
      assert.equal(app.state.phase === 'backing_off' || app.state.phase === 'asleep', true);
      assert.equal(app.state.crashesInARow, 1);
    }),
  );
});

test('says which functions the loaded app exports, inherited ones too', async () => {
  const { app } = startApp('exports = { a() {}, b: 1, c: async () => {}, get d() { throw new Error(); } };');
  assert.deepEqual(await app.load(), { kind: 'loaded', functions: ['a', 'c'] });
  const inherited = startApp('class A { a() {} }\nclass B extends A { b() {} }\nexports = new B();');
  assert.deepEqual(await inherited.app.load(), { kind: 'loaded', functions: ['b', 'a'] });
});

test('fails a call that never ends and lets its neighbours go on', async () => {
  const { call } = startApp('exports = { never() { return new Promise(() => {}); }, ok() {} };', {
    limits: { callMsMax: 800 },
  });
  const [never, ok] = await Promise.all([call('never'), call('ok')]);
  assert.match(reasonOf(never), /^timed_out: did not end within 800 ms$/);
  assert.equal(ok.kind, 'delivered');
  assert.equal((await call('ok')).kind, 'delivered');
});

test('kills an app that hangs, fails the call when it was alone and runs again', async () => {
  const { app, call } = startApp('exports = { hang() { for (;;) {} }, ok() {} };', {
    limits: { callMsMax: 1000, answerMsMax: 400 },
  });
  assert.match(reasonOf(await call('hang')), /^timed_out: .*kept the process from answering/);
  assert.equal(app.state.crashesInARow, 1);
  assert.equal((await call('ok')).kind, 'delivered');
  assert.equal(app.state.crashesInARow, 0);
});

test('interrupts all calls of a process that hangs when it cannot know whose fault it is', async () => {
  const { call } = startApp('exports = { hang() { for (;;) {} }, wait() { return new Promise(() => {}); } };', {
    limits: { callMsMax: 150, answerMsMax: 100 },
  });
  const outcomes = await Promise.all([call('wait'), call('hang'), call('wait')]);
  assert.deepEqual(
    outcomes.map(({ kind }) => kind),
    ['interrupted', 'interrupted', 'interrupted'],
  );
});

const wayOut = packageOf(
  'way-out',
  `exports.exit = (code) => process.exit(code);
  exports.die = () => process.kill(process.pid, 'SIGKILL');
  exports.garble = () => require('fs').writeSync(1, 'not a frame at all');
  exports.fill = () => { const all = []; for (;;) all.push(new Array(1e5).fill(all.length)); };`,
);

test('blames the call that exits, and nobody else', async () => {
  const { call } = startApp(
    "const out = require('way-out');\nexports = { exit() { out.exit(3); }, late: async () => { await null; out.exit(0); }, wait() { return new Promise(() => {}); } };",
    { files: wayOut },
  );
  for (const [name, code] of [
    ['exit', 3],
    ['late', 0],
  ] as const) {
    const [first, guilty, last] = await Promise.all([call('wait'), call(name), call('wait')]);
    assert.equal(reasonOf(guilty), `exited: the app's process ended with exit code ${code}`);
    assert.deepEqual([first.kind, last.kind], ['interrupted', 'interrupted']);
  }
});

test('blames nobody when the process says nothing at its end, unless one call was alone', async () => {
  const { call } = startApp(
    "const out = require('way-out');\nexports = { die() { out.die(); }, garble() { out.garble(); }, wait() { return new Promise(() => {}); } };",
    { files: wayOut },
  );
  const together = await Promise.all([call('wait'), call('die')]);
  assert.deepEqual(
    together.map(({ kind }) => kind),
    ['interrupted', 'interrupted'],
  );
  assert.equal(reasonOf(await call('die')), "exited: the app's process ended by signal SIGKILL");
  assert.match(reasonOf(await call('garble')), /^bad_frame: the process sent a frame of \d+ bytes$/);
});

test('names memory as the reason when it ran out', async () => {
  const { call } = startApp("const out = require('way-out');\nexports = { fill() { out.fill(); } };", {
    files: wayOut,
    limits: { memoryMbMax: 128 },
  });
  // By its engine or by the watch on its size, whichever is faster.
  assert.match(reasonOf(await call('fill')), /^exited: .*(it ran out of memory|it used more than 128 MB)$/);
});

test('holds what an app prints without end to a bound, marks what is missing and ends the call', async () => {
  const { call, texts } = startApp("exports = { flood() { for (;;) console.log('x'.repeat(1000)); } };", {
    limits: { callMsMax: 600, answerMsMax: 200, logBytesPerSecondMax: 50_000, readBytesPerSecondMax: 200_000 },
  });
  const startedAt = Date.now();
  assert.match(reasonOf(await call('flood')), /^timed_out/);
  const kept = texts().filter((text) => text.startsWith('x'));
  const linesMax = 50 * Math.ceil((Date.now() - startedAt) / 1000 + 1);
  assert.ok(kept.length > 0 && kept.length <= linesMax, `${kept.length} lines kept`);
  assert.ok(texts().some((text) => /^… \d+ lines left out$/.test(text)));
});

test('cuts a line that is too long, and says how much is missing', async () => {
  const { call, texts } = startApp("exports = { long() { console.log('y'.repeat(100_000)); } };");
  assert.equal((await call('long')).kind, 'delivered');
  assert.match(texts()[0] ?? '', /^y{8192} … 91808 more characters left out$/);
});

test('keeps what packages print out of the frames', async () => {
  const { call, lines } = startApp("const t = require('tool');\nexports = { run() { t(); } };", {
    files: packageOf(
      'tool',
      "module.exports = () => { console.log('a'); process.stdout.write('b\\n'); process.stderr.write('c'); console.error('d'); };",
    ),
  });
  assert.equal(reasonOf(await call('run')), 'delivered');
  assert.deepEqual(
    lines.map(({ level, text, callId }) => [level, text, callId]),
    [
      ['log', 'a', 'run'],
      ['log', 'b', 'run'],
      ['error', 'c', 'run'],
      ['error', 'd', 'run'],
    ],
  );
});

test('tells the lines of many calls at once apart, also after their end', async () => {
  const { call, lines } = startApp(
    `exports = { async run(p) {
      await $db.set('k' + p.n, { n: p.n });
      const { n } = await $db.get('k' + p.n);
      console.log(String(n));
      setTimeout(() => console.log('late ' + n), 5);
    } };`,
  );
  const outcomes = await Promise.all(Array.from({ length: 200 }, (_, n) => call('run', { n: n + 1 }, `call-${n + 1}`)));
  assert.ok(outcomes.every(({ kind }) => kind === 'delivered'));
  await until(() => lines.length === 400);
  assert.ok(lines.every(({ text, callId }) => callId === `call-${text.replace('late ', '')}`));
});

test('passes payloads of several megabytes in pieces, and refuses those beyond the limit', async () => {
  const { call, texts } = startApp('exports = { run(p) { console.log(p.text.length, p.text.codePointAt(1)); } };');
  const text = `"😀${'é\\'.repeat(1_000_000)}`;
  assert.equal(reasonOf(await call('run', { text })), 'delivered');
  assert.deepEqual(texts(), [`${text.length} ${0x1f600}`]);
  assert.match(reasonOf(await call('run', { text: 'x'.repeat(9_000_000) })), /^payload_too_large/);
  assert.equal(reasonOf(await call('run', { text: 'abc' })), 'delivered');
});

test('waits ever longer before it starts a crashing app again, and shows it', async () => {
  const { app, call } = startApp("throw new Error('never up');", { limits: { backoffMsMin: 200, backoffMsMax: 500 } });
  const waits: number[] = [];
  for (let attempt = 1; attempt <= 4; attempt += 1) {
    assert.match(reasonOf(await call('a')), /^not_loaded: never up/);
    const { phase, startsAgainAt, lastCrash, crashesInARow } = app.state;
    assert.deepEqual([phase, crashesInARow], ['backing_off', attempt]);
    waits.push((startsAgainAt ?? 0) - (lastCrash?.at ?? 0));
  }
  assert.deepEqual(waits, [200, 400, 500, 500]);
});

test('puts an app to sleep when nothing calls it, and wakes it by the next call', async () => {
  const { app, call } = startApp('exports = { ok() {} };', { limits: { idleStopAfterMs: 30 } });
  assert.equal((await call('ok')).kind, 'delivered');
  const { phase, pid } = app.state;
  assert.equal(phase, 'running');
  await until(() => app.state.phase === 'asleep');
  assert.equal((await call('ok')).kind, 'delivered');
  assert.notEqual(app.state.pid, pid);
  assert.deepEqual([app.state.crashesInARow, app.state.lastCrash], [0, null]);
});

test('lets calls end when it is stopped, interrupts those that do not, and takes no more', async () => {
  const { app, call } = startApp(
    'exports = { soon() { return new Promise((done) => setTimeout(done, 50)); }, never() { return new Promise(() => {}); } };',
    { limits: { stopGraceMs: 800 } },
  );
  await app.load();
  const calls = [call('soon'), call('never')];
  await delay(10);
  await app.stop();
  assert.deepEqual(
    (await Promise.all(calls)).map(({ kind }) => kind),
    ['delivered', 'interrupted'],
  );
  assert.equal((await call('soon')).kind, 'interrupted');
  assert.deepEqual([app.state.phase, app.state.pid], ['closed', null]);
});

test('stops while an app is still loading or backed off, without waiting for it', async () => {
  const loading = startApp('for (;;) {}');
  const backedOff = startApp("throw new Error('x');", { limits: { backoffMsMin: 60_000, backoffMsMax: 60_000 } });
  const first = loading.call('a');
  await backedOff.call('a');
  const second = backedOff.call('a');
  await delay(50);
  await Promise.all([loading.app.stop(), backedOff.app.stop()]);
  assert.deepEqual([(await first).kind, (await second).kind], ['interrupted', 'interrupted']);
});

test('says so when the process cannot be started', async () => {
  const app = new AppProcess({
    appFolder: folders,
    launcher: () => ({ command: join(folders, 'no-such-program'), args: [], env: {}, cwd: folders }),
    clock: realClock,
    limits: defaultSandboxLimits,
    services: { operation: async () => ({ kind: 'done', result: null }), log: () => {}, broke: () => {} },
  });
  started.push(app);
  assert.match(reasonOf(await app.call({ handler: 'a', payload: {}, callId: 'a' })), /^not_started: .*ENOENT/);
});

test('answers an operation that the server fails with an error of its own, and hands the cause on', async () => {
  const cause = new Error('disk');
  const faults: unknown[] = [];
  const lines: string[] = [];
  const app = new AppProcess({
    appFolder: folderOf({
      'server/server.js': "exports = { run: () => $db.get('k').catch((e) => console.log(JSON.stringify(e))) };",
    }),
    launcher: createNodeLauncher({ nodePath: process.execPath }),
    clock: realClock,
    limits: defaultSandboxLimits,
    services: {
      operation: () => Promise.reject(cause),
      log: ({ text }) => lines.push(text),
      broke: (fault) => faults.push(fault),
    },
  });
  started.push(app);
  assert.equal(reasonOf(await app.call({ handler: 'run', payload: {}, callId: 'a' })), 'delivered');
  assert.deepEqual([faults, lines], [[cause], ['{"status":500,"message":"The operation failed"}']]);
});

test('ends with its server, however that ends', { timeout: 10_000 }, async () => {
  const folder = folderOf({ 'server/server.js': 'exports = { ok() {} };\nsetInterval(() => {}, 1000);' });
  const host = spawn(process.execPath, ['--input-type=module', '--eval', hostProgram(folder)], { stdio: 'pipe' });
  const pid = await new Promise<number>((resolve) => {
    host.stdout.once('data', (bytes: Buffer) => resolve(Number(bytes.toString())));
  });
  assert.ok(isAlive(pid));
  host.kill('SIGKILL');
  await until(() => !isAlive(pid));
});

function hostProgram(folder: string): string {
  const module = (name: string) => JSON.stringify(new URL(name, import.meta.url).href);
  return `
    import { AppProcess } from ${module('./app-process.ts')};
    import { createNodeLauncher } from ${module('./node-launcher.ts')};
    import { defaultSandboxLimits } from ${module('./limits.ts')};
    const clock = { now: () => Date.now(), after: (ms, run) => { const t = setTimeout(run, ms); return () => clearTimeout(t); } };
    const services = { keyValue: async () => ({ kind: 'done', result: null }), log: () => {}, broke: () => {} };
    const launcher = createNodeLauncher({ nodePath: process.execPath });
    const app = new AppProcess({ appFolder: ${JSON.stringify(folder)}, launcher, clock, limits: defaultSandboxLimits, services });
    await app.call({ handler: 'ok', payload: {}, callId: 'a' });
    console.log(app.state.pid);`;
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

test('an error that an app prints shows its own frames and nothing of the runner', async () => {
  const { call, texts } = startApp(`exports = {
    run() {
      console.error('caught', new Error('spilt'));
    },
  };`);
  assert.equal((await call('run')).kind, 'delivered');
  const printed = texts().join('\n');
  assert.match(printed, /caught Error: spilt\n\s+at .*server\/server\.js:3:/);
  assert.doesNotMatch(printed, /runner|node:internal|\.cjs/);
});

const renderingApp = `exports = {
  data() { renderData(null, { a: 1 }); },
  nothing() { renderData(); },
  no() { renderData({ message: 'not here' }); },
  error() { renderData(new RangeError('too far')); },
  text() { renderData('not here'); },
  twice() { renderData(null, 1); renderData({ message: 'late' }); },
  later() { setTimeout(() => renderData(null, 'later'), 5); },
  async deep() { await $db.set('k', { a: 1 }); $db.get('k').done((v) => renderData(null, v)); },
  throws() { throw new Error('boom'); },
  async rejects() { await null; throw new Error('async boom'); },
  async after() { renderData(null, 1); throw new Error('after it'); },
  circle() { const c = {}; c.c = c; renderData(null, c); },
  async never() {},
  product() { renderData({ message: 'in an event' }); },
  async job() { await null; },
  slowJob() { setTimeout(() => renderData(null, 'done'), 20); },
  many(p) { setTimeout(() => renderData(null, p.n), 10 - p.n % 10); },
};`;

test('ends an asked call by renderData, the first one, wherever the call is carried', async () => {
  const { call, askApp } = startApp(renderingApp);
  const table = {
    data: 'answered {"a":1}',
    nothing: 'answered null',
    no: 'refused 500 not here',
    error: 'refused 500 too far',
    text: 'refused 400 The error should be a JSON Object with a message or a status parameter.',
    twice: 'answered 1',
    later: 'answered "later"',
    deep: 'answered {"a":1}',
    throws: 'threw: boom at server/server.js:10:20',
    rejects: 'rejected: async boom at server/server.js:11:39',
    after: 'answered 1',
  };
  for (const [handler, expected] of Object.entries(table)) assert.equal(answerOf(await askApp(handler)), expected);
  assert.match(answerOf(await askApp('circle')), /^threw: TypeError: Converting circular structure/);
  assert.match(answerOf(await askApp('gone')), /^handler_missing/);
  assert.equal(reasonOf(await call('product')), 'delivered');
  const many = await Promise.all(Array.from({ length: 50 }, (_, n) => askApp('many', { n })));
  assert.deepEqual(
    many.map(answerOf),
    many.map((_, n) => `answered ${n}`),
  );
});

test('says what an app does wrong after its answer', async () => {
  const { askApp, texts } = startApp(renderingApp);
  assert.equal(answerOf(await askApp('after')), 'answered 1');
  await until(() => texts().length > 0);
  assert.match(texts()[0] ?? '', /^failed after its answer: Error: after it\n +at .*server\/server\.js:12/);
});

test('waits for renderData until the limit of the call, and says that it never came', async () => {
  const { askApp, lines } = startApp(renderingApp);
  assert.equal(answerOf(await askApp('never', {}, { limitMs: 150 })), 'timed_out: Request Timed Out!');
  assert.deepEqual(
    lines.map(({ level, text, callId }) => [level, text, callId]),
    [['error', '  `renderData` was not called in the callback within time limit!', 'never']],
  );
});

test('ends a job by its return or its promise too', async () => {
  const { askApp } = startApp(renderingApp);
  const job = { mayEndByReturn: true };
  assert.equal(answerOf(await askApp('job', {}, job)), 'answered null');
  assert.equal(answerOf(await askApp('slowJob', {}, job)), 'answered null');
  assert.equal(answerOf(await askApp('data', {}, job)), 'answered {"a":1}');
  assert.equal(answerOf(await askApp('no', {}, job)), 'refused 500 not here');
  assert.match(answerOf(await askApp('rejects', {}, job)), /^rejected: async boom/);
});

test('rejects a wrong use of a global instead of throwing, and hands every argument on', async () => {
  const asked: unknown[] = [];
  const lines: string[] = [];
  const app = new AppProcess({
    appFolder: folderOf({
      'server/server.js': `exports = { async run() {
        const entity = $db.entity({ version: 'v1' }).get('shops');
        const uses = [
          () => $db.get(), () => $request.get(), () => $request.invokeTemplate('t', { context: { a: 1 } }),
          () => $schedule.create({ name: 'n' }), () => $job.history({ tag: 't' }), () => generateTargetUrl('x'),
          () => entity.getAll({ query: { a: NaN } }), () => $db.entity().get().create(),
          () => $db.set('k', 10n), () => $db.set('k', 'x'.repeat(9e6)),
          () => $db.set('k', Array.from({ length: 300_000 }, () => ({}))),
        ];
        for (const use of uses) {
          const promise = use();
          await promise.fail((e) => console.log(e.status + ' ' + e.message)).catch(() => {});
        }
      } };`,
    }),
    launcher: createNodeLauncher({ nodePath: process.execPath }),
    clock: realClock,
    limits: defaultSandboxLimits,
    services: {
      async operation({ name, args, callId }) {
        asked.push([name, ...args]);
        return { kind: 'refused', error: { status: 404, message: callId ?? '' } };
      },
      log: ({ text }) => lines.push(text),
      broke: () => {},
    },
  });
  started.push(app);
  assert.equal(reasonOf(await app.call({ handler: 'run', payload: {}, callId: 'c' })), 'delivered');
  assert.deepEqual(asked, [
    ['db.get'],
    ['request.get'],
    ['request.invoke_template', 't', { context: { a: 1 } }],
    ['schedule.create', { name: 'n' }],
    ['job.list', { tag: 't' }],
    ['target_url.generate', 'x'],
    ['entity.get_all', { entity: 'shops', version: 'v1' }, { query: { a: null } }],
    ['entity.create', {}],
  ]);
  assert.deepEqual(lines, [
    ...asked.map(() => '404 c'),
    '400 Do not know how to serialize a BigInt',
    '400 the value is larger than 8 MiB',
    '400 the value has more than 200000 parts',
  ]);
});

test('prints with whatever the console has, and never fails for it', async () => {
  const { call, lines } = startApp(`exports = { run() {
    console.table([{ a: 1 }]);
    console.dir({ deep: { er: 1 } });
    console.trace('here');
    console.time('t'); console.timeEnd('t'); console.count('c'); console.group('g'); console.groupEnd();
    console.assert(1 === 2, 'not so');
    console.table([{ get a() { throw new Error('x'); } }]);
  } };`);
  assert.equal(reasonOf(await call('run')), 'delivered');
  const text = lines.map((line) => `${line.level}: ${line.text}`).join('\n');
  assert.match(text, /log: ┌[\s\S]*│ a[\s\S]*log: \{ deep: \{ er: 1 \} \}/);
  assert.match(
    text,
    /error: Trace: here\n +at .*server\/server\.js:4[\s\S]*log: t: [\s\S]*log: c: 1[\s\S]*log: g\n[\s\S]*not so/,
  );
  assert.doesNotMatch(text, /\.cjs/);
});

test('says where a required file is broken', async () => {
  const table: readonly (readonly [string, string, RegExp])[] = [
    [
      'data.json',
      '{\n  "a": 1,\n  "b" 2\n}',
      /^not_loaded: SyntaxError: server\/data\.json is not valid JSON: .* at server\/data\.json:3:7$/,
    ],
    ['data.json', '{\n  "a": 1', /^not_loaded: SyntaxError: .* at server\/data\.json:2:9$/],
    ['lib/x.js', 'exports = {\n  a: 1\n  b: 2\n};', /^not_loaded: SyntaxError: .* at server\/lib\/x\.js:3:3$/],
    [
      'lib/x.js',
      "exports = {};\nrequire('./gone');",
      /^not_loaded: Cannot find module "\.\/gone" at server\/lib\/x\.js:2:1$/,
    ],
    ['node_modules/p/index.js', 'let a = ;', /^not_loaded: SyntaxError: .* at server\/node_modules\/p\/index\.js:1:9$/],
  ];
  for (const [file, text, expected] of table) {
    const name = file.startsWith('node_modules') ? 'p' : `./${file}`;
    const { call } = startApp(`require('${name}');`, { files: { [`server/${file}`]: text } });
    assert.match(reasonOf(await call('a')), expected);
  }
});

test('reads the answer of an old request verb that was asked with json, and of no other', async () => {
  const lines: string[] = [];
  const response = '{"url":"https://api.example.com/1","list":[1]}';
  const app = new AppProcess({
    appFolder: folderOf({
      'server/server.js': `exports = { async run() {
        const { response } = await $request.post('ok', { json: { a: 1 } });
        console.log(response.url, response.list instanceof Array, JSON.parse(response).url, JSON.stringify(response));
        const plain = await $request.post('ok', { body: '{}' });
        const template = await $request.invokeTemplate('ok', { json: true });
        console.log(typeof plain.response, typeof template.response);
        $request.get('bad', { json: true }).fail((e) => console.log(e.status, e.response.url)).always(() => console.log('always'));
        await $request.get('text', { json: true }).done((data) => console.log(data.response));
      } };`,
    }),
    launcher: createNodeLauncher({ nodePath: process.execPath }),
    clock: realClock,
    limits: defaultSandboxLimits,
    services: {
      operation: async ({ args: [what] }) =>
        what === 'bad'
          ? { kind: 'refused', error: { status: 422, message: 'no', response } }
          : { kind: 'done', result: { status: 200, response: what === 'text' ? 'plain words' : response } },
      log: ({ text }) => lines.push(text),
      broke: () => {},
    },
  });
  started.push(app);
  assert.equal(reasonOf(await app.call({ handler: 'run', payload: {}, callId: 'c' })), 'delivered');
  await until(() => lines.length === 5);
  const url = 'https://api.example.com/1';
  assert.deepEqual(lines.slice(0, 2), [`${url} true ${url} ${response}`, 'string string']);
  assert.deepEqual(lines.slice(2).sort(), [`422 ${url}`, 'always', 'plain words']);
});

test('hands on what a global is answered with, several megabytes too, and says so when it is more', async () => {
  const lines: string[] = [];
  const app = new AppProcess({
    appFolder: folderOf({
      'server/server.js': `exports = { async run() {
        const six = await $request.invokeTemplate('six', {});
        console.log(six.response.length, six.response.codePointAt(2), renderData(null, six) === undefined);
        await $request.invokeTemplate('nine', {}).catch((e) => console.log(e.status, e.message));
      } };`,
    }),
    launcher: createNodeLauncher({ nodePath: process.execPath }),
    clock: realClock,
    limits: defaultSandboxLimits,
    services: {
      operation: async ({ args: [name] }) => ({
        kind: 'done',
        result: { status: 200, response: `😀${'x'.repeat(name === 'six' ? 6 * 1024 * 1024 : 9 * 1024 * 1024)}` },
      }),
      log: ({ text }) => lines.push(text),
      broke: () => {},
    },
  });
  started.push(app);
  assert.equal(reasonOf(await app.call({ handler: 'run', payload: {}, callId: 'c' })), 'delivered');
  const answer = await app.ask({ handler: 'run', payload: {}, callId: 'c' });
  assert.equal(answer.kind === 'answered' && JSON.stringify(answer.data).length, 6 * 1024 * 1024 + 30);
  const line = `${6 * 1024 * 1024 + 2} 120 true`;
  await until(() => lines.length === 4);
  assert.deepEqual(lines, [line, '413 The answer is larger than 8 MiB', line, '413 The answer is larger than 8 MiB']);
});
