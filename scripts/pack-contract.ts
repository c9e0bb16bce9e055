/**
 * Around `npm pack` and `npm publish` of the contract, as its `prepack` and `postpack`.
 *
 * In this repository everybody imports the contract's TypeScript as it stands. Outside of it nobody can: Node strips no
 * types below node_modules, and browsers strip none at all. So what is packed is JavaScript with its declarations, and the
 * package says so for as long as it is being packed.
 *
 *   node scripts/pack-contract.ts before    builds dist/ and points the package at it
 *   node scripts/pack-contract.ts after     points it back at the sources
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from './repository-root.ts';

const folder = join(repositoryRoot, 'packages', 'contract');
const manifest = join(folder, 'package.json');
// Types for app code are one file without imports, packed as it stands.
const appGlobals = { types: './app-globals.d.ts' };
const sources = { '.': './src/index.ts', './app-globals': appGlobals };
const built = { '.': { types: './dist/index.d.ts', default: './dist/index.js' }, './app-globals': appGlobals };

switch (process.argv[2]) {
  case 'before':
    build();
    pointAt(built);
    break;
  case 'after':
    pointAt(sources);
    rmSync(join(folder, 'dist'), { recursive: true, force: true });
    break;
  default:
    process.stderr.write('say "before" or "after"\n');
    process.exitCode = 2;
}

function build(): void {
  rmSync(join(folder, 'dist'), { recursive: true, force: true });
  const compiler = join(repositoryRoot, 'node_modules', 'typescript', 'bin', 'tsc');
  execFileSync(process.execPath, [compiler, '-p', join(folder, 'tsconfig.json')], { stdio: 'inherit' });
}

function pointAt(exports: object): void {
  const before = JSON.parse(readFileSync(manifest, 'utf8')) as object;
  writeFileSync(manifest, `${JSON.stringify({ ...before, exports }, null, 2)}\n`);
}
