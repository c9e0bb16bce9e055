/**
 * Around `npm pack` and `npm publish` of the test kit, as its `prepack` and `postpack`.
 *
 * In this repository the kit imports the server's TypeScript as it stands. Outside of it there is neither the server nor a
 * Node that strips types below node_modules. So what is packed is JavaScript: the kit, and every file of the server that
 * it reaches, in the same places beside each other, with the runner's own files and the migrations of the store.
 *
 *   node scripts/pack-testing.ts before    builds dist/ and points the package at it
 *   node scripts/pack-testing.ts after     points it back at the sources
 */
import { execFileSync } from 'node:child_process';
import { cpSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { repositoryRoot } from './repository-root.ts';

const packages = join(repositoryRoot, 'packages');
const kit = join(packages, 'testing');
const dist = join(kit, 'dist');
const manifest = join(kit, 'package.json');
const sources = { '.': './src/index.ts' };
const built = { '.': { types: './dist/testing/src/index.d.ts', default: './dist/testing/src/index.js' } };

/** What the compiler does not carry along: files that are read, or loaded by their path. */
const carried = ['server/src/sandbox/runner/*.cjs', 'server/src/store/sqlite/migrations/*.sql'];

switch (process.argv[2]) {
  case 'before':
    build();
    pointAt(built);
    break;
  case 'after':
    pointAt(sources);
    rmSync(dist, { recursive: true, force: true });
    break;
  default:
    process.stderr.write('say "before" or "after"\n');
    process.exitCode = 2;
}

function build(): void {
  rmSync(dist, { recursive: true, force: true });
  const compiler = join(repositoryRoot, 'node_modules', 'typescript', 'bin', 'tsc');
  execFileSync(process.execPath, [compiler, '-p', join(kit, 'tsconfig.json')], { stdio: 'inherit' });
  for (const path of globSync(carried, { cwd: packages })) {
    mkdirSync(dirname(join(dist, path)), { recursive: true });
    cpSync(join(packages, path), join(dist, path));
  }
}

function pointAt(exports: object): void {
  const before = JSON.parse(readFileSync(manifest, 'utf8')) as object;
  writeFileSync(manifest, `${JSON.stringify({ ...before, exports }, null, 2)}\n`);
}
