/** `bin/rollcall.js` under a Node that is too old to run the program: two processes that look like one. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { after, before, type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';

/** Stands in for the program: says who it is, then does what its first argument says. */
const program = `
  const [deed, value] = process.argv.slice(2);
  if (deed === 'stop-on') process.on(value, () => process.exit(42));
  if (deed === 'stop-on' || deed === 'wait') setInterval(() => undefined, 1000);
  console.log(process.pid, Number.parseInt(process.versions.node), Object.keys(process.env).join().includes('LIFELINE'));
  if (deed === 'exit') process.exitCode = Number(value);
  if (deed === 'echo') process.stdin.pipe(process.stdout);
  if (deed === 'end-by') process.kill(process.pid, value);
`;

const oldNode = findOldNode();
const skip = oldNode === undefined ? 'no Node older than 26 is on this machine' : false;
const folder = mkdtempSync(join(tmpdir(), 'rollcall-launcher-'));
const launcher = join(folder, 'packages/server/bin/rollcall.js');

before(() => {
  mkdirSync(join(folder, 'packages/server/bin'), { recursive: true });
  mkdirSync(join(folder, 'packages/server/src/cli'), { recursive: true });
  mkdirSync(join(folder, 'node_modules'));
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  writeFileSync(join(folder, 'packages/server/src/cli/main.ts'), program);
  copyFileSync(fileURLToPath(new URL('../bin/rollcall.js', import.meta.url)), launcher);
  const bundled = dirname(createRequire(import.meta.url).resolve('node/package.json'));
  symlinkSync(bundled, join(folder, 'node_modules/node'), 'dir');
});

after(() => rmSync(folder, { recursive: true, force: true }));

test('runs the program under the bundled Node, with its arguments, input, output and exit code', { skip }, () => {
  const exit = spawnSync(oldNode ?? '', [launcher, 'exit', '7'], { encoding: 'utf8' });
  assert.equal(exit.status, 7, exit.stderr);
  assert.match(exit.stdout, /^\d+ (2[6-9]|[3-9]\d) false\n$/);
  const echo = spawnSync(oldNode ?? '', [launcher, 'echo'], { encoding: 'utf8', input: 'a line\n' });
  assert.match(echo.stdout, /\na line\n$/);
});

test('runs the program in its own process when its Node is new enough', () => {
  const { status, stdout, pid } = spawnSync(process.execPath, [launcher, 'exit', '7'], { encoding: 'utf8' });
  assert.equal(status, 7);
  assert.equal(stdout.split(' ')[0], String(pid));
});

for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
  test(`passes ${signal} on, and ends as the program ends`, { skip }, async (t) => {
    const child = await start(t, 'stop-on', signal);
    child.kill(signal);
    assert.deepEqual(await once(child, 'exit'), [42, null]);
  });
}

test('ends by the signal that ended the program', { skip }, () => {
  assert.equal(spawnSync(oldNode ?? '', [launcher, 'end-by', 'SIGKILL']).signal, 'SIGKILL');
  assert.equal(spawnSync(oldNode ?? '', [launcher, 'end-by', 'SIGTERM']).signal, 'SIGTERM');
});

test('leaves no program behind when it is killed itself', { skip, timeout: 10_000 }, async (t) => {
  const child = await start(t, 'wait', '');
  child.kill('SIGKILL');
  // "close" comes when the last process that holds the output pipe is gone, and the program holds it too.
  assert.deepEqual(await once(child, 'close'), [null, 'SIGKILL']);
});

test('says the way out when the bundled Node is not installed', { skip }, () => {
  const alone = join(folder, 'alone/bin');
  mkdirSync(alone, { recursive: true });
  rmSync(join(folder, 'node_modules/node'));
  copyFileSync(launcher, join(alone, 'rollcall.js'));
  const { status, stderr } = spawnSync(oldNode ?? '', [join(alone, 'rollcall.js')], { encoding: 'utf8' });
  assert.equal(status, 1);
  assert.match(stderr, /^rollcall needs Node 26 or later, and this is v\d+.*Run "npm ci"/);
});

/** The launcher, once the program has said its first line and can be spoken to. Neither outlives the test. */
async function start(t: TestContext, deed: string, value: string): Promise<ChildProcess> {
  const child = spawn(oldNode ?? '', [launcher, deed, value], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  t.after(() => {
    child.kill('SIGKILL');
    spawnSync('kill', ['-9', String(Number.parseInt(line.toString(), 10))], { stdio: 'ignore' });
  });
  return child;
}

function findOldNode(): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter);
  const candidates = folders.map((path) => join(path, 'node')).filter((path) => existsSync(path));
  return candidates.find((path) => {
    const { stdout } = spawnSync(path, ['--version'], { encoding: 'utf8' });
    return Number.parseInt(stdout.slice(1), 10) < 26;
  });
}
