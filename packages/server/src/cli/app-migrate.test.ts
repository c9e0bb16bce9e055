import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';

const root = mkdtempSync(join(tmpdir(), 'rollcall-migrate-'));
after(() => rmSync(root, { recursive: true, force: true }));

const bin = join(import.meta.dirname, '../../bin/rollcall.js');

type Ended = { readonly code: number; readonly stdout: string; readonly stderr: string };

function rollcall(...words: readonly string[]): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(process.execPath, [bin, ...words], { timeout: 60_000 }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}

// An invented app of platform 2.0: its events in code, one request that can be derived, one that cannot.
const app = {
  'manifest.json':
    '{\n  "platform-version": "2.0",\n  "product": { "freshchat": {} },\n  "whitelisted-domains": ["https://api.example.com"]\n}\n',
  'config/iparams.json': '{ "token": { "display_name": "Token", "type": "text", "secure": true } }\n',
  'server/server.js': [
    "const greet = require('./greet');",
    'exports = {',
    "  events: [{ event: 'onAgentActivityCreate', callback: 'onActivity' }],",
    '  onActivity: async function (payload) {',
    '    console.log(greet(payload.data.agent_activity.status));',
    '    if (payload.ask) await $request.get(`https://api.example.com/people/$' + '{payload.id}`);',
    '    if (payload.ask) await $request.get(payload.url);',
    '  },',
    '};',
    '',
  ].join('\n'),
  'server/greet.js': 'exports = (status) => "now " + status;\n',
};

function appFolder(name: string, files: Readonly<Record<string, string>>): string {
  const folder = join(root, name);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

test('shows the whole diff and what is left, and writes nothing until told to', async () => {
  const folder = appFolder('shown', app);
  const { code, stdout, stderr } = await rollcall('app', 'migrate', folder);
  assert.equal(code, 0, stderr);
  assert.match(stdout, /^--- \/dev\/null\n\+\+\+ b\/\.fdk\/configs\.json/);
  assert.match(stdout, /-\s+events: \[\{ event: 'onAgentActivityCreate'/);
  assert.match(stdout, /\+.*\$request\.invokeTemplate\('getPeople', \{ context: \{ id: payload\.id \} \}\)/);
  assert.match(stdout, /server\/server\.js:7:28 warning migrate-request\n/);
  assert.match(stderr, /nothing was written; --write changes 4 files, from platform 2\.0 to 3\.0, 1 thing is left/);
  assert.equal(readFileSync(join(folder, 'manifest.json'), 'utf8'), app['manifest.json']);
});

test('writes an app that validates as 3.0, loads, and does what it did', async () => {
  const folder = appFolder('written', app);
  const before = await rollcall('app', 'invoke', folder, 'onAgentActivityCreate', '--json');
  const mode = statSync(join(folder, 'server/server.js')).mode;
  const { code, stderr } = await rollcall('app', 'migrate', folder, '--write');
  assert.equal(code, 0, stderr);
  assert.match(stderr, /written in 4 files/);
  assert.equal(statSync(join(folder, 'server/server.js')).mode, mode);
  const validated = JSON.parse((await rollcall('app', 'validate', folder, '--json')).stdout);
  assert.deepEqual([validated.ok, validated.platform_version], [true, '3.0']);
  assert.deepEqual(validated.events, [
    { module: 'chat_conversation', event: 'onAgentActivityCreate', handler: 'onActivity' },
  ]);
  const again = await rollcall('app', 'invoke', folder, 'onAgentActivityCreate', '--json');
  const [old, made] = [JSON.parse(before.stdout), JSON.parse(again.stdout)];
  assert.deepEqual([made.outcome, made.logs], [old.outcome, old.logs]);
  assert.equal(made.outcome, 'delivered');
  assert.match(made.logs[0].text, /^now /);
});

test('answers in JSON, and says when there is nothing to migrate or nothing to understand', async () => {
  const folder = appFolder('json', app);
  const plan = JSON.parse((await rollcall('app', 'migrate', folder, '--json')).stdout);
  assert.deepEqual([plan.from, plan.to, plan.written, plan.todo.length], ['2.0', '3.0', false, 1]);
  assert.deepEqual(plan.changed, ['.fdk/configs.json', 'config/requests.json', 'manifest.json', 'server/server.js']);
  await rollcall('app', 'migrate', folder, '--yes');
  const current = await rollcall('app', 'migrate', folder);
  assert.match(current.stderr, /an app of platform 3\.0 already/);
  const broken = appFolder('broken', { ...app, 'server/server.js': 'exports = {' });
  const refused = await rollcall('app', 'migrate', broken);
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /cannot be migrated \(1 error\)/);
});

test('repairs what is certain with --fix, shows it as a diff, and leaves no file half written', async () => {
  const folder = appFolder('fixed', {
    ...app,
    'manifest.json': app['manifest.json'].replace('"freshchat"', '"freshcaht"'),
  });
  const { code, stdout } = await rollcall('app', 'validate', folder, '--fix');
  assert.equal(code, 0, stdout);
  assert.match(stdout, /^--- a\/manifest\.json\n\+\+\+ b\/manifest\.json\n/);
  assert.match(stdout, /fixed 1 finding in manifest\.json/);
  assert.equal(readFileSync(join(folder, 'manifest.json'), 'utf8'), app['manifest.json']);
  const again = await rollcall('app', 'validate', folder, '--fix');
  assert.match(again.stdout, /^nothing to fix that is certain/);
});

test('speaks SARIF, reads packages, and says of a file that it is no folder', async () => {
  const folder = appFolder('sarif', { ...app, 'server/server.js': 'exports = { events: [], onActivty() {} };' });
  const { runs, version } = JSON.parse((await rollcall('app', 'validate', folder, '--sarif')).stdout);
  assert.equal(version, '2.1.0');
  assert.ok(runs[0].results.length > 0);
  const wrong = await rollcall('app', 'validate', folder, '--sarif', '--json');
  assert.equal(wrong.code, 2);
  const file = await rollcall('app', 'validate', join(folder, 'manifest.json'));
  assert.equal(file.code, 1);
  assert.match(file.stdout, /manifest\.json is a file: give the app folder/);
  const packed = appFolder('packed', app);
  cpSync(folder, packed, { recursive: true });
  writeFileSync(join(packed, 'server/server.js'), app['server/server.js']);
  await rollcall('app', 'pack', packed);
  const unpacked = await rollcall('app', 'validate', join(packed, 'dist/packed.zip'));
  assert.equal(unpacked.code, 0, unpacked.stdout + unpacked.stderr);
  assert.match(unpacked.stdout, /packed\.zip can be loaded .*onAgentActivityCreate → onActivity/);
});
