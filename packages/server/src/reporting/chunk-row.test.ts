import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { packHistory } from '../report/history-chunk.ts';
import { chunkOfRow, rowOfChunk } from './chunk-row.ts';

const anyRow = fc
  .array(fc.tuple(fc.nat(), fc.nat(2 ** 31)), { minLength: 1, maxLength: 40 })
  .map((pairs) =>
    pairs.map(([at, code]) => ({ at: at % 1e9, code, position: 1 })).sort((one, other) => one.at - other.at),
  )
  .map((entries) => ({ entries, chunk: packHistory(entries)[0] }));

test('a month comes back from its row as it was, over the same bytes', () => {
  fc.assert(
    fc.property(anyRow, ({ chunk }) => {
      assert.ok(chunk !== undefined);
      const row = rowOfChunk(7, chunk);
      const back = chunkOfRow(row);
      assert.ok(back !== null);
      assert.equal(back.codes.buffer, row.body.buffer);
      assert.equal(row.agent, 7);
      const { offsets, codes, length, ...rest } = back;
      assert.deepEqual(rest, { month: chunk.month, opening: chunk.opening });
      assert.deepEqual(offsets, chunk.offsets.slice(0, length));
      assert.deepEqual(codes, chunk.codes.slice(0, length));
    }),
  );
});

test('a row in which any one bit is another is not read', () => {
  fc.assert(
    fc.property(anyRow, fc.nat(), ({ chunk }, bit) => {
      assert.ok(chunk !== undefined);
      const row = rowOfChunk(1, chunk);
      const body = row.body.slice();
      const index = (bit >> 3) % body.length;
      body[index] = (body[index] ?? 0) ^ (1 << (bit & 7));
      assert.equal(chunkOfRow({ ...row, body }), null);
      assert.equal(chunkOfRow({ ...row, body: row.body.slice(0, row.body.length - 1 - (bit % 4)) }), null);
    }),
  );
});

test('bytes that do not begin on a word are read as well', () => {
  const [chunk] = packHistory([{ at: 5, code: 9, position: 1 }]);
  assert.ok(chunk !== undefined);
  const row = rowOfChunk(1, chunk);
  const shifted = new Uint8Array(row.body.length + 1).subarray(1);
  shifted.set(row.body);
  assert.deepEqual(chunkOfRow({ ...row, body: shifted })?.codes, Uint32Array.of(9));
});
