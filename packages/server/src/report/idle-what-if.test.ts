import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { AVAILABLE } from '../activity/status-label.ts';
import type { Entry } from './entry.ts';
import { InventedAgent, inventedNumbers, LUNCH } from './fake-history.ts';
import { withIdleAfter } from './idle-what-if.ts';
import { resolveHistory } from './resolve-history.ts';
import { firstState, PRESENCE, PRESENCES, presenceOf, stateOf, statusOf } from './state-code.ts';
import { staysIn } from './timeline.ts';

const numbers = inventedNumbers();
const minute = 60_000;
const IN_FORCE = 10 * minute;

function entriesOf(agent: InventedAgent): readonly Entry[] {
  return resolveHistory({ facts: agent.facts, outages: [], corrections: [], numbers, now: Number.MAX_SAFE_INTEGER });
}

function told(entries: readonly Entry[]): readonly string[] {
  return staysIn(entries, { from: 0, to: 600 * minute }).map(
    ({ from, state }) => `${from / minute} ${PRESENCES[presenceOf(state)]} ${statusOf(state)}`,
  );
}

const whatIf = (agent: InventedAgent, minutes: number) =>
  told(withIdleAfter(entriesOf(agent), minutes * minute, () => IN_FORCE));

/** Last active at 100, idle from 110, with Lunch from 112. */
const away = (back: number) =>
  new InventedAgent(0)
    .signIn(60 * minute)
    .set(AVAILABLE, 60 * minute)
    .idle(110 * minute)
    .set(LUNCH, 112 * minute)
    .active(back * minute);

test('a longer idle time begins the stint later', () => {
  assert.deepEqual(whatIf(away(130), 15), ['0 offline 0', '60 online 1', '112 online 2', '115 idle 2', '130 online 2']);
});

test('who came back before a longer idle time was over was never idle', () => {
  assert.deepEqual(whatIf(away(114), 15), ['0 offline 0', '60 online 1', '112 online 2']);
});

test('a shorter idle time begins the stint earlier, and never before the agent came', () => {
  assert.deepEqual(whatIf(away(130), 5), ['0 offline 0', '60 online 1', '105 idle 1', '112 idle 2', '130 online 2']);
  const late = new InventedAgent(0).signIn(108 * minute).idle(110 * minute);
  assert.deepEqual(whatIf(late, 1), ['0 offline 0', '108 idle 0']);
});

test('who signs out while idle is online up to the later idle time, or the sign-out', () => {
  const out = (at: number) =>
    new InventedAgent(0)
      .signIn(60 * minute)
      .idle(110 * minute)
      .signOut(at * minute);
  assert.deepEqual(whatIf(out(113), 15), ['0 offline 0', '60 online 0', '113 offline 0']);
  assert.deepEqual(whatIf(out(120), 15), ['0 offline 0', '60 online 0', '115 idle 0', '120 offline 0']);
});

const anyAgent = fc
  .array(fc.record({ minutes: fc.integer({ min: 1, max: 40 }), what: fc.integer({ min: 0, max: 4 }) }), {
    maxLength: 30,
  })
  .map((moves) => {
    const agent = new InventedAgent(0).signIn(30 * minute);
    let now = 30 * minute;
    for (const { minutes, what } of moves) {
      now += minutes * minute;
      if (what === 0 && agent.isOnline && minutes >= 10) agent.idle(now);
      else if (what === 1 && !agent.isOnline) agent.active(now);
      else if (what > 2) agent.set(agent.status === LUNCH ? AVAILABLE : LUNCH, now);
    }
    return agent;
  });

test('the idle time in force changes nothing', () => {
  fc.assert(fc.property(anyAgent, (agent) => assert.deepEqual(whatIf(agent, 10), told(entriesOf(agent)))));
});

test('a longer idle time never makes more idle, a shorter one never less; statuses stay as they are, and time goes forward', () => {
  fc.assert(
    fc.property(anyAgent, fc.integer({ min: 1, max: 40 }), (agent, minutes) => {
      const before = entriesOf(agent);
      const after = withIdleAfter(before, minutes * minute, () => IN_FORCE);
      const idleMs = (entries: readonly Entry[]) =>
        staysIn(entries, { from: 0, to: 5000 * minute })
          .filter(({ state }) => presenceOf(state) === PRESENCE.idle)
          .reduce((sum, { from, to }) => sum + to - from, 0);
      if (minutes > 10) assert.ok(idleMs(after) <= idleMs(before));
      else assert.ok(idleMs(after) >= idleMs(before));
      for (const [index, { at }] of after.entries()) assert.ok(at >= (after[index - 1]?.at ?? 0));
      for (let at = 0; at < 1500 * minute; at += 7 * minute) {
        assert.equal(statusOf(stateAtOf(after, at)), statusOf(stateAtOf(before, at)));
      }
    }),
  );
});

function stateAtOf(entries: readonly Entry[], at: number): number {
  return stateOf(entries.findLast((entry) => entry.at <= at)?.code ?? firstState);
}
