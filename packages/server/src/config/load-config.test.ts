import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { loadConfigFrom } from './load-config.ts';
import { describeConfigFault } from './read-config.ts';

function newFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'rollcall-config-'));
  t.after(() => rmSync(folder, { recursive: true }));
  return folder;
}

test('needs no file', (t) => {
  const reading = loadConfigFrom({ flags: {}, environment: {}, workingFolder: newFolder(t) });
  assert.equal(reading.kind, 'config');
});

test('reads rollcall.toml in the working folder when nobody names a file', (t) => {
  const workingFolder = newFolder(t);
  writeFileSync(join(workingFolder, 'rollcall.toml'), 'port = 4321\n');
  const reading = loadConfigFrom({ flags: {}, environment: {}, workingFolder });
  assert.equal(reading.kind === 'config' && reading.config.port, 4321);
});

test('prefers the file of the flag to the file of the environment, wherever it lies', (t) => {
  const workingFolder = newFolder(t);
  const elsewhere = newFolder(t);
  writeFileSync(join(workingFolder, 'one.toml'), 'port = 1\n');
  writeFileSync(join(elsewhere, 'two.toml'), 'port = 2\n');
  const environment = { ROLLCALL_CONFIG: 'one.toml' };
  const byEnvironment = loadConfigFrom({ flags: {}, environment, workingFolder });
  const byFlag = loadConfigFrom({ flags: { config: join(elsewhere, 'two.toml') }, environment, workingFolder });
  assert.equal(byEnvironment.kind === 'config' && byEnvironment.config.port, 1);
  assert.equal(byFlag.kind === 'config' && byFlag.config.port, 2);
});

test('refuses a named file that is not there, and says who named it', (t) => {
  const workingFolder = newFolder(t);
  const byFlag = loadConfigFrom({ flags: { config: 'no.toml' }, environment: {}, workingFolder });
  assert.equal(byFlag.kind, 'rejected');
  assert.deepEqual(byFlag.faults.map(describeConfigFault), [
    '--config: cannot read the file no.toml (ENOENT): name a readable TOML file',
  ]);
  const environment = { ROLLCALL_CONFIG: 'no.toml' };
  const byEnvironment = loadConfigFrom({ flags: {}, environment, workingFolder });
  assert.equal(byEnvironment.kind === 'rejected' && byEnvironment.faults[0]?.source, 'ROLLCALL_CONFIG');
});

test('refuses a rollcall.toml that is there but cannot be read', (t) => {
  const workingFolder = newFolder(t);
  mkdirSync(join(workingFolder, 'rollcall.toml'));
  const reading = loadConfigFrom({ flags: {}, environment: {}, workingFolder });
  assert.equal(reading.kind === 'rejected' && reading.faults[0]?.source, 'rollcall.toml');
});
