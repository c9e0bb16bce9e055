/** The real house: every source file of the repository and every arrow between them, to packages and to Node. */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join, posix } from 'node:path';
import { appPaths, isOneOf } from './floor-plan.ts';
import { type Import, readImports } from './read-imports.ts';

export type Target =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'package'; readonly name: string; readonly declaredIn: 'dependencies' | 'devDependencies' | null }
  | { readonly kind: 'node'; readonly name: string }
  | { readonly kind: 'missing'; readonly specifier: string };

/** An import. Paths are relative to the root, with forward slashes. */
export type Arrow = {
  readonly from: string;
  readonly line: number;
  readonly to: Target;
  readonly isTypeOnly: boolean;
};

export type House = { readonly files: readonly string[]; readonly arrows: readonly Arrow[] };

type Manifest = {
  readonly name?: string;
  readonly exports?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
};
type Workspace = { readonly folder: string; readonly manifest: Manifest };

const sourceGlobs = ['packages/*/{src,bin,simulation,test}/**/*.{ts,js,mjs,cjs}', '{scripts,bench}/*.{ts,js,mjs}'];

/** Reads the house that stands below `root`, in the order of the paths. */
export function readHouse(root: string): House {
  const sources = globSync(sourceGlobs, { cwd: root, exclude: (path) => /node_modules|fixtures/.test(path) });
  const files = sources.filter((path) => !isOneOf(appPaths, path)).sort();
  const workspaces = ['.', ...globSync('packages/*', { cwd: root })].flatMap((folder) => readWorkspace(root, folder));
  const resolve = resolver(root, workspaces);
  const arrows = files.flatMap((from) =>
    readImports(from, readFileSync(join(root, from), 'utf8')).map((found) => toArrow(from, found, resolve)),
  );
  return { files, arrows };
}

function toArrow(from: string, found: Import, resolve: (from: string, specifier: string) => Target): Arrow {
  return { from, line: found.line, to: resolve(from, found.specifier), isTypeOnly: found.isTypeOnly };
}

function readWorkspace(root: string, folder: string): Workspace[] {
  const path = join(root, folder, 'package.json');
  return existsSync(path) ? [{ folder, manifest: JSON.parse(readFileSync(path, 'utf8')) as Manifest }] : [];
}

function resolver(root: string, workspaces: readonly Workspace[]): (from: string, specifier: string) => Target {
  return (from, specifier) => {
    if (specifier.startsWith('.')) {
      const path = posix.join(dirname(from), specifier);
      return existsSync(join(root, path)) ? { kind: 'file', path } : { kind: 'missing', specifier };
    }
    if (isBuiltin(specifier)) return { kind: 'node', name: specifier };
    const name = specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
    const own = workspaces.find((workspace) => workspace.manifest.name === name);
    if (own === undefined) return { kind: 'package', name, declaredIn: declarationOf(name, from, workspaces) };
    const exported = own.manifest.exports?.[`.${specifier.slice(name.length)}`];
    return exported === undefined
      ? { kind: 'missing', specifier }
      : { kind: 'file', path: posix.join(own.folder, exported) };
  };
}

/** Where the nearest package.json, or the root's, declares a package. Types come with `@types/…` too. */
function declarationOf(name: string, from: string, workspaces: readonly Workspace[]) {
  const near = workspaces.filter(({ folder }) => folder === '.' || from.startsWith(`${folder}/`));
  const isIn = (field: 'dependencies' | 'devDependencies') =>
    near.some(({ manifest }) => manifest[field] !== undefined && Object.hasOwn(manifest[field], name));
  if (isIn('dependencies')) return 'dependencies';
  return isIn('devDependencies') ? 'devDependencies' : null;
}
