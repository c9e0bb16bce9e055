import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readImports } from './read-imports.ts';

const statements: readonly (readonly [statement: string, specifiers: readonly string[], isTypeOnly: boolean])[] = [
  ["import { a } from './a.ts';", ['./a.ts'], false],
  ["import './a.ts';", ['./a.ts'], false],
  ["import a, { type B } from './a.ts';", ['./a.ts'], false],
  ["import type { A } from './a.ts';", ['./a.ts'], true],
  ["import type A from './a.ts';", ['./a.ts'], true],
  ["import type * as A from './a.ts';", ['./a.ts'], true],
  ["import type {\n  A,\n  B,\n} from './a.ts';", ['./a.ts'], true],
  ["import { type A, type B } from './a.ts';", ['./a.ts'], true],
  ["import { type A, b } from './a.ts';", ['./a.ts'], false],
  ["export { a } from './a.ts';", ['./a.ts'], false],
  ["export * from './a.ts';", ['./a.ts'], false],
  ["export type { A } from './a.ts';", ['./a.ts'], true],
  ["export type * from './a.ts';", ['./a.ts'], true],
  ["export type A = import('./a.ts').A;", ['./a.ts'], true],
  ["const a = await import('./a.ts');", ['./a.ts'], false],
  ["import a from './a.json' with { type: 'json' };", ['./a.json'], false],
  ["export type A = { readonly from: './a.ts' };", [], false],
  ["const text = `\nimport type { A } from './a.ts';\n`;", [], false],
  ['const text = "import(\'./a.ts\')";', [], false],
  ["// import('./a.ts')\n/** As import('./a.ts') does. */\nconst b = 1;", [], false],
  ["using a = open();\nimport { open } from './a.ts';", ['./a.ts'], false],
];

for (const [statement, specifiers, isTypeOnly] of statements) {
  test(`reads ${JSON.stringify(statement)}`, () => {
    const imports = readImports('example.ts', statement);
    assert.deepEqual(
      imports.map((found) => found.specifier),
      specifiers,
    );
    for (const found of imports) assert.equal(found.isTypeOnly, isTypeOnly);
  });
}

test('reads what JavaScript requires', () => {
  const imports = readImports('example.cjs', "const fs = require('node:fs');\nrequire(fs.name);\n");
  assert.deepEqual(imports, [{ specifier: 'node:fs', line: 1, isTypeOnly: false }]);
});

test('says the line, in the order of the text', () => {
  const text = "import type { A } from './a.ts';\n\nexport const b = (c: import('./c.ts').C) => c;\nimport './d.ts';\n";
  assert.deepEqual(
    readImports('example.ts', text).map(({ specifier, line }) => `${line} ${specifier}`),
    ['1 ./a.ts', '3 ./c.ts', '4 ./d.ts'],
  );
});

test('refuses a file that it cannot read, rather than find nothing in it', () => {
  assert.throws(() => readImports('example.ts', 'import { from'));
});
