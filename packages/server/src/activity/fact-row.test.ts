import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { anyFact } from '../../test/any-fact.ts';
import type { StatusChanged } from './fact.ts';
import { fromRow, toRow } from './fact-row.ts';

const change: StatusChanged = {
  kind: 'StatusChanged',
  axis: 'Intelliassign',
  sequence: 1,
  status: 1,
  prevStatus: 0,
  prevAt: 5,
  reason: 'import',
  loginStatus: true,
  subjectProfile: 3,
  actorProfile: 0,
  accountProfile: 2,
  until: null,
  note: null,
  imported: false,
  delivered: true,
  source: null,
};
const row = (more: Partial<StatusChanged>) =>
  toRow({ ...change, ...more, account: 1, agent: 1, at: 10, recordedAt: 20 }, 7, 6);

test('every fact comes back from its row as it was', () => {
  fc.assert(
    fc.property(anyFact, (fact) => {
      const back = fromRow(toRow(fact, 7, 6), 'c');
      assert.deepEqual(back, { ...fact, position: 7, previous: 6, checksum: 'c' });
    }),
  );
});

test('a live event has the row that it had before there were imports', () => {
  assert.equal(row({}).flags, 1);
  assert.equal(row({ loginStatus: false }).flags, 0);
  assert.equal(row({}).detail, null);
  assert.equal(row({ until: 9, note: 'n' }).detail, '{"until":9,"note":"n"}');
});

test('an imported event is marked, and so is whether apps get it', () => {
  assert.equal(row({ imported: true, delivered: false }).flags, 3);
  assert.equal(row({ imported: true, delivered: true, loginStatus: false }).flags, 6);
});
