import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { Coverage } from './coverage.ts';

const OPENING = '(function () { ';
const TEXT = `exports = {
  first() {
    return 1;
  },
  second(x) {
    if (x) {
      return 2;
    }
    return 3;
  },
};
`;

type Ranges = readonly (readonly [number, number, number])[];

function world(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'rollcall-coverage-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const files = new Map([['server/server.js', TEXT]]);
  const coverage = new Coverage(folder, () => files);
  const told = (name: string, ...functions: readonly (readonly [string, ...Ranges])[]) => {
    const counted = functions.map(([functionName, ...ranges]) => ({
      functionName,
      isBlockCoverage: true,
      ranges: ranges.map(([startOffset, endOffset, count]) => ({ startOffset, endOffset, count })),
    }));
    const take = { opening: OPENING.length, files: [{ file: 'server/server.js', functions: counted }] };
    appendFileSync(join(folder, `${name}.jsonl`), `${JSON.stringify(take)}\n`);
  };
  return { coverage, files, told };
}

/** Where a piece of the text stands in the script. */
const at = (piece: string): [number, number] => {
  const start = OPENING.length + TEXT.indexOf(piece);
  return [start, start + piece.length];
};
const script: readonly [string, ...Ranges] = ['', [0, OPENING.length + TEXT.length + 4, 1]];
const first = at('first() {\n    return 1;\n  }');
const second = at('second(x) {\n    if (x) {\n      return 2;\n    }\n    return 3;\n  }');
const branch = at('{\n      return 2;\n    }');

test('counts a file that never ran as not run at all', async (t) => {
  const { coverage } = world(t);
  const { files, total } = await coverage.summary();
  assert.deepEqual([total.lines, total.functions], [0, 0]);
  assert.deepEqual(files[0]?.missing, ['1-11']);
});

test('names the lines that did not run, in the lines of the file itself', async (t) => {
  const { coverage, told } = world(t);
  told('1', script, ['first', [...first, 0]], ['second', [...second, 1], [...branch, 0]]);
  assert.equal(coverage.take(), true);
  const { files, total } = await coverage.summary();
  assert.deepEqual(files[0]?.missing, ['3', '7-8']);
  assert.equal(total.functions, 50);
});

test('adds up what ran at several times, although later ones tell only of what ran again', async (t) => {
  const { coverage, told } = world(t);
  told('1', script, ['first', [...first, 0]], ['second', [...second, 1], [...branch, 0]]);
  told('1', ['first', [...first, 1]]);
  coverage.take();
  assert.deepEqual((await coverage.summary()).files[0]?.missing, ['7-8']);
  told('2', script, ['first', [...first, 0]], ['second', [...second, 1]]);
  coverage.take();
  const { files, total } = await coverage.summary();
  assert.deepEqual(files[0]?.missing, []);
  assert.deepEqual([total.lines, total.functions], [100, 100]);
});

test('keeps what ran of the functions that an edit left as they were, wherever they stand now', async (t) => {
  const { coverage, told, files } = world(t);
  told('1', script, ['first', [...first, 1]], ['second', [...second, 1], [...branch, 0]]);
  coverage.take();
  files.set('server/server.js', `// a line more\n${TEXT.replace('return 3', 'return 4')}`);
  const { files: summaries, total } = await coverage.summary();
  assert.deepEqual(summaries[0]?.missing, ['1-3', '5-12'], 'the top of the file runs anew, and so does second');
  assert.equal(total.functions, 50);
  files.set('server/server.js', TEXT);
  assert.deepEqual((await coverage.summary()).files[0]?.missing, ['7-8'], 'the edit was taken back');
});

test('adds what a process of the code from before tells late, as far as that code is still there', async (t) => {
  const { coverage, told, files } = world(t);
  told('1', script, ['first', [...first, 0]], ['second', [...second, 0]]);
  coverage.take();
  files.set('server/server.js', TEXT.replace('return 3', 'return 4'));
  told('1', ['first', [...first, 1]], ['second', [...second, 1]]);
  coverage.take();
  told('2', script, ['first', [...first, 0]], ['second', [...second, 0]]);
  coverage.take();
  assert.deepEqual((await coverage.summary()).files[0]?.missing, ['6-9']);
});

test('counts nothing for code that reads like a function that ran and is a comment, or one more of its kind', async (t) => {
  const { coverage, told, files } = world(t);
  told('1', script, ['first', [...first, 1]], ['second', [...second, 1], [...branch, 0]]);
  coverage.take();
  const piece = 'first() {\n    return 1;\n  }';
  files.set('server/server.js', TEXT.replace(piece, `/* ${piece} */ first() { return 2; }`));
  assert.equal((await coverage.summary()).total.functions, 50);
  files.set('server/server.js', TEXT.replace(piece, `notTheFirst() {\n    return 1;\n  }`));
  assert.equal((await coverage.summary()).total.functions, 50);
  files.set('server/server.js', `${TEXT}const other = { ${piece} };\n`);
  assert.equal((await coverage.summary()).total.functions < 50, true);
});

test('believes nothing of a process that ran a text that nobody knows', async (t) => {
  const { coverage, told, files } = world(t);
  files.set('server/server.js', `${TEXT}${'// longer by far\n'.repeat(20)}`);
  told('1', script, ['first', [...first, 1]]);
  coverage.take();
  assert.equal((await coverage.summary()).total.functions, 0);
});

test('counts a function that stands on one line and never ran as not run', async (t) => {
  const { coverage, told, files } = world(t);
  const text = 'exports = {\n  one() { return 1; },\n  two: function () { return 2; },\n};\n';
  files.set('server/server.js', text);
  const place = (piece: string, count: number): [number, number, number] => {
    const start = OPENING.length + text.indexOf(piece);
    return [start, start + piece.length, count];
  };
  const whole: readonly [string, ...Ranges] = ['', [0, OPENING.length + text.length + 4, 1]];
  told('1', whole, ['one', place('one() { return 1; }', 1)], ['two', place('function () { return 2; }', 0)]);
  coverage.take();
  assert.deepEqual((await coverage.summary()).files[0]?.missing, ['3']);
});
