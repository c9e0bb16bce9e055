import assert from 'node:assert/strict';
import { test } from 'node:test';
import { codeFrame } from './code-frame.ts';

test('shows the line, the one before it, and a caret under the place', () => {
  assert.deepEqual(codeFrame('first\nsecond line\nthird', { line: 2, column: 8 }), [
    '1 | first',
    '2 | second line',
    '  |        ^',
  ]);
});

test('keeps the caret under the place behind tabs, and within the line', () => {
  assert.deepEqual(codeFrame('\t\tcode()', { line: 1, column: 3 }), ['1 |   code()', '  |   ^']);
  assert.deepEqual(codeFrame('ab', { line: 1, column: 99 }), ['1 | ab', '  |   ^']);
});

test('cuts long lines around the place', () => {
  const text = `${'x'.repeat(500)}HERE${'y'.repeat(500)}`;
  const [line = '', caret = ''] = codeFrame(text, { line: 1, column: 501 });
  assert.ok(line.length <= 104);
  assert.equal(line.slice(caret.indexOf('^'), caret.indexOf('^') + 4), 'HERE');
});

test('leaves out an empty line before, and shows nothing for a line that is not there', () => {
  assert.deepEqual(codeFrame('\ncode', { line: 2, column: 1 }), ['2 | code', '  | ^']);
  assert.deepEqual(codeFrame('one line', { line: 7, column: 1 }), []);
});

test('gives line numbers of different lengths one gutter', () => {
  const text = Array.from({ length: 10 }, (_, index) => `line ${index + 1}`).join('\n');
  assert.deepEqual(codeFrame(text, { line: 10, column: 1 }), [' 9 | line 9', '10 | line 10', '   | ^']);
});
