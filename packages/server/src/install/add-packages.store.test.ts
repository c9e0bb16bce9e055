import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Dependency } from '../marketplace/app-definition.ts';
import { type FakeRegistry, startFakeRegistry } from './fake-registry.ts';
import { fileCodeStore } from './file-code-store.ts';
import type { InstallLimits } from './limits.ts';
import { lockFindings } from './lock-findings.ts';
import { isRegistryVersion } from './package-spec.ts';

const hasNpm = spawnSync('npm', ['--version']).status === 0;
const base = mkdtempSync(join(tmpdir(), 'rollcall-npm-'));
let registry: FakeRegistry;
let count = 0;

before(async () => {
  registry = await startFakeRegistry({
    'demo-one': [
      { version: '1.0.0', files: { 'index.js': 'exports.is = 1;' } },
      {
        version: '1.2.0',
        manifest: { dependencies: { 'demo-two': '^2.0.0' }, scripts: { install: 'touch ../ran; touch ran' } },
        files: { 'index.js': 'exports.is = 2;' },
      },
    ],
    'demo-two': [{ version: '2.5.0', manifest: { bin: { two: 'index.js' } }, files: { 'index.js': '' } }],
    '@demo/scoped': [{ version: '3.0.0', files: { 'index.js': '' } }],
    'demo-native': [{ version: '1.0.0', files: { 'build/addon.node': 'x' } }],
    'demo-aliased': [{ version: '1.0.0', manifest: { dependencies: { other: 'npm:demo-two@2.5.0' } } }],
    'demo-git': [{ version: '1.0.0', manifest: { dependencies: { other: 'git+https://git.example.com/x.git' } } }],
    'demo-remote': [{ version: '1.0.0', manifest: { dependencies: { other: 'https://example.com/x.tgz' } } }],
    'demo-hungry': [{ version: '1.0.0', manifest: { dependencies: { 'demo-none': '1.0.0' } } }],
  });
});
after(async () => {
  await registry.stop();
  rmSync(base, { recursive: true, force: true });
});

type Case = {
  readonly limits?: Partial<InstallLimits>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly brought?: Readonly<Record<string, string>>;
};

async function add({ dependencies, brought = {}, limits = {} }: Case) {
  count += 1;
  const source = join(base, `app-${count}`);
  const files = { 'manifest.json': JSON.stringify({ dependencies }, null, 1), 'server/server.js': '', ...brought };
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(source, path)), { recursive: true });
    writeFileSync(join(source, path), content);
  }
  const folder = join(base, `apps-${count}`);
  const environment = { PATH: process.env.PATH, HOME: base, npm_config_registry: registry.url };
  const store = fileCodeStore({ folder, environment, limits });
  const staging = await store.stage({ kind: 'folder', folder: source });
  assert.ok(staging.kind === 'staged');
  const list: Dependency[] = Object.entries(dependencies).map(([name, version]) => ({ name, version }));
  const findings = await staging.code.addPackages(list);
  const packages = join(staging.code.folder, 'server/node_modules');
  const has = (path: string) => existsSync(join(packages, path));
  return { findings, messages: findings.map(({ message }) => message), packages, has, folder, code: staging.code };
}

function npmTest(name: string, run: () => Promise<void>): void {
  test(name, { timeout: 60_000 }, async (t) => {
    if (!hasNpm) return t.skip('npm is not installed');
    await run();
  });
}

npmTest('installs what the manifest names, with what that needs, and runs no script of it', async () => {
  const added = await add({ dependencies: { 'demo-one': '1.2.0', '@demo/scoped': '^3.0.0' } });
  assert.deepEqual(added.messages, []);
  assert.deepEqual(readdirSync(added.packages).toSorted(), ['@demo', 'demo-one', 'demo-two']);
  assert.ok(added.has('@demo/scoped/index.js'));
  assert.ok(!added.has('demo-one/ran') && !added.has('ran') && !added.has('.bin'));
  assert.deepEqual(readdirSync(added.folder).length, 1, "npm's own files are gone");
  assert.equal((await added.code.settle()).kind, 'settled');
});

npmTest(
  'uses packages that the app brought along as they are, and says when their version is another one',
  async () => {
    const brought = {
      'server/node_modules/demo-one/package.json': '{"name":"demo-one","version":"0.0.1"}',
      'server/node_modules/demo-one/index.js': 'exports.is = "a stand-in";',
    };
    const askedBefore = registry.asked.length;
    const alone = await add({ dependencies: { 'demo-one': '1.2.0' }, brought });
    assert.equal(registry.asked.length, askedBefore, 'nothing was missing, so nobody was asked');
    assert.deepEqual(
      alone.findings.map(({ severity }) => severity),
      ['warning'],
    );
    assert.match(alone.messages[0] ?? '', /demo-one in version 0\.0\.1, the manifest names 1\.2\.0/);
    const beside = await add({ dependencies: { 'demo-one': '1.2.0', 'demo-two': '2.5.0' }, brought });
    assert.equal(readFileSync(join(beside.packages, 'demo-one/index.js'), 'utf8'), 'exports.is = "a stand-in";');
    assert.ok(beside.has('demo-two/index.js'));
  },
);

npmTest("names every package that is not there in the platform's words, and installs none", async () => {
  const dependencies = { 'demo-none': '1.0.0', 'demo-one': '9.9.9', '@demo/none': '1.0.0', 'demo-two': '2.5.0' };
  const { findings, messages, has } = await add({ dependencies });
  assert.deepEqual(messages.toSorted(), [
    'Package demo-one does not have version 9.9.9.',
    'Unknown dependency mentioned in manifest.json: @demo/none.',
    'Unknown dependency mentioned in manifest.json: demo-none.',
  ]);
  const lines = Object.fromEntries(findings.map(({ message, line }) => [/(@?demo[\w/-]+)/.exec(message)?.[1], line]));
  assert.deepEqual(lines, { 'demo-none': 3, 'demo-one': 4, '@demo/none': 5 });
  assert.ok(!has('demo-two'));
  const hungry = await add({ dependencies: { 'demo-hungry': '1.0.0' } });
  assert.deepEqual(hungry.messages, ['A package of the app needs one that the registry does not have: demo-none.']);
});

npmTest('refuses packages whose own packages come from elsewhere', async () => {
  for (const name of ['demo-aliased', 'demo-git', 'demo-remote']) {
    const { findings, has } = await add({ dependencies: { [name]: '1.0.0' } });
    assert.ok(findings.length > 0);
    for (const { code } of findings) assert.equal(code, 'dependency-source', JSON.stringify(findings));
    assert.ok(!has(name));
  }
});

npmTest('refuses machine code that came with a package', async () => {
  const { code, findings } = await add({ dependencies: { 'demo-native': '1.0.0' } });
  assert.deepEqual(findings, []);
  const settling = await code.settle();
  assert.ok(settling.kind === 'refused');
  assert.deepEqual(
    settling.findings.map(({ code, file }) => [code, file]),
    [['native-code', 'server/node_modules/demo-native/build/addon.node']],
  );
});

npmTest('says when the registry is not there', async () => {
  count += 1;
  const store = fileCodeStore({
    folder: join(base, `apps-${count}`),
    environment: {
      PATH: process.env.PATH,
      HOME: base,
      npm_config_registry: 'http://127.0.0.1:9/',
      npm_config_fetch_retries: '0',
    },
  });
  const source = join(base, `app-${count}`);
  mkdirSync(source);
  writeFileSync(join(source, 'manifest.json'), '{}');
  const staging = await store.stage({ kind: 'folder', folder: source });
  assert.ok(staging.kind === 'staged');
  const findings = await staging.code.addPackages([{ name: 'demo-one', version: '1.0.0' }]);
  assert.deepEqual(
    findings.map(({ code }) => code),
    ['registry-unreachable'],
  );
});

test('takes versions of the registry and nothing else', () => {
  for (const good of [
    '1.2.3',
    '^1.0.0',
    '~1.2',
    '1.x',
    '>=1 <2',
    '1 || 2',
    '*',
    '',
    'latest',
    '1.0.0-rc.1+build',
    '1.0 - 2.0',
  ]) {
    assert.ok(isRegistryVersion(good), good);
  }
  for (const bad of [
    ...['file:../x', 'link:../x', 'workspace:*', 'npm:other@1.0.0', 'git+ssh://git@example.com/x', 'user/repo'],
    ...['https://example.com/x.tgz', 'http://example.com/x', 'github:user/repo', '../x', './x', '..', '.', '~/x', '/x'],
    ...['x.tgz', 'x.tar.gz', 'C:\\x', 'git@example.com:x/y.git', '1'.repeat(300)],
  ]) {
    assert.ok(!isRegistryVersion(bad), bad);
  }
});

test('reads in the lock of every package where it was taken from', () => {
  const codes = (entry: object) =>
    lockFindings(JSON.stringify({ packages: { '': {}, 'node_modules/a': { version: '1.0.0', ...entry } } })).length;
  const fine = { resolved: 'https://registry.example.com/a.tgz', integrity: 'sha512-x' };
  assert.equal(codes(fine), 0);
  assert.equal(codes({ inBundle: true }), 0);
  assert.equal(codes({ ...fine, dependencies: { b: '^1.0.0' } }), 0);
  const bad: readonly object[] = [
    { ...fine, resolved: 'git+ssh://git@example.com/a.git#1' },
    { ...fine, resolved: 'file:../a' },
    { ...fine, link: true },
    { ...fine, name: 'b' },
    { resolved: fine.resolved },
    { ...fine, dependencies: { b: 'file:../b' } },
    { ...fine, optionalDependencies: { b: 'user/b' } },
  ];
  for (const entry of bad) assert.equal(codes(entry), 1, JSON.stringify(entry));
  assert.equal(lockFindings('no lock').length, 1);
});

test('asks for no more than fifty packages', async () => {
  const dependencies = Object.fromEntries(Array.from({ length: 51 }, (_, index) => [`demo-${index}`, '1.0.0']));
  const { findings } = await add({ dependencies });
  assert.deepEqual(
    findings.map(({ code }) => code),
    ['too-many-dependencies'],
  );
});

npmTest('gives all runs of npm for an app one time together', async () => {
  const startedAt = performance.now();
  const { findings } = await add({ dependencies: { 'demo-one': '1.2.0' }, limits: { npmMsMax: 5 } });
  assert.deepEqual(
    findings.map(({ code }) => code),
    ['npm-timed-out'],
  );
  assert.ok(performance.now() - startedAt < 10_000);
});
