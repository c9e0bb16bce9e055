import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileCodeStore } from './file-code-store.ts';
import { defaultInstallLimits } from './limits.ts';
import { packApp } from './pack-app.ts';
import { readPackedFiles } from './packed-files.ts';

const app = {
  'manifest.json': '{}',
  'README.md': '# Demo',
  'actions.json': '{}',
  'app/index.html': '<p>',
  'config/iparams.json': '{}',
  'config/requests.json': '{}',
  'server/server.js': 'exports = {};\n'.repeat(50),
  'server/lib/count.js': 'exports = 1;',
};
const athome = {
  'package.json': '{}',
  'jsconfig.json': '{}',
  'digest.md5': 'of an older package',
  '.report.json': '{}',
  '.env': 'SECRET=1',
  '.fdk/configs.json': '{}',
  '.rollcall/iparams.json': '{}',
  '.git/config': '',
  'coverage/x.json': '',
  'dist/old.zip': '',
  'log/fdk.log': '',
  'node_modules/a/index.js': '',
  'tests/app.test.js': '',
  'server/node_modules/b/index.js': '',
  'server/test_data/onAppInstall.json': '{}',
  'server/.env': 'SECRET=1',
  'config/.secret.json': '{}',
};

test('packs what the app consists of, and leaves at home what is its developer’s', async (t) => {
  const folder = folderWith(t, { ...app, ...athome });
  const { files, leftOut, findings } = await readPackedFiles(folder, defaultInstallLimits);
  assert.deepEqual(findings, []);
  assert.deepEqual(
    files.map(({ path }) => path),
    Object.keys(app).toSorted(),
  );
  assert.ok(leftOut.includes('.env') && leftOut.includes('tests/') && leftOut.includes('node_modules/'));
});

test('makes the same bytes of the same files, whatever their times, their folder and the zone', async (t) => {
  const folder = folderWith(t, app);
  const first = await packageOf(folder);
  const moved = join(folderWith(t, {}), 'elsewhere');
  cpSync(folder, moved, { recursive: true });
  utimesSync(join(moved, 'manifest.json'), 1, 1);
  assert.deepEqual(await packageOf(moved), first);
  const module = new URL('./pack-app.ts', import.meta.url).href;
  const program = `import { packApp } from '${module}';
const { sha256 } = await packApp([{ path: 'manifest.json', content: Buffer.from('{}') }]);
console.log(sha256);`;
  const zones = ['Asia/Kolkata', 'America/New_York', 'UTC'].map((TZ) => {
    return execFileSync(process.execPath, ['--input-type=module', '-e', program], { env: { TZ }, encoding: 'utf8' });
  });
  assert.equal(new Set(zones).size, 1);
});

test('installs as it was packed: the server knows the same files under the same digest', async (t) => {
  const { zip, digest } = await packageOf(folderWith(t, { ...app, ...athome }));
  const store = fileCodeStore({ folder: join(folderWith(t, {}), 'apps'), environment: {} });
  const staging = await store.stage({ kind: 'zip', bytes: zip });
  assert.ok(staging.kind === 'staged', JSON.stringify(staging));
  assert.equal(staging.code.fingerprint, digest);
  const settling = await staging.code.settle();
  assert.ok(settling.kind === 'settled' && settling.digest === digest, 'it has no packages, so that this is all of it');
  for (const [path, text] of Object.entries(app)) {
    assert.equal(readFileSync(join(settling.folder, path), 'utf8'), text);
  }
});

test('names every file in digest.md5, in the form that md5sum checks', async (t) => {
  const { zip } = await packageOf(folderWith(t, app));
  const target = folderWith(t, {});
  const python = 'import sys, zipfile; zipfile.ZipFile(sys.argv[1]).extractall(sys.argv[2])';
  writeFileSync(join(target, 'app.zip'), zip);
  try {
    execFileSync('python3', ['-c', python, 'app.zip', 'out'], { cwd: target });
    execFileSync('md5sum', ['--version'], { stdio: 'ignore' });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return t.skip('python3 or md5sum is not there');
    throw cause;
  }
  const said = execFileSync('md5sum', ['--check', 'digest.md5'], { cwd: join(target, 'out'), encoding: 'utf8' });
  assert.equal(said.trim().split('\n').length, Object.keys(app).length);
});

test('refuses what no package may hold: links, too many bytes, names that differ between machines', async (t) => {
  const folder = folderWith(t, { ...app, 'app/large.txt': 'x'.repeat(5 * 1024 * 1024), 'server/a\\b.js': '' });
  symlinkSync('/etc/hostname', join(folder, 'server', 'name.js'));
  const { findings } = await readPackedFiles(folder, defaultInstallLimits);
  assert.deepEqual(findings.map(({ code, file }) => `${code} ${file}`).toSorted(), ['too-large app/large.txt']);
  rmSync(join(folder, 'app', 'large.txt'));
  const { findings: others } = await readPackedFiles(folder, defaultInstallLimits);
  assert.deepEqual(others.map(({ code, file }) => `${code} ${file}`).toSorted(), [
    'bad-path server/a\\b.js',
    'not-a-file server/name.js',
  ]);
});

async function packageOf(folder: string) {
  return packApp((await readPackedFiles(folder, defaultInstallLimits)).files);
}

function folderWith(t: TestContext, files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'rollcall-pack-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}
