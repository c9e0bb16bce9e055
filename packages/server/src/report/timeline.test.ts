import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AVAILABLE } from '../activity/status-label.ts';
import { InventedAgent, inventedNumbers, LUNCH } from './fake-history.ts';
import { resolveHistory } from './resolve-history.ts';
import { staysIn } from './timeline.ts';

const numbers = inventedNumbers();

test('each stay names the two facts that made a difference, and stays touch', () => {
  const agent = new InventedAgent(0).signIn(10).set(AVAILABLE, 10).set(LUNCH, 20).idle(30).signOut(40);
  const entries = resolveHistory({ facts: agent.facts, outages: [], corrections: [], numbers, now: 100 });
  const positionOf = (kind: string, at: number) =>
    agent.facts.findLast((fact) => fact.at === at && (fact.kind === 'StatusChanged' ? fact.axis : fact.kind) === kind)
      ?.position;
  const stays = staysIn(entries, { from: 5, to: 60 });
  assert.deepEqual(
    stays.map(({ from, to }) => [from, to]),
    [
      [5, 10],
      [10, 20],
      [20, 30],
      [30, 40],
      [40, 60],
    ],
  );
  const lunch = positionOf('Intelliassign', 20);
  const idle = positionOf('GeneralAvailability', 30);
  const out = positionOf('SessionClosed', 40);
  assert.deepEqual(
    stays.map(({ begunBy, endedBy }) => [begunBy, endedBy]),
    [
      [null, positionOf('Intelliassign', 10)],
      [positionOf('Intelliassign', 10), lunch],
      [lunch, idle],
      [idle, out],
      [out, null],
    ],
  );
});

test('without any fact the whole window is one stay', () => {
  assert.deepEqual(
    staysIn([], { from: 5, to: 60 }).map(({ from, to, begunBy, endedBy }) => [from, to, begunBy, endedBy]),
    [[5, 60, null, null]],
  );
});
