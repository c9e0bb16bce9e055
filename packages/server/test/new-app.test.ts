/** `app create` as a developer uses it: what comes out is sound, typed, tested, and can be packed. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { repositoryRoot } from '../../../scripts/repository-root.ts';
import { APP_TEMPLATES, TEMPLATE_PLATFORMS } from '../src/cli/app-template.ts';

const bin = join(repositoryRoot, 'packages/server/bin/rollcall.js');
const home = mkdtempSync(join(tmpdir(), 'rollcall-new-app-'));
after(() => rmSync(home, { recursive: true, force: true }));

// What `npm install` of the new app would bring.
mkdirSync(join(home, 'node_modules', '@rollcall'), { recursive: true });
symlinkSync(join(repositoryRoot, 'packages', 'testing'), join(home, 'node_modules', '@rollcall', 'testing'));

for (const platform of TEMPLATE_PLATFORMS) {
  for (const template of APP_TEMPLATES) {
    test(`a new app from ${template} for platform ${platform} is sound, typed, tested and packed`, async () => {
      const name = `${template}-${platform}`;
      const created = await rollcall('app', 'create', name, '--template', template, '--platform', platform, '--json');
      assert.deepEqual([created.code, created.stderr], [0, '']);
      const { files } = JSON.parse(created.stdout) as { files: readonly string[] };
      assert.ok(files.includes('rollcall-app.d.ts') && files.includes('tests/app.test.mjs'));
      requireEditorSchemas(name);

      const validated = await rollcall('app', 'validate', name, '--json');
      const { findings } = JSON.parse(validated.stdout) as { findings: readonly { code: string }[] };
      // Of 2.3 there is something to say, whatever the app.
      assert.deepEqual(
        [...new Set(findings.map(({ code }) => code))],
        platform === '3.0' ? [] : ['platform-deprecated'],
      );

      const typed = await run([join(repositoryRoot, 'node_modules/typescript/bin/tsc'), '-p', 'jsconfig.json'], name);
      assert.deepEqual([typed.code, typed.stdout], [0, '']);

      const tested = await run(['--test', 'tests/**/*.test.mjs'], name);
      assert.equal(tested.code, 0, tested.stdout);
      assert.match(tested.stdout, /# pass [1-9]|pass [1-9]/);

      const packed = await rollcall('app', 'pack', name, '--json');
      assert.equal(packed.code, 0, packed.stderr);
      const summary = JSON.parse(packed.stdout) as { file: string; sha256: string; left_out: readonly string[] };
      assert.equal(summary.file, join(name, 'dist', `${name}.zip`));
      assert.ok(['tests/', 'jsconfig.json', 'package.json', '.vscode/'].every((one) => summary.left_out.includes(one)));
      const again = await rollcall('app', 'pack', name, '--json', '--out', 'again.zip');
      assert.equal((JSON.parse(again.stdout) as typeof summary).sha256, summary.sha256);
    });
  }
}

test('the types of a new app find a slip in its code', async () => {
  assert.equal((await rollcall('app', 'create', 'slip')).code, 0);
  const server = join(home, 'slip', 'server', 'server.js');
  writeFileSync(server, readFileSync(server, 'utf8').replace('change.prev_status,', 'change.previous_status,'));
  writeFileSync(server, readFileSync(server, 'utf8').replace('[change.prev_status]', '[change.previous_status]'));
  const typed = await run([join(repositoryRoot, 'node_modules/typescript/bin/tsc'), '-p', 'jsconfig.json'], 'slip');
  assert.match(typed.stdout, /server\.js\(\d+,\d+\): error TS2551: .*Did you mean 'prev_status'/);
});

test('begins no app among other files, and names them', async () => {
  mkdirSync(join(home, 'full'));
  for (const file of ['a', 'b', 'c', 'd', 'e', 'f']) writeFileSync(join(home, 'full', file), '');
  const full = await rollcall('app', 'create', 'full');
  assert.deepEqual([full.code, full.stdout], [2, '']);
  assert.match(full.stderr, /full is not empty: a, b, c, d, e and 1 more\./);
  const file = await rollcall('app', 'create', 'full/a');
  assert.equal(file.code, 2);
  assert.match(file.stderr, /full\/a is a file/);
  const unknown = await rollcall('app', 'create', 'other', '--template', 'agent-activty');
  assert.equal(unknown.code, 2);
  assert.match(unknown.stderr, /agent-activity/);
});

test('packs no app that cannot be loaded, and says where it fails', async () => {
  assert.equal((await rollcall('app', 'create', 'broken', '--template', 'minimal')).code, 0);
  writeFileSync(join(home, 'broken', 'server', 'server.js'), 'exports = { onAgentActivity( };');
  const packed = await rollcall('app', 'pack', 'broken');
  assert.deepEqual([packed.code, packed.stdout], [1, '']);
  assert.match(packed.stderr, /broken cannot be packed \(\d errors?\)[\s\S]*server\/server\.js:1:\d+ error/);
  const option = await rollcall('app', 'pack', 'broken', '--skip-validation');
  assert.equal(option.code, 2);
  const nowhere = await rollcall('app', 'pack', 'nowhere');
  assert.deepEqual([nowhere.code, nowhere.stderr], [1, 'rollcall: There is no folder nowhere.\n']);
});

test('judges what is packed: large pictures beside the app are none of it, and a file that stays at home is missing', async () => {
  assert.equal((await rollcall('app', 'create', 'beside', '--template', 'minimal')).code, 0);
  mkdirSync(join(home, 'beside', 'screenshots'));
  writeFileSync(join(home, 'beside', 'screenshots', 'large.png'), Buffer.alloc(6 * 1024 * 1024));
  assert.equal((await rollcall('app', 'pack', 'beside')).code, 0);
  const server = join(home, 'beside', 'server', 'server.js');
  writeFileSync(
    server,
    `require('./test_data/chat_conversation/onAgentActivityCreate.json');\n${readFileSync(server, 'utf8')}`,
  );
  const packed = await rollcall('app', 'pack', 'beside');
  assert.equal(packed.code, 1, packed.stdout);
  assert.match(packed.stderr, /server\/server\.js:1:\d+ error/);
});

/** The editor's setting names a schema that is there for each file that has one. */
function requireEditorSchemas(folder: string): void {
  const read = (path: string): unknown => JSON.parse(readFileSync(join(home, folder, path), 'utf8'));
  const settings = read('.vscode/settings.json') as {
    readonly 'json.schemas': readonly { readonly fileMatch: readonly string[]; readonly url: string }[];
  };
  const schemas = settings['json.schemas'];
  const described = ['/actions.json', '/config/entities.json', '/config/iparams.json', '/config/oauth_config.json'];
  const matches = schemas.flatMap(({ fileMatch }) => fileMatch).toSorted();
  assert.deepEqual(matches, [...described, '/config/requests.json', '/manifest.json']);
  for (const { url } of schemas) assert.ok(Object.hasOwn(read(url) as object, '$schema'), url);
}

type Run = { readonly code: number; readonly stdout: string; readonly stderr: string };

function rollcall(...words: readonly string[]): Promise<Run> {
  return run([bin, ...words], '.');
}

function run(words: readonly string[], folder: string): Promise<Run> {
  // Who runs tests inside of a test must not report to the outer runner.
  const env = { PATH: process.env.PATH ?? '', HOME: home };
  const options = { cwd: join(home, folder), env, timeout: 120_000, maxBuffer: 16 * 1024 * 1024 };
  return new Promise((resolve) => {
    execFile(process.execPath, words, options, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : error === null ? 0 : -1, stdout, stderr });
    });
  });
}
