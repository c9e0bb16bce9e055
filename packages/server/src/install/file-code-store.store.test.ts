import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import type { StagedCode, Staging } from '../apps/code-store.ts';
import { fakeZip } from './fake-zip.ts';
import { fileCodeStore } from './file-code-store.ts';

const base = mkdtempSync(join(tmpdir(), 'rollcall-code-'));
after(() => rmSync(base, { recursive: true, force: true }));
let count = 0;

function newFolder(files: Readonly<Record<string, string>> = {}): string {
  count += 1;
  const folder = join(base, `folder-${count}`);
  mkdirSync(folder);
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  return folder;
}

const app = { 'manifest.json': '{}', 'server/server.js': 'exports = {};', 'config/iparams.json': '{}' };

function newStore(limits = {}) {
  const folder = join(newFolder(), 'apps');
  return { folder, store: fileCodeStore({ folder, environment: {}, limits }) };
}

function staged(staging: Staging): StagedCode {
  assert.ok(staging.kind === 'staged', JSON.stringify(staging));
  return staging.code;
}

function refusal(staging: Staging): string[] {
  assert.ok(staging.kind === 'refused');
  return staging.findings.map(({ code, file }) => `${code} ${file}`);
}

async function installed(store: ReturnType<typeof newStore>['store'], folder: string) {
  const settling = await staged(await store.stage({ kind: 'folder', folder })).settle();
  assert.ok(settling.kind === 'settled');
  return settling;
}

test('runs an app from a read-only copy that is named after its content', async () => {
  const { folder, store } = newStore();
  const source = newFolder(app);
  const { digest, folder: place } = await installed(store, source);
  assert.equal(place, join(folder, digest));
  assert.equal(place, store.folderOf(digest));
  writeFileSync(join(source, 'server/server.js'), 'changed');
  assert.equal(readFileSync(join(place, 'server/server.js'), 'utf8'), 'exports = {};');
  assert.equal(statSync(join(place, 'server/server.js')).mode & 0o777, 0o444);
  assert.deepEqual(readdirSync(folder), [digest]);
});

test('gives the same files the same digest, from a folder or from a zip, and other files another', async () => {
  const { folder, store } = newStore();
  const one = await installed(store, newFolder({ ...app, 'digest.md5': 'x', '.git/HEAD': 'y', 'coverage/c.js': '' }));
  const zip = fakeZip(Object.entries(app).map(([path, content]) => ({ name: `x/${path}`, content })));
  const fromZip = staged(await store.stage({ kind: 'zip', bytes: zip }));
  assert.equal(fromZip.name, 'x');
  const settling = await fromZip.settle();
  assert.ok(settling.kind === 'settled' && settling.digest === one.digest);
  const other = await installed(store, newFolder({ ...app, 'server/server.js': 'exports = { };' }));
  assert.notEqual(other.digest, one.digest);
  assert.equal(readdirSync(folder).length, 2);
});

test('tells by the fingerprint whether a folder has changed since', async () => {
  const { store } = newStore();
  const source = newFolder(app);
  const code = staged(await store.stage({ kind: 'folder', folder: source }));
  assert.equal(await store.fingerprintOf(source), code.fingerprint);
  await code.discard();
  writeFileSync(join(source, 'README.md'), 'new');
  assert.notEqual(await store.fingerprintOf(source), code.fingerprint);
  assert.equal(await store.fingerprintOf(join(source, 'none')), null);
});

test('leaves nothing of what was refused or discarded', async () => {
  const { folder, store } = newStore();
  await staged(await store.stage({ kind: 'folder', folder: newFolder(app) })).discard();
  await store.stage({ kind: 'zip', bytes: fakeZip([{ name: 'a', content: 'x', crc: 1 }]) });
  await store.stage({ kind: 'folder', folder: join(base, 'none') });
  assert.deepEqual(readdirSync(folder), []);
});

test('removes what a crash left and what nobody names any more, and nothing that is not its own', async () => {
  const { folder, store } = newStore();
  const [kept, over] = [await installed(store, newFolder(app)), await installed(store, newFolder({ a: 'x' }))];
  await store.stage({ kind: 'folder', folder: newFolder(app) });
  writeFileSync(join(folder, 'note.txt'), "somebody's own");
  await store.keepOnly(new Set([kept.digest]));
  assert.deepEqual(readdirSync(folder).toSorted(), [kept.digest, 'note.txt'].toSorted());
  await store.remove(kept.digest);
  assert.equal(existsSync(kept.folder), false);
  assert.equal(existsSync(over.folder), false);
});

test('takes packages with whatever their files are called', async () => {
  const { store } = newStore();
  const brought = { 'server/node_modules/plain/package.json': '{}', 'server/node_modules/plain/aux.js': '' };
  const folder = newFolder({ ...app, ...brought });
  await staged(await store.stage({ kind: 'folder', folder })).discard();
});

test('refuses links, pipes and machine code in a folder, each by its name', async () => {
  const { folder, store } = newStore();
  const source = newFolder({ ...app, 'server/real.js': 'x', 'server/node_modules/x/build/x.node': 'x' });
  symlinkSync('/etc/passwd', join(source, 'server/outside.js'));
  symlinkSync('real.js', join(source, 'server/inside.js'));
  symlinkSync('/etc', join(source, 'server/node_modules/etc'));
  linkSync(join(source, 'server/real.js'), join(source, 'server/twin.js'));
  execFileSync('mkfifo', [join(source, 'pipe')]);
  assert.deepEqual(refusal(await store.stage({ kind: 'folder', folder: source })).toSorted(), [
    'hard-link server/real.js',
    'hard-link server/twin.js',
    'native-code server/node_modules/x/build/x.node',
    'not-a-file pipe',
    'symbolic-link server/inside.js',
    'symbolic-link server/node_modules/etc',
    'symbolic-link server/outside.js',
  ]);
  assert.deepEqual(readdirSync(folder), []);
});

test("looks at no link that is no part of the app, such as those of an author's tools", async () => {
  const { store } = newStore();
  const source = newFolder({ ...app, 'node_modules/tool/index.js': '', 'server/node_modules/x/index.js': '' });
  mkdirSync(join(source, 'node_modules/.bin'));
  mkdirSync(join(source, 'server/node_modules/.bin'));
  symlinkSync('../tool/index.js', join(source, 'node_modules/.bin/tool'));
  symlinkSync('../x/index.js', join(source, 'server/node_modules/.bin/x'));
  const { folder } = await installed(store, source);
  assert.deepEqual(readdirSync(join(folder, 'server/node_modules')), ['x']);
});

test("bounds an app's own files and all of them together", async () => {
  const { store } = newStore({ ownBytesMax: 100, bytesMax: 300, ownFilesMax: 5, filesMax: 8 });
  const stage = async (files: Readonly<Record<string, string>>) =>
    store.stage({ kind: 'folder', folder: newFolder({ ...app, ...files }) });
  assert.deepEqual(refusal(await stage({ large: 'x'.repeat(101) })), ['too-large large']);
  staged(await stage({ 'server/node_modules/p/large.js': 'x'.repeat(200) }));
  assert.deepEqual(refusal(await stage({ 'server/node_modules/p/large.js': 'x'.repeat(400) })), [
    'too-large server/node_modules/p/large.js',
  ]);
  assert.deepEqual(refusal(await stage({ a: '', b: '', c: '' })), ['too-many-files server/server.js']);
});
