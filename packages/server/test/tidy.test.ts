/** Rules of the house that no linter has. What the linter has (default exports, `any`, Node's prefix …) is not here. */
import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { test } from 'node:test';
import type { Node } from 'acorn';
import { isOneOf, rooms, roomsFolder, roomsOfKind, testPaths } from '../../../scripts/floor-plan.ts';
import { parseProgram, walk, withoutTypes } from '../../../scripts/read-imports.ts';
import { repositoryRoot } from '../../../scripts/repository-root.ts';

type SourceFile = { readonly path: string; readonly text: string };
type Place = { readonly path: string; readonly line: number; readonly what: string };

const code = read('{packages/*/{src,bin,simulation,test},scripts,bench}/**/*.{ts,tsx,js,mjs,cjs}');
const documents = read('{*.md,docs/**/*.md,packages/*/*.md,examples/**/*.md,packages/*/*.toml}');
const product = code.filter(({ path }) => /^packages\/[^/]+\/(src|bin)\//.test(path) && !isOneOf(testPaths, path));
const pureFolders = roomsOfKind('pure').map((name) => `${roomsFolder}/${name}/`);
const pure = product.filter(({ path }) => pureFolders.some((folder) => path.startsWith(folder)));
/** The only file that knows how zones are calculated. */
const zoneFile = `${roomsFolder}/time/zone.ts`;

test('finds the code it judges', () => {
  assert.ok(pure.length > 10, `${pure.length} pure files`);
  assert.ok(product.length > pure.length);
  assert.ok(documents.length > 0);
});

test('names every file for what it holds, in kebab-case', () => {
  const vague = new Set(['utils', 'util', 'helpers', 'helper', 'common', 'lib', 'misc', 'manager', 'types', 'index']);
  const wrong = code.filter(({ path }) => {
    const name = basename(path).split('.')[0] ?? '';
    const isPackageEntry = /^packages\/[^/]+\/src\/index\.ts$/.test(path);
    return !/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name) || (vague.has(name) && !isPackageEntry);
  });
  assertNone(wrong.map(({ path }) => ({ path, line: 1, what: 'name it by its domain noun or verb, in kebab-case' })));
});

test('lets no pure room reach for the clock, for randomness or for the machine', () => {
  // Some of these are in the language itself, so that no compiler setting takes them away; the rest a type assertion
  // or an import could bring back.
  const ambient = new Set(
    (
      'Date performance setTimeout setInterval setImmediate queueMicrotask process console fetch crypto ' +
      'globalThis require Buffer Worker Temporal Intl'
    ).split(' '),
  );
  const allowed = (path: string, name: string) => path === zoneFile && (name === 'Temporal' || name === 'Intl');
  assertNone(
    pure.flatMap((file) => [
      ...findNames(file, (name) => ambient.has(name) && !allowed(file.path, name)),
      ...findMembers(file, ['Math.random']),
    ]),
  );
});

test('lets only time/zone.ts know how zones are calculated', () => {
  assertNone(
    product.filter(({ path }) => path !== zoneFile).flatMap((file) => findNames(file, (n) => n === 'Temporal')),
  );
});

test('compiles exactly the pure rooms without timers, fetch, process, console and node:', () => {
  const { include } = JSON.parse(readFileSync(join(repositoryRoot, 'tsconfig.rooms.json'), 'utf8')) as {
    readonly include: readonly string[];
  };
  assert.deepEqual([...include].sort(), pureFolders.map((folder) => `${folder}**/*.ts`).sort());
});

test('keeps no state in a module', () => {
  assertNone(
    product.flatMap((file) => {
      const top = programOf(file).body.flatMap((node) =>
        node.type === 'ExportNamedDeclaration' && node.declaration != null ? [node.declaration] : [node],
      );
      const variables = top.filter((node) => node.type === 'VariableDeclaration' && node.kind !== 'const');
      return variables.map((node) => placeOf(file, node, 'a variable of the module'));
    }),
  );
});

test('leaves nothing for later', () => {
  const marks = new RegExp(`\\b(${['TO' + 'DO', 'FIX' + 'ME', 'XX' + 'X', 'HA' + 'CK'].join('|')})\\b`);
  assertNone([...code, ...documents].flatMap((file) => findLines(file, marks)));
});

test('says in every test name what is so', () => {
  const tests = code.filter(({ path }) => isOneOf(testPaths, path));
  assertNone(tests.flatMap((file) => findLines(file, /\b(test|it|describe)(\.\w+)?\(\s*['"`][^'"`]*\bshould\b/)));
});

test('runs every test it has', () => {
  const tests = code.filter(({ path }) => isOneOf(testPaths, path));
  // A test that needs a service skips itself with a reason; one that is switched off by hand is forgotten.
  assertNone(tests.flatMap((file) => findLines(file, /\b(test|it|describe|suite)\.(only|skip|todo)\(|\bskip: true\b/)));
});

test('compares instants half-open, in SQL too', () => {
  assertNone(product.flatMap((file) => findLines(file, new RegExp(`\\b${'BETW' + 'EEN'}\\b`))));
});

test('names no path of any one machine', () => {
  const machinePath = /(?<![\w.:/\\-])\/(home|Users|root|work|workspace|mnt)\/\w|[A-Z]:\\Users\\/;
  assertNone([...code, ...documents].flatMap((file) => findLines(file, machinePath)));
});

test('points at nothing outside the repository', () => {
  assertNone(
    [...code, ...documents].flatMap((file) => {
      const climbing = [...file.text.matchAll(/(?<![\w./])(?:\.\.\/)+[\w.-]+/g)];
      const leaving = climbing.filter((match) => {
        const target = relative(repositoryRoot, resolve(repositoryRoot, dirname(file.path), match[0]));
        return target.startsWith('..');
      });
      return leaving.map((match) => ({ path: file.path, line: lineAt(file.text, match.index), what: match[0] }));
    }),
  );
});

test('links in documents only to what is there', () => {
  assertNone(
    documents.flatMap((file) => {
      const links = [...file.text.matchAll(/\]\((?!https?:|mailto:|#)([^)#\s]+)(?:#[^)]*)?\)/g)];
      const broken = links.filter((match) => !existsSync(join(repositoryRoot, dirname(file.path), match[1] ?? '')));
      return broken.map((match) => ({ path: file.path, line: lineAt(file.text, match.index), what: match[1] ?? '' }));
    }),
  );
});

test('pins every dependency, and says in a decision record why it is there', () => {
  const records = read('docs/decisions/*.md').map(({ text }) => text);
  const manifests = read('{package.json,packages/*/package.json}');
  const dependencies = manifests.flatMap(({ path, text }) => {
    const fields = JSON.parse(text) as Readonly<Record<string, Readonly<Record<string, string>> | undefined>>;
    const all = { ...fields.dependencies, ...fields.devDependencies, ...fields.optionalDependencies };
    return Object.entries(all).map(([name, version]) => ({ path, line: 1, name, version }));
  });
  const strangers = dependencies.filter(({ name }) => !name.startsWith('@rollcall/'));
  assert.ok(strangers.length > 0);
  assertNone([
    ...dependencies
      .filter(({ version }) => !/^\d+\.\d+\.\d+$/.test(version))
      .map(({ name, version, ...place }) => ({ ...place, what: `${name} ${version} is no exact version` })),
    ...strangers
      .filter(({ name }) => !records.some((text) => text.includes(`\`${name}\``)))
      .map(({ name, ...place }) => ({ ...place, what: `${name} has no sentence in docs/decisions/` })),
  ]);
});

test('explains every room of the floor plan in one clause', () => {
  for (const [name, room] of Object.entries(rooms)) {
    assert.match(room.about, /^[^.]{5,60}$/, name);
    for (const known of room.knows) assert.ok(Object.hasOwn(rooms, known), `${name} knows ${known}`);
  }
});

function read(pattern: string): SourceFile[] {
  const paths = globSync(pattern, { cwd: repositoryRoot, exclude: (path) => /node_modules|fixtures/.test(path) });
  return paths.sort().map((path) => ({ path, text: readFileSync(join(repositoryRoot, path), 'utf8') }));
}

function assertNone(places: readonly Place[]): void {
  const lines = places.map(({ path, line, what }) => `  ${path}:${line}  ${what}`);
  assert.equal(lines.length, 0, `\n${lines.join('\n')}`);
}

function programOf({ path, text }: SourceFile) {
  return parseProgram(path, withoutTypes(path, text));
}

function placeOf({ path, text }: SourceFile, node: Node, what: string): Place {
  return { path, line: lineAt(text, node.start), what };
}

function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}

function findLines({ path, text }: SourceFile, pattern: RegExp): Place[] {
  return text.split('\n').flatMap((what, index) => {
    return pattern.test(what) ? [{ path, line: index + 1, what: what.trim() }] : [];
  });
}

/** Where a file uses a name that it might have from outside; a property or a key of the same name is not meant. */
function findNames(file: SourceFile, isMeant: (name: string) => boolean): Place[] {
  const places: Place[] = [];
  walk(programOf(file), (node, parent) => {
    const { name } = node as Node & { readonly name?: unknown };
    if (node.type !== 'Identifier' || typeof name !== 'string' || !isMeant(name)) return;
    if (parent === null || !isPropertyName(node, parent)) places.push(placeOf(file, node, name));
  });
  return places;
}

function isPropertyName(node: Node, parent: Node): boolean {
  const { property, key, computed } = parent as Node & {
    readonly property?: Node;
    readonly key?: Node;
    readonly computed?: boolean;
  };
  return computed !== true && (property === node || key === node);
}

function findMembers(file: SourceFile, names: readonly string[]): Place[] {
  const places: Place[] = [];
  const script = withoutTypes(file.path, file.text);
  walk(parseProgram(file.path, script), (node) => {
    if (node.type !== 'MemberExpression') return;
    const what = script.slice(node.start, node.end);
    if (names.includes(what.replaceAll(/\s/g, ''))) places.push(placeOf(file, node, what));
  });
  return places;
}
