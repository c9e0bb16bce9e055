import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Finding } from '../marketplace/finding.ts';
import { countFindings, findingGroups, findingLines } from './finding-text.ts';

const finding: Finding = {
  severity: 'error',
  code: 'handler-not-exported',
  message: 'It is not there.',
  file: 'manifest.json',
  line: 1,
  column: 3,
  expected: 'a function',
  fix: 'write it',
};

test('begins with a place that editors can open, and shows the code, what was expected and the fix', () => {
  assert.deepEqual(findingLines(finding, 'apps/mine/', new Map([['manifest.json', '{ "a": 1 }']])), [
    'apps/mine/manifest.json:1:3 error handler-not-exported',
    '  It is not there.',
    '    1 | { "a": 1 }',
    '      |   ^',
    '  expected: a function',
    '  fix: write it',
  ]);
});

test('names the folder alone when the finding is about no file', () => {
  const { expected: _, fix: __, ...bare } = finding;
  assert.deepEqual(findingLines({ ...bare, file: '' }, 'apps/mine', null), [
    'apps/mine error handler-not-exported',
    '  It is not there.',
  ]);
});

test('counts by weight, in words', () => {
  assert.equal(countFindings([]), null);
  assert.equal(countFindings([finding]), '1 error');
  const mixed: Finding[] = [
    finding,
    finding,
    { ...finding, severity: 'warning' },
    { ...finding, severity: 'information' },
  ];
  assert.equal(countFindings(mixed), '2 errors, 1 warning, 1 remark');
});

test('shows the first of many warnings of one kind and places the others, and every error', () => {
  const at = (line: number, severity: Finding['severity']): Finding => ({ ...finding, severity, line });
  const groups = findingGroups(
    [1, 2, 3, 4].map((line) => at(line, 'warning')),
    '.',
    null,
  );
  assert.deepEqual(
    groups.map((lines) => [lines[0], lines.at(-1)]),
    [
      ['manifest.json:1:3 warning handler-not-exported', '  fix: write it'],
      ['manifest.json:2:3 warning handler-not-exported', '  and 2 more like it: lines 3, 4'],
    ],
  );
  assert.equal(
    findingGroups(
      [1, 2, 3, 4].map((line) => at(line, 'error')),
      '.',
      null,
    ).length,
    4,
  );
});
