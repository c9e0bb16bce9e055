import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonValue } from './json-value.ts';
import { readRendered } from './rendered-data.ts';

test('takes whatever is falsy for no error, and hands the data on', () => {
  for (const error of [null, '', 0, false]) {
    assert.deepEqual(readRendered(error, { a: 1 }), { kind: 'answered', data: { a: 1 } });
  }
  assert.deepEqual(readRendered(null, null), { kind: 'answered', data: null });
});

test('fills in what an error leaves out, and keeps the rest of it', () => {
  const table: readonly (readonly [JsonValue, JsonValue])[] = [
    [{ message: 'no' }, { message: 'no', status: 500, errorSource: 'APP' }],
    [
      { message: 'no', status: 404, code: 7 },
      { message: 'no', status: 404, code: 7, errorSource: 'APP' },
    ],
    [{ status: '403' }, { message: 'The app refused without a message', status: 403, errorSource: 'APP' }],
    [
      { message: { why: 1 }, status: 9 },
      { message: '{"why":1}', status: 500, errorSource: 'APP' },
    ],
  ];
  for (const [error, expected] of table) {
    assert.deepEqual(readRendered(error, { a: 1 }), { kind: 'refused', error: expected });
  }
});

test('says what an error has to be when it is not', () => {
  const message = 'The error should be a JSON Object with a message or a status parameter.';
  for (const error of ['text', 7, true, [], ['message'], {}, { reason: 'x' }, { message: '' }]) {
    assert.deepEqual(readRendered(error, null), {
      kind: 'refused',
      error: { status: 400, message, errorSource: 'APP' },
    });
  }
});

test('holds what nests without end away from whoever writes it out', () => {
  const deep = JSON.parse('['.repeat(100_000) + ']'.repeat(100_000)) as JsonValue;
  for (const [error, data] of [
    [null, deep],
    [{ message: deep }, null],
    [deep, null],
  ] as const) {
    const reading = readRendered(error, data);
    assert.equal(reading.kind === 'refused' && reading.error.message, 'What was given to renderData nests too deep');
  }
});
