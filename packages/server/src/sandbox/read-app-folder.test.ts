import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { appBytesMax, readAppFolder } from './read-app-folder.ts';

const folders = realpathSync(mkdtempSync(join(tmpdir(), 'rollcall-folder-')));
after(() => rmSync(folders, { recursive: true, force: true }));

function folderOf(files: Readonly<Record<string, string | Buffer>>): string {
  const folder = mkdtempSync(join(folders, 'app-'));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

async function codesOf(folder: string): Promise<readonly string[]> {
  const reading = await readAppFolder(folder);
  return [reading.kind, ...reading.findings.map(({ severity, code, file }) => `${severity} ${code} ${file}`)];
}

test('reads texts whole, notes other files by name, and of packages their own description', async () => {
  const folder = folderOf({
    'manifest.json': '{}',
    'server/server.js': 'exports = {};',
    'app/icon.png': Buffer.from([1, 2, 3]),
    'server/log/kept.js': '1',
    'log/fdk.log': 'secret',
    '.git/config': 'x',
    'coverage/index.html': 'x',
    'server/node_modules/a/package.json': '{"name":"a"}',
    'server/node_modules/a/index.js': 'x',
    'server/node_modules/@s/b/package.json': '{"name":"@s/b"}',
    'server/node_modules/.bin/tool': 'x',
  });
  const reading = await readAppFolder(folder);
  assert.ok(reading.kind === 'read');
  assert.deepEqual([reading.folder, reading.findings], [folder, []]);
  assert.deepEqual(Object.fromEntries(reading.files), {
    'app/icon.png': '',
    'manifest.json': '{}',
    'server/log/kept.js': '1',
    'server/node_modules/@s/b/package.json': '{"name":"@s/b"}',
    'server/node_modules/a/package.json': '{"name":"a"}',
    'server/server.js': 'exports = {};',
  });
});

test('refuses a folder that is none', async () => {
  assert.deepEqual(await codesOf(join(folders, 'gone')), ['rejected', 'error folder-missing ']);
  assert.deepEqual(await codesOf(join(folderOf({ file: '' }), 'file')), ['rejected', 'error folder-missing ']);
});

test('refuses links that lead out and follows those that stay', async () => {
  const outside = folderOf({ 'secret.js': 'x' });
  const folder = folderOf({ 'manifest.json': '{}', 'server/a.js': 'a' });
  symlinkSync('a.js', join(folder, 'server/b.js'));
  symlinkSync('gone.js', join(folder, 'server/c.js'));
  symlinkSync('server', join(folder, 'other'));
  const reading = await readAppFolder(folder);
  assert.ok(reading.kind === 'read');
  assert.equal(reading.files.get('server/b.js'), 'a');
  assert.deepEqual(await codesOf(folder), ['read', 'warning link-to-folder other', 'warning link-broken server/c.js']);
  symlinkSync(join(outside, 'secret.js'), join(folder, 'server/d.js'));
  symlinkSync('/etc', join(folder, 'etc'));
  assert.deepEqual(
    (await codesOf(folder)).filter((code) => code.startsWith('error')),
    ['error link-leads-out etc', 'error link-leads-out server/d.js'],
  );
});

test('does not count a package that is a link out of the folder', async () => {
  const outside = folderOf({ 'package.json': '{}' });
  const folder = folderOf({ 'manifest.json': '{}', 'server/node_modules/a/package.json': '{}' });
  symlinkSync(outside, join(folder, 'server/node_modules/linked'));
  const reading = await readAppFolder(folder);
  assert.ok(reading.kind === 'read');
  assert.equal(reading.files.has('server/node_modules/linked/package.json'), false);
  assert.deepEqual(
    reading.findings.map(({ code }) => code),
    ['package-leads-out'],
  );
});

test('refuses more bytes than the platform does, packages aside', async () => {
  const half = Buffer.alloc(appBytesMax / 2);
  const folder = folderOf({ 'a.bin': half, 'b.bin': half, 'server/node_modules/p/big.bin': half });
  assert.deepEqual(await codesOf(folder), ['read']);
  mkdirSync(join(folder, 'screenshots'));
  writeFileSync(join(folder, 'screenshots/one.png'), half);
  assert.deepEqual(await codesOf(folder), ['read']);
  writeFileSync(join(folder, 'c.txt'), 'x');
  assert.deepEqual(await codesOf(folder), ['rejected', 'error too-large c.txt']);
});

test('refuses more files than it may have', async () => {
  const folder = folderOf({});
  for (let index = 0; index <= 5000; index += 1) writeFileSync(join(folder, `f${index}`), '');
  assert.match((await codesOf(folder)).join(), /^rejected,error too-many-files f\d+$/);
});
