import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';

/** The contract is for strangers: packed, it must load where there is neither this repository nor a Node that strips types. */
const root = fileURLToPath(new URL('../../..', import.meta.url));
const place = mkdtempSync(join(tmpdir(), 'rollcall-contract-'));
after(() => rmSync(place, { recursive: true, force: true }));

test('the packed contract is JavaScript with declarations, and validates without this repository', () => {
  const copy = copyOfRepository();
  const words = ['pack', './packages/contract', '--pack-destination', place];
  const packed = spawnSync('npm', words, { cwd: copy, encoding: 'utf8' });
  assert.equal(packed.status, 0, packed.stderr);
  const manifest = JSON.parse(readFileSync(join(copy, 'packages', 'contract', 'package.json'), 'utf8')) as object;
  const before: unknown = JSON.parse(readFileSync(join(root, 'packages', 'contract', 'package.json'), 'utf8'));
  assert.deepEqual(manifest, before, 'the package is as it was');

  const modules = join(place, 'node_modules');
  mkdirSync(join(modules, '@rollcall'), { recursive: true });
  execFileSync('tar', ['-xzf', join(place, 'rollcall-contract-0.1.0.tgz'), '-C', place]);
  cpSync(join(place, 'package'), join(modules, '@rollcall', 'contract'), { recursive: true });
  cpSync(join(root, 'node_modules', 'typebox'), join(modules, 'typebox'), { recursive: true });
  writeFileSync(join(place, 'try.mjs'), PROGRAM);
  const said = execFileSync(process.execPath, ['--no-strip-types', join(place, 'try.mjs')], { encoding: 'utf8' });
  assert.equal(said.trim(), '0 true');

  const globals = readFileSync(join(modules, '@rollcall', 'contract', 'app-globals.d.ts'), 'utf8');
  assert.match(globals, /declare namespace App /, 'the types of app code are packed too');
});

const PROGRAM = `import { EXAMPLE_ACTIVITY_PAYLOADS, validateActivityPayload } from '@rollcall/contract';
const faults = Object.values(EXAMPLE_ACTIVITY_PAYLOADS).flatMap((payload) => validateActivityPayload(payload));
console.log(faults.length, validateActivityPayload({}).length > 0);`;

/** Packing changes the package while it lasts, and other tests import it: so it happens in a copy. */
function copyOfRepository(): string {
  const copy = join(place, 'repository');
  for (const path of ['package.json', 'tsconfig.json', 'packages/contract', 'scripts']) {
    cpSync(join(root, path), join(copy, path), { recursive: true });
  }
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  return copy;
}
