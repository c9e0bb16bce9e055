import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { type FakeEntry, fakeZip } from './fake-zip.ts';
import { defaultInstallLimits } from './limits.ts';
import { unpackZip } from './unpack-zip.ts';

const base = mkdtempSync(join(tmpdir(), 'rollcall-zip-'));
after(() => rmSync(base, { recursive: true, force: true }));
let count = 0;

async function unpack(zip: Uint8Array, limits = {}) {
  count += 1;
  const folder = join(base, `case-${count}`, 'inside');
  const outcome = await unpackZip(zip, folder, { ...defaultInstallLimits, ...limits });
  return { outcome, folder };
}

const manifest: FakeEntry = { name: 'manifest.json', content: '{}' };

test('unpacks the files of an app and leaves out what is no part of it', async () => {
  const { outcome, folder } = await unpack(
    fakeZip([
      manifest,
      { name: 'server/', mode: 0o040755 },
      { name: 'server/server.js', content: 'exports = {};' },
      { name: 'ünï/ok.txt', content: 'x', method: 0 },
      { name: 'digest.md5', content: 'x' },
      { name: '.report.json', content: '{}' },
      { name: 'node_modules/x/index.js', content: '' },
      { name: '__MACOSX/._manifest.json', content: '' },
    ]),
  );
  assert.ok(outcome.kind === 'unpacked', JSON.stringify(outcome));
  assert.deepEqual(
    outcome.files.map(({ path }) => path),
    ['manifest.json', 'server/server.js', 'ünï/ok.txt'],
  );
  assert.equal(readFileSync(join(folder, 'server/server.js'), 'utf8'), 'exports = {};');
  assert.deepEqual(readdirSync(folder).toSorted(), ['manifest.json', 'server', 'ünï']);
});

test('takes an app that lies in one folder of the zip', async () => {
  const entries = [{ name: 'my-app/manifest.json', content: '{}' }, { name: 'my-app/server/server.js' }];
  const { outcome, folder } = await unpack(fakeZip([...entries, { name: '__MACOSX/my-app/x' }]));
  assert.ok(outcome.kind === 'unpacked');
  assert.equal(outcome.subFolder, 'my-app');
  assert.ok(existsSync(join(folder, 'manifest.json')));
  const two = await unpack(fakeZip([...entries, { name: 'other/x' }]));
  assert.ok(two.outcome.kind === 'unpacked' && two.outcome.subFolder === null);
});

const big = 'A'.repeat(300_000);
const attacks: readonly [string, FakeEntry | readonly FakeEntry[], code: string, file?: string][] = [
  ['leads out', { name: '../escaped.js' }, 'bad-path'],
  ['leads out from below', { name: 'server/../../escaped.js' }, 'bad-path'],
  ['leads out as a folder', { name: '../', mode: 0o040755 }, 'bad-path'],
  ['is absolute', { name: '/tmp/escaped.js' }, 'bad-path'],
  ['has a drive', { name: 'C:/escaped.js' }, 'bad-path'],
  ['has backslashes', { name: '..\\escaped.js' }, 'bad-path'],
  ['has a backslash inside', { name: 'server\\server.js' }, 'bad-path'],
  ['has a NUL in its name', { name: 'a\0.js' }, 'bad-path'],
  ['has a line break in its name', { name: 'a\nb.js' }, 'bad-path'],
  ['turns the direction of writing', { name: 'server/\u202Esj.exe' }, 'bad-path'],
  ['isolates a direction of writing', { name: 'server/a\u2066b.js' }, 'bad-path'],
  ['is a device', { name: 'server/con.txt' }, 'bad-path'],
  ['lies in a device', { name: 'AUX/a.js' }, 'bad-path'],
  ['ends in a dot', { name: 'server/server.js.' }, 'bad-path'],
  ['ends in a blank', { name: 'server /a.js' }, 'bad-path'],
  ['has an empty part', { name: 'a//b.js' }, 'bad-path'],
  ['has a dot part', { name: './a.js' }, 'bad-path'],
  ['has a path without end', { name: `${'a/'.repeat(60)}b` }, 'bad-path'],
  ['has a name without end', { name: 'a'.repeat(500) }, 'bad-path'],
  ['is a symbolic link', { name: 'link', content: '/etc/passwd', mode: 0o120777 }, 'symbolic-link'],
  ['is a device', { name: 'null', mode: 0o020666 }, 'not-a-file'],
  ['is a pipe', { name: 'pipe', mode: 0o010666 }, 'not-a-file'],
  ['is encrypted', { name: 'secret', content: 'x', flags: 0x801 }, 'zip-encrypted'],
  ['is strongly encrypted', { name: 'secret', content: 'x', flags: 0x841 }, 'zip-unreadable', ''],
  ['has an unknown compression', { name: 'odd', content: 'x', method: 12 }, 'zip-method'],
  ['is in it twice', [{ name: 'a.js' }, { name: 'a.js' }], 'zip-doubled-name'],
  ['differs only in case', [{ name: 'a.js' }, { name: 'A.js' }], 'zip-doubled-name', 'A.js'],
  ['is a file and a folder', [{ name: 'a' }, { name: 'a/b.js' }], 'zip-doubled-name', 'a'],
  ['is a bomb', { name: 'bomb.js', content: 'A'.repeat(4_000_000) }, 'zip-bomb'],
  ['says to be smaller than it is', { name: 'liar.js', content: big, claimedBytes: 10 }, 'zip-damaged'],
  ['says to be larger than it is', { name: 'liar.js', content: 'x', claimedBytes: 10 }, 'zip-damaged'],
  ['has another checksum', { name: 'bad.js', content: 'x', crc: 1 }, 'zip-damaged'],
  ['is machine code', { name: 'server/addon.node', content: 'x' }, 'native-code'],
  ['is too large', { name: 'large.bin', content: Buffer.alloc(6_000_000, 'abcdefghij'), method: 0 }, 'too-large'],
];

for (const [what, entries, code, file] of attacks) {
  test(`refuses a zip in which an entry ${what}, and points at it`, async () => {
    const list = Array.isArray(entries) ? entries : [entries as FakeEntry];
    const { outcome, folder } = await unpack(fakeZip([manifest, ...list]));
    assert.ok(outcome.kind === 'refused');
    const finding = outcome.findings.find((one) => one.code === code);
    assert.ok(finding !== undefined, JSON.stringify(outcome.findings));
    const shown = finding.file.replaceAll('\ufffd', '').replace('…', '');
    const expected =
      file ??
      list
        .at(-1)
        ?.name.replaceAll(/[\0\n\u202E\u2066]/g, '')
        .slice(0, 200) ??
      '';
    assert.equal(shown, expected);
    assert.deepEqual(
      existsSync(join(folder, '..')) ? readdirSync(join(folder, '..')) : [],
      existsSync(folder) ? ['inside'] : [],
    );
    assert.equal(existsSync(join(base, 'escaped.js')), false);
  });
}

test('names every fault of a zip at once, but not without end', async () => {
  const many = Array.from({ length: 200 }, (_, index) => ({ name: `../${index}` }));
  const { outcome } = await unpack(fakeZip([manifest, ...many]));
  assert.ok(outcome.kind === 'refused');
  assert.equal(outcome.findings.length, defaultInstallLimits.findingsMax);
});

test('counts entries and bytes before it inflates any', async () => {
  const files = Array.from({ length: 30 }, (_, index) => ({ name: `f${index}`, content: 'x' }));
  const few = await unpack(fakeZip([manifest, ...files]), { filesMax: 10 });
  assert.ok(few.outcome.kind === 'refused' && few.outcome.findings[0]?.code === 'too-many-files');
  const small = await unpack(fakeZip([manifest, ...files]), { zipBytesMax: 100 });
  assert.ok(small.outcome.kind === 'refused' && small.outcome.findings[0]?.code === 'too-large');
});

test('refuses what is no zip, or only half of one', async () => {
  const whole = fakeZip([manifest, { name: 'server/server.js', content: 'exports = {};' }]);
  for (const bytes of [Buffer.from('no zip at all, only text'), Buffer.alloc(0), whole.subarray(0, whole.length - 9)]) {
    const { outcome } = await unpack(bytes);
    assert.ok(outcome.kind === 'refused');
    assert.equal(outcome.findings[0]?.code, 'zip-unreadable');
  }
  const garbled = Buffer.from(whole);
  garbled.fill(0xff, 45, 50);
  const { outcome } = await unpack(garbled);
  assert.ok(outcome.kind === 'refused');
});
