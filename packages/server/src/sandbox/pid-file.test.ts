import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { findProgram } from './find-program.ts';
import { PidFile } from './pid-file.ts';
import { runnerProgram } from './runner-program.ts';

const folder = mkdtempSync(join(tmpdir(), 'rollcall-pids-'));
after(() => rmSync(folder, { recursive: true, force: true }));

test('keeps the processes that run, and no file while there are none', () => {
  const path = join(folder, 'deeper/kept');
  const file = new PidFile(path);
  file.add(11);
  file.add(12);
  file.remove(11);
  assert.equal(readFileSync(path, 'utf8'), '12');
  file.remove(12);
  assert.equal(existsSync(path), false);
});

test('ends the apps that an earlier server left behind, and no other program', async (t) => {
  if (findProgram('ps') === null) return t.skip('ps is not installed');
  const idle = ['--eval', 'setInterval(() => {}, 1000)'];
  const app = spawn(process.execPath, [...idle, runnerProgram], { stdio: 'ignore' });
  const other = spawn(process.execPath, idle, { stdio: 'ignore' });
  t.after(() => other.kill('SIGKILL'));
  await Promise.all([once(app, 'spawn'), once(other, 'spawn')]);
  const path = join(folder, 'left');
  writeFileSync(path, `${app.pid}\n${other.pid}\n999999999\nnonsense\n`);
  const file = new PidFile(path);
  const ended = once(app, 'exit');
  assert.deepEqual(file.reap(), [app.pid]);
  assert.deepEqual(await ended, [null, 'SIGKILL']);
  assert.equal(other.exitCode, null);
  assert.equal(existsSync(path), false);
});
