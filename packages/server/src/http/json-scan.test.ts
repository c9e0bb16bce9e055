import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { findJsonFault } from './json-fault.ts';
import { scanJson } from './json-scan.ts';
import { HTTP_LIMITS } from './limits.ts';

const scan = (text: string) => scanJson(Buffer.from(text), HTTP_LIMITS.jsonMembersMax);

test('lets everything through that is not too much', () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 5 }), (text) => {
      assert.equal(scan(text).kind, 'bounded');
    }),
  );
});

test('counts no bracket and no comma of a string', () => {
  assert.deepEqual(scan(`["${'[{,'.repeat(99_999)}"]`), { kind: 'bounded', hasEscapes: false });
  assert.deepEqual(scan(`["\\"${'[{,'.repeat(99_999)}"]`), { kind: 'bounded', hasEscapes: true });
});

test('holds the limits exactly', () => {
  const { jsonDepthMax, jsonMembersMax } = HTTP_LIMITS;
  assert.equal(scan('['.repeat(jsonDepthMax)).kind, 'bounded');
  assert.equal(scan('['.repeat(jsonDepthMax + 1)).kind, 'too_deep');
  assert.equal(scan(`[${','.repeat(jsonMembersMax - 1)}]`).kind, 'bounded');
  assert.equal(scan(`[${','.repeat(jsonMembersMax)}]`).kind, 'too_many');
});

test('finds a fault in every text that is not JSON, inside the text, wherever it was broken', () => {
  fc.assert(
    fc.property(
      fc.json({ maxDepth: 3 }),
      fc.nat(),
      fc.constantFrom('', '}', ']', '"', ',', ':', '\\', 'x', '\n'),
      (text, at, put) => {
        const place = at % (text.length + 1);
        const broken = `${text.slice(0, place)}${put}${text.slice(place + 1)}`;
        try {
          JSON.parse(broken);
        } catch {
          const { line, column, expected } = findJsonFault(broken);
          const lines = broken.split('\n');
          assert.ok(line >= 1 && line <= lines.length);
          assert.ok(column >= 1 && column <= (lines[line - 1] ?? '').length + 1);
          assert.notEqual(expected, '');
        }
      },
    ),
    { numRuns: 2000 },
  );
});

test('reads every text that is JSON to its end', () => {
  fc.assert(
    fc.property(fc.json(), (text) => {
      assert.deepEqual(findJsonFault(`${text}#`).expected, 'the end of the text');
    }),
  );
});
