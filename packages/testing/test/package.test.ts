/** The kit is for strangers: packed, it must run where there is neither this repository nor a Node that strips types. */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { repositoryRoot } from '../../../scripts/repository-root.ts';
import { newAppFiles } from '../../server/src/cli/app-template.ts';

const place = mkdtempSync(join(tmpdir(), 'rollcall-kit-package-'));
after(() => rmSync(place, { recursive: true, force: true }));

test('the packed kit is JavaScript with declarations, and runs an app’s tests without this repository', (t) => {
  if (spawnSync('npm', ['--version']).status !== 0) return t.skip('npm is not there');
  const copy = copyOfRepository();
  const modules = join(place, 'node_modules');
  for (const name of ['contract', 'testing']) {
    const words = ['pack', `./packages/${name}`, '--pack-destination', place];
    const packed = spawnSync('npm', words, { cwd: copy, encoding: 'utf8' });
    assert.equal(packed.status, 0, packed.stdout + packed.stderr);
    const target = join(modules, '@rollcall', name);
    mkdirSync(target, { recursive: true });
    execFileSync('tar', ['-xzf', join(place, `rollcall-${name}-0.1.0.tgz`), '-C', target, '--strip-components', '1']);
  }
  const before: unknown = JSON.parse(readFileSync(join(repositoryRoot, 'packages/testing/package.json'), 'utf8'));
  const behind: unknown = JSON.parse(readFileSync(join(copy, 'packages/testing/package.json'), 'utf8'));
  assert.deepEqual(behind, before, 'the package is as it was');

  // Nothing but what the kit's package.json names.
  const { dependencies } = before as { readonly dependencies: Readonly<Record<string, string>> };
  for (const name of [...Object.keys(dependencies), 'typebox'].filter((one) => !one.startsWith('@rollcall/'))) {
    cpSync(join(repositoryRoot, 'node_modules', name), join(modules, name), { recursive: true });
  }
  for (const [path, text] of newAppFiles({ name: 'app', template: 'lunch-alert', platform: '3.0' })) {
    mkdirSync(dirname(join(place, 'app', path)), { recursive: true });
    writeFileSync(join(place, 'app', path), text);
  }
  const tested = spawnSync(process.execPath, ['--no-strip-types', '--test', 'tests/app.test.mjs'], {
    cwd: join(place, 'app'),
    env: { PATH: process.env.PATH ?? '', HOME: place },
    encoding: 'utf8',
  });
  assert.equal(tested.status, 0, tested.stdout + tested.stderr);
  assert.match(tested.stdout, /pass 4/);

  writeFileSync(join(place, 'use.mts'), PROGRAM);
  const compiler = join(repositoryRoot, 'node_modules/typescript/bin/tsc');
  const flags = [
    '--noEmit',
    '--strict',
    '--module',
    'nodenext',
    '--lib',
    'esnext',
    '--types',
    '',
    '--skipLibCheck',
    'use.mts',
  ];
  const typed = spawnSync(process.execPath, [compiler, ...flags], { cwd: place, encoding: 'utf8' });
  assert.match(typed.stdout, /^use\.mts\(5,\d+\): error TS2551: .*'outcme'/, 'the one slip is found, and no other');
  assert.equal(
    typed.stdout
      .trim()
      .split('\n')
      .filter((line) => line.includes('error')).length,
    1,
    typed.stdout,
  );
});

const PROGRAM = `import { startTeam, type Team } from '@rollcall/testing';
const team: Team = await startTeam({ app: '.', iparams: { minutes: 5 } });
const ada = await team.agent('ada@example.com');
await ada.setStatus('Lunch', { for: '10m' });
export const said: string | undefined = team.callbacks[0]?.outcme;
`;

/** Packing changes the package while it lasts, and other tests import it: so it happens in a copy. */
function copyOfRepository(): string {
  const copy = join(place, 'repository');
  const paths = [
    'package.json',
    'tsconfig.json',
    'packages/contract',
    'packages/testing',
    'packages/server',
    'scripts',
  ];
  for (const path of paths) cpSync(join(repositoryRoot, path), join(copy, path), { recursive: true });
  mkdirSync(join(copy, 'node_modules'));
  for (const name of ['.bin', 'node', 'typescript', '@typescript', '@types', 'acorn', 'jsonc-parser', 'typebox']) {
    symlinkSync(join(repositoryRoot, 'node_modules', name), join(copy, 'node_modules', name));
  }
  mkdirSync(join(copy, 'node_modules', '@rollcall'));
  symlinkSync(join(copy, 'packages', 'contract'), join(copy, 'node_modules', '@rollcall', 'contract'));
  return copy;
}
