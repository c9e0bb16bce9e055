/** An app's own suite, under Node's runner and under Vitest: the same file but for the line that imports `test`. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { repositoryRoot } from '../../../scripts/repository-root.ts';
import { newAppFiles } from '../../server/src/cli/app-template.ts';

const home = mkdtempSync(join(tmpdir(), 'rollcall-runners-'));
after(() => rmSync(home, { recursive: true, force: true }));
const modules = join(home, 'node_modules');
mkdirSync(join(modules, '@rollcall'), { recursive: true });
symlinkSync(join(repositoryRoot, 'packages', 'testing'), join(modules, '@rollcall', 'testing'));
symlinkSync(join(repositoryRoot, 'node_modules', 'vitest'), join(modules, 'vitest'));
const app = join(home, 'app');
for (const [path, text] of newAppFiles({ name: 'app', template: 'lunch-alert', platform: '3.0' })) {
  mkdirSync(dirname(join(app, path)), { recursive: true });
  writeFileSync(join(app, path), text);
}
const suite = join(app, 'tests', 'app.test.mjs');
const vitest = join(repositoryRoot, 'node_modules', 'vitest', 'vitest.mjs');

test('runs under Node’s own runner, which counts what of the app’s files ran', async () => {
  const words = ['--test', '--experimental-test-coverage', '--test-reporter=tap', 'tests/**/*.test.mjs'];
  const { code, stdout } = await run(words);
  assert.equal(code, 0, stdout);
  assert.match(stdout, /# pass 4\n# fail 0/);
  // Every line of the handlers ran: the files are counted line by line, under their own names.
  assert.match(stdout, /#\s+server\.js +\| +100\.00 \|/, stdout);
  const part = await run(['--test-name-pattern=says nothing when', ...words]);
  const uncovered = /#\s+server\.js +\| +(\d+\.\d\d) \|/.exec(part.stdout)?.[1];
  assert.ok(Number(uncovered) < 95 && Number(uncovered) > 30, `${uncovered} % of the lines, with one test of four`);
});

test('runs under Vitest, and fails where the app does', async () => {
  const text = readFileSync(suite, 'utf8').replace("from 'node:test'", "from 'vitest'");
  writeFileSync(suite, text);
  const passed = await run([vitest, 'run', '--no-color']);
  assert.equal(passed.code, 0, passed.stdout + passed.stderr);
  assert.match(passed.stdout, /Tests +4 passed/);
  const server = join(app, 'server', 'server.js');
  writeFileSync(server, readFileSync(server, 'utf8').replace('$schedule.create', '$schedule.delete'));
  const failed = await run([vitest, 'run', '--no-color']);
  assert.equal(failed.code, 1);
  assert.match(failed.stdout + failed.stderr, /tells the chat when a lunch lasts too long/);
});

type Run = { readonly code: number; readonly stdout: string; readonly stderr: string };

function run(words: readonly string[]): Promise<Run> {
  const env = { PATH: process.env.PATH ?? '', HOME: home };
  const options = { cwd: app, env, timeout: 120_000, maxBuffer: 16 * 1024 * 1024 };
  return new Promise((resolve) => {
    execFile(process.execPath, words, options, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : error === null ? 0 : -1, stdout, stderr });
    });
  });
}
