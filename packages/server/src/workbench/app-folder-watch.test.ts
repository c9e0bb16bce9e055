import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { isAppChange, watchAppFolder } from './app-folder-watch.ts';

test('takes the app’s own files for changes, and no tool’s', () => {
  for (const path of ['manifest.json', 'server/server.js', 'server/lib/x.js', 'config/iparams.json', 'actions.json']) {
    assert.equal(isAppChange(path), true, path);
  }
  for (const path of [
    'server/node_modules/lodash/index.js',
    '.rollcall/rollcall.db',
    '.fdk/localstore',
    'coverage/index.html',
    'dist/app.zip',
    'log/fdk.log',
    '.git/index',
    'server/server.js~',
    'sedAbC123',
    'README.md',
    'tests/server.test.js',
    'server/.server.js.swp',
    'server/test_data/onAppInstall.json',
  ]) {
    assert.equal(isAppChange(path), false, path);
  }
});

test('tells of files that change together once, also of those in a new folder', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'rollcall-watch-'));
  mkdirSync(join(folder, 'server'));
  const told: (readonly string[])[] = [];
  const watch = watchAppFolder(
    folder,
    (paths) => told.push(paths),
    (cause) => assert.fail(cause),
  );
  try {
    // The watch begins to hear a moment after it was opened.
    await wait(100);
    writeFileSync(join(folder, 'manifest.json'), '{}');
    writeFileSync(join(folder, 'server/server.js'), 'exports = {};');
    for (let turns = 0; turns < 100 && told.length === 0; turns += 1) await wait(20);
    await wait(150);
    assert.equal(told.length, 1);
    assert.deepEqual(
      told[0]?.filter((path) => path.includes('.')),
      ['manifest.json', 'server/server.js'],
    );
  } finally {
    watch.close();
    rmSync(folder, { recursive: true, force: true });
  }
});
