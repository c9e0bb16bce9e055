import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { readAppFile } from './read-app-file.ts';
import { appBytesMax } from './read-app-folder.ts';

const root = mkdtempSync(join(tmpdir(), 'rollcall-file-'));
const folder = join(root, 'app');
after(() => rmSync(root, { recursive: true, force: true }));

test('reads the bytes of a file of an app, and of nothing beside it', async () => {
  mkdirSync(join(folder, 'config/assets'), { recursive: true });
  writeFileSync(join(folder, 'config/assets/a.png'), Buffer.from([0, 255, 1]));
  writeFileSync(join(root, 'secret.key'), 'not the app’s');
  symlinkSync(join(root, 'secret.key'), join(folder, 'config/assets/link'));
  writeFileSync(join(folder, 'config/assets/large'), Buffer.alloc(appBytesMax + 1));
  assert.deepEqual(await readAppFile(folder, 'config/assets/a.png'), Buffer.from([0, 255, 1]));
  for (const path of [
    'config/assets/link',
    'config/assets/large',
    '../secret.key',
    'config/assets',
    'none',
    '',
    'a\0',
  ]) {
    assert.equal(await readAppFile(folder, path), null, path);
  }
  assert.equal(await readAppFile(join(root, 'none'), 'a'), null);
});
